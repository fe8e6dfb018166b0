// Calls of prepaid accounts: money is reserved ahead in slices, renewed, given back, and when it is used up the call
// ends at the second that was paid for.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NANOS } from '../../../src/core/rating/money.ts';
import { Quotes } from '../../../src/core/rating/quotes.ts';
import { EPOCH_WALL_MS } from '../../simulator/switch.ts';
import { CALLER, PricedBench, snapshotOfFile, TRUNK } from './priced-bench.ts';

const CENT = NANOS / 100n;

/** A cent a second for everybody; accounts stand in slots 3 and 4, after the gateways. */
function network(limit: string, parameters = ''): string {
  return `
rateTables:
  - { name: retail, currency: EUR, rates: [{ prefix: "", price: 0.01, period: 1 }] }
accounts:
  - { account: prepaid, rateTable: retail, creditLimit: ${limit} }
mappingGateways:
  - { name: in, account: prepaid, remoteIps: ${CALLER.address} }
routingGateways:
  - { name: out, remoteIp: ${TRUNK.address} }
systemParameters:
  SS_SIP_TIMEOUT_INVITE: 10
${parameters}`;
}

const SLOT = 3;

function bench(cents: bigint, { limit = '0', parameters = '' } = {}): PricedBench {
  const calls = new PricedBench(network(limit, parameters));
  calls.switch.balances.open(SLOT, cents * CENT);
  return calls;
}

const spendable = (calls: PricedBench) => calls.switch.balances.spendable(SLOT) / CENT;

describe('a prepaid call', () => {
  test('has its first slice reserved before it is answered, and unused money back at its end', () => {
    const calls = bench(100n);
    calls.call('one', '49', 0);
    assert.equal(spendable(calls), 40n);
    calls.advanceTo(10_000);
    calls.hangUp('one', 10_000);
    assert.equal(spendable(calls), 90n);
    assert.equal(calls.switch.cdrs[0]?.sellFeeNanos, 10n * CENT);
  });

  test('that is not answered costs nothing and gives all of it back', () => {
    const calls = bench(100n);
    calls.invite('one', '49', 0);
    assert.equal(spendable(calls), 40n);
    calls.switch.releaseAll('OperatorHangup', 1000);
    assert.equal(spendable(calls), 100n);
  });

  test('has the next slice reserved before the last is over', () => {
    const calls = bench(1000n);
    calls.call('one', '49', 0);
    calls.advanceTo(54_999);
    assert.equal(spendable(calls), 940n);
    calls.advanceTo(55_000);
    assert.equal(spendable(calls), 880n);
  });

  test('CreditExhausted: ends on both sides at the very second that was paid for', () => {
    const calls = bench(70n);
    calls.call('one', '49', 0);
    calls.toldCaller();
    calls.toldTrunk();
    calls.advanceTo(69_999);
    assert.equal(calls.switch.cdrs.length, 0);
    calls.advanceTo(70_000);
    assert.deepEqual([calls.toldCaller(), calls.toldTrunk()], [['BYE'], ['BYE']]);
    const [cdr] = calls.switch.cdrs;
    assert.deepEqual([cdr?.endReason, cdr?.endedBy, cdr?.billedSeconds], ['CreditExhausted', 'server', 70]);
    assert.equal(spendable(calls), 0n);
  });

  test('goes on when money came in the meantime', () => {
    const calls = bench(60n);
    calls.call('one', '49', 0);
    calls.advanceTo(59_000);
    calls.switch.balances.add(SLOT, 100n * CENT);
    calls.advanceTo(100_000);
    assert.equal(calls.switch.cdrs.length, 0);
    assert.equal(spendable(calls), 40n);
  });

  test('cut late it pays for what was reserved and no more', () => {
    const calls = bench(70n);
    calls.call('one', '49', 0);
    calls.advanceTo(55_000);
    calls.switch.advance(75_000);
    assert.equal(calls.switch.cdrs[0]?.sellFeeNanos, 70n * CENT);
    assert.equal(spendable(calls), 0n);
  });

  test('talks on in a period that is paid for, whatever else is lost, and is cut where the next begins', () => {
    const calls = new PricedBench(network('0').replace('price: 0.01, period: 1', 'price: 1, period: 90'));
    calls.switch.balances.open(SLOT, 100n * CENT);
    calls.call('one', '49', 0);
    calls.advanceTo(10_000);
    calls.switch.balances.add(SLOT, -5n * CENT);
    calls.advanceTo(100_000);
    const [cdr] = calls.switch.cdrs;
    assert.deepEqual([cdr?.endReason, cdr?.holdMs, cdr?.sellFeeNanos], ['CreditExhausted', 90_000, 100n * CENT]);
    assert.equal(spendable(calls), -5n);
  });

  for (const [what, limit, reason, seconds, cents] of [
    ['hung up before it is looked at again', '', 'Normal', 600, 400n],
    ['over its limit by then', ', maxCallDurationLower: 300, maxCallDurationUpper: 300', 'MaxDuration', 300, 700n],
  ] as const) {
    test(`that talked on while the switch was down, ${what}, pays for what its account has`, () => {
      const file = network('0').replace(`${CALLER.address} }`, `${CALLER.address}${limit} }`);
      const calls = new PricedBench(file, { isMortal: true });
      calls.switch.balances.open(SLOT, 1_000n * CENT);
      calls.call('one', '49', 0);
      calls.switch.kill(0, 'between', 1_000);
      if (limit === '') calls.hangUp('one', 600_000);
      else calls.switch.advance(600_000);
      const [cdr] = calls.switch.cdrs;
      assert.deepEqual([cdr?.endReason, cdr?.billedSeconds, cdr?.unpaidSeconds], [reason, seconds, 0]);
      assert.equal(spendable(calls), cents);
    });
  }

  test('InsufficientBalance: nothing is left for the beginning of a call', () => {
    const calls = bench(0n);
    calls.call('one', '49', 0);
    assert.deepEqual(calls.toldCaller(), ['100', '402']);
    assert.equal(calls.switch.cdrs[0]?.endReason, 'InsufficientBalance');
  });

  test('creditLimit: the balance may fall so far below zero', () => {
    const calls = bench(0n, { limit: '0.30' });
    calls.call('one', '49', 0);
    calls.advanceTo(40_000);
    assert.equal(calls.switch.cdrs[0]?.holdMs, 30_000);
    assert.equal(spendable(calls), -30n);
  });

  for (const [from, to, seconds] of [
    ['0', '0.30', 90],
    ['0', 'None', 300],
    ['0.30', '0', 90],
  ] as const) {
    test(`creditLimit ${from}, which becomes ${to} while it talks: the higher of both holds for it`, () => {
      const calls = bench(60n, { limit: from });
      calls.call('one', '49', 0);
      calls.advanceTo(30_000);
      calls.switch.publish({ ...snapshotOfFile(network(to)), version: 2 });
      calls.advanceTo(300_000);
      calls.hangUp('one', 300_000);
      assert.equal(calls.switch.cdrs[0]?.holdMs, seconds * 1000);
      assert.equal(spendable(calls), 60n - BigInt(seconds));
    });
  }

  test('without a limit nothing is reserved, and the balance falls by what the call cost', () => {
    const calls = bench(0n, { limit: 'None' });
    calls.call('one', '49', 0);
    assert.equal(spendable(calls), 0n);
    calls.advanceTo(200_000);
    calls.hangUp('one', 200_000);
    assert.equal(spendable(calls), -200n);
  });

  test('SERVER_BILLING_RESERVE_TIME: how much is reserved at a time', () => {
    const calls = bench(100n, { parameters: '  SERVER_BILLING_RESERVE_TIME: 6\n' });
    calls.call('one', '49', 0);
    assert.equal(spendable(calls), 94n);
  });

  test('SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME: money for so much talk is kept aside', () => {
    const calls = bench(70n, { parameters: '  SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME: 20\n' });
    calls.call('one', '49', 0);
    calls.advanceTo(80_000);
    assert.equal(calls.switch.cdrs[0]?.holdMs, 50_000);
    assert.equal(spendable(calls), 20n);
  });
});

test('what a prepaid call reserved goes back to its account alone: its agent and the carrier lose their fees', () => {
  const file = network('0')
    .replace('accounts:', 'accounts:\n  - { account: house, type: agent, rateTable: retail, creditLimit: None }')
    .replace('creditLimit: 0 }', 'creditLimit: 0, agent: house }\n  - { account: carrier, rateTable: retail }')
    .replace('{ name: out,', '{ name: out, clearingAccount: carrier,');
  const calls = new PricedBench(file);
  const { balances } = calls.switch;
  const slotOf = (name: string) =>
    snapshotOfFile(file).prices?.accounts.find(({ account }) => account === name)?.slot ?? assert.fail();
  const slots = ['prepaid', 'house', 'carrier'].map(slotOf);
  for (const slot of slots) balances.open(slot, 100n * CENT);
  const left = () => slots.map((slot) => balances.spendable(slot) / CENT);
  calls.call('one', '49', 0);
  assert.deepEqual(left(), [40n, 100n, 100n]);
  calls.advanceTo(10_000);
  calls.hangUp('one', 10_000);
  assert.deepEqual(left(), [90n, 90n, 90n]);
});

describe('the limit of an agent above its account', () => {
  /** A cent a second for the account, its agent, and the agent above him; the latter has no limit. */
  const file = network('0')
    .replace('accounts:', 'accounts:\n  - { account: palace, type: agent, rateTable: retail, creditLimit: None }')
    .replace('accounts:', 'accounts:\n  - { account: house, type: agent, agent: palace, rateTable: retail }')
    .replace('creditLimit: 0 }', 'creditLimit: 0, agent: house }');
  const slots = ['prepaid', 'house', 'palace'].map(
    (name) => snapshotOfFile(file).prices?.accounts.find(({ account }) => account === name)?.slot ?? assert.fail(),
  );

  function stage(cents: readonly [prepaid: bigint, house: bigint], text = file, isMortal = false) {
    const calls = new PricedBench(text, { isMortal });
    const { balances } = calls.switch;
    for (const [at, slot] of slots.entries()) balances.open(slot, (cents[at] ?? 0n) * CENT);
    return { calls, left: () => slots.map((slot) => balances.spendable(slot) / CENT) };
  }

  test('is reserved like its own, and what was reserved goes back', () => {
    const { calls, left } = stage([100n, 200n]);
    calls.call('one', '49', 0);
    assert.deepEqual(left(), [40n, 140n, 0n]);
    calls.advanceTo(10_000);
    calls.hangUp('one', 10_000);
    assert.deepEqual(left(), [90n, 190n, -10n]);
  });

  test('goes back as a whole where nobody answers', () => {
    const { calls, left } = stage([100n, 200n]);
    calls.invite('one', '49', 0);
    assert.deepEqual(left(), [40n, 140n, 0n]);
    calls.switch.releaseAll('OperatorHangup', 1000);
    assert.deepEqual(left(), [100n, 200n, 0n]);
  });

  for (const [what, text] of [
    ['of an account that has more', file],
    ['of an account without a limit', file.replace('creditLimit: 0, agent', 'creditLimit: None, agent')],
  ] as const) {
    test(`cuts a call ${what} at the very second that he pays for`, () => {
      const { calls, left } = stage([1_000n, 70n], text);
      calls.call('one', '49', 0);
      calls.advanceTo(69_999);
      assert.equal(calls.switch.cdrs.length, 0);
      calls.advanceTo(80_000);
      const [cdr] = calls.switch.cdrs;
      assert.deepEqual([cdr?.endReason, cdr?.holdMs, cdr?.unpaidSeconds], ['CreditExhausted', 70_000, 0]);
      assert.deepEqual(left(), [930n, 0n, -70n]);
    });
  }

  test('of two calls leaves to each what the other has not', () => {
    const { calls, left } = stage([1_000n, 90n]);
    calls.call('one', '49', 0);
    calls.call('two', '49', 0);
    assert.equal(left()[1], 0n);
    calls.advanceTo(100_000);
    assert.deepEqual(
      calls.switch.cdrs.map(({ holdMs }) => holdMs),
      [30_000, 60_000],
    );
    assert.deepEqual(left(), [910n, 0n, -90n]);
  });

  test('InsufficientBalance: nothing is left of it for the beginning of a call', () => {
    const { calls, left } = stage([1_000n, 0n]);
    calls.call('one', '49', 0);
    assert.equal(calls.switch.cdrs[0]?.endReason, 'InsufficientBalance');
    assert.deepEqual(left(), [1_000n, 0n, 0n]);
  });

  test('holds over a kill, and cuts what has talked on beyond it to what he pays for', () => {
    const { calls, left } = stage([1_000n, 70n], file, true);
    calls.call('one', '49', 0);
    calls.switch.kill(0, 'between', 1_000);
    assert.deepEqual(left(), [940n, 10n, 0n]);
    calls.switch.advance(600_000);
    const [cdr] = calls.switch.cdrs;
    assert.deepEqual([cdr?.endReason, cdr?.holdMs], ['CreditExhausted', 70_000]);
    assert.deepEqual(left(), [930n, 0n, -70n]);
  });

  test('is told beforehand: how long one may talk, and who cannot pay', () => {
    const { calls } = stage([1_000n, 70n]);
    const snapshot = snapshotOfFile(file);
    const { balances } = calls.switch;
    const spendable = (slot: number): bigint => balances.spendable(slot);
    const [gateway = assert.fail()] = snapshot.mappingGateways;
    const quote = () =>
      new Quotes(snapshot, { spendable, freeSeconds: () => 0 }).sellQuote(gateway, '49', EPOCH_WALL_MS);
    assert.deepEqual([quote()?.talkSecondsMax, quote()?.refusal], [70, '']);
    balances.add(slots[1] as number, -70n * CENT);
    assert.deepEqual([quote()?.talkSecondsMax, quote()?.refusal], [0, 'InsufficientBalance']);
    assert.equal(quote()?.refusedBy?.account, 'house');
  });
});

test('1 000 calls at once over 3 shards, money for a third: never below the limit, right to the last unit', () => {
  const calls = new PricedBench(network('0'), { shardCount: 3 });
  const { balances } = calls.switch;
  const openingNanos = 1_000n * 20n * CENT;
  balances.open(SLOT, openingNanos);
  let leastNanos = openingNanos;
  for (let call = 0; call < 1_000; call++) {
    calls.call(`call-${call}`, '49', call);
    leastNanos = balances.spendable(SLOT) < leastNanos ? balances.spendable(SLOT) : leastNanos;
  }
  for (let dueMs = calls.switch.nextDueMs(); dueMs < 200_000; dueMs = calls.switch.nextDueMs()) {
    calls.switch.advance(dueMs);
    leastNanos = balances.spendable(SLOT) < leastNanos ? balances.spendable(SLOT) : leastNanos;
  }
  const { cdrs } = calls.switch;
  assert.ok(leastNanos >= 0n, `${leastNanos}`);
  assert.equal(cdrs.length, 1_000);
  const spentNanos = cdrs.reduce((sum, { sellFeeNanos, taxNanos }) => sum + sellFeeNanos + taxNanos, 0n);
  assert.equal(openingNanos - spentNanos, balances.spendable(SLOT));
  const cut = cdrs.filter(({ endReason }) => endReason === 'CreditExhausted');
  const refused = cdrs.filter(({ endReason }) => endReason === 'InsufficientBalance');
  assert.equal(cut.length + refused.length, 1_000);
  assert.ok(cut.length >= 333);
  for (const { holdMs, billedSeconds } of cut) assert.equal(holdMs, billedSeconds * 1000, 'cut as its money ends');
  assert.equal(balances.spendable(SLOT), 0n, 'all of it was talked up');
});

describe('tandem route says beforehand how long the balance lets a call talk', () => {
  const free = '  SERVER_BILLING_FREE_TIME: 5\n';
  const advance = '  SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME: 30\n';
  for (const [cents, limit, parameters, seconds] of [
    [70n, '0', '', 70],
    [70n, '1', '', 170],
    [-70n, '1', '', 30],
    [70n, '0', free, 75],
    [70n, '0', advance, 40],
    [30n, '0', advance, 0],
    [0n, '0', free, 0],
  ] as const) {
    test(`${cents} cents, limit ${limit}, ${parameters.trim() || 'nothing set'}: ${seconds} s`, () => {
      const calls = bench(cents, { limit, parameters });
      const snapshot = snapshotOfFile(network(limit, parameters));
      const quotes = new Quotes(snapshot, {
        spendable: (slot) => calls.switch.balances.spendable(slot),
        freeSeconds: () => 0,
      });
      const quote = quotes.sellQuote(snapshot.mappingGateways[0] ?? assert.fail(), '49', EPOCH_WALL_MS);
      assert.deepEqual([quote?.talkSecondsMax, quote?.refusal], [seconds, seconds === 0 ? 'InsufficientBalance' : '']);
      calls.call('one', '49', 0);
      calls.advanceTo(1_000_000);
      const [cdr] = calls.switch.cdrs;
      const reason = seconds === 0 ? 'InsufficientBalance' : 'CreditExhausted';
      assert.deepEqual([cdr?.endReason, cdr?.holdMs], [reason, seconds * 1000], 'as the call finds it');
    });
  }

  test('without a limit there is none to tell', () => {
    const snapshot = snapshotOfFile(network('None'));
    const quote = new Quotes(snapshot, { spendable: () => 0n, freeSeconds: () => 0 }).sellQuote(
      snapshot.mappingGateways[0] ?? assert.fail(),
      '49',
      0,
    );
    assert.deepEqual([quote?.talkSecondsMax, quote?.refusal], [null, '']);
  });
});
