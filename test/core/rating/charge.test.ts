import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Prng } from '../../../src/core/base/prng.ts';
import {
  affordableSeconds,
  chargeOf,
  NOTHING,
  ratedSecondsOf,
  type TimeRules,
  totalOf,
} from '../../../src/core/rating/charge.ts';
import { moneyText, parseMoney } from '../../../src/core/rating/money.ts';
import { type RateTerms, termsOf, wordsOf } from '../../../src/core/rating/rate-terms.ts';
import { RATE_DURATION_SECONDS_MAX, RATE_PRICE_NANOS_MAX } from '../../../src/core/rating/rating-limits.ts';
import { PLAIN_TERMS } from './plain-terms.ts';

const RULES: TimeRules = { precisionMs: 50, freeMs: 0 };
const CENT = 10_000_000;

function terms(given: Partial<RateTerms> = {}): RateTerms {
  return { ...PLAIN_TERMS, calendar: -1, ...given };
}

/** So much a minute, in increments. */
function perMinute(priceNanos: number, first: number, next: number): RateTerms {
  const sections = first === next ? [] : [{ priceNanos: (priceNanos * first) / 60, seconds: first }];
  return terms({ priceNanos, priceSeconds: 60, periodSeconds: next, sections });
}

/** Fee in units of the currency, and the billed seconds. */
function priced(by: RateTerms, seconds: number): readonly [string, number] {
  const { feeNanos, billedSeconds } = chargeOf(by, seconds);
  return [moneyText(feeNanos, 6), billedSeconds];
}

describe('a duration becomes seconds', () => {
  test('a fraction of a second below the precision is dropped, any other counts', () => {
    assert.deepEqual(
      [21_000, 21_049, 21_050, 21_999].map((ms) => ratedSecondsOf(ms, RULES)),
      [21, 21, 22, 22],
    );
  });

  test('precision 0: each begun second counts, a whole one is not two', () => {
    assert.deepEqual(
      [0, 1, 1000, 1001].map((ms) => ratedSecondsOf(ms, { precisionMs: 0, freeMs: 0 })),
      [0, 1, 1, 2],
    );
  });

  test('the free time is taken off, and never more than there is', () => {
    const rules = { precisionMs: 50, freeMs: 3000 };
    assert.deepEqual(
      [0, 2999, 3000, 3050, 9000].map((ms) => ratedSecondsOf(ms, rules)),
      [0, 0, 0, 1, 6],
    );
  });
});

describe('a minute at 0.06', () => {
  const price = 6 * CENT;
  test('1/1: each second', () => {
    assert.deepEqual(priced(perMinute(price, 1, 1), 61), ['0.061000', 61]);
  });
  test('6/6: each begun six seconds', () => {
    assert.deepEqual(priced(perMinute(price, 6, 6), 61), ['0.066000', 66]);
    assert.deepEqual(priced(perMinute(price, 6, 6), 60), ['0.060000', 60]);
  });
  test('60/60: each begun minute', () => {
    assert.deepEqual(priced(perMinute(price, 60, 60), 61), ['0.120000', 120]);
    assert.deepEqual(priced(perMinute(price, 60, 60), 1), ['0.060000', 60]);
  });
  test('30/6: half a minute, then each begun six seconds', () => {
    assert.deepEqual(priced(perMinute(price, 30, 6), 1), ['0.030000', 30]);
    assert.deepEqual(priced(perMinute(price, 30, 6), 30), ['0.030000', 30]);
    assert.deepEqual(priced(perMinute(price, 30, 6), 31), ['0.036000', 36]);
  });
  test('first minute at 0.10, then 6 s at 0.005', () => {
    const by = terms({
      priceNanos: CENT / 2,
      priceSeconds: 6,
      periodSeconds: 6,
      sections: [{ priceNanos: 10 * CENT, seconds: 60 }],
    });
    assert.deepEqual(priced(by, 60), ['0.100000', 60]);
    assert.deepEqual(priced(by, 61), ['0.105000', 66]);
    assert.deepEqual(priced(by, 67), ['0.110000', 72]);
  });
  test('a minute of seconds costs what a minute does, though a second of it is no whole nano', () => {
    assert.deepEqual(chargeOf(perMinute(CENT, 1, 1), 60).feeNanos, BigInt(CENT));
    assert.deepEqual(chargeOf(perMinute(CENT, 1, 1), 1).feeNanos, 166_667n);
  });
});

describe('what else bears on a price', () => {
  test('the connect fee is charged once, and not for a call that costs nothing', () => {
    const by = terms({ connectFeeNanos: CENT });
    assert.deepEqual(priced(by, 61), ['0.130000', 120]);
    assert.deepEqual(chargeOf(by, 0), NOTHING);
  });
  test('grace: a call up to it costs nothing, a longer one all of it', () => {
    const by = terms({ graceSeconds: 5, connectFeeNanos: CENT });
    assert.deepEqual(chargeOf(by, 5), NOTHING);
    assert.deepEqual(priced(by, 6), ['0.070000', 60]);
  });
  test('minimum: a shorter call costs as much as one of that length', () => {
    const by = terms({ priceNanos: CENT, priceSeconds: 1, periodSeconds: 1, minimumSeconds: 30 });
    assert.deepEqual(priced(by, 2), ['0.300000', 30]);
    assert.deepEqual(priced(by, 31), ['0.310000', 31]);
  });
  test('tax is of the whole fee, rounded once', () => {
    const { feeNanos, taxNanos } = chargeOf(terms({ priceNanos: 7, taxMillionths: 500_000 }), 60);
    assert.deepEqual([feeNanos, taxNanos], [7n, 4n]);
  });
  test('a change to daylight saving time inside the call makes it no hour longer or shorter', () => {
    // 28 March 2027, 01:59:30 to 03:00:30 in Berlin: a minute.
    const begun = Date.parse('2027-03-28T01:59:30+01:00');
    const ended = Date.parse('2027-03-28T03:00:30+02:00');
    assert.deepEqual(priced(perMinute(6 * CENT, 60, 60), ratedSecondsOf(ended - begun, RULES)), ['0.060000', 60]);
  });
  test('RATE_PRICE_NANOS_MAX: the highest price for the longest call is exact', () => {
    for (const priceNanos of [RATE_PRICE_NANOS_MAX, RATE_PRICE_NANOS_MAX - 1]) {
      const { feeNanos } = chargeOf(
        terms({ priceNanos, priceSeconds: 1, periodSeconds: 1 }),
        RATE_DURATION_SECONDS_MAX,
      );
      assert.equal(feeNanos, BigInt(priceNanos) * BigInt(RATE_DURATION_SECONDS_MAX));
    }
  });
});

describe('how long an amount lasts', () => {
  test('it pays for the last second, and not for one more', () => {
    const prng = new Prng(3);
    for (let run = 0; run < 2_000; run++) {
      const by = terms({
        priceNanos: 1 + prng.below(1_000),
        priceSeconds: 1 + prng.below(60),
        periodSeconds: 1 + prng.below(60),
        connectFeeNanos: prng.below(500),
        minimumSeconds: prng.below(40),
        graceSeconds: prng.below(9),
        taxMillionths: prng.below(1_000_000),
        sections: Array.from({ length: prng.below(3) }, () => ({ priceNanos: prng.below(900), seconds: 9 })),
      });
      const nanos = BigInt(prng.below(100_000));
      const seconds = affordableSeconds(by, nanos);
      assert.ok(totalOf(chargeOf(by, seconds)) <= nanos);
      if (seconds < RATE_DURATION_SECONDS_MAX) assert.ok(totalOf(chargeOf(by, seconds + 1)) > nanos);
    }
  });
  test('RATE_DURATION_SECONDS_MAX: what costs nothing lasts as long as a call may', () => {
    assert.equal(affordableSeconds(terms({ priceNanos: 0 }), 0n), RATE_DURATION_SECONDS_MAX);
  });
  test('less than nothing pays for nothing', () => {
    assert.equal(affordableSeconds(terms(), -1n), 0);
  });
});

describe('amounts', () => {
  test('read to the nano, and no finer', () => {
    const texts = ['0', '12.5', '-0.000000001', '1.0000000001', '.5', '1e3', '', '+1'];
    assert.deepEqual(texts.map(parseMoney), [0n, 12_500_000_000n, -1n, null, null, null, null, null]);
  });
  test('shown half up, once', () => {
    const shown = (nanos: bigint) => [moneyText(nanos, 2), moneyText(nanos, 0), moneyText(nanos, 9)];
    assert.deepEqual(shown(1_005_000_000n), ['1.01', '1', '1.005000000']);
    assert.deepEqual(shown(-1_005_000_000n), ['-1.01', '-1', '-1.005000000']);
    assert.deepEqual(shown(-4_999_999n), ['0.00', '0', '-0.004999999']);
    assert.deepEqual(shown(499_999_999n), ['0.50', '0', '0.499999999']);
  });
});

test('terms are the same after they were words', () => {
  const given = terms({ calendar: 3, isBarred: true, type: 'local', sections: [{ priceNanos: 5, seconds: 6 }] });
  assert.deepEqual(termsOf(wordsOf(given)), given);
});
