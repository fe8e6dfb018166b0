// Whether the account can pay for the beginning of the call: its first slice, free or paid, is reserved before it
// hunts, so that an answered call is always a paid one.

import type { EndReason } from '../../base/end-reason.ts';
import { extended } from '../talk-reserve.ts';
import type { Entry } from './entry.ts';

export function checkBalance({ around, routing, record }: Entry): EndReason | null {
  const isPaid = extended(record, around.balances, routing.sliceRules);
  return isPaid || !record.bill?.reserve ? null : 'InsufficientBalance';
}
