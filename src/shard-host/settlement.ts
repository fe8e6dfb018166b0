// After a worker died: the calls that stood on its board and do not live on get their CDRs. They were in set-up; an
// answered one has a checkpoint in the journal.

import type { RecordBoard } from '../core/base/record-board.ts';
import { settledCdr } from '../core/cdr/settled-cdr.ts';
import type { JournalContent } from '../store/journal-segment.ts';
import { unpackBoardCdr } from '../store/live-records.ts';
import type { RecordsOut } from './records-out.ts';

/**
 * Empties the predecessor's board; its calls that `found` does not know end at `wallMs`, and stand there until their
 * CDRs are kept. `isKept`: whether calls without an answer leave CDRs. Answers how many there were.
 */
export function settlePredecessor(
  board: RecordBoard,
  found: JournalContent,
  records: RecordsOut,
  { wallMs, isKept }: { readonly wallMs: number; readonly isKept: boolean },
): number {
  const isOver = new Set(found.cdrs.map(({ id }) => id));
  let count = 0;
  for (let slot = 0; slot < board.slotCount; slot++) {
    const bytes = board.read(slot);
    const cdr = bytes === null ? null : unpackBoardCdr(bytes);
    const isLost = cdr !== null && !found.calls.has(cdr.id) && !isOver.has(cdr.id);
    if (isLost) count += 1;
    if (isLost && isKept) records.settle(settledCdr(cdr, wallMs), slot);
    else board.clear(slot);
  }
  return count;
}
