// The segments of the CDR index in LMDB: a key for each bucket, and one for the span, side by side in the order of
// segments, so that a new one is appended and the oldest goes as one piece.

import type { IndexStore, SegmentSpan } from './ports.ts';
import { pack, unpack } from './records.ts';

/** Keys of one segment: its buckets, then its span. */
const KEYS_OF_SEGMENT = 512;
const SPAN = 256;

/** What it asks of a table of LMDB. */
export interface IndexTable {
  getKeys(options: { start?: number; end?: number; reverse?: boolean; limit?: number }): Iterable<string | number>;
  getBinary(key: number): Uint8Array | undefined;
  putSync(key: number, bytes: Uint8Array): void;
  removeSync(key: string | number): void;
}

/** The index in `table`; `write` runs an action in one commit. */
export class LmdbIndex implements IndexStore {
  readonly #table: IndexTable;
  readonly #write: (action: () => void) => void;

  constructor(table: IndexTable, write: (action: () => void) => void) {
    this.#table = table;
    this.#write = write;
  }

  lastSegment(): number {
    for (const key of this.#table.getKeys({ reverse: true, limit: 1 })) return segmentOf(key);
    return -1;
  }

  span(segment: number): SegmentSpan | null {
    const stored = this.#table.getBinary(segment * KEYS_OF_SEGMENT + SPAN);
    return stored === undefined ? null : (unpack(stored) as SegmentSpan);
  }

  bucket(segment: number, bucket: number): Uint8Array | null {
    return this.#table.getBinary(segment * KEYS_OF_SEGMENT + bucket) ?? null;
  }

  putSegment(...[segment, span, buckets]: Parameters<IndexStore['putSegment']>): void {
    const start = segment * KEYS_OF_SEGMENT;
    this.#write(() => {
      for (const { bucket, bytes } of buckets) this.#table.putSync(start + bucket, bytes);
      this.#table.putSync(start + SPAN, pack(span));
    });
  }

  dropBefore(segment: number): void {
    let oldest = segment;
    for (const key of this.#table.getKeys({ limit: 1 })) oldest = segmentOf(key);
    if (oldest >= segment) return;
    const keys = [...this.#table.getKeys({ start: oldest * KEYS_OF_SEGMENT, end: (oldest + 1) * KEYS_OF_SEGMENT })];
    this.#write(() => {
      for (const key of keys) this.#table.removeSync(key);
    });
  }
}

function segmentOf(key: string | number): number {
  return Math.floor(Number(key) / KEYS_OF_SEGMENT);
}
