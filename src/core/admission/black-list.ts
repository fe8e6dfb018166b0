// The dynamic blacklist, in memory that all shards and control share: numbers that may not call, or be called, until a
// moment, and what is counted about numbers that may end there. Which numbers there will be nobody knows beforehand, so
// they have no slots but a hash table: a bucket by one hash of party and number, an entry in it by another. The number
// itself stands beside it, for those who read the list.
//
// An entry, 32 words of 128 bytes:
//
//   mark | party, number (8) | until | since | kind | last call | counts by slice (12)
//
// Entries are claimed and changed by compare-and-set, nobody waits for anybody. What an entry counts and until when it
// is blocked needs no beginning: slices of another time and moments that have passed say nothing, so a number may have
// the entry of another one that has nothing to remember. In a bucket full of such as have, the one without a block that
// called longest ago makes room; where all are blocked a further number is not watched.

import { BLACK_LIST_NUMBERS_MAX } from '../base/limits.ts';
import { KEY_WORDS, markOfKey, numberOfKey, readNumberKey } from './number-key.ts';

/** Which side of a call a number is on. */
export type Party = 'caller' | 'callee';

/** Why it is blocked; `manual`: an operator has said so. */
export const BLACK_LIST_KINDS = ['manual', 'malicious', 'concurrent', 'noAnswer'] as const;
export type BlackListKind = (typeof BLACK_LIST_KINDS)[number];

/** One number that is blocked. */
export interface BlackListEntry {
  readonly party: Party;
  readonly number: string;
  readonly kind: BlackListKind;
  readonly sinceWallMs: number;
  readonly untilWallMs: number;
  /** When it last called, or was called, in vain; null: not since. */
  readonly lastCallWallMs: number | null;
}

/** A number on one side of a call. */
export interface PartyNumber {
  readonly party: Party;
  readonly number: string;
}

/** How many of something make a block, within how long, for how long. */
export interface BlackListRule {
  readonly kind: BlackListKind;
  readonly withinMs: number;
  /** So many are let be. */
  readonly countMax: number;
  readonly expireMs: number;
}

/** The time of a call: both clocks. */
export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** Entries of a bucket. */
const WAYS = 16;

/** Words of an entry. */
const MARK = 0;
const KEY = 1;
const UNTIL = KEY + KEY_WORDS;
const SINCE = UNTIL + 1;
const KIND = SINCE + 1;
const LAST_CALL = KIND + 1;
const COUNTS = LAST_CALL + 1;
const SLICES = 12;
const ENTRY_WORDS = 32;

/** Words before the entries. */
const HEAD_WORDS = 16;
/** Moves with every change of the list. */
const CHANGES = 0;
/** The latest moment until which anything is blocked. */
const LATEST = 1;

const WORD_BYTES = 4;
const SECOND_MS = 1_000;
/** Seconds are unsigned: 2106 is far enough, 2038 is not. */
const SECOND_MAX = 2 ** 32 - 1;
const PARTIES: readonly Party[] = ['caller', 'callee'];

/** A count: which slice it is of in the high half, how many in the low one. */
const COUNT_BITS = 16;
const COUNT_MASK = (1 << COUNT_BITS) - 1;

/** The list as every shard and control see it. */
export class BlackList {
  readonly #words: Int32Array;
  readonly #bucketCount: number;
  readonly #key = new Int32Array(KEY_WORDS);

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared);
    this.#bucketCount = (this.#words.length - HEAD_WORDS) / (WAYS * ENTRY_WORDS);
  }

  /** Shared memory for `numberCount` numbers, a power of two. What is never written costs no memory. */
  static allocate(numberCount = BLACK_LIST_NUMBERS_MAX): SharedArrayBuffer {
    return new SharedArrayBuffer((HEAD_WORDS + numberCount * ENTRY_WORDS) * WORD_BYTES);
  }

  /** Moves with every change of the list. */
  get changeCount(): number {
    return Atomics.load(this.#words, CHANGES);
  }

  /** Whether a number is blocked at `wallMs`. */
  isBlocked(of: PartyNumber, wallMs: number): boolean {
    return this.#findBlocked(of, secondOf(wallMs)) >= 0;
  }

  /** The same of a number that calls, or is called: that it has tried is remembered. */
  refuses(of: PartyNumber, wallMs: number): boolean {
    const entry = this.#findBlocked(of, secondOf(wallMs));
    if (entry < 0) return false;
    Atomics.store(this.#words, entry + LAST_CALL, secondOf(wallMs));
    return true;
  }

  /** Counts one more of what `rule` counts; whether that blocks the number, from now on. */
  count(of: PartyNumber, rule: BlackListRule, { nowMs, wallMs }: Moment): boolean {
    const entry = this.#enter(of.party, of.number, wallMs);
    if (entry < 0) return false;
    Atomics.store(this.#words, entry + LAST_CALL, secondOf(wallMs));
    const slice = Math.floor((nowMs * SLICES) / rule.withinMs) & COUNT_MASK;
    this.#add(entry + COUNTS + (slice % SLICES), slice);
    if (this.#countSince(entry, slice) <= rule.countMax) return false;
    const untilWallMs = wallMs + rule.expireMs;
    // An operator may have blocked it for longer, while the call was under way.
    if (this.#second(entry + UNTIL) >= untilSecondOf(untilWallMs)) return true;
    this.block({ ...of, kind: rule.kind, sinceWallMs: wallMs, untilWallMs });
    return true;
  }

  /** What was counted about it is forgotten. */
  forgive({ party, number }: PartyNumber): void {
    const entry = this.#find(party, number);
    if (entry >= 0) this.#forget(entry);
  }

  /** Blocks a number. False where its bucket is full of others that are blocked. */
  block({ party, number, kind, sinceWallMs, untilWallMs, lastCallWallMs }: NewEntry): boolean {
    const entry = this.#enter(party, number, sinceWallMs);
    if (entry < 0) return false;
    const words = this.#words;
    Atomics.store(words, entry + SINCE, secondOf(sinceWallMs));
    Atomics.store(words, entry + KIND, BLACK_LIST_KINDS.indexOf(kind));
    Atomics.store(words, entry + LAST_CALL, lastCallWallMs == null ? 0 : secondOf(lastCallWallMs));
    const until = untilSecondOf(untilWallMs);
    Atomics.store(words, entry + UNTIL, until);
    this.#forget(entry);
    for (let latest = this.#second(LATEST); latest < until; ) {
      latest = Atomics.compareExchange(words, LATEST, latest, until) >>> 0;
    }
    Atomics.add(words, CHANGES, 1);
    return true;
  }

  /** Takes a number off the list; whether it was on it. */
  unblock(of: PartyNumber, wallMs: number): boolean {
    const entry = this.#findBlocked(of, secondOf(wallMs));
    if (entry < 0) return false;
    Atomics.store(this.#words, entry + UNTIL, 0);
    this.#forget(entry);
    Atomics.add(this.#words, CHANGES, 1);
    return true;
  }

  /** All that are blocked at `wallMs`. */
  entries(wallMs: number): BlackListEntry[] {
    const second = secondOf(wallMs);
    const found: BlackListEntry[] = [];
    if (this.#second(LATEST) <= second) return found;
    for (let entry = HEAD_WORDS; entry < this.#words.length; entry += ENTRY_WORDS) {
      if (this.#second(entry + UNTIL) > second) found.push(this.#read(entry));
    }
    return found;
  }

  #read(entry: number): BlackListEntry {
    const key = this.#words.slice(entry + KEY, entry + KEY + KEY_WORDS);
    const lastCall = this.#second(entry + LAST_CALL);
    return {
      party: PARTIES[key[0] as number] ?? 'caller',
      number: numberOfKey(key),
      kind: BLACK_LIST_KINDS[Atomics.load(this.#words, entry + KIND)] ?? 'manual',
      sinceWallMs: this.#second(entry + SINCE) * SECOND_MS,
      untilWallMs: this.#second(entry + UNTIL) * SECOND_MS,
      lastCallWallMs: lastCall === 0 ? null : lastCall * SECOND_MS,
    };
  }

  #second(place: number): number {
    return Atomics.load(this.#words, place) >>> 0;
  }

  #findBlocked({ party, number }: PartyNumber, second: number): number {
    if (this.#second(LATEST) <= second) return -1;
    const entry = this.#find(party, number);
    return entry >= 0 && this.#second(entry + UNTIL) > second ? entry : -1;
  }

  /** The entry of a number; -1 when it has none. */
  #find(party: Party, number: string): number {
    const first = this.#firstOf(party, number);
    const mark = markOfKey(this.#key);
    for (let entry = first; entry < first + WAYS * ENTRY_WORDS; entry += ENTRY_WORDS) {
      if (Atomics.load(this.#words, entry + MARK) === mark) return entry;
    }
    return -1;
  }

  /** The entry of a number, which has one from now on; -1 where there is no room. */
  #enter(party: Party, number: string, wallMs: number): number {
    for (;;) {
      const known = this.#find(party, number);
      if (known >= 0) return known;
      const entry = this.#spare(this.#firstOf(party, number), secondOf(wallMs));
      if (entry < 0) return -1;
      const before = Atomics.load(this.#words, entry + MARK);
      const mark = markOfKey(this.#key);
      // Somebody was faster, perhaps with this very number: it is looked for again.
      if (Atomics.compareExchange(this.#words, entry + MARK, before, mark) !== before) continue;
      this.#words.set(this.#key, entry + KEY);
      Atomics.store(this.#words, entry + UNTIL, 0);
      Atomics.store(this.#words, entry + LAST_CALL, secondOf(wallMs));
      this.#forget(entry);
      return entry;
    }
  }

  /** An entry that nobody has, else the one without a block that called longest ago; -1 where all are blocked. */
  #spare(first: number, second: number): number {
    let oldest = -1;
    let oldestCall = Number.POSITIVE_INFINITY;
    for (let entry = first; entry < first + WAYS * ENTRY_WORDS; entry += ENTRY_WORDS) {
      if (Atomics.load(this.#words, entry + MARK) === 0) return entry;
      const lastCall = this.#second(entry + LAST_CALL);
      if (this.#second(entry + UNTIL) > second || lastCall >= oldestCall) continue;
      oldest = entry;
      oldestCall = lastCall;
    }
    return oldest;
  }

  /** Reads the key of a number, too: its mark is that of `#key`. */
  #firstOf(party: Party, number: string): number {
    const bucket = readNumberKey(this.#key, PARTIES.indexOf(party), number) % this.#bucketCount;
    return HEAD_WORDS + bucket * WAYS * ENTRY_WORDS;
  }

  #add(place: number, slice: number): void {
    for (;;) {
      const before = Atomics.load(this.#words, place);
      const count = before >>> COUNT_BITS === slice ? before & COUNT_MASK : 0;
      const after = (slice << COUNT_BITS) | Math.min(COUNT_MASK, count + 1);
      if (Atomics.compareExchange(this.#words, place, before, after) === before) return;
    }
  }

  /** The counts of `slice` and of as many before it as make the time of the rule. */
  #countSince(entry: number, slice: number): number {
    let total = 0;
    for (let place = entry + COUNTS; place < entry + COUNTS + SLICES; place++) {
      const word = Atomics.load(this.#words, place);
      if (((slice - (word >>> COUNT_BITS)) & COUNT_MASK) < SLICES) total += word & COUNT_MASK;
    }
    return total;
  }

  #forget(entry: number): void {
    for (let place = entry + COUNTS; place < entry + COUNTS + SLICES; place++) Atomics.store(this.#words, place, 0);
  }
}

/** What is put on the list; without `lastCallWallMs` nobody has called since. */
type NewEntry = Omit<BlackListEntry, 'lastCallWallMs'> & Partial<Pick<BlackListEntry, 'lastCallWallMs'>>;

function secondOf(wallMs: number): number {
  return Math.min(Math.floor(wallMs / SECOND_MS), SECOND_MAX);
}

function untilSecondOf(wallMs: number): number {
  return Math.min(Math.ceil(wallMs / SECOND_MS), SECOND_MAX);
}
