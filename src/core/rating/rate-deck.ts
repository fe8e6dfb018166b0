// A rate deck in shared memory: a prefix trie, and beside it two words for each rate. Every shard reads it and nobody
// copies it. A million prefixes take about 14 bytes each, all in.
//
//   header   20 words, see HEADER
//   trie     the row of a prefix is the place of its first rate
//   columns  for each rate: its terms (bit 31: another rate of the same prefix follows), its area. What a thousand
//            prefixes of a destination have in common stands here once, and so in the processor's cache
//   index    for each of the distinct terms, and one more: where their words begin
//   words    64-bit floats, see rate-terms.ts
//   names    for each area, then each calendar, and one more: where its text begins; then the text in UTF-16
//
// The rates of one prefix stand in the order in which they are asked: those of a calendar before those that always
// hold; of calendars that are open at once, that which the deck names last; of each, the newest first.
// `rate-deck-builder.ts` makes the image.

import { assert } from '../base/assert.ts';
import { PREFIX_DIGITS_MAX } from '../base/limits.ts';
import { type Calendar, isOpenAt } from '../routing/calendar.ts';
import { PrefixTrie } from '../routing/prefix-trie.ts';
import { type RateTerms, termsOf } from './rate-terms.ts';

/** A rate as it was found. */
export interface Rate {
  /** The digits it was found by. */
  readonly prefix: string;
  readonly area: string;
  readonly terms: RateTerms;
}

/** The calendar of a name; null when there is none. */
export type CalendarOf = (name: string) => Calendar | null;

/** 'RAT2' on a machine of the same byte order; anything else is no image of ours. */
export const DECK_MAGIC = 0x32544152;
export const HEADER_WORDS = 20;
/** Words of the header; places in bytes. */
export const HEADER = {
  magic: 0,
  rates: 1,
  trieAt: 2,
  columnsAt: 3,
  termsIndexAt: 4,
  termsAt: 5,
  termsCount: 6,
  namesIndexAt: 7,
  namesAt: 8,
  areaCount: 9,
  calendarCount: 10,
  columnWords: 11,
} as const;

export const COLUMN_WORDS = 2;
/** In a terms column: another rate of the same prefix follows. */
export const MORE = 0x8000_0000;

/** A reader of one image. */
export class RateDeck {
  readonly prefixCount: number;
  readonly rateCount: number;
  /** Bytes of the image. */
  readonly sizeBytes: number;
  readonly #trie: PrefixTrie;
  readonly #columns: Uint32Array;
  readonly #termsIndex: Uint32Array;
  readonly #words: Float64Array;
  readonly #namesIndex: Uint32Array;
  readonly #names: Uint16Array;
  readonly #areaCount: number;
  /** Read when they are first asked for. */
  readonly #terms: (RateTerms | null)[];
  readonly #areas: (string | null)[];
  readonly #calendars: (Calendar | null)[];
  readonly #rows = new Int32Array(PREFIX_DIGITS_MAX + 1);
  readonly #lengths = new Uint8Array(PREFIX_DIGITS_MAX + 1);

  /** `calendarOf`: rates whose calendar it does not know never hold. */
  constructor(image: SharedArrayBuffer, calendarOf: CalendarOf = () => null) {
    const header = new Int32Array(image, 0, HEADER_WORDS);
    assert(header[HEADER.magic] === DECK_MAGIC, 'a deck is read from an image that the builder made');
    const word = (place: number): number => header[place] as number;
    this.rateCount = word(HEADER.rates);
    this.sizeBytes = image.byteLength;
    this.#trie = new PrefixTrie(image, word(HEADER.trieAt));
    this.prefixCount = this.#trie.prefixCount;
    this.#columns = new Uint32Array(image, word(HEADER.columnsAt), word(HEADER.columnWords));
    const termsCount = word(HEADER.termsCount);
    this.#termsIndex = new Uint32Array(image, word(HEADER.termsIndexAt), termsCount + 1);
    this.#words = new Float64Array(image, word(HEADER.termsAt), this.#termsIndex[termsCount] as number);
    this.#areaCount = word(HEADER.areaCount);
    const nameCount = this.#areaCount + word(HEADER.calendarCount);
    this.#namesIndex = new Uint32Array(image, word(HEADER.namesIndexAt), nameCount + 1);
    this.#names = new Uint16Array(image, word(HEADER.namesAt), this.#namesIndex[nameCount] as number);
    this.#terms = new Array<RateTerms | null>(termsCount).fill(null);
    this.#areas = new Array<string | null>(this.#areaCount).fill(null);
    this.#calendars = Array.from({ length: word(HEADER.calendarCount) }, (_, calendar) =>
      calendarOf(this.#name(this.#areaCount + calendar)),
    );
  }

  /** Names of the calendars that its rates go by. */
  calendarNames(): string[] {
    return this.#calendars.map((_, calendar) => this.#name(this.#areaCount + calendar));
  }

  /** The rate of the longest prefix of `digits` that has one at `wallMs`; null when none has. */
  find(digits: string, wallMs: number): Rate | null {
    const count = this.#trie.matches(digits, this.#rows, this.#lengths);
    for (let match = count - 1; match >= 0; match--) {
      const rate = this.#rateOf(this.#rows[match] as number, wallMs);
      if (rate < 0) continue;
      const prefix = digits.slice(0, this.#lengths[match]);
      return { prefix, area: this.#areaAt(this.#column(rate, 1)), terms: this.#termsAt(rate) };
    }
    return null;
  }

  /** The first that holds at `wallMs` among the rates of the prefix whose first is `rate`; -1 when none does. */
  #rateOf(first: number, wallMs: number): number {
    for (let rate = first; ; rate++) {
      const { validFromWallMs, validUntilWallMs, calendar } = this.#termsAt(rate);
      const isValid = validFromWallMs <= wallMs && wallMs < validUntilWallMs;
      if (isValid && (calendar < 0 || this.#isOpen(calendar, wallMs))) return rate;
      if (this.#column(rate, 0) < MORE) return -1;
    }
  }

  #isOpen(place: number, wallMs: number): boolean {
    const calendar = this.#calendars[place] ?? null;
    return calendar !== null && isOpenAt(calendar, wallMs);
  }

  #termsAt(rate: number): RateTerms {
    const place = this.#column(rate, 0) % MORE;
    const known = this.#terms[place];
    if (known) return known;
    const terms = termsOf(this.#words, this.#termsIndex[place], this.#termsIndex[place + 1]);
    this.#terms[place] = terms;
    return terms;
  }

  #areaAt(place: number): string {
    const known = this.#areas[place];
    if (typeof known === 'string') return known;
    const area = this.#name(place);
    this.#areas[place] = area;
    return area;
  }

  #column(rate: number, column: number): number {
    return this.#columns[rate * COLUMN_WORDS + column] as number;
  }

  #name(place: number): string {
    const start = this.#namesIndex[place] as number;
    return String.fromCharCode(...this.#names.subarray(start, this.#namesIndex[place + 1]));
  }
}
