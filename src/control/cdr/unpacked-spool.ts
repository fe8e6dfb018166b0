// The records of a spool, unpacked once for all who follow it: unpacking is most of what a record costs in control.

import type { Cdr } from '../../core/cdr/cdr.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';

/** Records unpacked in one go: while they are young, for what collects garbage copies what it finds alive. */
const BATCH_RECORDS = 1_024;

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
    if (this.#has(position)) return this.#slice(position, limit);
    const batch = this.#read(position, BATCH_RECORDS);
    if (batch.length === 0) return batch; // Who has all leaves what others may still ask for.
    this.#batch = batch;
    this.#after = position;
    return this.#slice(position, limit);
  }

  /** The same for one who may be far behind, and leaves what is kept to the others. */
  glance(position: number, limit: number): readonly SpooledCdr[] {
    return this.#has(position) ? this.#slice(position, limit) : this.#read(position, limit);
  }

  #has(position: number): boolean {
    return position >= this.#after && position < (this.#batch.at(-1)?.position ?? 0);
  }

  #read(position: number, limit: number): readonly SpooledCdr[] {
    return this.#spool
      .after(position, limit)
      .map(({ position: at, record }) => ({ position: at, cdr: unpackCdr(record) }));
  }

  #slice(position: number, limit: number): readonly SpooledCdr[] {
    let begin = Math.max(0, Math.min(position - this.#after, this.#batch.length));
    while (begin > 0 && (this.#batch[begin - 1]?.position ?? 0) > position) begin--;
    return this.#batch.slice(begin, begin + limit);
  }
}
