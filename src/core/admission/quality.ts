// How each gateway has done lately, and each routing gateway for each prefix: finished calls, answered ones, those that
// reached the called party (NER), talk time (ACD), post-dial delays (PDD). In memory that all shards share, over a
// window that slides by slices: what was counted in a slice goes when the slice has left the window.
//
//   row of a slot     slices: | began | finished | answered | reached | talk | delays | delay | ...
//   row of a prefix   two hashes and the last use of it, then slices as above; rows are found by hash
//
// Sums of time have two cells, the second one counts how often the first has overflowed: a slice of a long window sees
// more than two thousand million milliseconds.
//
// Counts are for ordering and for people. Two shards that begin a slice, or a row, in the same moment may lose one call
// of it; nothing here is a limit.

import { ADMISSION_SLOTS_MAX, QUALITY_PREFIXES_MAX, QUALITY_SLICES_MAX } from '../base/limits.ts';

/** Cells of a slice. When it began: one more than the second, for 0 is never. Talk in tenths of a second. */
const BEGAN = 0;
const FINISHED = 1;
const ANSWERED = 2;
const REACHED = 3;
const TALK_TENTHS = 4;
const DELAYS = 6;
const DELAY_MS = 7;
const SLICE = 9;
const SLICES = QUALITY_SLICES_MAX * SLICE;

/** Of a cell, which holds 32 bits. */
const OVERFLOW = 2 ** 32;

/** Cells before the slices of a prefix's row. */
const HASH = 0;
const OTHER_HASH = 1;
const USED_AT_SECOND = 2;
const HEAD = 3;
const PREFIX_ROW = HEAD + SLICES;

const OFFERED_AT = 0;
const SLOTS_AT = ADMISSION_SLOTS_MAX;
const PREFIXES_AT = SLOTS_AT + ADMISSION_SLOTS_MAX * SLICES;
const CELLS = PREFIXES_AT + QUALITY_PREFIXES_MAX * PREFIX_ROW;

/** Places looked at for the row of a prefix. */
const PROBES = 8;

const SECOND_MS = 1000;
const TENTH_MS = 100;

/** Fewer finished calls than this tell nothing about a gateway. */
export const QUALITY_CALLS_MIN = 10;

/** The time over which quality is counted: SS_GATEWAY_ASR_RESERVE_TIME in SS_GATEWAY_ASR_RESERVE_SEPARATE slices. */
export interface QualityWindow {
  readonly windowMs: number;
  readonly sliceCount: number;
}

/** A finished call. */
export interface FinishedCall {
  readonly isAnswered: boolean;
  /** The network did its part: answered, rang, busy, or refused by the called party (ITU-T E.425). */
  readonly isReached: boolean;
  readonly talkMs: number;
}

/** Quality over the window; null where nothing was counted. */
export interface Quality {
  readonly calls: number;
  /** Answered share of finished calls, 0 to 1. */
  readonly asr: number | null;
  /** Share of calls that reached the called party, 0 to 1. */
  readonly ner: number | null;
  /** Mean talk time of answered calls. */
  readonly acdSeconds: number | null;
  /** Mean post-dial delay. */
  readonly pddSeconds: number | null;
}

/** The quality of all gateways, as every shard and control see it. */
export class QualityBoard {
  readonly #cells: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#cells = new Int32Array(shared);
  }

  /** Shared memory for all slots. Rows of gateways that never carry a call are never touched, so cost no memory. */
  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
  }

  /** A call is offered to the gateway in `slot`. */
  offer(slot: number): void {
    Atomics.add(this.#cells, OFFERED_AT + slot, 1);
  }

  /** Calls offered to it since the switch began. */
  offered(slot: number): number {
    return Atomics.load(this.#cells, OFFERED_AT + slot) >>> 0;
  }

  /** A call of `slot`, found by `prefix`, is over. Null: a mapping gateway, which no prefix found. */
  finished(slot: number, prefix: string | null, call: FinishedCall, window: QualityWindow, nowMs: number): void {
    this.#finished(this.#sliceOf(rowOf(slot), window, nowMs), call);
    const row = prefix === null ? -1 : this.#prefixRow(slot, prefix, nowMs, window.windowMs);
    if (row >= 0) this.#finished(this.#sliceOf(row, window, nowMs), call);
  }

  /** A call of `slot`, found by `prefix`, was alerted or answered after `delayMs`. */
  delayed(slot: number, prefix: string, delayMs: number, window: QualityWindow, nowMs: number): void {
    this.#delayed(this.#sliceOf(rowOf(slot), window, nowMs), delayMs);
    const row = this.#prefixRow(slot, prefix, nowMs, window.windowMs);
    if (row >= 0) this.#delayed(this.#sliceOf(row, window, nowMs), delayMs);
  }

  /** The quality of the gateway in `slot`; with a prefix, that of its calls to it. */
  read(slot: number, prefix: string | null, windowMs: number, nowMs: number): Quality {
    const row = prefix === null ? rowOf(slot) : this.#findPrefix(slot, prefix);
    const sum = (cell: number): number => (row < 0 ? 0 : this.#sum(row, cell, windowMs, nowMs));
    const long = (cell: number): number => sum(cell) + sum(cell + 1) * OVERFLOW;
    const calls = sum(FINISHED);
    const answered = sum(ANSWERED);
    const delays = sum(DELAYS);
    return {
      calls,
      asr: share(answered, calls),
      ner: share(sum(REACHED), calls),
      acdSeconds: share((long(TALK_TENTHS) * TENTH_MS) / SECOND_MS, answered),
      pddSeconds: share(long(DELAY_MS) / SECOND_MS, delays),
    };
  }

  /**
   * Answered share of the calls to `prefix`, in whole percent; of all calls of `slot` where those are too few; -1 where
   * both are.
   */
  answerPercent(slot: number, prefix: string, windowMs: number, nowMs: number): number {
    const row = this.#findPrefix(slot, prefix);
    const percent = row < 0 ? -1 : this.#percent(row, windowMs, nowMs);
    return percent < 0 ? this.#percent(rowOf(slot), windowMs, nowMs) : percent;
  }

  #percent(row: number, windowMs: number, nowMs: number): number {
    const calls = this.#sum(row, FINISHED, windowMs, nowMs);
    if (calls < QUALITY_CALLS_MIN) return -1;
    return Math.round((this.#sum(row, ANSWERED, windowMs, nowMs) * 100) / calls);
  }

  /** The sum of a cell over the slices that the window has. */
  #sum(row: number, cell: number, windowMs: number, nowMs: number): number {
    const cells = this.#cells;
    const sinceSecond = (nowMs - windowMs) / SECOND_MS + 1;
    let sum = 0;
    for (let slice = row; slice < row + SLICES; slice += SLICE) {
      const began = cells[slice] as number;
      if (began !== 0 && began > sinceSecond) sum += (cells[slice + cell] as number) >>> 0;
    }
    return sum;
  }

  #finished(slice: number, { isAnswered, isReached, talkMs }: FinishedCall): void {
    const cells = this.#cells;
    Atomics.add(cells, slice + FINISHED, 1);
    if (isReached) Atomics.add(cells, slice + REACHED, 1);
    if (!isAnswered) return;
    Atomics.add(cells, slice + ANSWERED, 1);
    this.#addLong(slice + TALK_TENTHS, Math.round(talkMs / TENTH_MS));
  }

  #delayed(slice: number, delayMs: number): void {
    Atomics.add(this.#cells, slice + DELAYS, 1);
    this.#addLong(slice + DELAY_MS, Math.round(delayMs));
  }

  #addLong(cell: number, amount: number): void {
    const before = Atomics.add(this.#cells, cell, amount) >>> 0;
    if (before + amount >= OVERFLOW) Atomics.add(this.#cells, cell + 1, 1);
  }

  /** The slice of `row` that `nowMs` is in; who comes first empties it. */
  #sliceOf(row: number, { windowMs, sliceCount }: QualityWindow, nowMs: number): number {
    const cells = this.#cells;
    const sliceMs = windowMs / sliceCount;
    const count = Math.floor(nowMs / sliceMs);
    const began = Math.floor((count * sliceMs) / SECOND_MS) + 1;
    const slice = row + (count % QUALITY_SLICES_MAX) * SLICE;
    const seen = Atomics.load(cells, slice + BEGAN);
    if (seen !== began && Atomics.compareExchange(cells, slice + BEGAN, seen, began) === seen) {
      for (let cell = BEGAN + 1; cell < SLICE; cell++) Atomics.store(cells, slice + cell, 0);
    }
    return slice;
  }

  /** Where the slices of a prefix stand; -1 when it has no row and there is none to be had. */
  #prefixRow(slot: number, prefix: string, nowMs: number, windowMs: number): number {
    const cells = this.#cells;
    const found = this.#findPrefix(slot, prefix);
    const second = Math.floor(nowMs / SECOND_MS) + 1;
    if (found >= 0) {
      Atomics.store(cells, found - HEAD + USED_AT_SECOND, second);
      return found;
    }
    const hash = hashOf(slot, prefix, HASH_SEED);
    for (let probe = 0; probe < PROBES; probe++) {
      const row = prefixRowAt(hash, probe);
      const known = Atomics.load(cells, row + HASH);
      const isFree = known === 0 || Atomics.load(cells, row + USED_AT_SECOND) < second - windowMs / SECOND_MS;
      if (!isFree || Atomics.compareExchange(cells, row + HASH, known, hash) !== known) continue;
      Atomics.store(cells, row + OTHER_HASH, hashOf(slot, prefix, OTHER_SEED));
      Atomics.store(cells, row + USED_AT_SECOND, second);
      cells.fill(0, row + HEAD, row + PREFIX_ROW);
      return row + HEAD;
    }
    return -1;
  }

  #findPrefix(slot: number, prefix: string): number {
    const cells = this.#cells;
    const hash = hashOf(slot, prefix, HASH_SEED);
    let other = 0;
    for (let probe = 0; probe < PROBES; probe++) {
      const row = prefixRowAt(hash, probe);
      if (cells[row + HASH] !== hash) continue;
      if (other === 0) other = hashOf(slot, prefix, OTHER_SEED);
      if (cells[row + OTHER_HASH] === other) return row + HEAD;
    }
    return -1;
  }
}

function rowOf(slot: number): number {
  return SLOTS_AT + slot * SLICES;
}

const HASH_SEED = 0x811c9dc5;
const OTHER_SEED = 0x2545f491;
const FNV_PRIME = 0x01000193;

function prefixRowAt(hash: number, probe: number): number {
  return PREFIXES_AT + (((hash >>> 0) + probe) % QUALITY_PREFIXES_MAX) * PREFIX_ROW;
}

/** FNV-1a of slot and digits, its bits mixed once more; never 0. */
function hashOf(slot: number, prefix: string, seed: number): number {
  let hash = Math.imul(seed ^ slot, FNV_PRIME);
  for (let at = 0; at < prefix.length; at++) hash = Math.imul(hash ^ prefix.charCodeAt(at), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) | 1;
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
