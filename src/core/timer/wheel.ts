// The one place where time passes: a hierarchical timer wheel (Varghese and Lauck, 1987). The host
// says what time it is, the wheel says who is due. Arming and disarming are O(1) and make no objects.
//
// Time is counted in ticks, and timers stand in slots: fine ones for what is due soon, coarse ones for what
// is far off (slots.ts draws them). When the wheel reaches a coarse slot it deals its timers out to finer
// ones; a timer moves at most four times, and hours without a timer cost no more than a tick.
//
// Within a tick the exact due times decide: no timer fires early, and none later than the first
// advance at or after its due time, in the order (due time, order of arming). Both hold because every
// timer of a tick stands in the same slot, wherever the wheel is, and slots are queues.

import { assert } from '../base/assert.ts';
import { DIGITS, digitOf, SLOT_COUNT, SLOTS, SlotBits, slotOf, slotStart, TURN_TICKS } from './slots.ts';
import { sortByDue } from './sort-by-due.ts';
import { POOL_ENTRIES_MAX, TimerPool } from './timer-pool.ts';

/**
 * Names a timer of its owner. 0 is no timer. Once it has fired or been disarmed it names nothing, until the owner arms
 * one of the same kind again.
 */
export type TimerHandle = number;

/** Whoever wants to hear that time has passed. */
export interface Timed {
  /** The timer armed as `kind` is due; `nowMs` is the time of this advance, not earlier than the due time. */
  due(kind: number, nowMs: number): void;
}

/** Settings of a wheel; only benchmarks and tests have a reason to give them. */
export interface TimerWheelOptions {
  /**
   * Milliseconds of one tick, a power of two. Default 4: by native-free-bench/micro/core/timer/wheel.ts it arms and
   * disarms as fast as 1 and 2, fires within 6 % of them, and reaches further; 8 has more to sort and fires slower.
   */
  readonly tickMs?: number;
  /** Timers there is room for at first. Default 1024. */
  readonly capacity?: number;
  /** Timers that may be armed at one time. Default about four million. */
  readonly timersMax?: number;
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

/** The list of what is due in the present advance; the slots' lists come before it. */
const DUE = SLOT_COUNT;
const LISTS = DUE + 1;

/**
 * The longest delay, in ticks: a quarter of a turn. The wheel may lag behind the clock by one delay
 * (it moves only when something may be due), so half a turn is in use and positions stay unambiguous.
 */
const DELAY_TICKS_MAX = TURN_TICKS / 4;

/** Rounds of one advance, each firing what the round before armed without delay. More is a loop. */
const ROUNDS_MAX = 1000;

/**
 * A host that is later than this was suspended or starved; then waits count from when it woke, lest a series of
 * resends goes out in one burst.
 */
const LATENESS_FORGIVEN_MS = 50;

/** All timers of one shard. */
export class TimerWheel {
  /** The longest delay that can be armed: 12.4 days at the default tick. */
  readonly delayMaxMs: number;
  readonly #tickMs: number;
  readonly #ticksPerMs: number;
  readonly #pool: TimerPool<Timed>;
  readonly #occupied = new SlotBits();
  #batch = new Int32Array(0);
  #spare = new Int32Array(0);
  #nowMs: number;
  #presentMs: number;
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
    this.#pool = new TimerPool(LISTS, { capacity, timersMax });
    this.#nowMs = nowMs;
    this.#presentMs = nowMs;
    this.#tick = this.#tickOf(nowMs);
  }

  /**
   * The present: the latest time given to `advance`; while a timer fires, the time it was due, so that a series of
   * waits does not gather the lateness of its host. Delays count from it.
   */
  get nowMs(): number {
    return this.#presentMs;
  }

  /** Timers armed. */
  get size(): number {
    return this.#size;
  }

  /**
   * Calls `owner.due(kind, ...)` once, `delayMs` from now (0 to `delayMaxMs`), unless disarmed before. An owner that
   * keeps handles has one of a kind (of 512) at a time.
   */
  arm(owner: Timed, kind: number, delayMs: number): TimerHandle {
    assert(delayMs >= 0 && delayMs <= this.delayMaxMs, 'a delay is between nothing and the reach of the wheel');
    const dueMs = Math.max(this.#presentMs + delayMs, this.#nowMs);
    if (this.#size === 0) this.#tick = this.#tickOf(this.#nowMs);
    const entry = this.#pool.take(owner, kind, dueMs);
    this.#size++;
    this.#place(entry, dueMs);
    if (dueMs < this.#nextDueMs) this.#nextDueMs = dueMs;
    return this.#pool.handleOf(entry);
  }

  /** Forgets a timer of `owner`. A handle that is 0, has fired, or was disarmed before changes nothing. */
  disarm(handle: TimerHandle, owner: Timed): void {
    const entry = this.#pool.entryOf(handle, owner);
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
    this.#presentMs = this.#nowMs;
    let firedCount = 0;
    for (let round = 0; this.#nextDueMs <= this.#nowMs; round++) {
      assert(round < ROUNDS_MAX, 'nobody goes on arming timers that are due at once');
      this.#collect(this.#tickOf(this.#nowMs));
      firedCount += this.#fire();
      this.#presentMs = this.#nowMs;
      this.#nextDueMs = this.#earliestMs();
    }
    return firedCount;
  }

  /** The wheel as it stands. Walks every timer: not for the hot path. */
  inspect(): TimerWheelView {
    const sizeByDigit = new Array<number>(DIGITS).fill(0);
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const digit = digitOf(slot);
      for (let entry = this.#pool.next[slot]!; entry !== slot; entry = this.#pool.next[entry]!) {
        sizeByDigit[digit] = sizeByDigit[digit]! + 1;
      }
    }
    const { capacity } = this.#pool;
    return {
      nowMs: this.#nowMs,
      nextDueMs: this.#nextDueMs,
      tickMs: this.#tickMs,
      size: this.#size,
      capacity,
      sizeByDigit,
    };
  }

  #tickOf(timeMs: number): number {
    return Math.floor(timeMs * this.#ticksPerMs);
  }

  /** Puts `entry` at the end of its slot's queue. */
  #place(entry: number, dueMs: number): void {
    const slot = slotOf(this.#tickOf(dueMs), this.#tick);
    this.#pool.append(slot, entry);
    this.#occupied.set(slot);
  }

  #unlink(entry: number): void {
    const emptied = this.#pool.unlink(entry);
    if (emptied >= 0 && emptied !== DUE) this.#occupied.clear(emptied);
  }

  #remove(entry: number): void {
    this.#unlink(entry);
    this.#pool.give(entry);
    this.#size--;
  }

  /** Moves the wheel to `tick`, and everything due by now into the list of the due. */
  #collect(tick: number): void {
    for (let slot = this.#occupied.first(this.#tick); slot >= 0; slot = this.#occupied.first(this.#tick)) {
      const start = slotStart(slot, this.#tick);
      if (start > tick) break;
      this.#tick = start;
      if (slot >= SLOTS) this.#dealOut(slot);
      else if (!this.#collectSlot(slot)) break;
    }
    this.#tick = tick;
  }

  /** Deals a coarse slot out to finer ones, in order. */
  #dealOut(slot: number): void {
    for (let entry = this.#pool.next[slot]!; entry !== slot; entry = this.#pool.next[slot]!) {
      this.#unlink(entry);
      this.#place(entry, this.#pool.dueMs[entry]!);
    }
  }

  /** Collects what is due in a slot of one tick; answers whether that was all of it. */
  #collectSlot(slot: number): boolean {
    const { next, dueMs } = this.#pool;
    if (this.#batch.length < this.#size) this.#widenBatch();
    let count = 0;
    let waitingCount = 0;
    for (let entry = next[slot]!; entry !== slot; entry = next[entry]!) {
      if (dueMs[entry]! <= this.#nowMs) this.#batch[count++] = entry;
      else waitingCount++;
    }
    const inOrder = sortByDue(this.#batch, this.#spare, count, dueMs);
    for (let place = 0; place < count; place++) {
      const entry = inOrder[place]!;
      this.#unlink(entry);
      this.#pool.append(DUE, entry);
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
    for (let entry = pool.next[DUE]!; entry !== DUE; entry = pool.next[DUE]!) {
      const owner = pool.owner[entry]!;
      const kind = pool.kind[entry]!;
      this.#presentMs = Math.max(pool.dueMs[entry]!, this.#nowMs - LATENESS_FORGIVEN_MS);
      this.#remove(entry);
      firedCount++;
      owner.due(kind, this.#nowMs);
    }
    return firedCount;
  }

  /** A time not later than the earliest due one, exact when that is within the present turn of digit 0. */
  #earliestMs(): number {
    const slot = this.#occupied.first(this.#tick);
    if (slot < 0) return Infinity;
    if (slot >= SLOTS) return slotStart(slot, this.#tick) * this.#tickMs;
    const { next, dueMs } = this.#pool;
    let earliestMs = Infinity;
    for (let entry = next[slot]!; entry !== slot; entry = next[entry]!) {
      const entryDueMs = dueMs[entry]!;
      if (entryDueMs < earliestMs) earliestMs = entryDueMs;
    }
    return earliestMs;
  }
}
