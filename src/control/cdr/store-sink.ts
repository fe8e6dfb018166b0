// The sink of a store beyond the network. Exactly once: a batch is there before the cursor moves, and a batch that
// comes again, cut off in between, is known by the ids of its records.

import type { CdrSpool } from '../../store/ports.ts';
import type { CdrStore } from './cdr-store.ts';
import type { CdrSink } from './sink.ts';
import { UnpackedSpool } from './unpacked-spool.ts';

/** Records of one batch: what is in memory for the sink, and what the thread does in one go. */
export const SINK_BATCH_RECORDS_MAX = 500;

/** A sink over `store`. */
export class StoreSink implements CdrSink {
  readonly name: string;
  readonly #spool: CdrSpool;
  readonly #store: CdrStore;
  readonly #records: UnpackedSpool;
  #position: number;
  #mark = '';
  #isOpen = false;

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
    const records = this.#records.glance(this.#position, SINK_BATCH_RECORDS_MAX);
    const last = records.at(-1);
    if (last === undefined) return 0;
    this.#isOpen = false;
    this.#mark = await this.#store.write(records.map(({ cdr }) => cdr));
    this.#isOpen = true;
    this.#position = last.position;
    this.#saveCursor();
    return records.length;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#store.close();
  }

  #saveCursor(): void {
    this.#spool.saveCursor(this.name, { position: this.#position, state: this.#mark });
  }
}
