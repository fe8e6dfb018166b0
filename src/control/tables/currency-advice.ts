// What an operator should know of prices in more than one currency: nothing is ever converted, so where prices are
// compared, a gateway that is paid in another currency than the call is passed by, or stands last.

import { goTogether } from '../../core/routing/route-filter.ts';
import { comparesPrices } from '../../core/routing/route-profit.ts';
import type { Snapshot } from '../../core/routing/snapshot.ts';

/** A sentence for each pair of currencies that meet where prices are compared; none where no two do. */
export function currencyAdvice(snapshot: Snapshot): string[] {
  const { mappingGateways, routingGateways, prices } = snapshot;
  const billed = prices?.accounts.filter(({ rateTables }) => rateTables.length > 0) ?? [];
  const currencies = new Map(billed.map(({ account, currency }) => [account, currency]));
  const apart = new Map<string, { readonly callers: Set<string>; readonly vendors: Set<string> }>();
  const paidIn = new Set<string>();
  for (const routing of routingGateways) {
    const bought = currencies.get(routing.clearingAccount);
    if (bought === undefined) continue;
    paidIn.add(bought);
    for (const mapping of mappingGateways) {
      const sold: string = currencies.get(mapping.account) ?? bought;
      if (sold === bought || !comparesPrices(mapping, routing) || !goTogether(mapping, routing)) continue;
      const pair = `${sold} and ${bought}`;
      const { callers, vendors } = apart.get(pair) ?? { callers: new Set(), vendors: new Set() };
      apart.set(pair, { callers: callers.add(mapping.name), vendors: vendors.add(routing.name) });
    }
  }
  const advice = [...apart].map(
    ([pair, { callers, vendors }]) =>
      `Prices in ${pair} cannot be compared: calls of ${told(callers)} pass ${told(vendors)} by ` +
      'where minProfitPercent or maxSecondRates holds.',
  );
  if (paidIn.size > 1 && ordersByCost(snapshot)) {
    const all = [...paidIn].sort().join(', ');
    advice.push(
      `Routing gateways are paid in ${all}: where the cheapest comes first, those in the caller's currency do, ` +
        'and those in another one stand last.',
    );
  }
  return advice;
}

function ordersByCost({ mappingGateways, routingGateways, parameters }: Snapshot): boolean {
  return (
    parameters.SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG ||
    routingGateways.some(({ leastCostRouting }) => leastCostRouting) ||
    mappingGateways.some(({ firstRoutePolicy, secondRoutePolicy }) =>
      [firstRoutePolicy, secondRoutePolicy].includes('lowestRate'),
    )
  );
}

/** The first of them, and how many more there are. */
function told(names: ReadonlySet<string>): string {
  const [first = ''] = names;
  return names.size === 1 ? first : `${first} and ${names.size - 1} more`;
}
