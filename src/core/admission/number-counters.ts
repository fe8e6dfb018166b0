// Concurrent calls and call rate of numbers, exact across shards: which numbers there are nobody knows beforehand, so
// they have no slots but a hash table in shared memory. Changed by compare-and-set only; nobody waits for anybody.
//
// A number lives in one bucket, in any of its entries. An entry's state is one word, generation and phase:
//
//   free --claim--> claimed by a shard --commit--> live, 0 calls <--take, give--> live, n calls
//     ^---------------- not committed ------'           |
//     ^------------------- claimed for another ---------'   only with 0 calls and a rate at rest
//
// The generation moves whenever an entry is claimed and whenever it gives a call back, so who has compared the key and
// then changes the state changes that entry, or finds that it must look again. That a number never stands twice is up
// to the head of its bucket: it names the entry (and generation) that was committed last, and a commit moves it from
// what it was when the bucket was searched in vain. Who finds the last commit not yet live finishes it: so a shard that
// dies on the way holds up nobody, and its successor frees what it had only claimed.

import { assert } from '../base/assert.ts';
import { hashOfKey, KEY_WORDS, readNumberKey } from './number-key.ts';
import { hasToken, isFull, type Rate, takeToken } from './token-bucket.ts';

/** Entries of a bucket. */
const WAYS = 16;

/** Words of an entry; 64 bytes, a cache line. */
const STATE = 0;
const KEY = 1;
const GIVEN = KEY + KEY_WORDS;
const RATE = 10;
const ENTRY_WORDS = 16;
const WORD_BYTES = 4;
const NOTHING = 0n;

/** State: the phase in the low bits, the generation above. */
const PHASE_BITS = 14;
const PHASE_MASK = (1 << PHASE_BITS) - 1;
const GENERATION = 1 << PHASE_BITS;
const FREE = 0;
/** Claimed by the shard before this phase; from LIVE on there are as many calls as the phase is above it. */
const LIVE = 512;
const CALLS_MAX = PHASE_MASK - LIVE;

/** Head: the generation of the last commit, and its entry in the low bits. */
const WAY_BITS = 4;

/** Why a number was not taken. */
export const NUMBER_FULL = -1;
export const NUMBER_TOO_FAST = -2;
/** All entries of its bucket are in use by other numbers: it cannot be counted, so it may not call. */
export const NUMBER_WITHOUT_ROOM = -3;

/** What a number may have. */
export interface NumberLimits extends Rate {
  /** Concurrent calls; null for no limit. */
  readonly capacity: number | null;
}

/** The words of a key: a scope, and a number within it. */
export type NumberKey = readonly number[];

/** What came of taking a call of a number that was found. */
const TAKEN = 1;
const FULL = 0;
const CHANGED = -1;

/** The counters of numbers, as one shard or control sees them. */
export class NumberCounters {
  readonly #words: Int32Array;
  readonly #rates: BigInt64Array;
  readonly #heads: Int32Array;
  readonly #taken: Int32Array;
  readonly #claimed: number;
  readonly #key = new Int32Array(KEY_WORDS);
  /** State in which `#find` and `#vacancy` saw the entry that they name. */
  #seen = 0;

  /** In `shared` from `offsetBytes` on. `taken`: what shard `shardIndex` holds, in memory that outlives it. */
  constructor(shared: SharedArrayBuffer, offsetBytes: number, taken: Int32Array, shardIndex: number) {
    assert(shardIndex + 1 < LIVE, 'a shard has a phase of its own');
    const entryCount = taken.length;
    const words = entryCount * ENTRY_WORDS;
    this.#words = new Int32Array(shared, offsetBytes, words);
    this.#rates = new BigInt64Array(shared, offsetBytes, words / 2);
    this.#heads = new Int32Array(shared, offsetBytes + words * WORD_BYTES, entryCount / WAYS);
    this.#taken = taken;
    this.#claimed = shardIndex + 1;
  }

  /** Shared memory for `entryCount` numbers, a power of two. */
  static sizeBytes(entryCount: number): number {
    return entryCount * ENTRY_WORDS * WORD_BYTES + (entryCount / WAYS) * WORD_BYTES;
  }

  /**
   * Takes one call of `number` within `scope` (whose numbers they are: the same number in two scopes is two). Answers
   * the entry to give back, or why not: NUMBER_FULL, NUMBER_TOO_FAST, NUMBER_WITHOUT_ROOM.
   */
  take(scope: number, number: string, limits: NumberLimits, nowMs: number): number {
    const bucket = readNumberKey(this.#key, scope, number) & (this.#heads.length - 1);
    const entry = this.#takeIn(bucket, Math.min(limits.capacity ?? CALLS_MAX, CALLS_MAX), nowMs);
    if (entry < 0 || takeToken(this.#rates, rateOf(entry), limits, nowMs)) return entry;
    this.give(entry);
    return NUMBER_TOO_FAST;
  }

  /** Why `take` would take none, NUMBER_FULL or NUMBER_TOO_FAST; 0 when it would. */
  fault(scope: number, number: string, limits: NumberLimits, nowMs: number): number {
    const bucket = readNumberKey(this.#key, scope, number) & (this.#heads.length - 1);
    const entry = this.#find(bucket);
    if (entry < 0) return limits.capacity === 0 ? NUMBER_FULL : 0;
    if (limits.capacity !== null && this.calls(entry) >= limits.capacity) return NUMBER_FULL;
    return hasToken(this.#rates, rateOf(entry), limits, nowMs) ? 0 : NUMBER_TOO_FAST;
  }

  /** Gives the call of `entry` back. */
  give(entry: number): void {
    const taken = this.#taken[entry] as number;
    assert(taken > 0, 'a number is given back once, by the shard that took it');
    // As in `#takeKnown`: nothing may stand between these two.
    Atomics.add(this.#words, entry * ENTRY_WORDS, GENERATION - 1);
    this.#taken[entry] = taken - 1;
    Atomics.add(this.#words, entry * ENTRY_WORDS + GIVEN, 1);
  }

  /** Holds one call for each of `keys`, whatever their capacity. A number that finds no room is not counted. */
  holdMore(keys: Iterable<NumberKey>, nowMs: number): void {
    for (const key of keys) this.#takeIn(this.#bucketOf(key), CALLS_MAX, nowMs);
  }

  /**
   * Holds as `holdMore` does, gives back what else the shard held, and frees what it had claimed: its worker
   * died, and these are its calls that live on. Looks at every entry that there is.
   */
  holdOnly(keys: Iterable<NumberKey>, nowMs: number): void {
    const before = this.#taken.slice();
    this.holdMore(keys, nowMs);
    for (let bucket = 0; bucket < this.#heads.length; bucket++) {
      for (let entry = bucket * WAYS; entry < (bucket + 1) * WAYS; entry++) {
        this.#giveUp(bucket, entry, before[entry] as number);
      }
    }
  }

  /** The key of the number that has calls in `entry`. */
  keyOf(entry: number): NumberKey {
    const at = entry * ENTRY_WORDS + KEY;
    return [...this.#words.subarray(at, at + KEY_WORDS)];
  }

  /** The entry of the number with that key; -1 when it has none. */
  entryOf(key: NumberKey): number {
    return this.#find(this.#bucketOf(key));
  }

  /** Concurrent calls of `entry` now. */
  calls(entry: number): number {
    return Math.max(0, (Atomics.load(this.#words, entry * ENTRY_WORDS) & PHASE_MASK) - LIVE);
  }

  /** Calls that `entry` has given back, whichever number's. */
  given(entry: number): number {
    return Atomics.load(this.#words, entry * ENTRY_WORDS + GIVEN);
  }

  /** Entries that had calls, or have some. */
  *usedEntries(): Generator<number> {
    for (let bucket = 0; bucket < this.#heads.length; bucket++) {
      if (Atomics.load(this.#heads, bucket) === 0) continue;
      for (let entry = bucket * WAYS; entry < (bucket + 1) * WAYS; entry++) {
        if (this.calls(entry) > 0 || this.given(entry) > 0) yield entry;
      }
    }
  }

  #takeIn(bucket: number, capacity: number, nowMs: number): number {
    for (;;) {
      const head = Atomics.load(this.#heads, bucket);
      this.#finish(bucket, head);
      const known = this.#find(bucket);
      if (known >= 0) {
        const outcome = this.#takeKnown(known, this.#seen, capacity);
        if (outcome !== CHANGED) return outcome === TAKEN ? known : NUMBER_FULL;
        continue;
      }
      const vacant = this.#vacancy(bucket, nowMs);
      if (vacant < 0) return NUMBER_WITHOUT_ROOM;
      this.#enter(bucket, head, vacant);
    }
  }

  /** The commit that `head` names becomes live, unless it is already. */
  #finish(bucket: number, head: number): void {
    const at = (bucket * WAYS + (head & (WAYS - 1))) * ENTRY_WORDS + STATE;
    const state = Atomics.load(this.#words, at);
    const phase = state & PHASE_MASK;
    if (phase === FREE || phase >= LIVE || state >>> PHASE_BITS !== head >>> WAY_BITS) return;
    Atomics.compareExchange(this.#words, at, state, (state & ~PHASE_MASK) | LIVE);
  }

  /** The live entry with the key; -1 when there is none. */
  #find(bucket: number): number {
    for (let entry = bucket * WAYS; entry < (bucket + 1) * WAYS; entry++) {
      const state = Atomics.load(this.#words, entry * ENTRY_WORDS);
      if ((state & PHASE_MASK) < LIVE || !this.#hasKey(entry)) continue;
      this.#seen = state;
      return entry;
    }
    return -1;
  }

  #hasKey(entry: number): boolean {
    const at = entry * ENTRY_WORDS + KEY;
    for (let word = 0; word < KEY_WORDS; word++) if (this.#words[at + word] !== this.#key[word]) return false;
    return true;
  }

  #takeKnown(entry: number, state: number, capacity: number): number {
    if ((state & PHASE_MASK) - LIVE >= capacity) return FULL;
    // A worker is ended where it calls or loops, so never between these two: what it took stands with what it holds.
    if (Atomics.compareExchange(this.#words, entry * ENTRY_WORDS, state, state + 1) !== state) return CHANGED;
    this.#taken[entry] = (this.#taken[entry] as number) + 1;
    return TAKEN;
  }

  /** An entry that the key may have: a free one, else one whose number has nothing to remember; -1 for none. */
  #vacancy(bucket: number, nowMs: number): number {
    let idle = -1;
    for (let entry = bucket * WAYS; entry < (bucket + 1) * WAYS; entry++) {
      const state = Atomics.load(this.#words, entry * ENTRY_WORDS);
      const phase = state & PHASE_MASK;
      if (phase !== FREE && (phase !== LIVE || idle >= 0 || !isFull(this.#rates, rateOf(entry), nowMs))) continue;
      this.#seen = state;
      idle = entry;
      if (phase === FREE) break;
    }
    return idle;
  }

  /** Claims `entry` and commits it with the key, unless somebody was faster. `head`: as it was before the search. */
  #enter(bucket: number, head: number, entry: number): void {
    const at = entry * ENTRY_WORDS;
    const generation = ((this.#seen >>> PHASE_BITS) + 1) << PHASE_BITS;
    if (Atomics.compareExchange(this.#words, at, this.#seen, generation | this.#claimed) !== this.#seen) return;
    this.#words.set(this.#key, at + KEY);
    Atomics.store(this.#rates, rateOf(entry), NOTHING);
    const next = ((generation >>> PHASE_BITS) << WAY_BITS) | (entry & (WAYS - 1));
    if (Atomics.compareExchange(this.#heads, bucket, head, next) === head) this.#finish(bucket, next);
    else Atomics.store(this.#words, at, generation | FREE);
  }

  #bucketOf(key: NumberKey): number {
    this.#key.set(key);
    return hashOfKey(this.#key) & (this.#heads.length - 1);
  }

  #giveUp(bucket: number, entry: number, held: number): void {
    const at = entry * ENTRY_WORDS;
    const state = Atomics.load(this.#words, at);
    if ((state & PHASE_MASK) === this.#claimed) {
      this.#finish(bucket, Atomics.load(this.#heads, bucket));
      Atomics.compareExchange(this.#words, at, state, state & ~PHASE_MASK);
    }
    if (held === 0) return;
    Atomics.add(this.#words, at, GENERATION - held);
    this.#taken[entry] = (this.#taken[entry] as number) - held;
    Atomics.add(this.#words, at + GIVEN, held);
  }
}

function rateOf(entry: number): number {
  return (entry * ENTRY_WORDS + RATE) / 2;
}
