// From the shards' rings to the spool. Frames are appended in one commit and released only afterwards: what control
// had not committed when it died is still in the ring for its successor. The commit carries, for each shard, the
// id of the last record; a successor that finds this id in the first frames knows that they were appended
// and only the release was missing. So a record is spooled exactly once, wherever control is cut off.

import type { Ring } from '../../core/base/ring.ts';
import type { CdrSpool, SpoolBatch } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';

/** Frames of one ring taken in one commit; what is beyond waits for the next round. */
export const DRAIN_FRAMES_MAX = 4_096;

/** The reader of all CDR rings. */
export class CdrDrain {
  readonly #memory: readonly SharedArrayBuffer[];
  readonly #openRing: (shared: SharedArrayBuffer) => Ring;
  readonly #spool: CdrSpool;
  #rings: Ring[] = [];
  #isFirstRound = true;
  /** Records appended since the start. */
  appendedCount = 0;

  /** `openRing` makes a reader that begins at what was released last. */
  constructor(memory: readonly SharedArrayBuffer[], openRing: (shared: SharedArrayBuffer) => Ring, spool: CdrSpool) {
    this.#memory = memory;
    this.#openRing = openRing;
    this.#spool = spool;
    this.#reopen();
  }

  /**
   * Moves what is in the rings to the spool; answers how many records. Throws what the spool throws; then nothing
   * was released, and the next call begins again with the same frames.
   */
  drain(): number {
    try {
      return this.#drainOnce();
    } catch (error) {
      this.#reopen();
      throw error;
    }
  }

  #drainOnce(): number {
    const batches: SpoolBatch[] = [];
    let count = 0;
    for (const [shard, ring] of this.#rings.entries()) {
      const batch = this.#takeBatch(`shard ${shard}`, ring);
      if (batch === null) continue;
      batches.push(batch);
      count += batch.records.length;
    }
    if (batches.length > 0) this.#spool.append(batches);
    for (const ring of this.#rings) ring.release();
    this.#isFirstRound = false;
    this.appendedCount += count;
    return count;
  }

  #takeBatch(producer: string, ring: Ring): SpoolBatch | null {
    let records: Uint8Array[] = [];
    // Views: the store copies what it is given, and until it has, nothing is released.
    while (records.length < DRAIN_FRAMES_MAX && ring.next()) {
      records.push(ring.bytes.subarray(ring.frameStart, ring.frameEnd));
    }
    if (this.#isFirstRound) records = this.#withoutAppended(producer, records);
    const last = records.at(-1);
    return last === undefined ? null : { producer, mark: unpackCdr(last).id, records };
  }

  #withoutAppended(producer: string, records: Uint8Array[]): Uint8Array[] {
    const mark = this.#spool.mark(producer);
    if (mark === null) return records;
    const index = records.findIndex((record) => unpackCdr(record).id === mark);
    return records.slice(index + 1);
  }

  #reopen(): void {
    this.#rings = this.#memory.map(this.#openRing);
  }
}
