// What reports are counted from: the calls of the spool as columns, 16 384 neighbouring records a segment. It follows
// the spool by itself, as the index does: a segment says how far it has come, so every record is in one and none in
// two, whatever dies; what is not stored yet is read again after a start, and a lost history is made anew from the
// records that there are.
//
// A call takes a fifteenth here of what its record takes, so a history stays long after the records have gone.

import { bytesOfTables, type ClosedTable, marksOf, tablesIn } from '../../store/number-columns.ts';
import type { CdrSpool, ColumnStore } from '../../store/ports.ts';
import { endedAt } from '../cdr/index/search-keys.ts';
import type { UnpackedSpool } from '../cdr/unpacked-spool.ts';
import { CallTables } from './call-tables.ts';

/** Places of the spool that one segment covers. */
export const HISTORY_SEGMENT_RECORDS = 16_384;
/** Records looked at in one go; some 30 ms. */
const RECORDS_IN_ONE_GO = 4_096;

/** When the calls of a segment ended, wall clock ms, and the last place of the spool that it has. */
interface Span {
  readonly position: number;
  readonly firstEndWallMs: number;
  readonly lastEndWallMs: number;
  readonly callCount: number;
}

/** A segment to read. */
export interface CallSegment extends Span {
  readonly calls: ClosedTable;
  readonly attempts: ClosedTable;
  readonly agents: ClosedTable;
}

const NO_SPAN: Span = {
  position: 0,
  firstEndWallMs: Number.POSITIVE_INFINITY,
  lastEndWallMs: Number.NEGATIVE_INFINITY,
  callCount: 0,
};

/** Of a segment that nobody has looked at yet. */
const ANY_SPAN: Span = {
  ...NO_SPAN,
  firstEndWallMs: Number.NEGATIVE_INFINITY,
  lastEndWallMs: Number.POSITIVE_INFINITY,
};

/** The history of one spool. */
export class CallHistory {
  readonly #records: UnpackedSpool;
  readonly #store: ColumnStore;
  readonly #spool: CdrSpool;
  /** Of stored segments, once they were looked at. */
  readonly #spans = new Map<number, Span>();
  /** Number of the segment that is being filled: its records are those after `number * HISTORY_SEGMENT_RECORDS`. */
  #number: number;
  #open = new CallTables();
  #span: Span = NO_SPAN;
  /** The last record that is in. */
  #position: number;
  /** The last one that is stored. */
  #storedPosition: number;
  /** Segments that were ahead of the spool when it was opened, and dropped: files of two backups. */
  aheadCount = 0;

  constructor(spool: CdrSpool, records: UnpackedSpool, store: ColumnStore) {
    this.#spool = spool;
    this.#records = records;
    this.#store = store;
    this.#dropBeyond(spool.lastPosition());
    this.#number = Math.max(0, store.last());
    const stored = store.last() < 0 ? null : this.#read(store.last());
    if (stored !== null) this.#goOnWith(stored);
    const oldest = spool.after(0, 1)[0]?.position ?? spool.lastPosition() + 1;
    this.#position = Math.max(stored?.position ?? 0, oldest - 1);
    this.#storedPosition = stored?.position ?? this.#position;
    this.#begin(numberOf(this.#position + 1));
  }

  /** Takes in what is new, some thousand records at most; answers how many. Throws what the store throws. */
  follow(): number {
    const records = this.#records.after(this.#position, RECORDS_IN_ONE_GO);
    for (const { position, cdr } of records) {
      if (numberOf(position) !== this.#number) {
        this.#storeOpen();
        this.#begin(numberOf(position));
      }
      this.#open.add(cdr);
      const endWallMs = endedAt(cdr);
      this.#span = {
        position,
        firstEndWallMs: Math.min(this.#span.firstEndWallMs, endWallMs),
        lastEndWallMs: Math.max(this.#span.lastEndWallMs, endWallMs),
        callCount: this.#span.callCount + 1,
      };
      this.#position = position;
    }
    return records.length;
  }

  /** Records that are not in yet. */
  backlog(): number {
    return this.#spool.lastPosition() - this.#position;
  }

  /** When the first call that is not in yet ended, wall clock ms; null when all are in. */
  nextEndWallMs(): number | null {
    const [next] = this.#records.glance(this.#position, 1);
    return next === undefined ? null : endedAt(next.cdr);
  }

  /** The last record that is in. */
  get position(): number {
    return this.#position;
  }

  /** Returns when the records up to `position` may go: those not stored yet are. Throws what the store throws. */
  release(position: number): void {
    if (position > this.#storedPosition) this.#storeOpen();
  }

  #storeOpen(): void {
    if (this.#storedPosition >= this.#position) return;
    this.#store.put(this.#number, this.#bytes());
    this.#spans.set(this.#number, this.#span);
    this.#storedPosition = this.#position;
  }

  /** Numbers of the oldest segment and of the one that is being filled. */
  numbers(): { readonly first: number; readonly last: number } {
    const first = this.#store.first();
    return { first: first < 0 ? this.#number : first, last: this.#number };
  }

  /**
   * A segment some of whose calls ended in the time asked for; null when that of this number has none. It is good until
   * the next one is asked for.
   */
  segment(number: number, fromWallMs: number, untilWallMs: number): CallSegment | null {
    const span = this.#spanOf(number);
    if (span === null || !isWithin(span, fromWallMs, untilWallMs)) return null;
    return number === this.#number ? segmentIn(this.#bytes()) : this.#read(number);
  }

  /** Brings some segments into memory, those that may have calls of that time; resolves when they are there. */
  prefetch(numbers: readonly number[], fromWallMs: number, untilWallMs: number): Promise<void> {
    const finished = numbers.filter((number) => number < this.#number);
    const spanOf = (number: number): Span => this.#spans.get(number) ?? ANY_SPAN;
    return this.#store.prefetch(finished.filter((number) => isWithin(spanOf(number), fromWallMs, untilWallMs)));
  }

  /** Stretches of the spool in which calls may have ended in that time, oldest first: after a place, up to another. */
  *stretches(fromWallMs: number, untilWallMs: number): Generator<{ readonly after: number; readonly upTo: number }> {
    // What is taken in while these are read comes with what was not in at the beginning.
    const position = this.#position;
    const { first, last } = this.numbers();
    for (let number = first; number <= last; number++) {
      const span = this.#spanOf(number);
      if (span === null || !isWithin(span, fromWallMs, untilWallMs)) continue;
      yield { after: number * HISTORY_SEGMENT_RECORDS, upTo: Math.min(span.position, position) };
    }
    yield { after: position, upTo: this.#spool.lastPosition() };
  }

  /** When the oldest call that is known ended; null when none is. */
  knownFromWallMs(): number | null {
    const { first, last } = this.numbers();
    for (let number = first; number <= last; number++) {
      const span = this.#spanOf(number);
      if (span !== null && span.callCount > 0) return span.firstEndWallMs;
    }
    return null;
  }

  /** Whether calls have ended that are not known (any more). */
  hasLost(): boolean {
    const { first } = this.numbers();
    const span = this.#spanOf(first);
    return first > 0 || (span !== null && span.callCount < span.position);
  }

  /** Drops the oldest segment when its calls ended before `wallMs`, or all take more of the room than `useRatioMax`. */
  trim(wallMs: number, useRatioMax: number): void {
    const first = this.#store.first();
    if (first < 0 || first >= this.#number) return;
    const isOld = (this.#spanOf(first)?.lastEndWallMs ?? 0) < wallMs;
    if (!isOld && this.#store.useRatio() <= useRatioMax) return;
    this.#store.drop(first);
    this.#spans.delete(first);
  }

  /** Drops what is ahead of the spool. No fault leaves it so, but files from two backups do. */
  #dropBeyond(position: number): void {
    let last = this.#store.last();
    while (last >= 0 && (this.#read(last)?.position ?? 0) > position) {
      this.#store.drop(last);
      this.aheadCount += 1;
      last = this.#store.last();
    }
  }

  #begin(number: number): void {
    if (number === this.#number) return;
    this.#number = number;
    this.#open = new CallTables();
    this.#span = NO_SPAN;
  }

  #goOnWith(segment: CallSegment): void {
    for (const name of ['calls', 'attempts', 'agents'] as const) this.#open[name].addAll(segment[name]);
    this.#span = spanOf(segment);
  }

  #spanOf(number: number): Span | null {
    if (number === this.#number) return this.#span;
    const known = this.#spans.get(number);
    if (known !== undefined) return known;
    const segment = this.#read(number);
    if (segment === null) return null;
    const span = spanOf(segment);
    this.#spans.set(number, span);
    return span;
  }

  #read(number: number): CallSegment | null {
    const bytes = this.#store.get(number);
    return bytes === null ? null : segmentIn(bytes);
  }

  #bytes(): Uint8Array {
    const { calls, attempts, agents } = this.#open;
    const { position, firstEndWallMs, lastEndWallMs, callCount } = this.#span;
    return bytesOfTables([calls, attempts, agents], [position, firstEndWallMs, lastEndWallMs, callCount]);
  }
}

function isWithin({ firstEndWallMs, lastEndWallMs }: Span, fromWallMs: number, untilWallMs: number): boolean {
  return lastEndWallMs >= fromWallMs && firstEndWallMs < untilWallMs;
}

function numberOf(position: number): number {
  return Math.floor((position - 1) / HISTORY_SEGMENT_RECORDS);
}

function spanOf({ position, firstEndWallMs, lastEndWallMs, callCount }: CallSegment): Span {
  return { position, firstEndWallMs, lastEndWallMs, callCount };
}

function segmentIn(bytes: Uint8Array): CallSegment {
  const [position = 0, firstEndWallMs = 0, lastEndWallMs = 0, callCount = 0] = marksOf(bytes);
  const tables = tablesIn(bytes);
  const table = (name: string): ClosedTable => tables.get(name) as ClosedTable;
  const [calls, attempts, agents] = [table('calls'), table('attempts'), table('agents')];
  return { position, firstEndWallMs, lastEndWallMs, callCount, calls, attempts, agents };
}
