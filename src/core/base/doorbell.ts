// How the edge sleeps while shards may have something for it. Three ways, told by one shared word:
//
//   AWAKE    it will look at the rings before it sleeps: nobody has to do anything
//   WAITING  it waits for this word in the kernel: cheap to wake, and it wakes at once
//   AWAY     it is in its event loop: only a message to its port wakes it
//
// Whoever rings first in WAITING or AWAY wakes it; for the rest it is AWAKE already.

const AWAKE = 0;
const WAITING = 1;
const AWAY = 2;
const STATE = 0;

/** One end of the bell. */
export class Doorbell {
  readonly #word: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#word = new Int32Array(shared, 0, 1);
  }

  /** The sleeper is up and will look. */
  awake(): void {
    Atomics.store(this.#word, STATE, AWAKE);
  }

  /** The sleeper says that it will wait, then looks once more, then calls `wait`. */
  willWait(): void {
    Atomics.store(this.#word, STATE, WAITING);
  }

  /** Waits until somebody rings, `timeoutMs` at most. */
  wait(timeoutMs: number): void {
    Atomics.wait(this.#word, STATE, WAITING, timeoutMs);
  }

  /** The sleeper says that it goes back to its event loop, then looks once more. */
  willLeave(): void {
    Atomics.store(this.#word, STATE, AWAY);
  }

  /** Rings, after publishing something. True when the sleeper is away and has to be sent a message. */
  ring(): boolean {
    const was = Atomics.exchange(this.#word, STATE, AWAKE);
    if (was === WAITING) Atomics.notify(this.#word, STATE);
    return was === AWAY;
  }

  /** Wakes a sleeper that waits for progress; leaves one that is away alone. */
  nudge(): void {
    if (Atomics.compareExchange(this.#word, STATE, WAITING, AWAKE) === WAITING) Atomics.notify(this.#word, STATE);
  }
}
