// Makes the image of a rate deck from rates in any order. What they have in common is kept once: terms, areas,
// calendars.

import { assert } from '../base/assert.ts';
import { isPrefix } from '../base/digits.ts';
import { type PrefixRow, packTrie } from '../routing/prefix-trie-packer.ts';
import { COLUMN_WORDS, DECK_MAGIC, HEADER, HEADER_WORDS, MORE } from './rate-deck.ts';
import { type RateTerms, wordsOf } from './rate-terms.ts';

/** One rate on its way into a deck. */
export interface RateRow {
  readonly prefix: string;
  readonly area: string;
  /** Name of the calendar it holds in; '' always. */
  readonly calendar: string;
  readonly terms: Omit<RateTerms, 'calendar'>;
}

/** A rate that would hold when an earlier one does: the same prefix, calendar and beginning. Places are of `add`. */
export interface RepeatedRate {
  readonly prefix: string;
  readonly place: number;
  readonly earlierPlace: number;
}

/** Why there is no deck. */
export interface RatesRepeated {
  readonly repeated: readonly RepeatedRate[];
}

/** Gathers rates. */
export class RateDeckBuilder {
  readonly #prefixes: string[] = [];
  readonly #terms = new Distinct<readonly number[]>();
  readonly #areas = new Distinct<string>();
  readonly #calendars = new Distinct<string>();
  readonly #termsOfRow: number[] = [];
  readonly #areaOfRow: number[] = [];
  readonly #calendarOfTerms: number[] = [];
  readonly #fromOfTerms: number[] = [];

  get count(): number {
    return this.#prefixes.length;
  }

  /** `row.prefix` must be `isPrefix`. Answers its place. */
  add(row: RateRow): number {
    assert(isPrefix(row.prefix), 'a rate belongs to a prefix');
    const calendar = row.calendar === '' ? -1 : this.#calendars.placeOf(row.calendar, row.calendar);
    const words = wordsOf({ ...row.terms, calendar });
    const terms = this.#terms.placeOf(words.join(), words);
    if (terms === this.#calendarOfTerms.length) {
      this.#calendarOfTerms.push(calendar);
      this.#fromOfTerms.push(row.terms.validFromWallMs);
    }
    this.#termsOfRow.push(terms);
    this.#areaOfRow.push(this.#areas.placeOf(row.area, row.area));
    return this.#prefixes.push(row.prefix) - 1;
  }

  /** What was added at `place`, for another prefix. */
  addLike(place: number, prefix: string): void {
    assert(isPrefix(prefix), 'a rate belongs to a prefix');
    this.#termsOfRow.push(this.#termsOfRow[place] as number);
    this.#areaOfRow.push(this.#areaOfRow[place] as number);
    this.#prefixes.push(prefix);
  }

  /** The image in shared memory, or the rates that exclude others. */
  build(): SharedArrayBuffer | RatesRepeated {
    const order = Uint32Array.from(this.#prefixes.keys()).sort(
      (one, other) => this.#compare(one, other) || one - other,
    );
    const repeated: RepeatedRate[] = [];
    for (let at = 1; at < order.length; at++) {
      const [earlierPlace, place] = [order[at - 1] as number, order[at] as number];
      if (this.#compare(earlierPlace, place) !== 0) continue;
      repeated.push({ prefix: this.#prefixes[place] as string, place, earlierPlace });
    }
    return repeated.length > 0 ? { repeated } : this.#image(order);
  }

  /** By prefix; then those of a calendar, by its place; then the newest. */
  #compare(one: number, other: number): number {
    const prefix = this.#prefixes[one] as string;
    const otherPrefix = this.#prefixes[other] as string;
    if (prefix !== otherPrefix) return prefix < otherPrefix ? -1 : 1;
    const terms = this.#termsOfRow[one] as number;
    const otherTerms = this.#termsOfRow[other] as number;
    const calendars = (this.#calendarOfTerms[otherTerms] as number) - (this.#calendarOfTerms[terms] as number);
    if (calendars !== 0) return calendars;
    const from = this.#fromOfTerms[terms] as number;
    const otherFrom = this.#fromOfTerms[otherTerms] as number;
    return from === otherFrom ? 0 : otherFrom - from;
  }

  #image(order: Uint32Array): SharedArrayBuffer {
    const { heads, columns } = this.#runs(order);
    const trie = packTrie(heads);
    const termsIndex = indexOf(this.#terms.values);
    const names = [...this.#areas.values, ...this.#calendars.values];
    const namesIndex = indexOf(names);
    const layout = new Layout();
    const at = {
      trie: layout.take(trie.length),
      columns: layout.take(columns.length * 4),
      termsIndex: layout.take(termsIndex.length * 4),
      terms: layout.take((termsIndex.at(-1) as number) * 8),
      namesIndex: layout.take(namesIndex.length * 4),
      names: layout.take((namesIndex.at(-1) as number) * 2),
    };
    const image = new SharedArrayBuffer(layout.sizeBytes);
    const header = new Int32Array(image, 0, HEADER_WORDS);
    header[HEADER.magic] = DECK_MAGIC;
    header[HEADER.rates] = order.length;
    header[HEADER.columnWords] = columns.length;
    header[HEADER.trieAt] = at.trie;
    header[HEADER.columnsAt] = at.columns;
    header[HEADER.termsIndexAt] = at.termsIndex;
    header[HEADER.termsAt] = at.terms;
    header[HEADER.termsCount] = this.#terms.values.length;
    header[HEADER.namesIndexAt] = at.namesIndex;
    header[HEADER.namesAt] = at.names;
    header[HEADER.areaCount] = this.#areas.values.length;
    header[HEADER.calendarCount] = this.#calendars.values.length;
    new Uint8Array(image, at.trie, trie.length).set(trie);
    new Uint32Array(image, at.columns, columns.length).set(columns);
    new Uint32Array(image, at.termsIndex, termsIndex.length).set(termsIndex);
    new Float64Array(image, at.terms).set(this.#terms.values.flat());
    new Uint32Array(image, at.namesIndex, namesIndex.length).set(namesIndex);
    const text = new Uint16Array(image, at.names, namesIndex.at(-1));
    for (const [place, name] of names.entries()) writeText(text, namesIndex[place] as number, name);
    return image;
  }

  /** Each prefix once, with the place of its first rate; and the columns, in which equal runs of rates stand once. */
  #runs(order: Uint32Array): { readonly heads: readonly PrefixRow[]; readonly columns: readonly number[] } {
    const heads: PrefixRow[] = [];
    const columns: number[] = [];
    const known = new Map<string, number>();
    let run: number[] = [];
    for (const [place, row] of order.entries()) {
      const continues = this.#continues(order, place + 1);
      run.push((this.#termsOfRow[row] as number) + (continues ? MORE : 0), this.#areaOfRow[row] as number);
      if (continues) continue;
      const key = run.join();
      const first = known.get(key) ?? columns.length / COLUMN_WORDS;
      if (!known.has(key)) columns.push(...run);
      known.set(key, first);
      heads.push({ prefix: this.#prefixes[row] as string, row: first });
      run = [];
    }
    return { heads, columns };
  }

  /** Whether the rate at `place` is of the same prefix as the one before. */
  #continues(order: Uint32Array, place: number): boolean {
    if (place === 0 || place >= order.length) return false;
    return this.#prefixes[order[place] as number] === this.#prefixes[order[place - 1] as number];
  }
}

/** Values, each kept once, and the place of each. */
class Distinct<T> {
  readonly values: T[] = [];
  readonly #places = new Map<string, number>();

  placeOf(key: string, value: T): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** Gives out places in an image, each a multiple of 8. */
class Layout {
  sizeBytes = HEADER_WORDS * 4;

  take(bytes: number): number {
    const at = this.sizeBytes;
    this.sizeBytes = (at + bytes + 7) & ~7;
    return at;
  }
}

/** Where each of `parts` begins when they stand one after the other, and where the last ends. */
function indexOf(parts: readonly { readonly length: number }[]): Uint32Array {
  const index = new Uint32Array(parts.length + 1);
  for (const [place, { length }] of parts.entries()) index[place + 1] = (index[place] as number) + length;
  return index;
}

function writeText(text: Uint16Array, at: number, name: string): void {
  for (let place = 0; place < name.length; place++) text[at + place] = name.charCodeAt(place);
}
