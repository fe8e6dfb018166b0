// Why a routing gateway whose prefix fits is passed by. The filters stand in their order, and the first that holds is
// the one that is told, counted and kept in the CDR: what the operator has decided, then who may call it and whom, then
// whether it has room now, then what it costs.

import type { Candidate } from './candidate.ts';
import { numberFault } from './number-filter.ts';
import type { Pass } from './pass.ts';
import type { Price, RouteCall, RouteConditions, RoutePrices } from './route-conditions.ts';
import { earns, isAbove } from './route-profit.ts';
import type { MappingGateway, PriceLimits, RoutingGateway } from './snapshot.ts';

/** The first filter that holds `candidate` back; null when none does. Notes what it costs on the way. */
export function passOf(
  candidate: Candidate,
  call: RouteCall,
  conditions: RouteConditions,
  prices: RoutePrices,
): Pass | null {
  const { gateway } = candidate;
  if (gateway.locked) return 'locked';
  if (!goTogether(call.mapping, gateway)) return 'notAllowed';
  if (numberFault(gateway.numbers.filter, call, call.numberGroups) !== '') return 'numbers';
  return closedOf(gateway, conditions) ?? priceOf(candidate, call, prices);
}

/** Lists that are empty allow all. */
export function goTogether(mapping: MappingGateway, routing: RoutingGateway): boolean {
  const { calloutRoutingGateways, routingGatewayGroups, routingGatewayGroupsAllow } = mapping;
  if (routing.callinMappingGateways.length > 0 && !routing.callinMappingGateways.includes(mapping.name)) return false;
  if (calloutRoutingGateways.length > 0 && !calloutRoutingGateways.includes(routing.name)) return false;
  if (routingGatewayGroups.length === 0) return true;
  return routing.gatewayGroups.some((group) => routingGatewayGroups.includes(group)) === routingGatewayGroupsAllow;
}

/** Whether the gateway has no room for the call. */
function closedOf({ slot, capacity, cps, registerType }: RoutingGateway, conditions: RouteConditions): Pass | null {
  if (registerType === 'dynamic' && !conditions.isRegistered(slot)) return 'unregistered';
  const closed = conditions.closed(slot);
  if (closed !== null) return closed;
  if (capacity !== null && conditions.calls(slot) >= capacity) return 'full';
  return conditions.hasRate(slot, cps) ? null : 'rate';
}

/** Whether it costs too much; the limits of both gateways hold. */
function priceOf(candidate: Candidate, call: RouteCall, prices: RoutePrices): Pass | null {
  const { gateway } = candidate;
  const { mapping, billed, sell, wallMs } = call;
  const buy = prices.buyPrice(gateway, billed, wallMs);
  candidate.buy = buy;
  if (buy === null && gateway.feerateRestrict) return 'noBuyRate';
  if (isTooDear(mapping, buy) || isTooDear(gateway, buy)) return 'tooDear';
  return isTooPoor(mapping, sell, buy) || isTooPoor(gateway, sell, buy) ? 'unprofitable' : null;
}

function isTooDear({ maxSecondRatesNanos }: PriceLimits, buy: Price | null): boolean {
  return buy !== null && maxSecondRatesNanos !== null && isAbove(buy, maxSecondRatesNanos);
}

function isTooPoor({ minProfitPercent }: PriceLimits, sell: Price | null, buy: Price | null): boolean {
  return minProfitPercent !== null && !earns(minProfitPercent, sell, buy);
}
