// Whose turn it is: one count for each slot in memory that all shards share. A set of equal gateways counts in the slot
// of its first, the percentages of a mapping gateway in its own.

import { ADMISSION_SLOTS_MAX } from '../base/limits.ts';

/** The golden ratio of 2^32: its multiples, modulo 2^32, lie as evenly as any points can that come one by one. */
const GOLDEN = 0x9e3779b9;
const WHOLE = 2 ** 32;
const HUNDRED = 100;

/** The turns of all sets. */
export class Turns {
  readonly #counts: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#counts = new Int32Array(shared);
  }

  /** Shared memory for all slots. */
  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(ADMISSION_SLOTS_MAX * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Takes the next turn: a point from 0 to below 1. */
  take(slot: number): number {
    return pointOf(Atomics.add(this.#counts, slot, 1));
  }

  /** The turn that is next. */
  next(slot: number): number {
    return pointOf(Atomics.load(this.#counts, slot));
  }

  /** Takes the next place of a hundred: any hundred calls in a row, on whatever shards, have each place once. */
  takeOfHundred(slot: number): number {
    let seen = Atomics.load(this.#counts, slot);
    for (;;) {
      const found = Atomics.compareExchange(this.#counts, slot, seen, (seen + 1) % HUNDRED);
      if (found === seen) return seen;
      seen = found;
    }
  }

  /** The place of a hundred that is next. */
  nextOfHundred(slot: number): number {
    return Atomics.load(this.#counts, slot);
  }
}

function pointOf(count: number): number {
  return (Math.imul(count, GOLDEN) >>> 0) / WHOLE;
}
