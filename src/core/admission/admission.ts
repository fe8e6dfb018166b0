// What must be exact across shards: concurrent calls and call rate of the appliance and of every gateway, account
// and group. One slot each in shared memory, changed only by compare-and-set, so a counter never passes its limit,
// not by one and not for a moment, and nobody waits for anybody.
//
// Rates are a token bucket in its virtual scheduling form (GCRA, ITU-T I.371): one 64-bit word holds
// the time, in microseconds, at which the bucket would be full again.

import { assert } from '../base/assert.ts';
import { ADMISSION_SLOTS_MAX } from '../base/limits.ts';

const RATE_BYTES = 8;
const CALLS_BYTES = 4;

/** Burst allowed above the even spacing of calls, in seconds' worth of them. */
const BURST_SECONDS = 1;

/** Slot of the appliance itself; gateways, accounts and groups have 1 and up. */
export const APPLIANCE_SLOT = 0;

/** The counters, as every shard and control see them. */
export class Admission {
  readonly #rates: BigInt64Array;
  readonly #calls: Int32Array;
  /** What this shard holds of each slot: all of it goes back when the shard dies. */
  readonly #taken: Int32Array;
  readonly slotCount: number;

  /** `taken`: this shard's own memory, which outlives it; who only reads needs none. */
  constructor(shared: SharedArrayBuffer, taken = Admission.allocateTaken(slotCountIn(shared))) {
    this.slotCount = slotCountIn(shared);
    this.#rates = new BigInt64Array(shared, 0, this.slotCount);
    this.#calls = new Int32Array(shared, this.slotCount * RATE_BYTES, this.slotCount);
    this.#taken = new Int32Array(taken);
  }

  /** Shared memory for `slotCount` slots. What is never written costs no memory. */
  static allocate(slotCount = ADMISSION_SLOTS_MAX): SharedArrayBuffer {
    return new SharedArrayBuffer(slotCount * (RATE_BYTES + CALLS_BYTES));
  }

  /** Memory of what one shard holds. */
  static allocateTaken(slotCount = ADMISSION_SLOTS_MAX): SharedArrayBuffer {
    return new SharedArrayBuffer(slotCount * CALLS_BYTES);
  }

  /**
   * Holds what `slots` name, once for each time, and gives back what else the shard held: its worker has died, or the
   * switch was stopped, and these are its calls that live on. Never less than they hold, not for a moment.
   */
  holdOnly(slots: Iterable<number>): void {
    const held = new Int32Array(this.#taken.length);
    for (const slot of slots) held[slot] = (held[slot] ?? 0) + 1;
    for (let slot = 0; slot < held.length; slot++) {
      const change = (held[slot] as number) - (this.#taken[slot] as number);
      if (change === 0) continue;
      this.#hold(slot, change);
      Atomics.add(this.#calls, slot, change);
    }
  }

  /** Takes one concurrent call of `slot`; false, and nothing taken, when `capacity` calls are there already. */
  takeCall(slot: number, capacity: number | null): boolean {
    if (capacity === null) {
      Atomics.add(this.#calls, slot, 1);
      this.#hold(slot, 1);
      return true;
    }
    let current = Atomics.load(this.#calls, slot);
    while (current < capacity) {
      const seen = Atomics.compareExchange(this.#calls, slot, current, current + 1);
      if (seen === current) {
        this.#hold(slot, 1);
        return true;
      }
      current = seen;
    }
    return false;
  }

  /** Gives one concurrent call of `slot` back. */
  giveCall(slot: number): void {
    assert((this.#taken[slot] as number) > 0, 'a call is given back once, by the shard that took it');
    this.#hold(slot, -1);
    Atomics.sub(this.#calls, slot, 1);
  }

  /** Concurrent calls of `slot` now. */
  calls(slot: number): number {
    return Atomics.load(this.#calls, slot);
  }

  /**
   * Takes one call of this second's allowance; false when `perSecond` (with its burst) is used up. `nowMs`: monotonic,
   * the same clock in all threads.
   */
  takeRate(slot: number, perSecond: number | null, nowMs: number): boolean {
    if (perSecond === null) return true;
    const nowMicros = BigInt(Math.floor(nowMs * 1000));
    const spacing = BigInt(Math.floor(1_000_000 / perSecond));
    const burst = spacing * BigInt(Math.max(1, Math.floor(perSecond * BURST_SECONDS)));
    let fullAt = Atomics.load(this.#rates, slot);
    for (;;) {
      const start = fullAt > nowMicros ? fullAt : nowMicros;
      const next = start + spacing;
      if (next - nowMicros > burst) return false;
      const seen = Atomics.compareExchange(this.#rates, slot, fullAt, next);
      if (seen === fullAt) return true;
      fullAt = seen;
    }
  }

  /** Whether `takeRate` would take one now. */
  hasRate(slot: number, perSecond: number | null, nowMs: number): boolean {
    if (perSecond === null) return true;
    const nowMicros = Math.floor(nowMs * 1000);
    const spacing = Math.floor(1_000_000 / perSecond);
    const burst = spacing * Math.max(1, Math.floor(perSecond * BURST_SECONDS));
    const ahead = Math.max(0, Number(Atomics.load(this.#rates, slot)) - nowMicros);
    return ahead + spacing <= burst;
  }

  #hold(slot: number, amount: number): void {
    this.#taken[slot] = (this.#taken[slot] as number) + amount;
  }
}

function slotCountIn(shared: SharedArrayBuffer): number {
  return shared.byteLength / (RATE_BYTES + CALLS_BYTES);
}
