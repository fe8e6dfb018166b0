// The clock of one end of the load, and how late it ran: a generator that cannot keep time must say so.

import type { OwnLoad } from './load-messages.ts';
import { percentilesOf } from './statistics.ts';

const TICK_MS = 1;

/** Ticks every millisecond and keeps account of its own lateness and of the processor it used. */
export class LoadClock {
  readonly #onTick: (nowMs: number) => void;
  #lags: number[] = [];
  #lastMs = performance.now();
  #cpu = process.cpuUsage();
  #sinceMs = performance.now();

  constructor(onTick: (nowMs: number) => void) {
    this.#onTick = onTick;
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Begins the account anew. */
  reset(): void {
    this.#lags = [];
    this.#cpu = process.cpuUsage();
    this.#sinceMs = performance.now();
    this.#lastMs = this.#sinceMs;
  }

  /** The account since `reset`. */
  report(resentCount: number): OwnLoad {
    const { user, system } = process.cpuUsage(this.#cpu);
    const elapsedMs = performance.now() - this.#sinceMs;
    return { cpuShare: (user + system) / 1000 / elapsedMs, lag: percentilesOf(this.#lags), resentCount };
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#lags.push(Math.max(0, nowMs - this.#lastMs - TICK_MS));
    this.#lastMs = nowMs;
    this.#onTick(nowMs);
  }
}
