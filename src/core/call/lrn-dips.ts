// The dips of one shard: which network a number has been ported to is asked of a source outside, while the call waits.
// Answers are remembered for a while; one that comes late, or twice, finds nobody and is counted.

import { LRN_CACHED_MAX, LRN_WAITING_MAX } from '../base/limits.ts';
import type { Timed, TimerHandle, TimerWheel } from '../timer/wheel.ts';

/** What is asked. */
export interface LrnQuestion {
  /** The called number, its eaten digits left out. */
  readonly number: string;
  /** The caller, where it matters whether the call stays in its state; '' elsewhere. */
  readonly caller: string;
}

/** Where the call goes as the source sees it; '' when it does not say. */
export type Jurisdiction = 'interstate' | 'intrastate' | 'undetermined' | '';

/** What the source knows of a number. */
export interface LrnAnswer {
  /** Location routing number; '' when the number is not ported. */
  readonly lrn: string;
  readonly jurisdiction: Jurisdiction;
}

/** Who waits for an answer. */
export interface LrnUser {
  /** Told once; null when there was no answer, or none in time. */
  dipped(answer: LrnAnswer | null): void;
}

/** What it needs of its shard. */
export interface LrnSurroundings {
  readonly nowMs: number;
  readonly wheel: TimerWheel;
  /** Asks the source; the answer comes back by `answered`, if it comes. */
  askLrn(id: number, question: LrnQuestion, timeoutMs: number): void;
  countLateLrn(): void;
}

interface Dip {
  readonly key: string;
  readonly user: LrnUser;
  readonly cacheMs: number;
  /** Owns the timer: the number of a question is too large to be a timer's kind. */
  readonly limit: Timed;
  readonly timer: TimerHandle;
}

/** More than are asked in one. */
const DIPS_A_MS_MAX = 1_024;

/** The dips that are under way, and what is remembered of earlier ones. */
export class LrnDips {
  readonly #around: LrnSurroundings;
  readonly #waiting = new Map<number, Dip>();
  readonly #cache = new Map<string, { readonly answer: LrnAnswer; readonly untilMs: number }>();
  /** Begins above those of an earlier life, whose answers may still come: they are others' numbers. */
  #lastId: number;

  constructor(around: LrnSurroundings) {
    this.#around = around;
    this.#lastId = Math.floor(around.nowMs) * DIPS_A_MS_MAX;
  }

  /** What is known of it without asking; null when nothing is. */
  known(question: LrnQuestion): LrnAnswer | null {
    const found = this.#cache.get(keyOf(question));
    return found !== undefined && found.untilMs > this.#around.nowMs ? found.answer : null;
  }

  /** Asks for `user`; false when too many wait already. An answer is remembered for `cacheMs`. */
  ask(question: LrnQuestion, user: LrnUser, timeoutMs: number, cacheMs: number): boolean {
    if (this.#waiting.size >= LRN_WAITING_MAX) return false;
    this.#lastId += 1;
    const id = this.#lastId;
    const limit = { due: () => this.#outOfTime(id) };
    const timer = this.#around.wheel.arm(limit, 0, timeoutMs);
    this.#waiting.set(id, { key: keyOf(question), user, cacheMs, limit, timer });
    this.#around.askLrn(id, question, timeoutMs);
    return true;
  }

  /** The source has answered question `id`; null: it could not. */
  answered(id: number, answer: LrnAnswer | null): void {
    const dip = this.#waiting.get(id);
    if (dip === undefined) return this.#around.countLateLrn();
    this.#waiting.delete(id);
    this.#around.wheel.disarm(dip.timer, dip.limit);
    if (answer !== null && dip.cacheMs > 0) this.#remember(dip.key, answer, this.#around.nowMs + dip.cacheMs);
    dip.user.dipped(answer);
  }

  #outOfTime(id: number): void {
    const dip = this.#waiting.get(id);
    this.#waiting.delete(id);
    dip?.user.dipped(null);
  }

  #remember(key: string, answer: LrnAnswer, untilMs: number): void {
    this.#cache.delete(key);
    if (this.#cache.size >= LRN_CACHED_MAX) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    this.#cache.set(key, { answer, untilMs });
  }
}

function keyOf({ number, caller }: LrnQuestion): string {
  return caller === '' ? number : `${number} ${caller}`;
}
