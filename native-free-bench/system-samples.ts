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

/** Watches the processes of a system, also of one that is killed and started again; without any it sees nothing. */
export class SystemSamples {
  readonly #system: { readonly group: number | null };
  readonly #seconds: SystemSecond[] = [];
  readonly #beganAtMs = performance.now();
  readonly #byThread = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #totalMicros = 0;
  #group: number | null;
  #last: CpuSample;
  #lastMs = performance.now();

  constructor(system: { readonly group: number | null }) {
    this.#system = system;
    this.#group = system.group;
    this.#last = this.#group === null ? NOTHING : sampleGroup(this.#group);
    this.#timer = setInterval(() => this.#look(), PERIOD_MS);
  }

  get seconds(): readonly SystemSecond[] {
    return this.#seconds;
  }

  /** Microseconds of processor since the beginning, in all and by thread; ends the watch. */
  stop(): { readonly totalMicros: number; readonly byThread: Readonly<Record<string, number>> } {
    clearInterval(this.#timer);
    this.#add();
    return { totalMicros: this.#totalMicros, byThread: Object.fromEntries(this.#byThread) };
  }

  #look(): void {
    const usedMicros = this.#add();
    if (this.#group === null) return;
    const nowMs = performance.now();
    this.#seconds.push({
      second: Math.round((nowMs - this.#beganAtMs) / 1000) - 1,
      cpuShare: usedMicros / 1000 / (nowMs - this.#lastMs),
      residentBytes: residentBytes(this.#group),
    });
    this.#lastMs = nowMs;
  }

  /** Adds what was used since the last time; a new process has used all of it. */
  #add(): number {
    const { group } = this.#system;
    if (group === null) return 0;
    const before = group === this.#group ? this.#last : NOTHING;
    const sample = sampleGroup(group);
    const usedMicros = Math.max(0, sample.totalMicros - before.totalMicros);
    for (const [name, micros] of sample.byThread) {
      const used = micros - (before.byThread.get(name) ?? 0);
      this.#byThread.set(name, (this.#byThread.get(name) ?? 0) + used);
    }
    this.#totalMicros += usedMicros;
    this.#last = sample;
    this.#group = group;
    return usedMicros;
  }
}

const NOTHING: CpuSample = { totalMicros: 0, byThread: new Map() };

/** Garbage comes and goes: of so many seconds the one with the least memory is looked at, where there are enough. */
const WINDOW_SECONDS = 15;
const WINDOWS_MIN = 10;

/** Bytes a second by which memory grew over the second half of some seconds: least squares. */
export function memorySlope(seconds: readonly SystemSecond[]): number {
  const half = leastOfWindows(seconds.slice(Math.floor(seconds.length / 2)));
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

function leastOfWindows(seconds: readonly SystemSecond[]): readonly SystemSecond[] {
  const count = Math.floor(seconds.length / WINDOW_SECONDS);
  if (count < WINDOWS_MIN) return seconds;
  return Array.from({ length: count }, (_, window) => {
    const within = seconds.slice(window * WINDOW_SECONDS, (window + 1) * WINDOW_SECONDS);
    return within.reduce((least, one) => (one.residentBytes < least.residentBytes ? one : least));
  });
}
