// Where the wheel's entries live: columns of numbers instead of objects, so that arming makes no
// object and a million timers are a handful of arrays. An entry is an index into every column.
//
// Entries stand in circular doubly linked lists. The first entries of the columns are the lists
// themselves (their heads, which are never due), the rest are timers:
//
//   next/prev   | head 0 | head 1 | ... | head N-1 | timer | timer | free | timer | ...
//
// An entry alone in its list has the head on both sides. That is how a removal notices, without a
// field saying which list the entry stands in, that it leaves an empty list behind.
//
// A handle is an entry and its generation, which grows whenever the entry is given back: a stale handle
// names nothing.

import { assert } from '../base/assert.ts';

/** Bounds of a pool. */
export interface TimerPoolBounds {
  /** Timers there is room for at first; the columns double when more are armed. */
  readonly capacity: number;
  /** Timers that may be armed at one time; one more is a defect of the switch. */
  readonly timersMax: number;
  /** Armings of one entry, after which it is retired: its handles are used up. */
  readonly generationMax: number;
}

/** Entries a handle can tell apart. With the generation above them a handle fills the 53 bits of a safe integer. */
export const POOL_ENTRIES_MAX = 2 ** 22;

/** Generations a handle can tell apart. */
export const POOL_GENERATION_MAX = 2 ** 31 - 1;

const NONE = -1;

/** The columns, their free entries and their lists. `Owner`: whom an entry belongs to. */
export class TimerPool<Owner extends object> {
  next: Int32Array;
  prev: Int32Array;
  dueMs: Float64Array;
  kind: Int32Array;
  readonly owner: (Owner | null)[];
  #generation: Int32Array;
  #free = NONE;
  #fresh: number;
  readonly #bounds: TimerPoolBounds;
  readonly #listCount: number;

  /** A pool with `listCount` empty lists. */
  constructor(listCount: number, bounds: TimerPoolBounds) {
    assert(bounds.timersMax + listCount <= POOL_ENTRIES_MAX, 'a handle has room for every entry');
    assert(bounds.generationMax <= POOL_GENERATION_MAX, 'a handle has room for every generation');
    const length = listCount + Math.max(1, bounds.capacity);
    this.next = Int32Array.from({ length }, (_, entry) => entry);
    this.prev = this.next.slice();
    this.dueMs = new Float64Array(length);
    this.kind = new Int32Array(length);
    this.owner = new Array<Owner | null>(length).fill(null);
    this.#generation = new Int32Array(length).fill(1);
    this.#fresh = listCount;
    this.#bounds = bounds;
    this.#listCount = listCount;
  }

  /** Timers there is room for without growing. */
  get capacity(): number {
    return this.next.length - this.#listCount;
  }

  /** An entry of no list, for the caller to fill and append. */
  take(owner: Owner, kind: number, dueMs: number): number {
    let entry = this.#free;
    if (entry === NONE) {
      if (this.#fresh === this.next.length) this.#grow();
      entry = this.#fresh++;
    } else {
      this.#free = this.next[entry]!;
    }
    this.owner[entry] = owner;
    this.kind[entry] = kind;
    this.dueMs[entry] = dueMs;
    return entry;
  }

  /** Takes back an entry that has left its list. Its handle is stale from here on. */
  give(entry: number): void {
    this.owner[entry] = null;
    const generation = this.#generation[entry]! + 1;
    // A retired entry costs its 28 bytes; a handle that came round again could disarm a stranger's timer.
    if (generation > this.#bounds.generationMax) {
      this.#generation[entry] = 0;
      return;
    }
    this.#generation[entry] = generation;
    this.next[entry] = this.#free;
    this.#free = entry;
  }

  /** The handle of an armed entry. */
  handleOf(entry: number): number {
    return this.#generation[entry]! * POOL_ENTRIES_MAX + entry;
  }

  /** The entry that `handle` names; -1 when it names none any more. */
  entryOf(handle: number): number {
    const generation = Math.floor(handle / POOL_ENTRIES_MAX);
    const entry = handle - generation * POOL_ENTRIES_MAX;
    return generation !== 0 && this.#generation[entry] === generation ? entry : NONE;
  }

  /** Puts `entry` at the end of `list`. */
  append(list: number, entry: number): void {
    const last = this.prev[list]!;
    this.next[last] = entry;
    this.prev[entry] = last;
    this.next[entry] = list;
    this.prev[list] = entry;
  }

  /** Takes `entry` out of its list. Answers the list when that is empty now, -1 otherwise. */
  unlink(entry: number): number {
    const before = this.prev[entry]!;
    const after = this.next[entry]!;
    this.next[before] = after;
    this.prev[after] = before;
    return before === after ? before : NONE;
  }

  #grow(): void {
    const length = this.#listCount + Math.min(2 * this.capacity, this.#bounds.timersMax);
    assert(length > this.next.length, 'no more timers are armed than the switch has a use for');
    const old = this.next.length;
    this.next = widened(this.next, length);
    this.prev = widened(this.prev, length);
    this.kind = widened(this.kind, length);
    this.#generation = widened(this.#generation, length).fill(1, old);
    const dueMs = new Float64Array(length);
    dueMs.set(this.dueMs);
    this.dueMs = dueMs;
    for (let entry = old; entry < length; entry++) this.owner.push(null);
  }
}

function widened(column: Int32Array, length: number): Int32Array {
  const wider = new Int32Array(length);
  wider.set(column);
  return wider;
}
