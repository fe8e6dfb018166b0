// When calls arrive: an open loop, whose calls come at their times whether or not earlier ones have ended, so that a
// system that slows down cannot slow the load down with it.

import type { Chance } from './chance.ts';

/** A rate for a while; a load is some of them in a row. */
export interface LoadStep {
  readonly callsPerSecond: number;
  readonly seconds: number;
}

/** Evenly spaced, or as independent callers come. */
export type ArrivalKind = 'constant' | 'poisson';

/** The arrivals of one load. */
export class Arrivals {
  readonly #kind: ArrivalKind;
  readonly #steps: readonly LoadStep[];
  readonly #chance: Chance;
  #step = 0;
  #stepBeganAtMs: number;
  #nextMs: number;

  constructor(kind: ArrivalKind, steps: readonly LoadStep[], chance: Chance, beganAtMs: number) {
    this.#kind = kind;
    this.#steps = steps;
    this.#chance = chance;
    this.#stepBeganAtMs = beganAtMs;
    this.#nextMs = beganAtMs;
    this.#settle();
  }

  /** When the next call is due; Infinity after the last. */
  get nextDueMs(): number {
    return this.#nextMs;
  }

  /** The next call has come: on to the one after it. */
  advance(): void {
    const step = this.#steps[this.#step] as LoadStep;
    const meanMs = 1000 / step.callsPerSecond;
    this.#nextMs += this.#kind === 'constant' ? meanMs : this.#chance.exponential(meanMs);
    this.#settle();
  }

  /** Goes on to the step in which the next call falls. */
  #settle(): void {
    for (;;) {
      const step = this.#steps[this.#step];
      if (step === undefined) {
        this.#nextMs = Number.POSITIVE_INFINITY;
        return;
      }
      const endsAtMs = this.#stepBeganAtMs + step.seconds * 1000;
      if (step.callsPerSecond > 0 && this.#nextMs < endsAtMs) return;
      this.#step += 1;
      this.#stepBeganAtMs = endsAtMs;
      this.#nextMs = endsAtMs;
    }
  }
}
