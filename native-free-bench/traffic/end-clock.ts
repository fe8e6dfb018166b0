// The clock of one end of the load, and how late it ran.

import { LatencyHistogram } from './histogram.ts';
import type { ClockLoad } from './traffic-messages.ts';

const TICK_MS = 1;

/** Microseconds of the machine's monotonic clock: the same in every process. */
export function stampMicros(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1_000_000 + Math.round(nanos / 1000);
}

/** Ticks every millisecond; keeps account of its lateness and of the processor its process used. */
export class EndClock {
  readonly #lag = new LatencyHistogram();
  readonly #onTick: (nowMs: number) => void;
  #lastMs = performance.now();
  #cpu = process.cpuUsage();
  #sinceMs = performance.now();

  constructor(onTick: (nowMs: number) => void) {
    this.#onTick = onTick;
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Begins the account anew. */
  reset(): void {
    this.#lag.reset();
    this.#cpu = process.cpuUsage();
    this.#sinceMs = performance.now();
    this.#lastMs = this.#sinceMs;
  }

  /** The account since `reset`. */
  report(): ClockLoad {
    const { user, system } = process.cpuUsage(this.#cpu);
    const elapsedMs = Math.max(1, performance.now() - this.#sinceMs);
    return { cpuShare: (user + system) / 1000 / elapsedMs, lag: this.#lag.latency() };
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#lag.record(Math.max(0, nowMs - this.#lastMs - TICK_MS) * 1000);
    this.#lastMs = nowMs;
    this.#onTick(nowMs);
  }
}
