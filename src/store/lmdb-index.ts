// The segments of the CDR index in LMDB: a key for each bucket of each, and one for each span. Buckets of one number
// lie side by side, those of all segments: they are small, so that a search for a rare key, which reads one bucket of
// every segment, finds several on a page.

import { type PrefetchedTable, prefetch } from './lmdb-prefetch.ts';
import type { IndexStore, SegmentSpan } from './ports.ts';
import { pack, unpack } from './records.ts';

/** Keys of one bucket: a segment each. */
const SEGMENTS_MAX = 2 ** 32;
/** Spans stand before all buckets. */
const SPAN = -1;

/** What it asks of a table of LMDB. */
export interface IndexTable extends PrefetchedTable {
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

  firstSegment(): number {
    return this.#endSegment(false);
  }

  lastSegment(): number {
    return this.#endSegment(true);
  }

  span(segment: number): SegmentSpan | null {
    const stored = this.#table.getBinary(keyOf(SPAN, segment));
    return stored === undefined ? null : (unpack(stored) as SegmentSpan);
  }

  bucket(segment: number, bucket: number): Uint8Array | null {
    return this.#table.getBinary(keyOf(bucket, segment)) ?? null;
  }

  prefetch(segments: readonly number[], pieces: readonly (number | 'span')[]): Promise<void> {
    const keys = pieces.flatMap((piece) => segments.map((segment) => keyOf(piece === 'span' ? SPAN : piece, segment)));
    return prefetch(this.#table, keys);
  }

  putSegment(...[segment, span, buckets]: Parameters<IndexStore['putSegment']>): void {
    this.#write(() => {
      for (const { bucket, bytes } of buckets) this.#table.putSync(keyOf(bucket, segment), bytes);
      this.#table.putSync(keyOf(SPAN, segment), pack(span));
    });
  }

  dropBefore(segment: number): void {
    const oldest = this.firstSegment();
    if (oldest < 0 || oldest >= segment) return;
    let last = SPAN;
    for (const key of this.#table.getKeys({ reverse: true, limit: 1 }))
      last = Math.floor(Number(key) / SEGMENTS_MAX) - 1;
    this.#write(() => {
      for (let bucket = SPAN; bucket <= last; bucket++) this.#table.removeSync(keyOf(bucket, oldest));
    });
  }

  /** The segment of the first span, or of the last. */
  #endSegment(reverse: boolean): number {
    const [start, end] = reverse ? [SEGMENTS_MAX - 1, -1] : [0, SEGMENTS_MAX];
    for (const key of this.#table.getKeys({ start, end, reverse, limit: 1 })) return Number(key);
    return -1;
  }
}

function keyOf(bucket: number, segment: number): number {
  return (bucket + 1) * SEGMENTS_MAX + segment;
}
