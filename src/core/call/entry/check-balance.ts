// Whether its account, and the agents above that, can pay for the beginning of the call: its first slice, free or paid,
// is reserved before it hunts, so that an answered call is always a paid one.

import type { EndReason } from '../../base/end-reason.ts';
import { coveredSecondsOf, extended } from '../talk-reserve.ts';
import type { Entry } from './entry.ts';

export function checkBalance({ around, routing, record }: Entry): EndReason | null {
  const { bill } = record;
  extended(record, around.balances, routing.sliceRules);
  return bill === null || coveredSecondsOf(bill) > 0 ? null : 'InsufficientBalance';
}
