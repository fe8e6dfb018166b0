// What the system under test used, second by second while it is loaded: processor and memory.

import { type CpuSample, residentBytes, sampleGroup } from './process-cpu.ts';

const PERIOD_MS = 1_000;

/** One second of it. */
export interface SystemSecond {
  readonly second: number;
  /** Of one core. */
  readonly cpuShare: number;
  readonly residentBytes: number;
}

/** Watches a process group; without one it sees nothing. */
export class SystemSamples {
  readonly #group: number | null;
  readonly #seconds: SystemSecond[] = [];
  readonly #beganAtMs = performance.now();
  readonly #first: CpuSample | null;
  #last: CpuSample | null;
  #lastMs = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(group: number | null) {
    this.#group = group;
    this.#first = group === null ? null : sampleGroup(group);
    this.#last = this.#first;
    this.#timer = setInterval(() => this.#look(), PERIOD_MS);
  }

  get seconds(): readonly SystemSecond[] {
    return this.#seconds;
  }

  /** Microseconds of processor since the beginning, in all and by thread; ends the watch. */
  stop(): { readonly totalMicros: number; readonly byThread: Readonly<Record<string, number>> } {
    clearInterval(this.#timer);
    if (this.#group === null || this.#first === null) return { totalMicros: 0, byThread: {} };
    const last = sampleGroup(this.#group);
    const byThread: Record<string, number> = {};
    for (const [name, used] of last.byThread) byThread[name] = used - (this.#first.byThread.get(name) ?? 0);
    return { totalMicros: last.totalMicros - this.#first.totalMicros, byThread };
  }

  #look(): void {
    if (this.#group === null || this.#last === null) return;
    const sample = sampleGroup(this.#group);
    const nowMs = performance.now();
    const cpuShare = (sample.totalMicros - this.#last.totalMicros) / 1000 / (nowMs - this.#lastMs);
    this.#seconds.push({
      second: Math.round((nowMs - this.#beganAtMs) / 1000) - 1,
      cpuShare,
      residentBytes: residentBytes(this.#group),
    });
    this.#last = sample;
    this.#lastMs = nowMs;
  }
}

/** Bytes a second by which memory grew over the second half of some seconds: least squares. */
export function memorySlope(seconds: readonly SystemSecond[]): number {
  const half = seconds.slice(Math.floor(seconds.length / 2));
  if (half.length < 2) return 0;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const times = half.map(({ second }) => second);
  const sizes = half.map((one) => one.residentBytes);
  const [meanTime, meanSize] = [mean(times), mean(sizes)];
  let [products, squares] = [0, 0];
  for (const [index, time] of times.entries()) {
    products += (time - meanTime) * ((sizes[index] as number) - meanSize);
    squares += (time - meanTime) ** 2;
  }
  return squares === 0 ? 0 : products / squares;
}
