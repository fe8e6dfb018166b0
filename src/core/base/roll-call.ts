// The beginning of a switch: which shards have taken over what lives on, in shared memory. None runs a datagram before
// all have, or new calls would get what inherited ones hold of limits and balances.

/** One for all shards of a switch. */
export class RollCall {
  /** 1 for each shard that has answered. */
  readonly #answers: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#answers = new Int32Array(shared);
  }

  /** Shared memory for `shardCount` shards. */
  static allocate(shardCount: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * shardCount);
  }

  answer(shard: number): void {
    Atomics.store(this.#answers, shard, 1);
    Atomics.notify(this.#answers, shard);
  }

  /** Blocks until every shard has answered, at most `patienceMs` for each; false when one has not. */
  waitForAll(patienceMs: number): boolean {
    let isWhole = true;
    for (let shard = 0; shard < this.#answers.length; shard++) {
      if (Atomics.wait(this.#answers, shard, 0, patienceMs) === 'timed-out') isWhole = false;
    }
    return isWhole;
  }
}
