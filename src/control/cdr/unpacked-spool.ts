// The records of a spool, unpacked once for all who follow it: unpacking is most of what a record costs in control.

import type { Cdr } from '../../core/cdr/cdr.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';

/** Records unpacked in one go. */
const BATCH_RECORDS = 4_096;

/** A record and its place. */
export interface SpooledCdr {
  readonly position: number;
  readonly cdr: Cdr;
}

/** One spool. What was unpacked last is kept, for the next who asks for the same. */
export class UnpackedSpool {
  readonly #spool: CdrSpool;
  #batch: readonly SpooledCdr[] = [];
  /** The batch is all that follows this place, up to its last record. */
  #after = 0;

  constructor(spool: CdrSpool) {
    this.#spool = spool;
  }

  /** Records after `position`, oldest first: some of them, at most `limit`; none when there are no more. */
  after(position: number, limit: number): readonly SpooledCdr[] {
    const last = this.#batch.at(-1)?.position ?? 0;
    if (position < this.#after || position >= last) {
      const records = this.#spool.after(position, BATCH_RECORDS);
      this.#batch = records.map(({ position: at, record }) => ({ position: at, cdr: unpackCdr(record) }));
      this.#after = position;
    }
    let begin = Math.max(0, Math.min(position - this.#after, this.#batch.length));
    while (begin > 0 && (this.#batch[begin - 1]?.position ?? 0) > position) begin--;
    return this.#batch.slice(begin, begin + limit);
  }
}
