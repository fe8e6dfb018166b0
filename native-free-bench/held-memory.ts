// What calls hold of a system's memory: looked at before the first call, once all are there, before the first of them
// ends, and when all have ended, each time with garbage collected.

import type { Profile } from './profiles.ts';
import type { Memory, SystemUnderTest } from './system-under-test.ts';
import type { LoadStep } from './traffic/arrivals.ts';

/** What was seen. */
export interface HeldMemory {
  /** Calls that were there. */
  readonly calls: number;
  readonly idle: Memory;
  /** All calls are there; the same some refreshes later; all have ended. */
  readonly full: Memory;
  readonly later: Memory;
  readonly after: Memory;
  /** Growth from idle to full by call. `heapBytes`: null where nobody can ask. */
  readonly perCall: Memory;
  /** Whether what lives did not grow while nothing but refreshes went on. */
  readonly isFlat: boolean;
}

/** From the last arrival to the first look, and from the last look to the first hang-up, ms. */
const SETTLE_MS = 5_000;
/** Growth between the two, as a share of what the calls took: more is no measuring error. */
const GROWTH_MAX = 0.05;

/** One run under watch. */
export class MemoryWatch {
  readonly #system: SystemUnderTest;
  readonly #idle: Memory;
  readonly #full: Promise<Memory | null>;
  readonly #later: Promise<Memory | null>;

  private constructor(system: SystemUnderTest, idle: Memory, fullInMs: number, laterInMs: number) {
    this.#system = system;
    this.#idle = idle;
    this.#full = lookIn(system, fullInMs);
    this.#later = lookIn(system, laterInMs);
  }

  /** Looks at `system`, whose load of `steps` begins now; null when it cannot be looked into. */
  static async begin(
    system: SystemUnderTest,
    { mix }: Profile,
    steps: readonly LoadStep[],
  ): Promise<MemoryWatch | null> {
    const idle = await system.memory();
    if (idle === null) return null;
    const rampMs = steps.reduce((sum, { seconds }) => sum + seconds * 1_000, 0);
    const holdMs = Math.min(...mix.map((kind) => kind.holdMs));
    return new MemoryWatch(system, idle, rampMs + SETTLE_MS, holdMs - SETTLE_MS);
  }

  /** All of its `calls` have ended; null when it could not be looked into. */
  async end(calls: number): Promise<HeldMemory | null> {
    const [full, later, after] = [await this.#full, await this.#later, await this.#system.memory()];
    if (full === null || later === null || after === null) return null;
    const idle = this.#idle;
    const each = (bytes: number): number => bytes / Math.max(1, calls);
    const heapBytes = full.heapBytes === null ? null : each(full.heapBytes - (idle.heapBytes ?? 0));
    const perCall = { residentBytes: each(full.residentBytes - idle.residentBytes), heapBytes };
    const alive = (memory: Memory): number => memory.heapBytes ?? memory.residentBytes;
    const isFlat = alive(later) - alive(full) <= GROWTH_MAX * (alive(full) - alive(idle));
    return { calls, idle, full, later, after, perCall, isFlat };
  }
}

function lookIn(system: SystemUnderTest, delayMs: number): Promise<Memory | null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(system.memory().catch(() => null)), delayMs);
  });
}
