// What must be exact across shards: concurrent calls and call rate of the appliance and of every gateway, account,
// group and limited number. Changed by compare-and-set only, so a counter never passes its limit, not by one and not
// for a moment, and nobody waits for anybody.
//
// Whoever holds a call of one holds a **place**: the slot of a name, or beyond all slots the entry of a number. Every
// place that a call holds stands in its record, and what the shard holds of each in memory of its own that outlives it.
//
//   shared   | head | rates | calls | numbers ... |
//   taken    | calls | numbers |

import { assert } from '../base/assert.ts';
import { ADMISSION_SLOTS_MAX, NUMBER_COUNTERS_MAX } from '../base/limits.ts';
import { NumberCounters, type NumberKey, type NumberLimits } from './number-counters.ts';
import { giveToken, hasToken, type Rate, takeToken } from './token-bucket.ts';

/** Words of the head: how many slots and how many numbers there are. */
const SLOT_COUNT = 0;
const NUMBER_COUNT = 1;
const HEAD_BYTES = 64;

const RATE_BYTES = 8;
const CALLS_BYTES = 4;

/** A shard, and the memory of what it holds, which outlives it. */
export interface Holder {
  readonly shardIndex: number;
  readonly taken: SharedArrayBuffer;
}

/** Claims nothing. */
const NOBODY = -1;

/** The counters, as every shard and control see them. */
export class Admission {
  readonly slotCount: number;
  readonly numbers: NumberCounters;
  readonly #rates: BigInt64Array;
  readonly #calls: Int32Array;
  /** What this shard holds of each slot: all of it goes back when the shard dies. */
  readonly #taken: Int32Array;

  /** `holder`: the shard that takes and gives; null for one who only reads. */
  constructor(shared: SharedArrayBuffer, holder: Holder | null) {
    const head = new Int32Array(shared, 0, HEAD_BYTES / CALLS_BYTES);
    const [slotCount, numberCount] = [head[SLOT_COUNT] as number, head[NUMBER_COUNT] as number];
    const held = holder?.taken ?? Admission.allocateTaken(slotCount, numberCount);
    const callsAt = HEAD_BYTES + slotCount * RATE_BYTES;
    this.slotCount = slotCount;
    this.#rates = new BigInt64Array(shared, HEAD_BYTES, slotCount);
    this.#calls = new Int32Array(shared, callsAt, slotCount);
    this.#taken = new Int32Array(held, 0, slotCount);
    const numbersTaken = new Int32Array(held, slotCount * CALLS_BYTES, numberCount);
    this.numbers = new NumberCounters(
      shared,
      callsAt + slotCount * CALLS_BYTES,
      numbersTaken,
      holder?.shardIndex ?? NOBODY,
    );
  }

  /** Shared memory for `slotCount` slots (even) and `numberCount` numbers. What is never written costs no memory. */
  static allocate(slotCount = ADMISSION_SLOTS_MAX, numberCount = NUMBER_COUNTERS_MAX): SharedArrayBuffer {
    const slotsBytes = slotCount * (RATE_BYTES + CALLS_BYTES);
    const shared = new SharedArrayBuffer(HEAD_BYTES + slotsBytes + NumberCounters.sizeBytes(numberCount));
    const head = new Int32Array(shared, 0, HEAD_BYTES / CALLS_BYTES);
    head[SLOT_COUNT] = slotCount;
    head[NUMBER_COUNT] = numberCount;
    return shared;
  }

  /** Memory of what one shard holds. */
  static allocateTaken(slotCount = ADMISSION_SLOTS_MAX, numberCount = NUMBER_COUNTERS_MAX): SharedArrayBuffer {
    return new SharedArrayBuffer((slotCount + numberCount) * CALLS_BYTES);
  }

  /**
   * Holds what `slots` name, once for each time, whatever their capacity: these are calls of an earlier process.
   * `numbers`: keys as `numberKey` told them.
   */
  holdMore(slots: Iterable<number>, numbers: Iterable<NumberKey>, nowMs: number): void {
    for (const slot of slots) {
      Atomics.add(this.#calls, slot, 1);
      this.#taken[slot] = (this.#taken[slot] as number) + 1;
    }
    this.numbers.holdMore(numbers, nowMs);
  }

  /**
   * Holds as `holdMore` does, and gives back what else the shard held: its worker has died, and these are its calls
   * that live on. Never less than they hold, not for a moment. Looks at all memory that there is, 40 ms or more.
   */
  holdOnly(slots: Iterable<number>, numbers: Iterable<NumberKey>, nowMs: number): void {
    const held = new Int32Array(this.slotCount);
    for (const slot of slots) held[slot] = (held[slot] ?? 0) + 1;
    for (let slot = 0; slot < this.slotCount; slot++) {
      const change = (held[slot] as number) - (this.#taken[slot] as number);
      if (change === 0) continue;
      Atomics.add(this.#calls, slot, change);
      this.#taken[slot] = held[slot] as number;
    }
    this.numbers.holdOnly(numbers, nowMs);
  }

  /** Takes one concurrent call of `slot`; false, and nothing taken, when `capacity` calls are there already. */
  takeCall(slot: number, capacity: number | null): boolean {
    const callsMax = capacity ?? Number.POSITIVE_INFINITY;
    let current = Atomics.load(this.#calls, slot);
    while (current < callsMax) {
      const seen = Atomics.compareExchange(this.#calls, slot, current, current + 1);
      if (seen === current) {
        // A worker is ended before it calls and where it loops, so never between these two: it holds what it took. The
        // atomic change stands first: it is called.
        this.#taken[slot] = (this.#taken[slot] as number) + 1;
        return true;
      }
      current = seen;
    }
    return false;
  }

  /**
   * Takes one concurrent call of `number` within `scope`, a slot: the same number in two scopes is two. Answers the
   * place, or why there is none: NUMBER_FULL, NUMBER_TOO_FAST, NUMBER_WITHOUT_ROOM, all below 0.
   */
  takeNumber(scope: number, number: string, limits: NumberLimits, nowMs: number): number {
    const entry = this.numbers.take(scope, number, limits, nowMs);
    return entry < 0 ? entry : this.slotCount + entry;
  }

  /** Gives one concurrent call of `place` back. */
  giveCall(place: number): void {
    if (place >= this.slotCount) return this.numbers.give(place - this.slotCount);
    const taken = this.#taken[place] as number;
    assert(taken > 0, 'a call is given back once, by the shard that took it');
    // As in `takeCall`: nothing may stand between these two.
    Atomics.sub(this.#calls, place, 1);
    this.#taken[place] = taken - 1;
  }

  /** The key of the number at `place`, by which another life of the switch counts it again. */
  numberKey(place: number): NumberKey {
    return this.numbers.keyOf(place - this.slotCount);
  }

  /** The place of a number that has calls; -1 when none has that key. */
  placeOfNumber(key: NumberKey): number {
    const entry = this.numbers.entryOf(key);
    return entry < 0 ? entry : this.slotCount + entry;
  }

  /** Whether `place` is of a number and not of a name. */
  isNumber(place: number): boolean {
    return place >= this.slotCount;
  }

  /** Calls that the entry of a number at `place` has given back, whichever number's they were. */
  numbersGiven(place: number): number {
    return this.numbers.given(place - this.slotCount);
  }

  /** Places of numbers that had calls, or have some. */
  *numberPlaces(): Generator<number> {
    for (const entry of this.numbers.usedEntries()) yield this.slotCount + entry;
  }

  /** Concurrent calls of `place` now. */
  calls(place: number): number {
    return place < this.slotCount ? Atomics.load(this.#calls, place) : this.numbers.calls(place - this.slotCount);
  }

  /** Takes one call of the rate of `slot`; false when it is used up. `nowMs`: the monotonic clock of all threads. */
  takeRate(slot: number, rate: Rate, nowMs: number): boolean {
    return takeToken(this.#rates, slot, rate, nowMs);
  }

  /** Whether `takeRate` would take one. */
  hasRate(slot: number, rate: Rate, nowMs: number): boolean {
    return hasToken(this.#rates, slot, rate, nowMs);
  }

  /** Gives back what `takeRate` took just now: the call goes another way. */
  giveRate(slot: number, rate: Rate): void {
    giveToken(this.#rates, slot, rate);
  }
}
