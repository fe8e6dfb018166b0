// A queue with shares: who waits is taken round by round, one of each share, so that however many of one share wait,
// another's first waits for one round at most. Within a share the first come goes first.

/** What waits. */
export interface Waiting {
  readonly arrivedAtMs: number;
}

/** Items by share. */
export class FairQueue<T extends Waiting> {
  /** In the order of the round; a share without items is not in it. */
  readonly #shares = new Map<number, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(share: number, item: T): void {
    const items = this.#shares.get(share);
    if (items === undefined) this.#shares.set(share, [item]);
    else items.push(item);
    this.#size += 1;
  }

  /** The next item of the round; null when none waits. */
  take(): T | null {
    for (const [share, items] of this.#shares) {
      this.#shares.delete(share);
      const item = items.shift() as T;
      if (items.length > 0) this.#shares.set(share, items);
      this.#size -= 1;
      return item;
    }
    return null;
  }

  /** The first of some share that came before `sinceMs`; null when none did. */
  takeBefore(sinceMs: number): T | null {
    for (const [share, items] of this.#shares) {
      const [first] = items;
      if (first === undefined || first.arrivedAtMs >= sinceMs) continue;
      items.shift();
      if (items.length === 0) this.#shares.delete(share);
      this.#size -= 1;
      return first;
    }
    return null;
  }

  /** When the longest waiting came; Infinity when none waits. */
  oldestMs(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const [first] of this.#shares.values()) if (first !== undefined) oldest = Math.min(oldest, first.arrivedAtMs);
    return oldest;
  }
}
