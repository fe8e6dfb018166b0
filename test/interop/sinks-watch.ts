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
  /** When its store was back; null before. */
  returnedAtMs: number | null;
  /** How much was spooled, and how much of it the sink had, at the next look. */
  atReturn: { readonly spooled: number; readonly had: number } | null;
  /** Whether it has been given something since. */
  isAtWork: boolean;
  caughtUpMs: number | null;
}

/** Looks at the status of a switch again and again. */
export class SinksWatch {
  readonly #status: () => Promise<SwitchStatus>;
  readonly #sinks = new Map<string, Watched>();
  /** As they are now; empty between two lives of the switch. */
  #backlogs = new Map<string, number>();
  #isEnding = false;
  #looking: Promise<void> | null = null;

  /** `status`: asks whichever life of the switch there is; it may reject while there is none. */
  constructor(status: () => Promise<SwitchStatus>) {
    this.#status = status;
  }

  begin(): void {
    this.#looking = this.#look();
  }

  /** Whether `name` lacks more than `other`; null between two lives. */
  isBehind(name: string, other: string): boolean | null {
    const [own, others] = [this.#backlogs.get(name), this.#backlogs.get(other)];
    return own === undefined || others === undefined ? null : own > others;
  }

  /** The store of `name` is back from now on. */
  returned(name: string): void {
    this.#of(name).returnedAtMs = performance.now();
  }

  /** Whether a sink has been given something since its store is back. */
  get isAnyAtWork(): boolean {
    return [...this.#sinks.values()].some(({ isAtWork }) => isAtWork);
  }

  sight(name: string): SinkSight {
    const { backlogMost, hasFailed, caughtUpMs } = this.#of(name);
    return { backlogMost, hasFailed, caughtUpMs };
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    for (; !this.#isEnding; await sleep(LOOK_MS)) {
      const status = await this.#status().catch(() => null);
      this.#backlogs = new Map(status?.cdr.sinks.map(({ name, backlog }) => [name, backlog]));
      if (status !== null) this.#note(status.cdr);
    }
  }

  #note({ spooled, sinks }: SwitchStatus['cdr']): void {
    for (const { name, backlog, isFailing } of sinks) {
      const sink = this.#of(name);
      sink.backlogMost = Math.max(sink.backlogMost, backlog);
      sink.hasFailed ||= isFailing;
      if (sink.returnedAtMs === null || sink.caughtUpMs !== null) continue;
      const had = spooled - backlog;
      sink.atReturn ??= { spooled, had };
      sink.isAtWork ||= had > sink.atReturn.had;
      if (had >= sink.atReturn.spooled) sink.caughtUpMs = performance.now() - sink.returnedAtMs;
    }
  }

  #of(name: string): Watched {
    const known = this.#sinks.get(name);
    if (known !== undefined) return known;
    const nothing = { backlogMost: 0, hasFailed: false, caughtUpMs: null };
    const sink: Watched = { ...nothing, returnedAtMs: null, atReturn: null, isAtWork: false };
    this.#sinks.set(name, sink);
    return sink;
  }
}
