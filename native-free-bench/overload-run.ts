// The account of one run of the overload benchmark: two parts (the load, and what is offered afterwards) and the
// probes.

import type { OverloadOrder, OverloadOutcome, PartOutcome, ProbeOutcome } from './overload-messages.ts';
import { percentilesOf } from './statistics.ts';
import type { ClockLoad } from './traffic/traffic-messages.ts';

const PROBES_PER_SECOND = 10;

/** After the last call was offered, ms: those under way come to their end. */
const AFTERMATH_MS = 1_500;

const RETRY_AFTER_MIN = 5;
const RETRY_AFTER_MAX = 15;

/** Calls at one rate. */
export class RunPart {
  readonly beginsAtMs: number;
  readonly endsAtMs: number;
  readonly #callsPerSecond: number;
  readonly #isLoad: boolean;
  readonly #completedBySecond: number[];
  readonly #failed = new Map<string, number>();
  #offered = 0;
  #completed = 0;
  #refused = 0;
  #silent = 0;
  #lastFailureMs = 0;

  constructor(beginsAtMs: number, callsPerSecond: number, seconds: number, isLoad: boolean) {
    this.#isLoad = isLoad;
    this.beginsAtMs = beginsAtMs;
    this.endsAtMs = beginsAtMs + seconds * 1000;
    this.#callsPerSecond = callsPerSecond;
    this.#completedBySecond = new Array<number>(seconds).fill(0);
  }

  /** When the next call is due; Infinity after the last. */
  nextDueMs(): number {
    const dueMs = this.beginsAtMs + (this.#offered * 1000) / this.#callsPerSecond;
    return dueMs < this.endsAtMs ? dueMs : Number.POSITIVE_INFINITY;
  }

  /** Whether callers that got no answer hang up: with the load, so that what comes afterwards is not still the load. */
  isAbandoned(nowMs: number): boolean {
    return this.#isLoad && nowMs > this.endsAtMs;
  }

  offered(): void {
    this.#offered += 1;
  }

  completed(nowMs: number): void {
    this.#completed += 1;
    const second = Math.floor((nowMs - this.beginsAtMs) / 1000);
    const count = this.#completedBySecond[second];
    if (count !== undefined) this.#completedBySecond[second] = count + 1;
  }

  /** The call that began then has not ended. */
  silent(beganAtMs: number): void {
    this.#lastFailureMs = Math.max(this.#lastFailureMs, beganAtMs - this.beginsAtMs);
    this.#silent += 1;
  }

  failed(beganAtMs: number, status: number, retryAfter: number): void {
    this.#lastFailureMs = Math.max(this.#lastFailureMs, beganAtMs - this.beginsAtMs);
    if (status === 503 && retryAfter >= RETRY_AFTER_MIN && retryAfter <= RETRY_AFTER_MAX) {
      this.#refused += 1;
      return;
    }
    this.#failed.set(String(status), (this.#failed.get(String(status)) ?? 0) + 1);
  }

  outcome(): PartOutcome {
    return {
      offered: this.#offered,
      completed: this.#completed,
      completedBySecond: this.#completedBySecond,
      refused: this.#refused,
      failed: Object.fromEntries(this.#failed),
      silent: this.#silent,
      lastFailureMs: this.#lastFailureMs,
    };
  }
}

/** Requests of one kind in established calls. */
class ProbeAccount {
  sent = 0;
  readonly #answerMs: number[] = [];

  answered(afterMs: number): void {
    this.#answerMs.push(afterMs);
  }

  outcome(): ProbeOutcome {
    return {
      sent: this.sent,
      answerMs: percentilesOf(this.#answerMs),
      unanswered: this.sent - this.#answerMs.length,
    };
  }
}

/** One run. */
export class OverloadRun {
  readonly byes = new ProbeAccount();
  readonly reinvites = new ProbeAccount();
  inviteDatagrams = 0;
  readonly #load: RunPart;
  readonly #afterwards: RunPart;
  readonly #lateness: number[] = [];
  #probeCount = 0;

  constructor({ callsPerSecond, seconds, afterwards }: OverloadOrder, nowMs: number) {
    this.#load = new RunPart(nowMs, callsPerSecond, seconds, true);
    this.#afterwards = new RunPart(this.#load.endsAtMs, afterwards.callsPerSecond, afterwards.seconds, false);
  }

  /** The part of a call that is to be placed now, counted as offered; null when none is. */
  due(nowMs: number): RunPart | null {
    for (const part of [this.#load, this.#afterwards]) {
      const dueMs = part.nextDueMs();
      if (dueMs > nowMs) continue;
      part.offered();
      this.#lateness.push(nowMs - dueMs);
      return part;
    }
    return null;
  }

  /** Probes are spread over the load. */
  isProbeDue(nowMs: number): boolean {
    const { beginsAtMs, endsAtMs } = this.#load;
    const dueMs = beginsAtMs + (this.#probeCount * 1000) / PROBES_PER_SECOND;
    if (dueMs > nowMs || dueMs >= endsAtMs) return false;
    this.#probeCount += 1;
    return true;
  }

  isOver(nowMs: number): boolean {
    return nowMs > this.#afterwards.endsAtMs + AFTERMATH_MS;
  }

  outcome(own: ClockLoad): OverloadOutcome {
    return {
      kind: 'overloaded',
      load: this.#load.outcome(),
      afterwards: this.#afterwards.outcome(),
      inviteDatagrams: this.inviteDatagrams,
      byes: this.byes.outcome(),
      reinvites: this.reinvites.outcome(),
      lateness: percentilesOf(this.#lateness),
      own,
    };
  }
}
