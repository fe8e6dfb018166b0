// The sinks of a switch as its operator sees them while stores go and come back: backlog at its most, and how long it
// took to be worked off.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SwitchStatus } from '../../src/control/api/status.ts';

const LOOK_MS = 50;

/** What was seen of one sink; null for what was not. */
export interface SinkSight {
  readonly backlogMost: number;
  /** Whether it was told to fail. */
  readonly hasFailed: boolean;
  /** From the return of its store until it had all that was spooled by then, ms. */
  readonly caughtUpMs: number | null;
}

interface Watched {
  backlogMost: number;
  hasFailed: boolean;
  /** When its store was back, null before; and what was spooled at the next look. */
  returnedAtMs: number | null;
  owedCount: number | null;
  caughtUpMs: number | null;
}

/** Looks at the status of a switch again and again. */
export class SinksWatch {
  readonly #status: () => Promise<SwitchStatus>;
  readonly #sinks = new Map<string, Watched>();
  #isEnding = false;
  #looking: Promise<void> | null = null;

  /** `status`: asks whichever life of the switch there is; it may reject while there is none. */
  constructor(status: () => Promise<SwitchStatus>) {
    this.#status = status;
  }

  begin(): void {
    this.#looking = this.#look();
  }

  /** The store of `name` is back from now on. */
  returned(name: string): void {
    this.#of(name).returnedAtMs = performance.now();
  }

  sight(name: string): SinkSight {
    return this.#of(name);
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    for (; !this.#isEnding; await sleep(LOOK_MS)) {
      const status = await this.#status().catch(() => null); // Between two lives.
      if (status !== null) this.#note(status.cdr);
    }
  }

  #note({ spooled, sinks }: SwitchStatus['cdr']): void {
    for (const { name, backlog, isFailing } of sinks) {
      const sink = this.#of(name);
      sink.backlogMost = Math.max(sink.backlogMost, backlog);
      sink.hasFailed ||= isFailing;
      if (sink.returnedAtMs === null || sink.caughtUpMs !== null) continue;
      sink.owedCount ??= spooled;
      if (spooled - backlog >= sink.owedCount) sink.caughtUpMs = performance.now() - sink.returnedAtMs;
    }
  }

  #of(name: string): Watched {
    const known = this.#sinks.get(name);
    if (known !== undefined) return known;
    const sink: Watched = { backlogMost: 0, hasFailed: false, returnedAtMs: null, owedCount: null, caughtUpMs: null };
    this.#sinks.set(name, sink);
    return sink;
  }
}
