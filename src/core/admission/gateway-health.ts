// What is known of the health of each routing gateway: one row for each slot in memory that all shards share, changed
// without locks. Nothing here decides about a call in progress; a gateway that is out or banned is passed by.
//
//        so many timeouts in a row
//   up ---------------------------> out, probed by the shard that counted the last of them
//    ^------- any sign of life ----/
//
// A ban is no state but a moment: until then the gateway wants no calls (Retry-After).

import { ADMISSION_SLOTS_MAX, GATEWAY_BAN_MS_MAX } from '../base/limits.ts';
import { GatewayThrottle } from './gateway-throttle.ts';

/** Cells of a row. */
const TIMEOUTS = 0;
/** 0: up; else one more than the shard that probes. */
const OUT = 1;
/** Tenths of a second of the monotonic clock: 31 bits of them are 6.8 years of uptime. */
const BANNED_UNTIL = 2;
const ROW = 3;

const CELL_BYTES = 4;
const TENTH_MS = 100;

/** The health of all routing gateways, as every shard and control see it. Times are monotonic ms, shared by all. */
export class GatewayHealth {
  readonly throttle: GatewayThrottle;
  readonly #cells: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    const slotCount = shared.byteLength / (ROW * CELL_BYTES + GatewayThrottle.rowBytes);
    this.#cells = new Int32Array(shared, 0, slotCount * ROW);
    this.throttle = new GatewayThrottle(shared, slotCount);
  }

  /** Shared memory for `slotCount` slots. Rows of gateways that were always well are never written: they cost none. */
  static allocate(slotCount = ADMISSION_SLOTS_MAX): SharedArrayBuffer {
    return new SharedArrayBuffer(slotCount * (ROW * CELL_BYTES + GatewayThrottle.rowBytes));
  }

  /** Whether calls may be offered to the gateway in `slot`: it is neither out nor banned. */
  isOpen(slot: number, nowMs: number): boolean {
    return Atomics.load(this.#cells, slot * ROW + OUT) === 0 && this.bannedMs(slot, nowMs) === 0;
  }

  /** The gateway wants no calls for `forMs`. A longer ban that stands already stays. */
  ban(slot: number, forMs: number, nowMs: number): void {
    const until = Math.ceil((nowMs + Math.min(forMs, GATEWAY_BAN_MS_MAX)) / TENTH_MS);
    const cell = slot * ROW + BANNED_UNTIL;
    let seen = Atomics.load(this.#cells, cell);
    while (seen < until) {
      const found = Atomics.compareExchange(this.#cells, cell, seen, until);
      if (found === seen) return;
      seen = found;
    }
  }

  /** What is left of its ban; 0 when it has none. */
  bannedMs(slot: number, nowMs: number): number {
    return Math.max(0, Atomics.load(this.#cells, slot * ROW + BANNED_UNTIL) * TENTH_MS - nowMs);
  }

  /**
   * The gateway did not answer `shard` in time. True when this took it out, after `timeoutsMax` in a row (0: never):
   * then `shard`, and nobody else, is to probe it.
   */
  timedOut(slot: number, timeoutsMax: number, shard: number): boolean {
    const count = Atomics.add(this.#cells, slot * ROW + TIMEOUTS, 1) + 1;
    if (timeoutsMax === 0 || count < timeoutsMax) return false;
    return Atomics.compareExchange(this.#cells, slot * ROW + OUT, 0, shard + 1) === 0;
  }

  /** The gateway gave a sign of life: it is up, and its timeouts are forgotten. */
  responded(slot: number): void {
    this.#clear(slot * ROW + TIMEOUTS);
    this.#clear(slot * ROW + OUT);
  }

  /** The shard that probes the gateway because it is out; null when it is up. */
  outBy(slot: number): number | null {
    const out = Atomics.load(this.#cells, slot * ROW + OUT);
    return out === 0 ? null : out - 1;
  }

  /** Begins anew: the operator has locked, moved or removed the gateway. */
  forget(slot: number): void {
    this.responded(slot);
    this.#clear(slot * ROW + BANNED_UNTIL);
    this.throttle.lift(slot);
  }

  /** A cell that is 0 already is only read: shards that all hear a well gateway must not fight for its cache line. */
  #clear(cell: number): void {
    if (Atomics.load(this.#cells, cell) !== 0) Atomics.store(this.#cells, cell, 0);
  }
}
