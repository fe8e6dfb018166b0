// Things that are due at times of their own: a binary heap by due time, equal times in the order they came.

interface Entry<T> {
  readonly dueAtMs: number;
  readonly sequence: number;
  readonly item: T;
}

/** What waits, earliest first. */
export class DueQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  add(item: T, dueAtMs: number): void {
    const heap = this.#heap;
    heap.push({ dueAtMs, sequence: this.#sequence++, item });
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent] as Entry<T>, heap[at] as Entry<T>)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Calls `run` for everything due at `nowMs`, earliest first. */
  runDue(nowMs: number, run: (item: T) => void): void {
    for (let first = this.#heap[0]; first !== undefined && first.dueAtMs <= nowMs; first = this.#heap[0]) {
      this.#removeFirst();
      run(first.item);
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry<T>;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const isRight = right < heap.length && isBefore(heap[right] as Entry<T>, heap[left] as Entry<T>);
      const child = isRight ? right : left;
      if (isBefore(heap[at] as Entry<T>, heap[child] as Entry<T>)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(one: number, other: number): void {
    const entry = this.#heap[one] as Entry<T>;
    this.#heap[one] = this.#heap[other] as Entry<T>;
    this.#heap[other] = entry;
  }
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.dueAtMs < other.dueAtMs || (one.dueAtMs === other.dueAtMs && one.sequence < other.sequence);
}
