// Things that are due a fixed time after they were put in: a queue, for what goes in first is due first.

/** One delay and what waits for it. */
export class DelayLine<T> {
  readonly #delayMs: number;
  #items: T[] = [];
  #dueAtMs: number[] = [];
  #next = 0;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  add(item: T, nowMs: number): void {
    this.#items.push(item);
    this.#dueAtMs.push(nowMs + this.#delayMs);
  }

  /** Calls `run` for everything due at `nowMs`, oldest first. */
  runDue(nowMs: number, run: (item: T) => void): void {
    while (this.#next < this.#items.length && (this.#dueAtMs[this.#next] as number) <= nowMs) {
      run(this.#items[this.#next++] as T);
    }
    if (this.#next < 4096 || this.#next * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#next);
    this.#dueAtMs = this.#dueAtMs.slice(this.#next);
    this.#next = 0;
  }
}

/**
 * Waits before each repetition of a request or response, ms: 3261's T1 doubling up to T2; after the last it is lost.
 */
export const RESEND_WAITS_MS: readonly number[] = [500, 1000, 2000, 4000, 4000];
