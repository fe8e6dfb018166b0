// What accounts may still spend, across all shards: one 64-bit word each in shared memory, changed only by
// compare-and-set. The word is the balance of the ledger without what calls in progress have reserved; so a reservation
// that would pass the limit is never made, not by one unit and not for a moment.
//
//   top-up        +            reserve  -   (refused below the floor)
//   end of call   + what was reserved, - what was charged
//
// What a shard has reserved, or charged in records that are not kept yet, it holds. When it dies all of it goes back
// but what the calls have reserved that live on. A worker is ended where it calls or loops, so nothing of that may
// stand between a change of the balance and that of what is held.

import { assert } from '../base/assert.ts';
import { ADMISSION_SLOTS_MAX } from '../base/limits.ts';
import { FreeSeconds } from './free-seconds.ts';
import { FREE_ALLOWANCES_MAX } from './rating-limits.ts';

const AMOUNT_BYTES = 8;
const FREE_BYTES = 8 * FREE_ALLOWANCES_MAX;
const FLAG_BYTES = 4;

/** The balances, as every shard and control see them. */
export class Balances {
  readonly #spendable: BigInt64Array;
  /** 1 once control has said what the ledger has. */
  readonly #isOpen: Int32Array;
  readonly #held: BigInt64Array;
  /** What is free beside the balances. */
  readonly free: FreeSeconds;

  /** `held`: this shard's own memory, which outlives it; null for one who reserves nothing. */
  constructor(shared: SharedArrayBuffer, held: SharedArrayBuffer | null = null) {
    const slotCount = shared.byteLength / (AMOUNT_BYTES + FREE_BYTES + FLAG_BYTES);
    this.#spendable = new BigInt64Array(shared, 0, slotCount);
    this.#isOpen = new Int32Array(shared, slotCount * (AMOUNT_BYTES + FREE_BYTES), slotCount);
    const heldMemory = held ?? Balances.allocateHeld(0);
    const heldCount = heldMemory.byteLength / (AMOUNT_BYTES + FREE_BYTES);
    this.#held = new BigInt64Array(heldMemory, 0, heldCount);
    this.free = new FreeSeconds(freeWordsIn(shared, slotCount), freeWordsIn(heldMemory, heldCount));
  }

  /** Shared memory for the accounts in `slotCount` slots. */
  static allocate(slotCount = ADMISSION_SLOTS_MAX): SharedArrayBuffer {
    return new SharedArrayBuffer(slotCount * (AMOUNT_BYTES + FREE_BYTES + FLAG_BYTES));
  }

  /** Memory of what one shard holds. */
  static allocateHeld(slotCount = ADMISSION_SLOTS_MAX): SharedArrayBuffer {
    return new SharedArrayBuffer(slotCount * (AMOUNT_BYTES + FREE_BYTES));
  }

  /** Control: the ledger's balance of an account, once; a successor of control finds it open and running. */
  open(slot: number, nanos: bigint): void {
    if (Atomics.compareExchange(this.#isOpen, slot, 0, 1) === 0) Atomics.add(this.#spendable, slot, nanos);
  }

  /** Control: a payment, which may be negative. */
  add(slot: number, nanos: bigint): void {
    Atomics.add(this.#spendable, slot, nanos);
  }

  /** What is left to spend before the limit's share: the balance without reservations. */
  spendable(slot: number): bigint {
    return Atomics.load(this.#spendable, slot);
  }

  /** What this shard holds. */
  held(slot: number): bigint {
    return this.#held[slot] as bigint;
  }

  /** Reserves `nanos`; false, and nothing reserved, when less than `floorNanos` would be left. */
  reserve(slot: number, nanos: bigint, floorNanos: bigint): boolean {
    const held = this.#heldAfter(slot, nanos);
    let current = Atomics.load(this.#spendable, slot);
    while (current - nanos >= floorNanos) {
      const seen = Atomics.compareExchange(this.#spendable, slot, current, current - nanos);
      if (seen === current) {
        this.#held[slot] = held;
        return true;
      }
      current = seen;
    }
    return false;
  }

  /** A call is over: what it reserved goes back, what it costs is taken, and held until its record is kept. */
  charge(slot: number, reservedNanos: bigint, costNanos: bigint): void {
    const change = reservedNanos - costNanos;
    const held = this.#heldAfter(slot, -change);
    Atomics.add(this.#spendable, slot, change);
    this.#held[slot] = held;
  }

  /** The record of a call that was charged `costNanos` is kept: nobody will charge it again. */
  recorded(slot: number, costNanos: bigint): void {
    this.#held[slot] = this.#heldAfter(slot, -costNanos);
  }

  /** Calls of an earlier process live on with what they have `reserved`, whatever is left to spend. */
  holdMore(reserved: Iterable<{ readonly slot: number; readonly nanos: bigint }>): void {
    for (const { slot, nanos } of reserved) {
      const held = this.#heldAfter(slot, nanos);
      Atomics.sub(this.#spendable, slot, nanos);
      this.#held[slot] = held;
    }
  }

  /**
   * A successor takes over what `reserved` its calls live on with: whatever else the dead shard held goes back, in one
   * step for each account, so that nobody takes in between what these calls have. Looks at all memory that there is.
   */
  holdOnly(reserved: Iterable<{ readonly slot: number; readonly nanos: bigint }>): void {
    const wanted = new BigInt64Array(this.#held.length);
    for (const { slot, nanos } of reserved) wanted[slot] = (wanted[slot] as bigint) + nanos;
    for (let slot = 0; slot < wanted.length; slot++) {
      const change = (wanted[slot] as bigint) - (this.#held[slot] as bigint);
      if (change === 0n) continue;
      const held = wanted[slot] as bigint;
      Atomics.sub(this.#spendable, slot, change);
      this.#held[slot] = held;
    }
  }

  /** What this shard holds once it holds `nanos` more. */
  #heldAfter(slot: number, nanos: bigint): bigint {
    const held = (this.#held[slot] as bigint) + nanos;
    assert(held >= 0n, 'a shard gives back no more than it holds');
    return held;
  }
}

function freeWordsIn(memory: SharedArrayBuffer, slotCount: number): BigInt64Array {
  return new BigInt64Array(memory, slotCount * AMOUNT_BYTES, slotCount * FREE_ALLOWANCES_MAX);
}
