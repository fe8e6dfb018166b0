// Calls as customers make them: at random moments, to random numbers, for random times; some give up early.

import type { Prng } from '../../core/base/prng.ts';
import type { CallPlan, Customer } from './customer.ts';
import { DESTINATIONS } from './network.ts';

const CANCELLED_SHARE = 0.1;
const CANCEL_MS = { least: 200, most: 1_500 };
const HOLD_MS = { least: 1_000, most: 9_000 };

/** Offers calls until it is stopped: a Poisson process, each call by any customer. */
export class Traffic {
  readonly #customers: readonly Customer[];
  readonly #callsPerSecond: number;
  readonly #prng: Prng;
  readonly #onOffered: (callId: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #nextAtMs = 0;

  constructor(options: {
    readonly customers: readonly Customer[];
    readonly callsPerSecond: number;
    readonly prng: Prng;
    readonly onOffered: (callId: string) => void;
  }) {
    this.#customers = options.customers;
    this.#callsPerSecond = options.callsPerSecond;
    this.#prng = options.prng;
    this.#onOffered = options.onOffered;
  }

  start(): void {
    this.#nextAtMs = performance.now();
    this.#offerDue();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Offers what is due. Moments are drawn ahead, so a late timer makes up for itself. */
  #offerDue(): void {
    const nowMs = performance.now();
    while (this.#nextAtMs <= nowMs) {
      const customer = this.#customers[this.#prng.below(this.#customers.length)];
      if (customer !== undefined) this.#onOffered(customer.call(this.#plan()));
      this.#nextAtMs += (-Math.log(1 - this.#share()) / this.#callsPerSecond) * 1000;
    }
    this.#timer = setTimeout(() => this.#offerDue(), this.#nextAtMs - nowMs);
  }

  #plan(): CallPlan {
    return {
      caller: `3${this.#digits(9)}`,
      callee: this.#callee(),
      cancelAfterMs: this.#prng.chance(CANCELLED_SHARE) ? this.#between(CANCEL_MS) : null,
      holdMs: this.#between(HOLD_MS),
    };
  }

  #callee(): string {
    let rest = this.#share();
    for (const { prefix, share } of DESTINATIONS) {
      if (rest < share) return prefix + this.#digits(10);
      rest -= share;
    }
    return `1${this.#digits(10)}`;
  }

  #digits(count: number): string {
    let digits = '';
    for (let index = 0; index < count; index++) digits += this.#prng.below(10);
    return digits;
  }

  #between({ least, most }: { readonly least: number; readonly most: number }): number {
    return least + this.#prng.below(most - least);
  }

  /** 0 to below 1. */
  #share(): number {
    return this.#prng.uint32() / 0x1_0000_0000;
  }
}
