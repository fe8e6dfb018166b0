// Failed authentications, counted by source address and by name, in memory that all shards share: so many of one and it
// is suspended for a while. A cell is one 64-bit word:  mark (32) | count (10) | second of the last failure (22)
//
// Marks are made with a key (NonceMint): were they not, one could choose a name with the mark of somebody's address, or
// of another's name, fail as that, and have him suspended.
//
// Buckets of WAYS cells, the oldest makes room: whoever fails from very many places at once may push an entry out, and
// gains by it no more than another try.

import { AUTH_FAILURES_MAX } from '../base/limits.ts';

const WAYS = 8;
const BUCKETS = AUTH_FAILURES_MAX / WAYS;
const COUNT_MAX = 1_023;
const SECONDS = 2 ** 22;

/** After how many failures, and for how long. */
export interface SuspensionRule {
  /** 0: never. */
  readonly failuresMax: number;
  readonly suspendSeconds: number;
}

/** The failures as every shard sees them. Seconds are those of the monotonic clock. */
export class FailureBook {
  readonly #cells: BigUint64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#cells = new BigUint64Array(shared);
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(BUCKETS * WAYS * 8);
  }

  /** Whether what `mark` stands for is suspended at `now`. */
  isSuspended(mark: number, { failuresMax, suspendSeconds }: SuspensionRule, now: number): boolean {
    const cell = this.#find(mark);
    if (cell < 0 || failuresMax === 0) return false;
    const word = Atomics.load(this.#cells, cell);
    return countIn(word) >= failuresMax && ageOf(word, now) < suspendSeconds;
  }

  /** One more failure. Failures further apart than a suspension lasts do not add up. */
  note(mark: number, { suspendSeconds }: SuspensionRule, now: number): void {
    for (;;) {
      const known = this.#find(mark);
      const cell = known < 0 ? this.#oldest(mark, now) : known;
      const before = Atomics.load(this.#cells, cell);
      const goesOn = known >= 0 && ageOf(before, now) < suspendSeconds;
      const count = goesOn ? Math.min(COUNT_MAX, countIn(before) + 1) : 1;
      const word = (BigInt(mark >>> 0) << 32n) | (BigInt(count) << 22n) | BigInt(now % SECONDS);
      if (Atomics.compareExchange(this.#cells, cell, before, word) === before) return;
    }
  }

  /** It has succeeded: nothing is held against it. */
  forgive(mark: number): void {
    const cell = this.#find(mark);
    if (cell >= 0) Atomics.store(this.#cells, cell, 0n);
  }

  #find(mark: number): number {
    for (let way = 0; way < WAYS; way++) {
      const cell = ((mark >>> 0) % BUCKETS) * WAYS + way;
      const word = Atomics.load(this.#cells, cell);
      if (word !== 0n && Number(word >> 32n) === mark >>> 0) return cell;
    }
    return -1;
  }

  #oldest(mark: number, now: number): number {
    const first = ((mark >>> 0) % BUCKETS) * WAYS;
    let oldest = first;
    let oldestAge = -1;
    for (let cell = first; cell < first + WAYS; cell++) {
      const word = Atomics.load(this.#cells, cell);
      const age = word === 0n ? SECONDS : ageOf(word, now);
      if (age <= oldestAge) continue;
      oldest = cell;
      oldestAge = age;
    }
    return oldest;
  }
}

function countIn(word: bigint): number {
  return Number((word >> 22n) & 0x3ffn);
}

function ageOf(word: bigint, now: number): number {
  return (now - Number(word & 0x3fffffn) + SECONDS) % SECONDS;
}
