// The account of one load at its calling end: what was offered, what became of it, second by second.

import { LatencyHistogram } from './histogram.ts';
import type { EndLoad, LoadSecond, TrafficOutcome } from './traffic-messages.ts';

interface Second {
  offered: number;
  answered: number;
  succeeded: number;
  failed: number;
  active: number;
}

/** Counts. Times are performance.now() of the caller, ms. */
export class TrafficAccount {
  readonly #beganAtMs: number;
  readonly #seconds: Second[] = [];
  readonly #ringingSeconds: LoadSecond['ringing'][] = [];
  readonly #ringingSecond = new LatencyHistogram();
  readonly #failed = new Map<string, number>();
  readonly ringing = new LatencyHistogram();
  readonly answer = new LatencyHistogram();
  readonly ringingAdded = new LatencyHistogram();
  readonly answerAdded = new LatencyHistogram();
  readonly lateness = new LatencyHistogram();
  #offered = 0;
  #answered = 0;
  #succeeded = 0;
  #failedCount = 0;

  constructor(beganAtMs: number) {
    this.#beganAtMs = beganAtMs;
  }

  get active(): number {
    return this.#offered - this.#succeeded - this.#failedCount;
  }

  offered(nowMs: number, lateMs: number): void {
    this.#offered += 1;
    this.#at(nowMs).offered += 1;
    this.lateness.record(lateMs * 1000);
  }

  rang(afterMs: number): void {
    this.ringing.record(afterMs * 1000);
    this.#ringingSecond.record(afterMs * 1000);
  }

  answered(nowMs: number, afterMs: number): void {
    this.#answered += 1;
    this.#at(nowMs).answered += 1;
    this.answer.record(afterMs * 1000);
  }

  succeeded(nowMs: number): void {
    this.#succeeded += 1;
    this.#at(nowMs).succeeded += 1;
  }

  failed(nowMs: number, cause: string): void {
    this.#failedCount += 1;
    this.#at(nowMs).failed += 1;
    this.#failed.set(cause, (this.#failed.get(cause) ?? 0) + 1);
  }

  /** Once a millisecond: closes the seconds that are over. */
  look(nowMs: number): void {
    const second = this.#secondOf(nowMs);
    while (this.#ringingSeconds.length < second) {
      this.#at(nowMs).active = this.active;
      this.#ringingSeconds.push(this.#ringingSecond.latency());
      this.#ringingSecond.reset();
    }
  }

  /** The last whole second; null before the first. */
  latest(): LoadSecond | null {
    const second = this.#ringingSeconds.length - 1;
    return second < 0 ? null : this.#told(second);
  }

  outcome(own: EndLoad): TrafficOutcome {
    return {
      kind: 'outcome',
      offered: this.#offered,
      answered: this.#answered,
      succeeded: this.#succeeded,
      failed: Object.fromEntries(this.#failed),
      seconds: this.#ringingSeconds.map((_, second) => this.#told(second)),
      ringing: this.ringing.encoded(),
      answer: this.answer.encoded(),
      ringingAdded: this.ringingAdded.encoded(),
      answerAdded: this.answerAdded.encoded(),
      lateness: this.lateness.encoded(),
      own,
    };
  }

  #told(second: number): LoadSecond {
    const counts = this.#seconds[second] ?? EMPTY;
    return { second, ...counts, ringing: this.#ringingSeconds[second] ?? NO_LATENCY };
  }

  #secondOf(nowMs: number): number {
    return Math.max(0, Math.floor((nowMs - this.#beganAtMs) / 1000));
  }

  #at(nowMs: number): Second {
    const second = this.#secondOf(nowMs);
    while (this.#seconds.length <= second) this.#seconds.push({ ...EMPTY, active: this.active });
    return this.#seconds[second] as Second;
  }
}

const EMPTY: Second = { offered: 0, answered: 0, succeeded: 0, failed: 0, active: 0 };
const NO_LATENCY = new LatencyHistogram().latency();
