// The segments that reports are counted from, in LMDB: one value each.

import { type PrefetchedTable, prefetch } from './lmdb-prefetch.ts';
import { usedBytes } from './lmdb-tables.ts';
import type { ColumnStore } from './ports.ts';

/** What it asks of a table of LMDB: that what was put or removed is on the disk when it returns. */
export interface ColumnTable extends PrefetchedTable {
  getKeys(options: { reverse?: boolean; limit?: number }): Iterable<string | number>;
  getBinaryFast(key: number): Uint8Array | undefined;
  putSync(key: number, bytes: Uint8Array): void;
  removeSync(key: number): void;
  getStats(): object;
}

/** The segments in `table`; `flushRecords` returns when the records that they are made from are on the disk. */
export class LmdbColumns implements ColumnStore {
  readonly #table: ColumnTable;
  readonly #flushRecords: () => void;
  readonly #roomBytes: number;
  #room = new Uint8Array();

  constructor(table: ColumnTable, flushRecords: () => void, roomBytes: number) {
    this.#table = table;
    this.#flushRecords = flushRecords;
    this.#roomBytes = roomBytes;
  }

  first(): number {
    for (const key of this.#table.getKeys({ limit: 1 })) return Number(key);
    return -1;
  }

  last(): number {
    for (const key of this.#table.getKeys({ reverse: true, limit: 1 })) return Number(key);
    return -1;
  }

  get(segment: number): Uint8Array | null {
    const stored = this.#table.getBinaryFast(segment);
    if (stored === undefined) return null;
    const { length } = stored;
    if (length > this.#room.length) this.#room = new Uint8Array(2 * length);
    // What it is a view of begins anywhere.
    this.#room.set(stored.subarray(0, length));
    return this.#room.subarray(0, length);
  }

  prefetch(segments: readonly number[]): Promise<void> {
    return prefetch(this.#table, segments);
  }

  put(segment: number, bytes: Uint8Array): void {
    this.#flushRecords();
    this.#table.putSync(segment, bytes);
  }

  drop(segment: number): void {
    this.#table.removeSync(segment);
  }

  useRatio(): number {
    return usedBytes([this.#table]) / this.#roomBytes;
  }
}
