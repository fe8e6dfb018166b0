// The switch as a client of an overloaded vendor: calls a second offered to it are halved when it refuses too many, and
// rise by a constant each second after that (additive increase, multiplicative decrease; Chiu and Jain, 1989).
//
// A second of the clock is the unit: it is judged, once, by the first who comes in the next one. It is a bad second
// when a quarter of its calls got 503. A quarter, for two reasons: vendors say 503 for single numbers too, and must not
// be starved for that; and a rate that rises to 4/3 of what the vendor can carry and then falls to 2/3 has it in the
// middle. A second of few calls proves nothing, so the rate never falls below half of those: no gateway is throttled to
// silence.

/** Fewer calls in a second than these judge nothing. */
const JUDGED_CALLS_MIN = 5;

/** One call in so many refused makes a bad second. */
const BAD_SHARE = 4;

/** What a rate gains each second: this share of what it fell to, but at least so many calls. */
const RISE_SHARE = 0.1;
const RISE_CALLS_MIN = 1;

/** After so long without a bad second there is no limit any more. */
const LIFTED_AFTER_MS = 60_000;

/** Cells of a row: the present second of the clock, its calls and refusals; what the rate fell to, and when. */
const SECOND = 0;
const OFFERED = 1;
const REFUSED = 2;
const FELL_TO_MILLIS = 3;
const FELL_AT_SECOND = 4;
const ROW = 5;

const CELL_BYTES = 4;
const SECOND_MS = 1_000;

/** The throttles of all routing gateways, in memory that all shards share. Times are monotonic ms. */
export class GatewayThrottle {
  readonly #cells: Int32Array;

  /** The last `slotCount` rows of `shared` are its own. */
  constructor(shared: SharedArrayBuffer, slotCount: number) {
    this.#cells = new Int32Array(shared, shared.byteLength - slotCount * GatewayThrottle.rowBytes, slotCount * ROW);
  }

  static get rowBytes(): number {
    return ROW * CELL_BYTES;
  }

  /** Calls a second that may be offered to the gateway in `slot`; null for no limit. */
  perSecond(slot: number, nowMs: number): number | null {
    const fellTo = Atomics.load(this.#cells, slot * ROW + FELL_TO_MILLIS) / 1000;
    if (fellTo === 0) return null;
    const sinceMs = Math.max(0, nowMs - Atomics.load(this.#cells, slot * ROW + FELL_AT_SECOND) * SECOND_MS);
    if (sinceMs >= LIFTED_AFTER_MS) return null;
    return fellTo + (sinceMs / SECOND_MS) * Math.max(RISE_CALLS_MIN, fellTo * RISE_SHARE);
  }

  /** A call is offered to it. */
  offered(slot: number, nowMs: number): void {
    this.#turn(slot, nowMs);
    Atomics.add(this.#cells, slot * ROW + OFFERED, 1);
  }

  /** It refused a call because it has too many. */
  refused(slot: number, nowMs: number): void {
    this.#turn(slot, nowMs);
    Atomics.add(this.#cells, slot * ROW + REFUSED, 1);
  }

  /** No limit any more. */
  lift(slot: number): void {
    if (Atomics.load(this.#cells, slot * ROW + FELL_TO_MILLIS) !== 0) {
      Atomics.store(this.#cells, slot * ROW + FELL_TO_MILLIS, 0);
    }
  }

  /** Begins a new second when the clock has; who does it judges the one before. A shard's clock may be an input old. */
  #turn(slot: number, nowMs: number): void {
    const second = Math.floor(nowMs / SECOND_MS);
    const before = Atomics.load(this.#cells, slot * ROW + SECOND);
    if (before >= second) return;
    if (Atomics.compareExchange(this.#cells, slot * ROW + SECOND, before, second) !== before) return;
    const offered = Atomics.exchange(this.#cells, slot * ROW + OFFERED, 0);
    const refused = Atomics.exchange(this.#cells, slot * ROW + REFUSED, 0);
    // Refusals come a round trip after their calls: there may be more of them than calls.
    const calls = Math.max(offered, refused);
    if (second - before === 1 && calls >= JUDGED_CALLS_MIN && refused * BAD_SHARE >= calls) {
      this.#halve(slot, calls, second);
    }
  }

  /** What is halved is what was offered; the limit where that was the lower. */
  #halve(slot: number, calls: number, second: number): void {
    const limit = this.perSecond(slot, second * SECOND_MS) ?? calls;
    const fellTo = Math.min(limit, calls) / 2;
    Atomics.store(this.#cells, slot * ROW + FELL_AT_SECOND, second);
    Atomics.store(this.#cells, slot * ROW + FELL_TO_MILLIS, Math.round(fellTo * 1000));
  }
}
