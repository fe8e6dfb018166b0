// The reference's clock: what is due when, in the order in which it was armed.

interface Entry {
  readonly owner: object;
  readonly name: string;
  readonly dueMs: number;
  /** It is the end of a list of repeats, each of which arms the next: younger than all else that is due with it. */
  readonly isRepeated: boolean;
  readonly sequence: number;
  readonly then: () => void;
}

/** A handful of timers, each known by its owner and a name. */
export class Timers {
  nowMs = 0;
  #entries: Entry[] = [];
  #sequence = 0;

  arm(owner: object, name: string, afterMs: number, then: () => void, isRepeated = false): void {
    this.#entries.push({ owner, name, dueMs: this.nowMs + afterMs, isRepeated, sequence: this.#sequence++, then });
  }

  /** False when there was none. */
  disarm(owner: object, name: string): boolean {
    const at = this.#entries.findIndex((entry) => entry.owner === owner && entry.name === name);
    if (at >= 0) this.#entries.splice(at, 1);
    return at >= 0;
  }

  /** Disarms all of `owner`. */
  forget(owner: object): void {
    this.#entries = this.#entries.filter((entry) => entry.owner !== owner);
  }

  /** When it was armed, in the order of all. */
  sequenceOf(owner: object, name: string): number {
    return this.#entries.find((entry) => entry.owner === owner && entry.name === name)?.sequence ?? 0;
  }

  nextDueMs(): number {
    return this.#first()?.dueMs ?? Infinity;
  }

  /** Time passes, and what is due happens in its order. */
  advance(toMs: number): void {
    for (let first = this.#first(); first !== undefined && first.dueMs <= toMs; first = this.#first()) {
      this.nowMs = first.dueMs;
      this.#entries.splice(this.#entries.indexOf(first), 1);
      first.then();
    }
    this.nowMs = toMs;
  }

  #first(): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (first === undefined || isBefore(entry, first)) first = entry;
    }
    return first;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  if (one.dueMs !== other.dueMs) return one.dueMs < other.dueMs;
  if (one.isRepeated !== other.isRepeated) return other.isRepeated;
  return one.sequence < other.sequence;
}
