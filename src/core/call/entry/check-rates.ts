// Whether the call has a price, and may have it: the rates of its account and of the agents above it. They are those of
// the moment of its INVITE and hold until the call ends, and so do the free minutes of its account's package.

import type { EndReason } from '../../base/end-reason.ts';
import { beginReserve } from '../../rating/reserve.ts';
import type { Entry } from './entry.ts';

export function checkRates(entry: Entry): EndReason | null {
  const { gateway, routing, record, caller } = entry;
  const callee = entry.billingPrefix + (entry.routed ?? entry.callee);
  const { pricing } = routing;
  const { cdr } = record;
  record.billedBy(caller, callee);
  const sale = pricing.soldBy(gateway, callee, cdr.setupAtWallMs);
  if (sale === null) return null;
  const { account, line: sell, agents, refusal } = sale;
  if (sell !== null) {
    cdr.currency = account.currency;
    cdr.sellTable = sell.table;
    cdr.sellPrefix = sell.prefix;
  }
  if (refusal !== null) return refusal;
  const reserve = sell && beginReserve(account.creditLimitNanos);
  const free = sell && pricing.freeOf(account, callee, cdr.setupAtWallMs);
  record.bill = { rules: routing.timeRules, sell, agents, buy: null, reserve, free };
  return null;
}
