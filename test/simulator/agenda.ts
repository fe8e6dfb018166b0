// What happens when, outside the switch: deliveries of the network and timers of the peers. Virtual time moves from
// one entry to the next; entries of one moment run in the order in which they were made.

/** Something that will happen, unless it is called off. */
export class AgendaEntry {
  readonly dueMs: number;
  readonly sequence: number;
  #run: (() => void) | null;

  constructor(dueMs: number, sequence: number, run: () => void) {
    this.dueMs = dueMs;
    this.sequence = sequence;
    this.#run = run;
  }

  get isOff(): boolean {
    return this.#run === null;
  }

  /** It will not happen. */
  callOff(): void {
    this.#run = null;
  }

  happen(): void {
    const run = this.#run;
    this.#run = null;
    run?.();
  }
}

/** A binary heap of entries and the present moment. */
export class Agenda {
  /** The present, ms. Set by the world; never goes back. */
  nowMs = 0;
  readonly #heap: AgendaEntry[] = [];
  #sequence = 0;

  /** `run` happens `delayMs` from now. */
  after(delayMs: number, run: () => void): AgendaEntry {
    const entry = new AgendaEntry(this.nowMs + delayMs, this.#sequence++, run);
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return entry;
  }

  /** When the next entry is due; Infinity when nothing is. */
  nextDueMs(): number {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.isOff) return first.dueMs;
      this.#takeFirst();
    }
    return Infinity;
  }

  /** Lets the next entry happen. */
  step(): void {
    if (this.nextDueMs() === Infinity) return;
    this.#takeFirst().happen();
  }

  #takeFirst(): AgendaEntry {
    const heap = this.#heap;
    const first = heap[0] as AgendaEntry;
    const last = heap.pop() as AgendaEntry;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const entry = heap[from] as AgendaEntry;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent] as AgendaEntry, entry)) break;
      heap[at] = heap[parent] as AgendaEntry;
      at = parent;
    }
    heap[at] = entry;
  }

  #sink(): void {
    const heap = this.#heap;
    const entry = heap[0] as AgendaEntry;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const other = heap[child + 1];
      if (other !== undefined && isBefore(other, heap[child] as AgendaEntry)) child += 1;
      if (isBefore(entry, heap[child] as AgendaEntry)) break;
      heap[at] = heap[child] as AgendaEntry;
      at = child;
    }
    heap[at] = entry;
  }
}

function isBefore(a: AgendaEntry, b: AgendaEntry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}
