// New calls a second, over the last few seconds: from how many had begun at each whole second.

/** Seconds the rate is taken over. */
const WINDOW_SECONDS = 5;

/** A running rate of a number that only grows. */
export class CallRate {
  readonly #samples: { readonly atMs: number; readonly begun: number }[] = [];

  /** Notes that `begun` calls had begun at `atMs` (any clock that does not jump). Call once a second. */
  note(atMs: number, begun: number): void {
    this.#samples.push({ atMs, begun });
    if (this.#samples.length > WINDOW_SECONDS + 1) this.#samples.shift();
  }

  /** Calls a second; 0 before two notes. */
  perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return ((last.begun - first.begun) * 1000) / (last.atMs - first.atMs);
  }
}
