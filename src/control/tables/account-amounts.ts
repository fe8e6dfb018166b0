// Amounts of a network file that count towards a balance: none is above what shared memory has room for.

import { NANOS, parseMoney } from '../../core/rating/money.ts';
import { ACCOUNT_NANOS_MAX } from '../../core/rating/rating-limits.ts';
import { Refused } from '../../operator-file.ts';

/** The amount in `text`, nanos; one that has no sign where `isSigned` is false. `takes` says what is taken. */
export function accountAmount(text: string, takes: string, isSigned: boolean): bigint | Refused {
  const nanos = parseMoney(text);
  if (nanos === null || (nanos < 0n && !isSigned)) return new Refused(`takes ${takes}, not "${text}"`);
  if (nanos <= ACCOUNT_NANOS_MAX && nanos >= -ACCOUNT_NANOS_MAX) return nanos;
  return new Refused(`takes at most ${ACCOUNT_NANOS_MAX / NANOS} units, not "${text}"`);
}
