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
// A handle is an entry and a kind, and fits V8's small integers: a larger number would be an object each time it is
// kept. It names a timer only together with its owner, who has one of a kind at a time: a stale handle, whose entry
// has gone to another owner or serves another kind, names nothing.

import { assert } from '../base/assert.ts';

/** Bounds of a pool. */
export interface TimerPoolBounds {
  /** Timers there is room for at first; the columns double when more are armed. */
  readonly capacity: number;
  /** Timers that may be armed at one time; one more is a defect of the switch. */
  readonly timersMax: number;
}

/** Bits of a handle: the entry below, the kind above. */
const ENTRY_BITS = 22;
const KIND_BITS = 9;

/** Entries a handle can tell apart. */
export const POOL_ENTRIES_MAX = 2 ** ENTRY_BITS;

const ENTRY_MASK = POOL_ENTRIES_MAX - 1;
const KIND_MASK = 2 ** KIND_BITS - 1;

const NONE = -1;

/** The columns, their free entries and their lists. `Owner`: whom an entry belongs to. */
export class TimerPool<Owner extends object> {
  next: Int32Array;
  prev: Int32Array;
  dueMs: Float64Array;
  kind: Int32Array;
  readonly owner: (Owner | null)[];
  #free = NONE;
  #fresh: number;
  readonly #bounds: TimerPoolBounds;
  readonly #listCount: number;

  /** A pool with `listCount` empty lists. */
  constructor(listCount: number, bounds: TimerPoolBounds) {
    assert(bounds.timersMax + listCount <= POOL_ENTRIES_MAX, 'a handle has room for every entry');
    const length = listCount + Math.max(1, bounds.capacity);
    this.next = Int32Array.from({ length }, (_, entry) => entry);
    this.prev = this.next.slice();
    this.dueMs = new Float64Array(length);
    this.kind = new Int32Array(length);
    this.owner = new Array<Owner | null>(length).fill(null);
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
    this.next[entry] = this.#free;
    this.#free = entry;
  }

  /** The handle of an armed entry. */
  handleOf(entry: number): number {
    return ((this.kind[entry]! & KIND_MASK) << ENTRY_BITS) | entry;
  }

  /** The entry that `handle` of `owner` names; -1 when it names none any more. */
  entryOf(handle: number, owner: Owner): number {
    const entry = handle & ENTRY_MASK;
    return this.owner[entry] === owner && this.handleOf(entry) === handle ? entry : NONE;
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
