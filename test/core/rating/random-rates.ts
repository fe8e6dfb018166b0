// Random rates for tests, as the naive reference has them and as rows of a deck.

import type { Prng } from '../../../src/core/base/prng.ts';
import type { RateRow } from '../../../src/core/rating/rate-deck-builder.ts';
import { PLAIN_TERMS } from './plain-terms.ts';
import type { PlainRate } from './reference.ts';

/** A row with plain terms but those given. */
export function row(prefix: string, terms: Partial<RateRow['terms']> = {}, area = '', calendar = ''): RateRow {
  return { prefix, area, calendar, terms: { ...PLAIN_TERMS, ...terms } };
}

/** Up to six rates of short prefixes, some of them for some of the time. */
export function randomRates(prng: Prng): PlainRate[] {
  const rates: PlainRate[] = [];
  for (let count = 1 + prng.below(6); count > 0; count--) {
    const prefix = randomDigits(prng, 4);
    const from = prng.chance(0.5) ? Number.NEGATIVE_INFINITY : prng.below(100);
    if (rates.some((rate) => rate.prefix === prefix && rate.from === from)) continue;
    rates.push({
      prefix,
      price: BigInt(prng.below(1_000_000_000)) * (prng.chance(0.05) ? 100_000n : 1n),
      period: pick(prng, [1, 6, 30, 60, 37]),
      sections: Array.from({ length: prng.below(4) }, () => ({
        priceNanos: prng.below(1_000_000_000),
        seconds: pick(prng, [1, 30, 60, 7]),
      })),
      connectFee: BigInt(prng.below(3) * 12_345),
      grace: pick(prng, [0, 0, 5]),
      minimum: pick(prng, [0, 0, 30]),
      taxMillionths: BigInt(pick(prng, [0, 190_000, 77_777])),
      from,
      until: prng.chance(0.7) ? Number.POSITIVE_INFINITY : prng.below(100),
    });
  }
  return rates;
}

/** A plain rate as a row of a deck. */
export function rowOf(rate: PlainRate): RateRow {
  return row(rate.prefix, {
    priceNanos: Number(rate.price),
    priceSeconds: rate.period,
    periodSeconds: rate.period,
    sections: rate.sections,
    connectFeeNanos: Number(rate.connectFee),
    graceSeconds: rate.grace,
    minimumSeconds: rate.minimum,
    taxMillionths: Number(rate.taxMillionths),
    validFromWallMs: rate.from,
    validUntilWallMs: rate.until,
  });
}

/** Up to so many digits, of two kinds: many prefixes match. */
export function randomDigits(prng: Prng, lengthMax: number): string {
  let digits = '';
  for (let left = prng.below(lengthMax + 1); left > 0; left--) digits += String(1 + prng.below(2));
  return digits;
}

export function pick(prng: Prng, values: readonly number[]): number {
  return values[prng.below(values.length)] as number;
}
