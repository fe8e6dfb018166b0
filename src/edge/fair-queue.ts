// A queue with shares: who waits is taken round by round, one of each share, so that however many of one share wait,
// another's first waits for one round at most. Within a share the first come goes first.

/** What waits. */
export interface Waiting {
  readonly arrivedAtMs: number;
}

/** Items by share. */
export class FairQueue<T extends Waiting> {
  /** Each share that ever had an item: there are no more than customers, and one that comes again needs no new list. */
  readonly #shares = new Map<number, T[]>();
  /** The shares that have items, in the order of the round. */
  readonly #round: T[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOf(share: number): number {
    return this.#shares.get(share)?.length ?? 0;
  }

  add(share: number, item: T): void {
    let items = this.#shares.get(share);
    if (items === undefined) {
      items = [];
      this.#shares.set(share, items);
    }
    if (items.push(item) === 1) this.#round.push(items);
    this.#size += 1;
  }

  /** The next item of the round; null when none waits. */
  take(): T | null {
    const items = this.#round.shift();
    if (items === undefined) return null;
    const item = items.shift() as T;
    if (items.length > 0) this.#round.push(items);
    this.#size -= 1;
    return item;
  }

  /** The first of some share that came before `sinceMs`; null when none did. */
  takeBefore(sinceMs: number): T | null {
    const place = this.#round.findIndex(([first]) => first !== undefined && first.arrivedAtMs < sinceMs);
    const items = this.#round[place];
    if (items === undefined) return null;
    const first = items.shift() as T;
    if (items.length === 0) this.#round.splice(place, 1);
    this.#size -= 1;
    return first;
  }
}
