// What a rate says about money and time, apart from the prefix it belongs to. Most prefixes of a deck share few
// distinct terms; a deck keeps each once. As words (64-bit floats, whole numbers only) they stand in a deck's image, on
// the board of live calls and in checkpoints.
//
//   words: type, isBarred, price, priceSeconds, period, connect fee, grace, minimum, tax, from, until, calendar,
//          then price and seconds of each section

import type { Price } from '../routing/route-conditions.ts';

/** Kinds of call, from the nearest to the farthest. A gateway's call level lets calls up to one of them pass. */
export const RATE_TYPES = ['net', 'local', 'national', 'international'] as const;
export type RateType = (typeof RATE_TYPES)[number];

/** One of the first stretches of a call, with a price of its own; begun, it counts whole. */
export interface RateSection {
  readonly priceNanos: number;
  readonly seconds: number;
}

/** Terms of a rate. All numbers are whole and safe. */
export interface RateTerms {
  readonly type: RateType;
  /** Calls of this prefix are refused. */
  readonly isBarred: boolean;
  /** Price of `priceSeconds`; charged in periods of `periodSeconds`, each begun one whole. */
  readonly priceNanos: number;
  readonly priceSeconds: number;
  readonly periodSeconds: number;
  /** Charged once for a call that costs anything. */
  readonly connectFeeNanos: number;
  /** A call of up to this length costs nothing. */
  readonly graceSeconds: number;
  /** A longer one costs at least what this length does. */
  readonly minimumSeconds: number;
  /** On top of the fee, in millionths of it. */
  readonly taxMillionths: number;
  /** Wall clock ms from which on, and up to before which, it holds. Infinities: ever. */
  readonly validFromWallMs: number;
  readonly validUntilWallMs: number;
  /** Place of the calendar that it holds in among its deck's; -1: always. */
  readonly calendar: number;
  readonly sections: readonly RateSection[];
}

const SECTION_WORDS = 2;
const SECTIONS_AT = 12;

/** `terms` as words. */
export function wordsOf(terms: RateTerms): number[] {
  return [
    RATE_TYPES.indexOf(terms.type),
    terms.isBarred ? 1 : 0,
    terms.priceNanos,
    terms.priceSeconds,
    terms.periodSeconds,
    terms.connectFeeNanos,
    terms.graceSeconds,
    terms.minimumSeconds,
    terms.taxMillionths,
    terms.validFromWallMs,
    terms.validUntilWallMs,
    terms.calendar,
    ...terms.sections.flatMap(({ priceNanos, seconds }) => [priceNanos, seconds]),
  ];
}

/** The terms that `words` are, from `start` up to before `end`. */
export function termsOf(words: ArrayLike<number>, start = 0, end = words.length): RateTerms {
  const at = (place: number): number => words[start + place] as number;
  const sections: RateSection[] = [];
  for (let place = SECTIONS_AT; start + place < end; place += SECTION_WORDS) {
    sections.push({ priceNanos: at(place), seconds: at(place + 1) });
  }
  return {
    type: RATE_TYPES[at(0)] as RateType,
    isBarred: at(1) === 1,
    priceNanos: at(2),
    priceSeconds: at(3),
    periodSeconds: at(4),
    connectFeeNanos: at(5),
    graceSeconds: at(6),
    minimumSeconds: at(7),
    taxMillionths: at(8),
    validFromWallMs: at(9),
    validUntilWallMs: at(10),
    calendar: at(11),
    sections,
  };
}

/** What so many seconds cost once the sections are over: for comparing rates, never for charging. */
export function priceOf({ priceNanos, priceSeconds }: RateTerms, currency: string): Price {
  return { nanos: priceNanos, seconds: priceSeconds, currency };
}
