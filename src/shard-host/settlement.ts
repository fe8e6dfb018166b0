// After a worker died: every call that stood on its board gets its CDR, and what it held of the limits goes back.

import type { Admission } from '../core/admission/admission.ts';
import { END_REASONS } from '../core/base/end-reason.ts';
import type { RecordBoard } from '../core/base/record-board.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import { unpackBoardRecord } from '../store/records.ts';
import type { RecordsOut } from './records-out.ts';

/** Settles the predecessor's calls as ended at `wallMs`, reason SwitchRestart. Answers how many there were. */
export function settlePredecessor(
  board: RecordBoard,
  admission: Admission,
  records: RecordsOut,
  wallMs: number,
): number {
  let count = 0;
  for (let slot = 0; slot < board.slotCount; slot++) {
    const bytes = board.read(slot);
    if (bytes !== null) {
      records.settle(settled(unpackBoardRecord(bytes).cdr, wallMs));
      count += 1;
    }
    board.clear(slot);
  }
  admission.giveAll();
  return count;
}

function settled(cdr: Cdr, wallMs: number): Cdr {
  const { endedBy, status, q850 } = END_REASONS.SwitchRestart;
  const isAnswered = cdr.answeredAtWallMs !== null;
  return {
    ...cdr,
    endedAtWallMs: wallMs,
    holdMs: cdr.answeredAtWallMs === null ? 0 : Math.max(0, wallMs - cdr.answeredAtWallMs),
    endReason: 'SwitchRestart',
    endedBy,
    sipCode: isAnswered ? 200 : status,
    q850,
  };
}
