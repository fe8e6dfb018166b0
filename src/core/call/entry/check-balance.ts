// Whether the account can pay for the beginning of the call: its first slice is reserved before it hunts, so that an
// answered call is always a paid one.

import type { EndReason } from '../../base/end-reason.ts';
import { extended } from '../talk-reserve.ts';
import type { Entry } from './entry.ts';

export function checkBalance({ around, routing, record }: Entry): EndReason | null {
  if (!record.bill?.reserve) return null;
  return extended(record, around.balances, routing) ? null : 'InsufficientBalance';
}
