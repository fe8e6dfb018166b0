import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Prng } from '../../../src/core/base/prng.ts';
import { chargeOf, ratedSecondsOf } from '../../../src/core/rating/charge.ts';
import { type Rate, RateDeck } from '../../../src/core/rating/rate-deck.ts';
import { RateDeckBuilder, type RateRow } from '../../../src/core/rating/rate-deck-builder.ts';
import { PLAIN_TERMS } from './plain-terms.ts';
import { pick, randomDigits, randomRates, row, rowOf } from './random-rates.ts';
import { plainCharge, plainFind, plainSeconds } from './reference.ts';

function deckOf(rows: readonly RateRow[], calendarOf?: ConstructorParameters<typeof RateDeck>[1]): RateDeck {
  const builder = new RateDeckBuilder();
  for (const one of rows) builder.add(one);
  const image = builder.build();
  assert.ok(image instanceof SharedArrayBuffer);
  return new RateDeck(image, calendarOf);
}

const found = (rate: Rate | null) => rate && [rate.prefix, rate.area, rate.terms.priceNanos];

describe('a deck', () => {
  test('the longest prefix wins, whatever the order of the file', () => {
    const rows = [row('4420', { priceNanos: 3 }, 'London'), row('44', { priceNanos: 2 }, 'UK'), row('', {}, 'all')];
    const deck = deckOf(rows);
    assert.deepEqual(found(deck.find('442071', 0)), ['4420', 'London', 3]);
    assert.deepEqual(found(deck.find('44120', 0)), ['44', 'UK', 2]);
    assert.deepEqual(found(deck.find('1', 0)), ['', 'all', PLAIN_TERMS.priceNanos]);
  });

  test('a rate that does not hold yet, or no more, leaves the call to a shorter prefix', () => {
    const deck = deckOf([row('4420', { validFromWallMs: 5000, validUntilWallMs: 9000 }), row('44')]);
    const prefixAt = (wallMs: number) => deck.find('442071', wallMs)?.prefix;
    assert.deepEqual([4999, 5000, 8999, 9000].map(prefixAt), ['44', '4420', '4420', '44']);
  });

  test('a future rate takes the place of the present one on the second', () => {
    const deck = deckOf([row('44', { priceNanos: 1 }), row('44', { priceNanos: 2, validFromWallMs: 1_000_000 })]);
    assert.equal(deck.find('44', 999_999)?.terms.priceNanos, 1);
    assert.equal(deck.find('44', 1_000_000)?.terms.priceNanos, 2);
    assert.equal(deck.prefixCount, 1);
  });

  test('in the hours of its calendar a timed rate comes before the one that always holds', () => {
    const rows = [row('44', { priceNanos: 2 }), row('44', { priceNanos: 1 }, '', 'nights')];
    const changesAtWallMs = Float64Array.of(100);
    const nights = { name: 'nights', fromWallMs: 0, untilWallMs: 200, isOpenAtFirst: true, changesAtWallMs };
    const deck = deckOf(rows, (name) => (name === 'nights' ? nights : null));
    assert.equal(deck.find('44', 99)?.terms.priceNanos, 1);
    assert.equal(deck.find('44', 100)?.terms.priceNanos, 2);
    assert.deepEqual(deck.calendarNames(), ['nights']);
    assert.equal(deckOf(rows).find('44', 99)?.terms.priceNanos, 2, 'a calendar that there is not never holds');
  });

  test('areas and calendars are told apart, however many of each there are', () => {
    const rows = ['a', 'b', 'c'].map((name, at) => row(`4${at}`, {}, `area ${name}`, `calendar ${name}`));
    const open = { fromWallMs: 0, untilWallMs: 0, isOpenAtFirst: true, changesAtWallMs: new Float64Array() };
    const deck = deckOf(rows, (name) => (name === 'calendar b' ? { name, ...open } : null));
    assert.deepEqual(deck.calendarNames(), ['calendar a', 'calendar b', 'calendar c']);
    assert.deepEqual(
      ['40', '41', '42'].map((digits) => deck.find(digits, 0)?.area),
      [undefined, 'area b', undefined],
    );
  });

  test('a barred rate is found as any other', () => {
    assert.equal(deckOf([row('44', { isBarred: true })]).find('442', 0)?.terms.isBarred, true);
  });

  test('nothing is found in an empty deck, and for a number without its prefix', () => {
    assert.equal(deckOf([]).find('44', 0), null);
    assert.equal(deckOf([row('44')]).find('4', 0), null);
  });

  test('two rates that would hold at the same time are told, not chosen between', () => {
    const builder = new RateDeckBuilder();
    for (const one of [row('44', { priceNanos: 1 }), row('1'), row('44', { priceNanos: 2 })]) builder.add(one);
    const built = builder.build();
    assert.ok(!(built instanceof SharedArrayBuffer));
    assert.deepEqual(built.repeated, [{ prefix: '44', place: 2, earlierPlace: 0 }]);
  });

  test('names of areas in any script', () => {
    assert.equal(deckOf([row('7', {}, 'Россия 中国')]).find('7', 0)?.area, 'Россия 中国');
  });

  test('a large deck takes less than 40 bytes a prefix', () => {
    const prng = new Prng(7);
    const prefixes = new Set<string>();
    while (prefixes.size < 50_000) prefixes.add(String(prng.below(900) + 100) + String(prng.below(1_000_000)));
    const builder = new RateDeckBuilder();
    for (const prefix of prefixes) builder.add(row(prefix, { priceNanos: prng.below(500) }, `area ${prng.below(300)}`));
    const image = builder.build() as SharedArrayBuffer;
    const perPrefix = image.byteLength / prefixes.size;
    assert.ok(perPrefix < 40, `${perPrefix} bytes`);
  });
});

test('on 100 000 random decks and durations rates and charges are those of the naive reference', () => {
  const prng = new Prng(20261126);
  let priced = 0;
  for (let run = 0; run < 100_000; run++) {
    const rates = randomRates(prng);
    const deck = deckOf(rates.map(rowOf));
    const digits = randomDigits(prng, 7);
    const wallMs = prng.below(100);
    const talkMs = prng.chance(0.02) ? prng.below(9_000_000) : prng.below(200_000);
    const rules = { precisionMs: pick(prng, [0, 50, 500, 999]), freeMs: pick(prng, [0, 0, 1000, 5000]) };
    const plain = plainFind(rates, digits, wallMs);
    const rate = deck.find(digits, wallMs);
    assert.equal(rate?.prefix, plain?.prefix);
    if (plain === null || rate === null) continue;
    const seconds = ratedSecondsOf(talkMs, rules);
    const { feeNanos, taxNanos, billedSeconds } = chargeOf(rate.terms, seconds);
    const { fee, tax, billed } = plainCharge(plain, plainSeconds(talkMs, rules.precisionMs, rules.freeMs));
    assert.deepEqual([feeNanos, taxNanos, BigInt(billedSeconds)], [fee, tax, billed]);
    priced += 1;
  }
  assert.ok(priced > 50_000, `${priced} had a rate`);
});
