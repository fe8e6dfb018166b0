// Free minutes of packages, across all shards: for each account and free allowance of its package one 64-bit word in
// shared memory, changed only by compare-and-set. It has the seconds that are left of the period, without what calls
// in progress have reserved, and in its upper half the term: which allowance, and which period. Seconds are taken and
// given back by term, so those of a period that is over, or of an allowance that is none any more, go nowhere.
//
//   word: term (32 bits: first day of the period, 16; hash of the allowance's name, 16), seconds (32 bits, signed)
//
// What a shard has reserved, or used in records that are not kept yet, it holds, as it does money (balances.ts).

import { assert } from '../base/assert.ts';
import { FREE_ALLOWANCES_MAX } from './rating-limits.ts';

/** Free seconds of one call, reserved or used. */
export interface FreeUse {
  /** Of the allowance, in shared memory. */
  readonly place: number;
  readonly term: number;
  readonly seconds: number;
}

/** Free seconds that one call has reserved. */
export interface FreeShare {
  /** Package and allowance, by name. */
  readonly allowance: string;
  readonly place: number;
  /** The period they are of; 0 while none are reserved. */
  term: number;
  grantedSeconds: number;
  /** Whether there were none left. */
  isSpent: boolean;
}

const HALF = 32n;

/** The counters, as every shard and control see them. */
export class FreeSeconds {
  readonly #words: BigInt64Array;
  readonly #held: BigInt64Array;
  /** Places where calls have seconds that are not held: they are of another term than those that are. */
  readonly #turned = new Set<number>();

  /** `held`: words of this shard's own, which outlive it; as many as `words`, or none for one who reserves nothing. */
  constructor(words: BigInt64Array, held: BigInt64Array) {
    this.#words = words;
    this.#held = held;
  }

  /** Control: what is left of a period that has begun; 0: nothing. A word that has this term already stays as it is. */
  open(place: number, term: number, seconds: number): void {
    for (;;) {
      const word = this.#load(place);
      if (termIn(word) === term || this.#swap(place, word, wordOf(term, seconds))) return;
    }
  }

  /** Seconds are added to what is left of the period, or taken from it, where it is still `term`. */
  add({ place, term, seconds }: FreeUse): void {
    for (;;) {
      const word = this.#load(place);
      if (termIn(word) !== term || this.#swap(place, word, wordOf(term, secondsIn(word) + seconds))) return;
    }
  }

  /** Term and seconds that are left now. */
  now(place: number): { readonly term: number; readonly seconds: number } {
    const word = this.#load(place);
    return { term: termIn(word), seconds: secondsIn(word) };
  }

  /** Reserves up to `wanted` seconds; answers how many. */
  reserve(place: number, term: number, wanted: number): number {
    for (;;) {
      const word = this.#load(place);
      const left = secondsIn(word);
      if (termIn(word) !== term || left <= 0) return 0;
      const seconds = Math.min(left, wanted);
      const next = wordOf(term, left - seconds);
      const { held } = this.#holding({ place, term, seconds });
      if (Atomics.compareExchange(this.#words, place, word, next) !== word) continue;
      this.#held[place] = held;
      return seconds;
    }
  }

  /** A call is over and has not used these. Of what is held no more nothing was taken from what is left now. */
  giveBack(use: FreeUse): void {
    const { held, change } = this.#holding({ ...use, seconds: -use.seconds });
    this.#move({ ...use, seconds: -change }, held);
  }

  /** The record of a call that has used these is kept: nobody will count them again. */
  recorded(use: FreeUse): void {
    this.#held[use.place] = this.#holding({ ...use, seconds: -use.seconds }).held;
  }

  /** What this shard holds, of whichever period it reserved last. */
  held(place: number): number {
    return secondsIn(this.#held[place] as bigint);
  }

  /** Calls of an earlier process live on with what they have `reserved`, unless it was of an earlier period. */
  holdMore(reserved: Iterable<FreeUse>): void {
    for (const use of reserved) {
      if (!this.#isNow(use)) continue;
      this.#move({ ...use, seconds: -use.seconds }, this.#holding(use).held);
    }
  }

  /**
   * A successor takes over what `reserved` its calls live on with: whatever else the dead shard held goes back, in one
   * step for each counter. Looks at all memory that there is.
   */
  holdOnly(reserved: Iterable<FreeUse>): void {
    const wanted = new Map<number, FreeUse>();
    for (const use of reserved) {
      if (!this.#isNow(use)) continue;
      wanted.set(use.place, { ...use, seconds: use.seconds + (wanted.get(use.place)?.seconds ?? 0) });
    }
    for (let place = 0; place < this.#held.length; place++) {
      const held = this.#held[place] as bigint;
      const use = wanted.get(place) ?? { place, term: termIn(held), seconds: 0 };
      if (use.seconds === 0 && held === 0n) continue;
      const before = termIn(held) === use.term ? secondsIn(held) : 0;
      this.#move({ ...use, seconds: before - use.seconds }, wordOf(use.term, use.seconds));
    }
  }

  /** Adds as `add` does; from then on this shard holds `held`. Nothing may stand between (balances.ts). */
  #move({ place, term, seconds }: FreeUse, held: bigint): void {
    for (;;) {
      const word = this.#load(place);
      const next = termIn(word) === term ? wordOf(term, secondsIn(word) + seconds) : word;
      if (Atomics.compareExchange(this.#words, place, word, next) !== word) continue;
      this.#held[place] = held;
      return;
    }
  }

  /**
   * What this shard holds once it holds so many seconds more, and how many that are. Of a period before that of what is
   * held, nothing is held any more; of an allowance that was another one meanwhile, and opened anew, only what was
   * reserved since.
   */
  #holding({ place, term, seconds }: FreeUse): { readonly held: bigint; readonly change: number } {
    const word = this.#held[place] as bigint;
    const isSame = termIn(word) === term;
    if (seconds === 0 || (!isSame && seconds < 0)) return { held: word, change: 0 };
    const before = isSame ? secondsIn(word) : 0;
    if (!isSame && secondsIn(word) > 0) this.#turned.add(place);
    assert(before + seconds >= 0 || this.#turned.has(place), 'a shard gives back no more free seconds than it holds');
    const after = Math.max(0, before + seconds);
    return { held: wordOf(term, after), change: after - before };
  }

  /** Whether what a call of an earlier life has reserved is of the term that is open. */
  #isNow({ place, term }: FreeUse): boolean {
    const isNow = term === this.now(place).term;
    if (!isNow) this.#turned.add(place);
    return isNow;
  }

  #load(place: number): bigint {
    return Atomics.load(this.#words, place);
  }

  #swap(place: number, seen: bigint, word: bigint): boolean {
    return Atomics.compareExchange(this.#words, place, seen, word) === seen;
  }
}

/** Where the counter of the `index`-th allowance of the account in `slot` is. */
export function freePlaceOf(slot: number, index: number): number {
  return slot * FREE_ALLOWANCES_MAX + index;
}

/** The term of `allowance` in the period that begins on `fromDay`, counted from 1970. */
export function termOf(allowance: string, fromDay: number): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < allowance.length; at++) hash = Math.imul(hash ^ allowance.charCodeAt(at), 0x0100_0193);
  return fromDay * 2 ** 16 + ((hash ^ (hash >>> 16)) & 0xffff);
}

/** The first day of the period of `term`. */
export function dayOf(term: number): number {
  return Math.floor(term / 2 ** 16);
}

/** Reserves the next slice of free seconds for a call, or what is left of it; false where nothing is. */
export function extendFree(share: FreeShare, free: FreeSeconds, sliceSeconds: number): boolean {
  const seconds = reservedFree(share, free, sliceSeconds);
  share.grantedSeconds += seconds;
  share.isSpent = seconds === 0;
  return seconds > 0;
}

function reservedFree(share: FreeShare, free: FreeSeconds, sliceSeconds: number): number {
  if (share.term === 0) {
    const { term } = free.now(share.place);
    if (term !== termOf(share.allowance, dayOf(term))) return 0;
    share.term = term;
  }
  return free.reserve(share.place, share.term, sliceSeconds);
}

function wordOf(term: number, seconds: number): bigint {
  return BigInt.asIntN(64, (BigInt(term) << HALF) | BigInt.asUintN(32, BigInt(seconds)));
}

function termIn(word: bigint): number {
  return Number(BigInt.asUintN(32, word >> HALF));
}

function secondsIn(word: bigint): number {
  return Number(BigInt.asIntN(32, word));
}
