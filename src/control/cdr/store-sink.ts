// The sink of a store beyond the network. Exactly once: a batch is there before the cursor moves, and a batch that
// comes again, cut off in between, is known by the ids of its records.
//
// A batch that fails may be more than the store takes at once, in bytes or in time: the next one has half as many
// records, down to a single one.

import type { Cdr } from '../../core/cdr/cdr.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { sentenceOf } from '../../tandem-error.ts';
import type { CdrStore } from './cdr-store.ts';
import type { CdrSink } from './sink.ts';
import { UnpackedSpool } from './unpacked-spool.ts';

/** Records of one batch: what is in memory for the sink, and what the thread does in one go. */
export const SINK_BATCH_RECORDS_MAX = 500;

/** Batches in a row after which twice as many records are tried: what is refused once is refused each time. */
const GROWS_AFTER = 64;

/** A sink over `store`. */
export class StoreSink implements CdrSink {
  readonly name: string;
  readonly #spool: CdrSpool;
  readonly #store: CdrStore;
  readonly #records: UnpackedSpool;
  #position: number;
  #mark = '';
  #isOpen = false;
  #batchRecords = SINK_BATCH_RECORDS_MAX;
  /** Batches since it changed. */
  #batchCount = 0;

  /** `records`: the spool, where others have it unpacked. */
  constructor(name: string, spool: CdrSpool, store: CdrStore, records = new UnpackedSpool(spool)) {
    this.name = name;
    this.#spool = spool;
    this.#records = records;
    this.#store = store;
    this.#position = spool.cursor(name)?.position ?? 0;
  }

  get position(): number {
    return this.#position;
  }

  async recover(): Promise<void> {
    await this.close();
    const cursor = this.#spool.cursor(this.name);
    this.#position = cursor?.position ?? 0;
    this.#mark = await this.#store.open(cursor?.state ?? '');
    this.#saveCursor();
    this.#isOpen = true;
  }

  async pump(): Promise<number> {
    if (!this.#isOpen) await this.recover();
    const records = this.#records.glance(this.#position, this.#batchRecords);
    const last = records.at(-1);
    if (last === undefined) return 0;
    this.#isOpen = false;
    this.#mark = await this.#write(records.map(({ cdr }) => cdr));
    this.#isOpen = true;
    this.#position = last.position;
    this.#saveCursor();
    return records.length;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#store.close();
  }

  async #write(batch: readonly Cdr[]): Promise<string> {
    try {
      const mark = await this.#store.write(batch);
      this.#batchCount += 1;
      if (this.#batchCount >= GROWS_AFTER) this.#tryWith(2 * this.#batchRecords);
      return mark;
    } catch (error) {
      this.#tryWith(Math.floor(batch.length / 2));
      if (batch.length > 1) throw error;
      throw new Error(`with the CDR ${batch[0]?.id} alone: ${sentenceOf(error)}`, { cause: error });
    }
  }

  #tryWith(records: number): void {
    this.#batchRecords = Math.max(1, Math.min(records, SINK_BATCH_RECORDS_MAX));
    this.#batchCount = 0;
  }

  #saveCursor(): void {
    this.#spool.saveCursor(this.name, { position: this.#position, state: this.#mark });
  }
}
