// The records of a time, as they lie in the spool, some hundred at a time and in one piece, for another thread.

import type { CdrSpool } from '../../store/ports.ts';
import type { CallHistory } from '../reports/call-history.ts';

/** Records of a batch: a millisecond's work for the thread that reads them. */
const BATCH_RECORDS = 512;

/** Records one after the other, and where each ends. */
export interface RecordBatch {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/** The records of the calls that may have ended in that time, oldest first; others are among them. */
export function* recordBatches(
  spool: CdrSpool,
  history: CallHistory,
  { fromWallMs, untilWallMs }: { readonly fromWallMs: number; readonly untilWallMs: number },
): Generator<RecordBatch> {
  for (const { after, upTo } of history.stretches(fromWallMs, untilWallMs)) {
    for (let position = after; position < upTo; ) {
      // Where records of it have gone, those after it come.
      const records = spool.after(position, BATCH_RECORDS).filter((one) => one.position <= upTo);
      const last = records.at(-1);
      if (last === undefined) break;
      yield inOnePiece(records.map(({ record }) => record));
      position = last.position;
    }
  }
}

function inOnePiece(records: readonly Uint8Array[]): RecordBatch {
  const ends = new Uint32Array(records.length);
  let sizeBytes = 0;
  for (const [at, record] of records.entries()) {
    sizeBytes += record.length;
    ends[at] = sizeBytes;
  }
  const bytes = new Uint8Array(sizeBytes);
  for (const [at, record] of records.entries()) bytes.set(record, (ends[at] as number) - record.length);
  return { bytes, ends };
}
