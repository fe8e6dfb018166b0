// Calls with free minutes: reserved ahead in slices as money is, used up first, and what is talked beyond them is
// charged as a call of its own.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { freePlaceOf, termOf } from '../../../src/core/rating/free-seconds.ts';
import { NANOS } from '../../../src/core/rating/money.ts';
import { Quotes } from '../../../src/core/rating/quotes.ts';
import { EPOCH_WALL_MS } from '../../simulator/switch.ts';
import { CALLER, PricedBench, snapshotOfFile, TRUNK } from './priced-bench.ts';

const CENT = NANOS / 100n;
const SLOT = 3;
const DAY = 20_819;

/** A cent a second, and two kinds of free minutes. */
function network(limit: string, hours: string): string {
  return `
rateTables:
  - { name: retail, currency: EUR, rates: [{ prefix: "", price: 0.01, period: 1 }] }
calendars:
  - { name: day, periods: [{ from: 00:00, to: 24:00 }] }
  - { name: never, periods: [{ days: Mon, from: 03:00, to: 03:01 }] }
packages:
  - name: basic
    currency: EUR
    freeMinutes:
      - { name: national, prefixes: ["44", "49"], hours: ${hours}, minutes: 1 }
      - { name: mobile, prefixes: ["4915"], minutes: 1 }
accounts:
  - { account: alpha, rateTable: retail, creditLimit: ${limit}, package: basic }
mappingGateways:
  - { name: in, account: alpha, remoteIps: ${CALLER.address} }
routingGateways:
  - { name: out, remoteIp: ${TRUNK.address} }
systemParameters:
  SS_SIP_TIMEOUT_INVITE: 10
`;
}

function bench(seconds: number, { limit = 'None', hours = 'day', cents = 0n } = {}): PricedBench {
  const calls = new PricedBench(network(limit, hours));
  const { balances } = calls.switch;
  balances.open(SLOT, cents * CENT);
  balances.free.open(freePlaceOf(SLOT, 0), termOf('basic national', DAY), seconds);
  balances.free.open(freePlaceOf(SLOT, 1), termOf('basic mobile', DAY), 2 * seconds);
  return calls;
}

const left = (calls: PricedBench, index = 0) => calls.switch.balances.free.now(freePlaceOf(SLOT, index)).seconds;

/** Seconds talked, free and paid, and the fee in cents. */
function bill(calls: PricedBench): unknown[] {
  const cdr = calls.switch.cdrs.at(-1) ?? assert.fail();
  return [cdr.ratedSeconds, cdr.freeSeconds, cdr.billedSeconds, Number(cdr.sellFeeNanos / CENT), cdr.endReason];
}

describe('free minutes', () => {
  test('are reserved before a call is answered, and what it has not used goes back at its end', () => {
    const calls = bench(100);
    calls.call('one', '49', 0);
    assert.equal(left(calls), 40);
    calls.advanceTo(10_000);
    calls.hangUp('one', 10_000);
    assert.equal(left(calls), 90);
    assert.deepEqual(bill(calls), [10, 10, 0, 0, 'Normal']);
    const [cdr] = calls.switch.cdrs;
    assert.deepEqual([cdr?.freeAllowance, cdr?.freeFromDay], ['basic national', DAY]);
  });

  test('of a call that is not answered go back', () => {
    const calls = bench(100);
    calls.invite('one', '49', 0);
    assert.equal(left(calls), 40);
    calls.switch.releaseAll('OperatorHangup', 1_000);
    assert.equal(left(calls), 100);
    assert.equal(calls.switch.cdrs[0]?.freeSeconds, 0);
  });

  test('are reserved anew before a slice is over; what is talked beyond them is charged', () => {
    const calls = bench(100);
    calls.talk('49', 130_000);
    assert.deepEqual(bill(calls), [130, 100, 30, 30, 'Normal']);
    assert.equal(left(calls), 0);
  });

  test('come before the money of a prepaid account, which talks on for what it has', () => {
    const calls = bench(100, { limit: '0', cents: 25n });
    calls.call('one', '49', 0);
    assert.equal(calls.switch.balances.spendable(SLOT), 25n * CENT);
    calls.advanceTo(124_999);
    assert.equal(calls.switch.cdrs.length, 0);
    calls.advanceTo(125_000);
    assert.deepEqual(bill(calls), [125, 100, 25, 25, 'CreditExhausted']);
    assert.equal(calls.switch.balances.spendable(SLOT), 0n);
  });

  test('let an account without money call, and end the call with them', () => {
    const calls = bench(70, { limit: '0' });
    calls.call('one', '49', 0);
    calls.advanceTo(70_000);
    assert.deepEqual(bill(calls), [70, 70, 0, 0, 'CreditExhausted']);
    calls.call('two', '49', 80_000);
    assert.equal(calls.switch.cdrs.at(-1)?.endReason, 'InsufficientBalance');
  });

  test('are those of the longest prefix', () => {
    const calls = bench(100);
    calls.talk('4915', 10_000);
    assert.deepEqual([left(calls), left(calls, 1)], [100, 190]);
    calls.call('two', '33', 20_000);
    calls.hangUp('two', 25_000);
    assert.deepEqual(bill(calls), [5, 0, 5, 5, 'Normal']);
  });

  test('hold for calls that begin in their hours', () => {
    const calls = bench(100, { hours: 'never' });
    calls.talk('49', 10_000);
    assert.deepEqual(bill(calls), [10, 0, 10, 10, 'Normal']);
  });

  test('of calls at the same time are not free twice', () => {
    const calls = bench(100);
    for (const name of ['one', 'two', 'three']) calls.call(name, '49', 0);
    calls.advanceTo(90_000);
    for (const name of ['one', 'two', 'three']) calls.hangUp(name, 90_000);
    const free = calls.switch.cdrs.map(({ freeSeconds }) => freeSeconds);
    assert.equal(
      free.reduce((sum, seconds) => sum + seconds, 0),
      100,
    );
    assert.equal(left(calls), 0);
  });

  test('count in the talk time that tandem route says beforehand, for the numbers that they are for', () => {
    const calls = bench(100, { limit: '0', cents: 25n });
    const snapshot = snapshotOfFile(network('0', 'day'));
    const { balances } = calls.switch;
    const quotes = new Quotes(snapshot, {
      spendable: (slot) => balances.spendable(slot),
      freeSeconds: (place) => balances.free.now(place).seconds,
    });
    const talkSecondsFor = (digits: string) =>
      quotes.sellQuote(snapshot.mappingGateways[0] ?? assert.fail(), digits, EPOCH_WALL_MS)?.talkSecondsMax;
    assert.deepEqual(['49', '4915', '33'].map(talkSecondsFor), [125, 225, 25]);
  });

  test('of a package that an account has back after another one: calls of all three times have their records', () => {
    const calls = bench(200);
    const { free } = calls.switch.balances;
    const has = (name: string, version: number) => {
      const file = network('None', 'day').replaceAll(/basic/g, name);
      calls.switch.publish({ ...snapshotOfFile(file), version });
      free.open(freePlaceOf(SLOT, 0), termOf(`${name} national`, DAY), 200);
    };
    calls.call('one', '49', 0);
    has('large', 2);
    calls.call('two', '49', 1_000);
    has('basic', 3);
    calls.call('three', '49', 2_000);
    for (const name of ['one', 'two', 'three']) calls.hangUp(name, 10_000);
    assert.deepEqual(
      calls.switch.cdrs.map(({ freeSeconds, freeAllowance }) => [freeSeconds, freeAllowance]),
      [
        [10, 'basic national'],
        [9, 'large national'],
        [8, 'basic national'],
      ],
    );
  });

  test('of a period that turns while a call talks are those of the period before', () => {
    const calls = bench(100);
    calls.call('one', '49', 0);
    calls.advanceTo(30_000);
    calls.switch.balances.free.open(freePlaceOf(SLOT, 0), termOf('basic national', DAY + 1), 500);
    calls.advanceTo(100_000);
    calls.hangUp('one', 100_000);
    assert.deepEqual(bill(calls), [100, 60, 40, 40, 'Normal']);
    assert.equal(left(calls), 500);
    assert.equal(calls.switch.cdrs[0]?.freeFromDay, DAY);
  });
});
