// The one place where time passes: a hierarchical timer wheel (Varghese and Lauck, 1987). The host
// says what time it is, the wheel says who is due. Arming and disarming are O(1) and make no garbage.
//
// Time is counted in ticks, and a tick's number is read as five digits of base 64. A timer stands at
// the highest digit in which its tick differs from the wheel's, in the slot that its own digit names:
//
//                          digit 4      digit 3      digit 2     digit 1     digit 0
//    one slot lasts        18.6 h       17.5 min     16.4 s      256 ms      4 ms
//    64 slots reach        49.7 days    18.6 h       17.5 min    16.4 s      256 ms
//
// When the wheel reaches a slot of a higher digit it deals the slot's timers out to lower ones; a
// timer moves at most four times. A bit for each slot says whether anyone stands in it, so the next
// one is found by counting zeros, and hours without a timer cost no more than a tick.
//
// Within a tick the exact due times decide: no timer fires early, and none later than the first
// advance at or after its due time, in the order (due time, order of arming). Both hold because every
// timer of a tick stands in the same slot, wherever the wheel is, and slots are queues.

import { assert } from '../base/assert.ts';
import { sortByDue } from './sort-by-due.ts';
import { POOL_ENTRIES_MAX, POOL_GENERATION_MAX, type Timed, type TimerHandle, TimerPool } from './timer-pool.ts';

export type { Timed, TimerHandle } from './timer-pool.ts';

/** Settings of a wheel; only benchmarks and tests have a reason to give them. */
export interface TimerWheelOptions {
  /** Milliseconds of one tick, a power of two. Default 4, by native-free-bench/micro/core/timer/wheel.ts. */
  readonly tickMs?: number;
  /** Timers there is room for at first. Default 1024. */
  readonly capacity?: number;
  /** Timers that may be armed at one time. Default about four million. */
  readonly timersMax?: number;
  /** Armings of one entry until it is retired. Default 2^31 - 1. */
  readonly generationMax?: number;
}

/** A wheel seen from outside, for the console and for crash reports. */
export interface TimerWheelView {
  readonly nowMs: number;
  readonly nextDueMs: number;
  readonly tickMs: number;
  readonly size: number;
  readonly capacity: number;
  /** Timers standing at each digit, the fastest first. */
  readonly sizeByDigit: readonly number[];
}

const DIGITS = 5;
const DIGIT_BITS = 6;
const SLOTS = 1 << DIGIT_BITS;
const DIGIT_MASK = SLOTS - 1;
const TOP = DIGITS - 1;
/** The digits of a tick's number; above them it is cut off, so that positions go round. */
const POSITION_MASK = (1 << (DIGITS * DIGIT_BITS)) - 1;

/** The list of what is due in the present advance; the slots' lists come before it. */
const DUE = DIGITS * SLOTS;
const LISTS = DUE + 1;

/**
 * The longest delay, in ticks: a quarter of a turn. The wheel may lag behind the clock by one delay
 * (it moves only when something may be due), so half a turn is in use and positions stay unambiguous.
 */
const DELAY_TICKS_MAX = (POSITION_MASK + 1) / 4;

/** Rounds of one advance, each firing what the round before armed without delay. More is a loop. */
const ROUNDS_MAX = 1000;

/** All timers of one shard. */
export class TimerWheel {
  /** The longest delay that can be armed: 12.4 days at the default tick. */
  readonly delayMaxMs: number;
  readonly #tickMs: number;
  readonly #ticksPerMs: number;
  readonly #pool: TimerPool;
  readonly #occupied = new Int32Array((LISTS + 31) >>> 5);
  #batch: Int32Array;
  #spare: Int32Array;
  #nowMs: number;
  #tick: number;
  #nextDueMs = Infinity;
  #size = 0;

  /** `nowMs`: the present on the host's monotonic clock, in milliseconds with fractions. */
  constructor(nowMs: number, options: TimerWheelOptions = {}) {
    const { tickMs = 4, capacity = 1024, timersMax = POOL_ENTRIES_MAX - LISTS } = options;
    assert(Number.isInteger(Math.log2(tickMs)), 'a tick is a power of two, so that its fractions are exact');
    this.#tickMs = tickMs;
    this.#ticksPerMs = 1 / tickMs;
    this.delayMaxMs = DELAY_TICKS_MAX * tickMs;
    this.#pool = new TimerPool(LISTS, {
      capacity, timersMax, generationMax: options.generationMax ?? POOL_GENERATION_MAX,
    });
    this.#batch = new Int32Array(this.#pool.capacity);
    this.#spare = new Int32Array(this.#pool.capacity);
    this.#nowMs = nowMs;
    this.#tick = this.#tickOf(nowMs);
  }

  /** The present: the latest time given to `advance`. Delays count from it. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Timers armed. */
  get size(): number {
    return this.#size;
  }

  /** Calls `owner.due(kind, ...)` once, `delayMs` from now (0 to `delayMaxMs`), unless disarmed before. */
  arm(owner: Timed, kind: number, delayMs: number): TimerHandle {
    assert(delayMs >= 0 && delayMs <= this.delayMaxMs, 'a delay is between nothing and the reach of the wheel');
    const dueMs = this.#nowMs + delayMs;
    if (this.#size === 0) this.#tick = this.#tickOf(this.#nowMs);
    const entry = this.#pool.take(owner, kind, dueMs);
    this.#size++;
    this.#place(entry, dueMs);
    if (dueMs < this.#nextDueMs) this.#nextDueMs = dueMs;
    return this.#pool.handleOf(entry);
  }

  /** Forgets a timer. A handle that is 0, has fired, or was disarmed before changes nothing. */
  disarm(handle: TimerHandle): void {
    const entry = this.#pool.entryOf(handle);
    if (entry < 0) return;
    this.#remove(entry);
    if (this.#size === 0) this.#nextDueMs = Infinity;
  }

  /**
   * When to call `advance` next, Infinity when nothing is armed. Never later than the earliest due
   * time; earlier when that one was disarmed or is still far off, and then that advance fires nothing.
   */
  nextDueMs(): number {
    return this.#nextDueMs;
  }

  /**
   * Makes it `nowMs` and fires what is due, what is armed meanwhile for now included. Answers how many
   * fired. Time never goes back: an earlier `nowMs` counts as the present one.
   */
  advance(nowMs: number): number {
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
    let firedCount = 0;
    for (let round = 0; this.#nextDueMs <= this.#nowMs; round++) {
      assert(round < ROUNDS_MAX, 'nobody goes on arming timers that are due at once');
      this.#collect(this.#tickOf(this.#nowMs));
      firedCount += this.#fire();
      this.#nextDueMs = this.#earliestMs();
    }
    return firedCount;
  }

  /** The wheel as it stands. Walks every timer: not for the hot path. */
  inspect(): TimerWheelView {
    const sizeByDigit = new Array<number>(DIGITS).fill(0);
    for (let slot = 0; slot < DUE; slot++) {
      const digit = slot >>> DIGIT_BITS;
      for (let entry = this.#pool.next[slot] as number; entry !== slot; entry = this.#pool.next[entry] as number) {
        sizeByDigit[digit] = (sizeByDigit[digit] as number) + 1;
      }
    }
    const { capacity } = this.#pool;
    return {
      nowMs: this.#nowMs, nextDueMs: this.#nextDueMs, tickMs: this.#tickMs, size: this.#size, capacity, sizeByDigit,
    };
  }

  #tickOf(timeMs: number): number {
    return Math.floor(timeMs * this.#ticksPerMs);
  }

  /** Puts `entry` at the highest digit in which its tick differs from the wheel's. */
  #place(entry: number, dueMs: number): void {
    const position = this.#tickOf(dueMs) & POSITION_MASK;
    const differing = position ^ (this.#tick & POSITION_MASK);
    const digit = differing === 0 ? 0 : ((31 - Math.clz32(differing)) / DIGIT_BITS) | 0;
    const slot = (digit << DIGIT_BITS) | ((position >>> (digit * DIGIT_BITS)) & DIGIT_MASK);
    this.#append(slot, entry);
  }

  #append(list: number, entry: number): void {
    this.#pool.append(list, entry);
    const word = list >>> 5;
    this.#occupied[word] = (this.#occupied[word] as number) | (1 << (list & 31));
  }

  #unlink(entry: number): void {
    const emptied = this.#pool.unlink(entry);
    if (emptied < 0) return;
    const word = emptied >>> 5;
    this.#occupied[word] = (this.#occupied[word] as number) & ~(1 << (emptied & 31));
  }

  #remove(entry: number): void {
    this.#unlink(entry);
    this.#pool.give(entry);
    this.#size--;
  }

  /** Moves the wheel to `tick`, and everything due by now into the list of the due. */
  #collect(tick: number): void {
    for (let slot = this.#firstSlot(); slot >= 0; slot = this.#firstSlot()) {
      const start = this.#startOf(slot);
      if (start > tick) break;
      this.#tick = start;
      if (slot >= SLOTS) this.#dealOut(slot);
      else if (!this.#collectSlot(slot)) break;
    }
    this.#tick = tick;
  }

  /** Deals a slot of a higher digit out to lower ones, in order. */
  #dealOut(slot: number): void {
    for (let entry = this.#pool.next[slot] as number; entry !== slot; entry = this.#pool.next[slot] as number) {
      this.#unlink(entry);
      this.#place(entry, this.#pool.dueMs[entry] as number);
    }
  }

  /** Collects what is due in a slot of digit 0; answers whether that was all of it. */
  #collectSlot(slot: number): boolean {
    const { next, dueMs } = this.#pool;
    if (this.#batch.length < this.#size) this.#widenBatch();
    let count = 0;
    let waitingCount = 0;
    for (let entry = next[slot] as number; entry !== slot; entry = next[entry] as number) {
      if ((dueMs[entry] as number) <= this.#nowMs) this.#batch[count++] = entry;
      else waitingCount++;
    }
    const inOrder = sortByDue(this.#batch, this.#spare, count, dueMs);
    for (let place = 0; place < count; place++) {
      const entry = inOrder[place] as number;
      this.#unlink(entry);
      this.#append(DUE, entry);
    }
    return waitingCount === 0;
  }

  #widenBatch(): void {
    this.#batch = new Int32Array(this.#pool.capacity);
    this.#spare = new Int32Array(this.#pool.capacity);
  }

  /** Fires the list of the due. What an owner disarms on the way leaves the list and does not fire. */
  #fire(): number {
    const pool = this.#pool;
    let firedCount = 0;
    for (let entry = pool.next[DUE] as number; entry !== DUE; entry = pool.next[DUE] as number) {
      const owner = pool.owner[entry] as Timed;
      const kind = pool.kind[entry] as number;
      this.#remove(entry);
      firedCount++;
      owner.due(kind, this.#nowMs);
    }
    return firedCount;
  }

  /** A time not later than the earliest due one, exact when that is within the present turn of digit 0. */
  #earliestMs(): number {
    const slot = this.#firstSlot();
    if (slot < 0) return Infinity;
    if (slot >= SLOTS) return this.#startOf(slot) * this.#tickMs;
    const { next, dueMs } = this.#pool;
    let earliestMs = Infinity;
    for (let entry = next[slot] as number; entry !== slot; entry = next[entry] as number) {
      const entryDueMs = dueMs[entry] as number;
      if (entryDueMs < earliestMs) earliestMs = entryDueMs;
    }
    return earliestMs;
  }

  /** The occupied slot that the wheel reaches first, -1 when all are empty. */
  #firstSlot(): number {
    for (let digit = 0; digit < TOP; digit++) {
      const found = this.#lowestOccupied(digit, 0);
      if (found >= 0) return found;
    }
    // Only the top digit goes round: below it, a slot before the wheel's own belongs to the next turn of
    // the digit above and stands there.
    const here = (this.#tick >>> (TOP * DIGIT_BITS)) & DIGIT_MASK;
    const ahead = this.#lowestOccupied(TOP, here);
    return ahead >= 0 ? ahead : this.#lowestOccupied(TOP, 0);
  }

  /** The first occupied slot of `digit` at `from` or after it, -1 when there is none. */
  #lowestOccupied(digit: number, from: number): number {
    const low = from < 32 ? (this.#occupied[2 * digit] as number) & (-1 << from) : 0;
    if (low !== 0) return (digit << DIGIT_BITS) + trailingZeros(low);
    const high = (this.#occupied[2 * digit + 1] as number) & (from < 32 ? -1 : -1 << (from - 32));
    return high === 0 ? -1 : (digit << DIGIT_BITS) + 32 + trailingZeros(high);
  }

  /** The tick at which the wheel reaches `slot`. */
  #startOf(slot: number): number {
    const shift = (slot >>> DIGIT_BITS) * DIGIT_BITS;
    const position = this.#tick & POSITION_MASK;
    const turnMask = (1 << (shift + DIGIT_BITS)) - 1;
    const start = (position & ~turnMask) | ((slot & DIGIT_MASK) << shift);
    return this.#tick + ((start - position) & POSITION_MASK);
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
