// The beginning of a shard's life: what an earlier one has left in its journal and on its board. Answered calls go on,
// with what they hold of the limits; calls in set-up get their CDRs.

import { monotonicMs } from '../clock.ts';
import type { Admission } from '../core/admission/admission.ts';
import type { RecordBoard } from '../core/base/record-board.ts';
import type { Balances } from '../core/rating/balances.ts';
import type { Shard } from '../core/shard/shard.ts';
import type { Inheritance, ShardTask } from '../core/shard/shard-task.ts';
import type { FormerLife } from './former-life.ts';
import { type ChargeMarks, inheritMoney } from './inherited-money.ts';
import type { RecordsOut } from './records-out.ts';
import { settlePredecessor } from './settlement.ts';

/** Parts of a shard's host. */
export interface Heir {
  readonly board: RecordBoard;
  readonly admission: Admission;
  readonly balances: Balances;
  readonly marks: ChargeMarks;
  readonly records: RecordsOut;
  readonly shard: Shard;
}

/** Takes over what the journal and the board hold. */
export function inherit(
  { isSuccessor, snapshot }: ShardTask,
  { journal: { found }, ofThisRun, ofAnother }: FormerLife,
  { board, admission, balances, marks, records, shard }: Heir,
): Inheritance {
  const wallMs = Date.now();
  const isKept = snapshot.parameters.SERVER_BILLING_RECORD_ZERO_HOLD_TIME;
  const settledCount = isSuccessor ? settlePredecessor(board, found, records, { wallMs, isKept }) : 0;
  const calls = [...ofThisRun, ...ofAnother];
  const slots = calls.flatMap((call) => call.slots);
  const numbers = calls.flatMap((call) => call.numbers);
  // In a new process nothing is held that had to be given back.
  if (isSuccessor) admission.holdOnly(slots, numbers, monotonicMs());
  else admission.holdMore(slots, numbers, monotonicMs());
  inheritMoney(snapshot, { calls, cdrs: found.cdrs, isSuccessor }, balances, marks);
  shard.resume(ofThisRun, true, monotonicMs(), wallMs);
  shard.resume(ofAnother, false, monotonicMs(), wallMs);
  found.calls.clear();
  found.cdrs.length = 0;
  return { resumedCount: calls.length, settledCount, refusedCount: found.refusedCount };
}
