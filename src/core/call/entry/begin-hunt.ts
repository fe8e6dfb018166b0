// The last step: the route plan is made, once, and the hunt over it begins.

import { priceOf } from '../../rating/rate-terms.ts';
import type { Entry } from './entry.ts';

export function beginHunt(entry: Entry): void {
  const { around, routing, gateway, call, record, crossing, caller, callee, forwarder, display, isWithheld } = entry;
  const sell = record.bill?.sell ? priceOf(record.bill.sell.terms, record.cdr.currency) : null;
  const { wallMs, routeConditions } = around;
  const { numberGroups } = routing;
  const numbers = { caller, callee: entry.routed ?? callee, billed: record.cdr.calleeBilled, forwarder };
  const routed = { mapping: gateway, ...numbers, numberGroups, sell, wallMs };
  const plan = routing.routes.plan(routed, routeConditions);
  for (const candidate of plan.passed) around.countPassed(candidate);
  call.hunt(plan, sell, { caller, callee, display, isWithheld, callerRules: gateway }, crossing);
}
