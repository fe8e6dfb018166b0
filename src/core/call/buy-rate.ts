// What the routing gateway of an attempt is paid: the rate of its clearing account for the number that is billed, which
// is the one before the gateway's own translation.

import type { RoutingGateway } from '../routing/snapshot.ts';
import type { LiveRecord } from './call-record.ts';
import type { RoutingView } from './ports.ts';

/** Notes in `record` who is paid by what for an attempt toward `gateway`. */
export function noteBuyRate(record: LiveRecord, gateway: RoutingGateway, routing: RoutingView, wallMs: number): void {
  const { cdr } = record;
  const { pricing, timeRules: rules } = routing;
  // The same as the route plan went by: a barred rate is none.
  const buy = pricing.boughtBy(gateway.clearingAccount, cdr.calleeBilled, wallMs);
  cdr.clearingAccount = gateway.clearingAccount;
  cdr.buyTable = buy?.table ?? '';
  cdr.buyPrefix = buy?.prefix ?? '';
  cdr.buyCurrency = buy === null ? '' : (pricing.billed(gateway.clearingAccount)?.currency ?? '');
  const { bill } = record;
  if (bill !== null && (bill.sell !== null || bill.agents.length > 0)) bill.buy = buy;
  else record.bill = buy && { rules, sell: null, agents: [], buy, reserve: null, free: null };
}
