// The index of the spool: finds CDRs by number, gateway, account, end reason and time, newest first. It follows the
// spool by itself, some thousand records at a time: what is not sealed yet it reads again after a start, so it needs no
// promise of its own, and a lost index is made anew.

import type { Cdr } from '../../../core/cdr/cdr.ts';
import type { CdrSpool, IndexStore, SegmentSpan } from '../../../store/ports.ts';
import { unpackCdr } from '../../../store/records.ts';
import { oldestEndWallMs } from '../online-window.ts';
import { UnpackedSpool } from '../unpacked-spool.ts';
import { answers, type CdrQuestion, endedAt, KEYS_OF_RECORD_MAX, keysOf, writeKeys } from './search-keys.ts';
import { blockOf, bucketOf, inBoth, OpenSegment, placesIn, SEGMENT_RECORDS } from './segment.ts';

/** Records looked at in one go, in `follow` and in a search, at most; some 30 ms. */
const RECORDS_IN_ONE_GO = 4_096;

/** Segments whose buckets are brought into memory together, at most; a search begins with one. */
const WINDOW_SEGMENTS_MAX = 256;

/** A page of a search. */
export interface CdrPage {
  /** Newest first. */
  readonly cdrs: readonly Cdr[];
  /** Where the next page begins, for `before`; null when there is none. */
  readonly before: number | null;
}

/** A page, and since when calls are known at all. */
export type FoundCdrs = CdrPage & Pick<CdrIndex, 'knownFromWallMs'>;

/** The index over one spool. */
export class CdrIndex {
  readonly #spool: CdrSpool;
  readonly #records: UnpackedSpool;
  readonly #store: IndexStore;
  /** Of finished segments, once they were looked at. */
  readonly #spans = new Map<number, SegmentSpan>();
  /** Number of the segment that is being filled: its records are those after `number * SEGMENT_RECORDS`. */
  #segment: number;
  #open = new OpenSegment();
  /** The last record that is indexed. */
  #position: number;

  constructor(spool: CdrSpool, store: IndexStore, records = new UnpackedSpool(spool)) {
    this.#spool = spool;
    this.#records = records;
    this.#store = store;
    const oldest = spool.after(0, 1)[0]?.position ?? spool.lastPosition() + 1;
    this.#segment = Math.max(store.lastSegment() + 1, Math.floor((oldest - 1) / SEGMENT_RECORDS));
    this.#position = this.#segment * SEGMENT_RECORDS;
  }

  /** Records that are not indexed yet. */
  backlog(): number {
    return this.#spool.lastPosition() - this.#position;
  }

  /** Indexes what is new, some thousand records at most; answers how many there were. */
  follow(): number {
    const records = this.#records.after(this.#position, RECORDS_IN_ONE_GO);
    for (const { position, cdr } of records) {
      // Places whose records are gone, which a trimmed spool has at its begin.
      while (this.#position + 1 < position) this.#add(null);
      this.#add(cdr);
    }
    return records.length;
  }

  /** Forgets the segments whose records the spool has dropped. */
  trim(): void {
    const oldest = this.#spool.after(0, 1)[0]?.position ?? 1;
    const segment = this.#segmentOf(oldest);
    this.#store.dropBefore(segment);
    for (const known of this.#spans.keys()) if (known < segment) this.#spans.delete(known);
  }

  /** When the oldest call whose CDR is there ended, wall clock ms; null where none has gone yet. */
  get knownFromWallMs(): number | null {
    return oldestEndWallMs(this.#spool);
  }

  /**
   * The newest `limit` records before place `before` (Infinity for the newest of all) that answer `question`. A page
   * may have fewer, and even none, and yet a next one: then much was looked at that was something else.
   */
  async search(question: CdrQuestion, limit: number, before: number): Promise<CdrPage> {
    const cdrs: Cdr[] = [];
    let looked = 0;
    for await (const positions of this.#positionsOf(question, Math.min(before - 1, this.#position))) {
      for (let at = 0; at < positions.length; ) {
        const count = Math.min(limit - cdrs.length, RECORDS_IN_ONE_GO - looked);
        if (count === 0) return { cdrs, before: (positions[at] as number) + 1 };
        const next = positions.slice(at, at + count);
        await this.#spool.prefetch(next);
        const found = next.map((position) => this.#at(position));
        cdrs.push(...(found.filter((cdr) => cdr !== null && answers(cdr, question)) as Cdr[]));
        looked += next.length;
        at += next.length;
      }
    }
    return { cdrs, before: null };
  }

  /** Places up to `last` whose records may answer `question`, newest first, those of a segment together. */
  async *#positionsOf(question: CdrQuestion, last: number): AsyncGenerator<readonly number[]> {
    const keys = keysOf(question);
    const first = this.#store.firstSegment();
    const end = first < 0 ? this.#segment : first;
    let width = 1;
    for (
      let newest = this.#segmentOf(last);
      newest >= end;
      newest -= width, width = Math.min(2 * width, WINDOW_SEGMENTS_MAX)
    ) {
      const segments = await this.#window(newest, Math.max(end, newest - width + 1), question);
      const finished = segments.filter((segment) => segment !== this.#segment);
      await this.#store.prefetch(finished, keys.map(bucketOf));
      for (const segment of segments) yield this.#positionsIn(segment, keys, question, last);
    }
  }

  #add(cdr: Cdr | null): void {
    if (this.#open.recordCount === SEGMENT_RECORDS) this.#seal();
    if (cdr === null) this.#open.skip();
    else this.#open.add(endedAt(cdr), KEYS_OF_RECORD_MAX, (keys, at) => writeKeys(cdr, keys, at));
    this.#position += 1;
  }

  /** Throws what the store throws; then nothing has changed. */
  #seal(): void {
    this.#store.putSegment(this.#segment, spanOf(this.#open), this.#open.seal());
    this.#segment += 1;
    this.#open = new OpenSegment();
  }

  #segmentOf(position: number): number {
    return Math.floor((position - 1) / SEGMENT_RECORDS);
  }

  /** Segments from `newest` to `oldest`, without those that ended at another time than asked for. */
  async #window(newest: number, oldest: number, question: CdrQuestion): Promise<number[]> {
    const segments = Array.from({ length: newest - oldest + 1 }, (_, at) => newest - at);
    if (!isOfATime(question)) return segments;
    const unknown = segments.filter((segment) => segment !== this.#segment && !this.#spans.has(segment));
    await this.#store.prefetch(unknown, ['span']);
    return segments.filter((segment) => this.#blocks(segment, question).includes(true));
  }

  /** Places in the spool up to `last`, newest first, whose records have all `keys` and may have ended when asked. */
  #positionsIn(segment: number, keys: readonly number[], question: CdrQuestion, last: number): number[] {
    const start = segment * SEGMENT_RECORDS;
    const blocks = isOfATime(question) ? this.#blocks(segment, question) : null;
    const places = keys.length === 0 ? null : this.#places(segment, keys);
    const positions: number[] = [];
    for (let at = (places?.length ?? Math.min(SEGMENT_RECORDS, last - start)) - 1; at >= 0; at--) {
      const place = places === null ? at : (places[at] as number);
      const position = start + 1 + place;
      if (position <= last && (blocks === null || blocks[blockOf(place)] === true)) positions.push(position);
    }
    return positions;
  }

  /** Of each block of `segment`, whether a record of it may have ended when `question` says. */
  #blocks(segment: number, question: CdrQuestion): boolean[] {
    const span = segment === this.#segment ? spanOf(this.#open) : this.#spanOf(segment);
    return span?.firstEndsWallMs.map((_, block) => overlaps(span, block, question)) ?? [];
  }

  #spanOf(segment: number): SegmentSpan | null {
    const span = this.#spans.get(segment) ?? this.#store.span(segment);
    if (span !== null) this.#spans.set(segment, span);
    return span;
  }

  /** Places in `segment` that have all `keys`. */
  #places(segment: number, keys: readonly number[]): Uint16Array {
    let common: Uint16Array | null = null;
    for (const key of keys) {
      const places = this.#placesOf(segment, key);
      common = common === null ? places : inBoth(common, places);
      if (common.length === 0) break;
    }
    return common ?? new Uint16Array();
  }

  #placesOf(segment: number, key: number): Uint16Array {
    if (segment === this.#segment) return this.#open.find(key);
    const bytes = this.#store.bucket(segment, bucketOf(key));
    return bytes === null ? new Uint16Array() : placesIn(bytes, key);
  }

  #at(position: number): Cdr | null {
    const record = this.#spool.at(position);
    return record === null ? null : unpackCdr(record);
  }
}

function isOfATime({ fromWallMs, untilWallMs }: CdrQuestion): boolean {
  return fromWallMs !== null || untilWallMs !== null;
}

function spanOf({ firstEndsWallMs, lastEndsWallMs }: OpenSegment): SegmentSpan {
  return { firstEndsWallMs, lastEndsWallMs };
}

/** Whether a record of `block` may have ended when `question` says. */
function overlaps(
  { firstEndsWallMs, lastEndsWallMs }: SegmentSpan,
  block: number,
  { fromWallMs, untilWallMs }: CdrQuestion,
): boolean {
  if (fromWallMs !== null && (lastEndsWallMs[block] as number) < fromWallMs) return false;
  return untilWallMs === null || (firstEndsWallMs[block] as number) < untilWallMs;
}
