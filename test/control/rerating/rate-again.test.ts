// Calls rated again: by the rates they had they cost what they cost; by random decks what the naive reference says.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RateAgain, type RatedAgain, type RateOrder } from '../../../src/control/rerating/rate-again.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { NANOS } from '../../../src/core/rating/money.ts';
import { RateDeckBuilder, type RateRow } from '../../../src/core/rating/rate-deck-builder.ts';
import type { PriceTables, Snapshot } from '../../../src/core/routing/snapshot.ts';
import { CALLER, PricedBench, snapshotOfFile, TRUNK } from '../../core/call/priced-bench.ts';
import { pick, randomDigits, randomRates, row, rowOf } from '../../core/rating/random-rates.ts';
import { type PlainRate, plainCharge, plainFind, plainSeconds } from '../../core/rating/reference.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';

const RULES = { precisionMs: 50, freeMs: 0 };
const ALL_TIME = { fromWallMs: 0, untilWallMs: Number.MAX_SAFE_INTEGER } as const;
const CALLS: RateOrder['calls'] = { side: 'sold', account: null, insteadOf: '', ...ALL_TIME };

interface Given {
  readonly prices: PriceTables;
  readonly calls?: Partial<RateOrder['calls']>;
  readonly rules?: RateOrder['rules'];
  readonly calendars?: RateOrder['calendars'];
  readonly differencesMax?: number;
}

function ratedAgain(cdrs: readonly Cdr[], given: Given): RatedAgain {
  const { prices, calls = {}, rules = RULES, calendars = [], differencesMax = 100 } = given;
  const again = new RateAgain({ calls: { ...CALLS, ...calls }, prices, calendars, rules, differencesMax });
  for (const cdr of cdrs) again.take(cdr);
  return again.result();
}

/** Account alpha, paying by `rows`. */
function pricesOf(rows: readonly RateRow[], account = 'alpha'): PriceTables {
  const builder = new RateDeckBuilder();
  for (const one of rows) builder.add(one);
  const image = builder.build();
  assert.ok(image instanceof SharedArrayBuffer);
  const priced = {
    slot: 0,
    account,
    currency: 'EUR',
    rateTables: ['new'],
    creditLimitNanos: null,
    free: [],
    agent: '',
  };
  return { accounts: [priced], rateTables: [{ name: 'new', image }] };
}

const sumsOf = ({ sums }: RatedAgain) => {
  return sums.map(({ account, callCount, beforeNanos, nowNanos }) => [account, callCount, beforeNanos, nowNanos]);
};

function network(parameters: string): string {
  return `
rateTables:
  - name: retail
    currency: EUR
    rates:
      - { prefix: "44", perMinute: 0.06, increments: 30/6, tax: 19 }
      - { prefix: "49", perMinute: 0.02, increments: 1/1 }
      - { prefix: "49", perMinute: 0.01, increments: 1/1, calendar: nights }
  - { name: agents, currency: EUR, rates: [{ prefix: "4", perMinute: 0.013, increments: 6/6, tax: 7 }] }
  - { name: vendor, currency: USD, rates: [{ prefix: "4", price: 0.005, period: 1 }] }
calendars:
  - { name: nights, periods: [{ from: 22:00, to: 06:00 }] }
accounts:
  - { account: alpha, rateTable: retail, creditLimit: 0, agent: house }
  - { account: house, type: agent, rateTable: agents, creditLimit: None }
  - { account: carrier, type: settlement, rateTable: vendor, creditLimit: None }
mappingGateways:
  - { name: in, account: alpha, remoteIps: ${CALLER.address} }
routingGateways:
  - { name: out, remoteIp: ${TRUNK.address}, clearingAccount: carrier }
systemParameters:
  SS_SIP_TIMEOUT_INVITE: 8
${parameters}`;
}

/** The CDRs of calls of some lengths, and the snapshot that they went by. */
function talked(parameters: string): { readonly cdrs: readonly Cdr[]; readonly snapshot: Snapshot } {
  const file = network(parameters);
  const calls = new PricedBench(file);
  const snapshot = snapshotOfFile(file);
  const { slot = 0 } = snapshot.prices?.accounts.find(({ account }) => account === 'alpha') ?? {};
  calls.switch.balances.open(slot, NANOS);
  let nowMs = 0;
  for (const talkMs of [0, 30, 1_049, 1_050, 6_500, 31_000, 125_000]) {
    const name = `call-${talkMs}`;
    calls.call(name, '4420', nowMs);
    nowMs += talkMs;
    calls.advanceTo(nowMs);
    calls.hangUp(name, nowMs);
  }
  return { cdrs: calls.switch.cdrs, snapshot };
}

describe('calls rated again by the rates that they had', () => {
  for (const parameters of [
    '',
    '  SERVER_BILLING_HOLD_TIME_PRECISION: 500\n',
    '  SERVER_BILLING_FREE_TIME: 3\n',
    '  SERVER_BILLING_RESERVE_TIME: 7\n',
  ]) {
    test(`cost what they cost, on every side: ${parameters.trim() || 'as parameters are by default'}`, () => {
      const { cdrs, snapshot } = talked(parameters);
      const answered = cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs !== null);
      assert.ok(answered.length > 0);
      for (const side of ['sold', 'bought', 'agent'] as const) {
        const { prices = assert.fail(), calendars = [] } = snapshot;
        // Other rules than theirs: they are for records without seconds.
        const again = ratedAgain(cdrs, { prices, calendars, calls: { side }, rules: { precisionMs: 0, freeMs: 999 } });
        const [sums] = again.sums;
        assert.deepEqual([again.differences, sums?.beforeNanos === sums?.nowNanos], [[], true], side);
        assert.equal(sums?.callCount, answered.length, side);
        assert.ok((sums?.nowNanos ?? 0n) > 0n, side);
      }
    });
  }

  test('a prepaid call that was cut late pays for what was reserved', () => {
    const file = network('');
    const calls = new PricedBench(file);
    const { prices = assert.fail(), calendars = [] } = snapshotOfFile(file);
    calls.switch.balances.open(prices.accounts.find(({ account }) => account === 'alpha')?.slot ?? 0, NANOS / 100n);
    calls.call('one', '49', 0);
    calls.advanceTo(20_000);
    calls.switch.advance(90_000);
    const [cdr] = calls.switch.cdrs;
    assert.ok(cdr !== undefined && cdr.unpaidSeconds > 0 && cdr.endReason === 'CreditExhausted');
    assert.deepEqual(ratedAgain([cdr], { prices, calendars }).differences, []);
  });
});

describe('calls rated again by another deck', () => {
  test('the naive reference comes to the same on 20 000 random decks and calls', () => {
    const prng = new Prng(20261127);
    const counts = { rated: 0, unrated: 0 };
    for (let run = 0; run < 20_000; run++) {
      const rates = randomRates(prng);
      const rules = { precisionMs: pick(prng, [0, 50, 500, 999]), freeMs: pick(prng, [0, 0, 1000, 5000]) };
      const setupAtWallMs = prng.below(100);
      const holdMs = prng.below(200_000);
      const calleeBilled = randomDigits(prng, 7) || '1';
      const cdr = { ...sampleCdr(run, setupAtWallMs + holdMs), setupAtWallMs, holdMs, calleeBilled };
      const [found] = ratedAgain([cdr], { prices: pricesOf(rates.map(rowOf)), rules }).sums;
      const expected = plainTotal(rates, cdr, rules);
      counts[expected === null ? 'unrated' : 'rated'] += 1;
      assert.equal(found?.unratedCount, expected === null ? 1 : 0);
      assert.equal(found?.beforeNanos, 14_280_000n);
      assert.equal(found?.nowNanos, expected ?? 14_280_000n);
    }
    assert.ok(counts.rated > 5_000 && counts.unrated > 1_000, JSON.stringify(counts));
  });

  test('a call that was not answered costs nothing, whatever the deck', () => {
    const cdr = { ...sampleCdr(1), answeredAtWallMs: null, holdMs: 0, calleeBilled: '44' };
    assert.deepEqual(ratedAgain([cdr], { prices: pricesOf([row('44')]) }).sums, []);
  });

  test('where there is no rate, or a barred one, a call stays at what it was charged, and is told', () => {
    const cdrs = ['49', '44', ''].map((calleeBilled, at) => ({ ...sampleCdr(at), calleeBilled }));
    const again = ratedAgain(cdrs, { prices: pricesOf([row('44', { isBarred: true }), row('1')]) });
    const { sums, differences, differenceCount } = again;
    assert.deepEqual([sums[0]?.unratedCount, sums[0]?.beforeNanos, sums[0]?.nowNanos], [3, 42_840_000n, 42_840_000n]);
    assert.deepEqual([differences.map(({ now }) => now), differenceCount], [[null, null, null], 3]);
  });

  test('the moment of the INVITE decides which rate holds: future rates and calendars, on the edge', () => {
    const nights = {
      name: 'nights',
      fromWallMs: 0,
      untilWallMs: 10_000,
      isOpenAtFirst: true,
      changesAtWallMs: Float64Array.of(5_000),
    };
    const rows = [
      row('44', { priceNanos: 3 }),
      row('44', { priceNanos: 2 }, '', 'nights'),
      row('44', { priceNanos: 4, validFromWallMs: 8_000 }),
    ];
    const cdrs = [4_999, 5_000, 7_999, 8_000].map((setupAtWallMs, at) => {
      return { ...sampleCdr(at, 60_000), setupAtWallMs, holdMs: 1_000, calleeBilled: '44' };
    });
    const { differences } = ratedAgain(cdrs, { prices: pricesOf(rows), calendars: [nights] });
    assert.deepEqual(
      differences.map(({ now }) => now?.nanos),
      [2n, 3n, 3n, 4n],
    );
  });

  test('a carrier is paid by the rate of the moment at which it was tried', () => {
    const rows = [row('44', { priceNanos: 1 }), row('44', { priceNanos: 2, validFromWallMs: 5_000 })];
    const cdr = { ...sampleCdr(1, 60_000), setupAtWallMs: 4_000, calleeBilled: '44', clearingAccount: 'alpha' };
    const attempts = cdr.attempts.map((attempt) => ({ ...attempt, startedAtWallMs: 5_000 }));
    const again = ratedAgain([{ ...cdr, attempts }], { prices: pricesOf(rows), calls: { side: 'bought' } });
    assert.deepEqual(sumsOf(again), [['alpha', 1, 0n, 2n]]);
  });

  test('a call that was charged in another currency than its account has now is left out', () => {
    const prices = pricesOf([row('44', { priceNanos: 7 })]);
    const [one, other] = [sampleCdr(1, 60_000), sampleCdr(2, 60_000)];
    const fee = { account: 'alpha', table: 'old', prefix: '4', feeNanos: 9n, taxNanos: 0n, billedSeconds: 10 };
    const paid = { calleeBilled: '44', clearingAccount: 'alpha', agentFees: [fee] };
    const cdrs = [
      { ...one, ...paid, buyCurrency: 'EUR' },
      { ...other, ...paid, currency: 'USD', buyCurrency: 'USD' },
    ];
    for (const side of ['sold', 'bought', 'agent'] as const) {
      const again = ratedAgain(cdrs, { prices, calls: { side } });
      assert.deepEqual([again.sums[0]?.callCount, again.leftOutCount], [1, 1], side);
    }
  });

  test('only calls of the time, the account and the table that are asked for', () => {
    const cdrs = [
      { ...sampleCdr(1, 999), calleeBilled: '44' },
      { ...sampleCdr(2, 1_000), calleeBilled: '44' },
      { ...sampleCdr(3, 1_999), calleeBilled: '44', sellTable: 'other' },
      { ...sampleCdr(4, 2_000), calleeBilled: '44' },
      { ...sampleCdr(5, 1_500), calleeBilled: '44', account: 'beta' },
    ];
    const prices = pricesOf([row('44', { priceNanos: 7 })]);
    const calls = { fromWallMs: 1_000, untilWallMs: 2_000 };
    const told = ratedAgain(cdrs, { prices, calls, differencesMax: 1 });
    assert.deepEqual([sumsOf(told), told.leftOutCount], [[['alpha', 2, 28_560_000n, 14n]], 1]);
    assert.deepEqual([told.differences.length, told.differenceCount], [1, 2]);
    const some = ratedAgain(cdrs, { prices, calls: { ...calls, account: 'alpha', insteadOf: 'retail' } });
    assert.deepEqual([sumsOf(some), some.leftOutCount], [[['alpha', 1, 14_280_000n, 7n]], 0]);
  });
});

function plainTotal(rates: readonly PlainRate[], cdr: Cdr, rules: RateOrder['rules']): bigint | null {
  const rate = plainFind(rates, cdr.calleeBilled, cdr.setupAtWallMs);
  if (rate === null) return null;
  const { fee, tax } = plainCharge(rate, plainSeconds(cdr.holdMs, rules.precisionMs, rules.freeMs));
  return fee + tax;
}
