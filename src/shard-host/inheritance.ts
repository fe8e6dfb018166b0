// The beginning of a shard's life: what an earlier one has left in its journal and on its board. Answered calls go on,
// with what they hold of the limits; calls in set-up get their CDRs.

import { monotonicMs } from '../clock.ts';
import type { Admission } from '../core/admission/admission.ts';
import type { RecordBoard } from '../core/base/record-board.ts';
import type { CallCheckpoint } from '../core/call/checkpoint.ts';
import type { Shard } from '../core/shard/shard.ts';
import type { Inheritance, ShardTask } from '../core/shard/shard-task.ts';
import { clockRun } from '../store/journal-disk.ts';
import type { JournalContent } from '../store/journal-segment.ts';
import { unpackCheckpoint } from '../store/records.ts';
import type { RecordsOut } from './records-out.ts';
import { settlePredecessor } from './settlement.ts';

/** Parts of a shard's host. */
export interface Heir {
  readonly board: RecordBoard;
  readonly admission: Admission;
  readonly records: RecordsOut;
  readonly shard: Shard;
}

/** Takes over what `found` and the board hold. */
export function inherit(
  { isSuccessor }: ShardTask,
  found: JournalContent,
  { board, admission, records, shard }: Heir,
): Inheritance {
  const wallMs = Date.now();
  const settledCount = isSuccessor ? settlePredecessor(board, found, records, wallMs) : 0;
  const run = clockRun();
  const ofThisRun: CallCheckpoint[] = [];
  const ofAnother: CallCheckpoint[] = [];
  for (const checkpoint of found.calls.values()) {
    const call = unpackCheckpoint(checkpoint.bytes);
    if (call === null) found.refusedCount += 1;
    else (run !== '' && checkpoint.clockRun === run ? ofThisRun : ofAnother).push(call);
  }
  admission.holdOnly([...ofThisRun, ...ofAnother].flatMap(({ slots }) => slots));
  shard.resume(ofThisRun, true, monotonicMs(), wallMs);
  shard.resume(ofAnother, false, monotonicMs(), wallMs);
  found.calls.clear();
  found.cdrs.length = 0;
  return { resumedCount: ofThisRun.length + ofAnother.length, settledCount, refusedCount: found.refusedCount };
}
