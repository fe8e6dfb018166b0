// A rate as operators write it, in a network file or as a row of a deck: prices per period, as VOS3000 has them, or per
// minute with increments (30/6), as carriers send them.

import { isPrefix } from '../../core/base/digits.ts';
import { NANOS, parseMoney } from '../../core/rating/money.ts';
import type { RateRow } from '../../core/rating/rate-deck-builder.ts';
import { RATE_TYPES, type RateSection, type RateTerms } from '../../core/rating/rate-terms.ts';
import { RATE_PRICE_NANOS_MAX, RATE_SECTIONS_MAX } from '../../core/rating/rating-limits.ts';
import { type Reader, Refused } from '../../operator-file.ts';
import { entityName, moment, oneOf, onOff, wholeNumber } from '../../operator-values.ts';

/** The fields of one rate: a row of a file, however it is written. `operator-file.ts` has the same shape. */
export interface RateFields {
  has(field: string): boolean;
  need<T>(field: string, reader: Reader<T>, standIn: T): T;
  optional<T>(field: string, reader: Reader<T>, absent: T): T;
  many<T>(field: string, reader: Reader<T>): T[];
  refuse(field: string, reason: string): void;
}

/** Names of the fields. */
export const RATE_FIELDS = [
  'prefix',
  'area',
  'type',
  'locked',
  'price',
  'period',
  'perMinute',
  'increments',
  'sections',
  'connectFee',
  'grace',
  'minimum',
  'tax',
  'validFrom',
  'validUntil',
  'calendar',
] as const;

/** A day: no period, section, grace or minimum is longer. */
const SECONDS_MAX = 86_400;
const MINUTE_SECONDS = 60;
const AREA_LENGTH_MAX = 64;
const PRICE_MAX = BigInt(RATE_PRICE_NANOS_MAX) / NANOS;

type Price = Pick<RateTerms, 'priceNanos' | 'priceSeconds' | 'periodSeconds' | 'sections'>;

/** Reads one rate; what is wrong with it is refused in `row`, and the answer is then of no use. */
export function readRateRow(row: RateFields): RateRow {
  const validFromWallMs = row.optional<number>('validFrom', moment, Number.NEGATIVE_INFINITY);
  const validUntilWallMs = row.optional<number>('validUntil', moment, Number.POSITIVE_INFINITY);
  if (validUntilWallMs <= validFromWallMs) row.refuse('validUntil', 'is not after validFrom');
  const isBarred = row.optional('locked', onOff, false);
  return {
    prefix: row.need('prefix', ratePrefix, ''),
    area: row.optional('area', areaName, ''),
    calendar: row.optional('calendar', entityName, ''),
    terms: {
      type: row.optional('type', oneOf(RATE_TYPES), 'international'),
      isBarred,
      ...readPrice(row, isBarred),
      connectFeeNanos: row.optional('connectFee', price, 0),
      graceSeconds: row.optional('grace', wholeNumber(0, SECONDS_MAX), 0),
      minimumSeconds: row.optional('minimum', wholeNumber(0, SECONDS_MAX), 0),
      taxMillionths: row.optional('tax', percent, 0),
      validFromWallMs,
      validUntilWallMs,
    },
  };
}

function readPrice(row: RateFields, isBarred: boolean): Price {
  const isPerMinute = row.has('perMinute');
  const wrong = isPerMinute ? ['price', 'period', 'sections'] : ['increments'];
  for (const field of wrong) {
    if (row.has(field)) row.refuse(field, `does not go with ${isPerMinute ? 'perMinute' : 'price'}`);
  }
  return isPerMinute ? pricePerMinute(row) : pricePerPeriod(row, isBarred);
}

/** A barred rate needs no price. */
function pricePerPeriod(row: RateFields, isBarred: boolean): Price {
  const priceNanos = isBarred ? row.optional('price', price, 0) : row.need('price', price, 0);
  const periodSeconds = row.optional('period', wholeNumber(1, SECONDS_MAX), MINUTE_SECONDS);
  const sections = row.many('sections', section);
  if (sections.length > RATE_SECTIONS_MAX) row.refuse('sections', `are more than ${RATE_SECTIONS_MAX}`);
  return { priceNanos, priceSeconds: periodSeconds, periodSeconds, sections };
}

/** The first increment, where it is another than the next ones, is a section: its share of the minute. */
function pricePerMinute(row: RateFields): Price {
  const priceNanos = row.need('perMinute', price, 0);
  const [first, next] = row.optional('increments', increments, [MINUTE_SECONDS, MINUTE_SECONDS] as const);
  const share = Math.round((priceNanos * Math.min(first, SECONDS_MAX)) / MINUTE_SECONDS);
  const sections = first === next ? [] : [{ priceNanos: share, seconds: first }];
  if (sections.length > 0 && share > RATE_PRICE_NANOS_MAX)
    row.refuse('increments', `makes a first price above ${PRICE_MAX}`);
  return { priceNanos, priceSeconds: MINUTE_SECONDS, periodSeconds: next, sections };
}

/** Digits that a rate begins with, or why `text` is none. */
export function ratePrefix(text: string): string | Refused {
  return isPrefix(text) ? text : new Refused(`takes a prefix of digits, * # + and a to s, not "${text}"`);
}

function areaName(text: string): string | Refused {
  if (text.length <= AREA_LENGTH_MAX) return text;
  return new Refused(`takes a name of at most ${AREA_LENGTH_MAX} characters`);
}

function price(text: string): number | Refused {
  const nanos = parseMoney(text);
  if (nanos !== null && nanos >= 0n && nanos <= BigInt(RATE_PRICE_NANOS_MAX)) return Number(nanos);
  return new Refused(`takes a price from 0 to ${PRICE_MAX} with at most 9 decimals, not "${text}"`);
}

function percent(text: string): number | Refused {
  if (/^\d{1,3}(\.\d{1,4})?$/.test(text) && Number(text) <= 100) return Math.round(Number(text) * 10_000);
  return new Refused(`takes a percentage from 0 to 100 with at most 4 decimals, not "${text}"`);
}

function section(text: string): RateSection | Refused {
  const [priceText = '', secondsText = '', ...more] = text.split('/');
  const priceNanos = price(priceText.trim());
  const seconds = wholeNumber(1, SECONDS_MAX)(secondsText.trim());
  if (more.length === 0 && !(priceNanos instanceof Refused) && !(seconds instanceof Refused)) {
    return { priceNanos, seconds };
  }
  return new Refused(`takes a price and its seconds such as 0.6/60, not "${text}"`);
}

function increments(text: string): readonly [first: number, next: number] | Refused {
  const [, first, next] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const isRead = [first, next].every((part) => Number(part) >= 1 && Number(part) <= SECONDS_MAX);
  if (isRead) return [Number(first), Number(next)];
  return new Refused(`takes the first and the next increment in seconds such as 30/6, not "${text}"`);
}
