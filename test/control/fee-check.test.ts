// Fees computed again by the rates of the version that a call was routed by: what the switch wrote agrees, whatever is
// in force by then, and each kind of wrong fee is told.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkFees } from '../../src/control/cdr/checks/fee-check.ts';
import { PastRates } from '../../src/control/rates/past-rates.ts';
import { Configuration } from '../../src/control/tables/configuration.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { NANOS } from '../../src/core/rating/money.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { ConfigurationStore } from '../../src/store/ports.ts';
import { CALLER, PricedBench, TRUNK } from '../core/call/priced-bench.ts';
import { EPOCH_WALL_MS } from '../simulator/switch.ts';

function network(perMinute: number, parameters = ''): string {
  return `
rateTables:
  - name: retail
    currency: EUR
    rates:
      - { prefix: "44", perMinute: ${perMinute}, increments: 30/6, tax: 19 }
      - { prefix: "49", perMinute: 0.5, increments: 1/1, calendar: nights }
      - { prefix: "49", perMinute: 0.6, increments: 1/1 }
  - { name: agents, currency: EUR, rates: [{ prefix: "4", perMinute: 0.013, increments: 6/6 }] }
  - { name: vendor, currency: USD, rates: [{ prefix: "4", price: 0.005, period: 1 }] }
calendars:
  - { name: nights, periods: [{ from: 22:00, to: 06:00 }] }
accounts:
  - { account: alpha, rateTable: retail, agent: house }
  - { account: house, type: agent, rateTable: agents, creditLimit: None }
  - { account: carrier, type: settlement, rateTable: vendor, creditLimit: None }
  - { account: nobody }
mappingGateways:
  - { name: in, account: alpha, remoteIps: ${CALLER.address} }
routingGateways:
  - { name: out, remoteIp: ${TRUNK.address}, clearingAccount: carrier }
systemParameters:
  SS_SIP_TIMEOUT_INVITE: 8
${parameters}`;
}

/** A store whose version 1 is `first`, and whose next ones are others. */
function storeOf(first: string): ConfigurationStore {
  const { configuration } = openMemoryStores();
  const applied = new Configuration(configuration, [{ address: '192.0.2.1' }], EPOCH_WALL_MS);
  for (const text of [first, network(7, '  SERVER_BILLING_FREE_TIME: 9\n')]) {
    applied.apply({ text, name: 'net', author: '', note: '', atWallMs: EPOCH_WALL_MS, dryRun: false });
  }
  return configuration;
}

/** CDRs that a switch wrote by `file`, as version 1. */
function written(file: string): readonly Cdr[] {
  const calls = new PricedBench(file);
  calls.switch.balances.open(3, NANOS);
  let nowMs = 0;
  for (const [callee, talkMs] of [
    ['4420', 31_000],
    ['4420', 1_049],
    ['49', 2_500],
    ['4420', 0],
  ] as const) {
    const name = `call-${nowMs}`;
    calls.call(name, callee, nowMs);
    nowMs += talkMs;
    calls.advanceTo(nowMs);
    calls.hangUp(name, nowMs);
  }
  calls.call('late', '49', nowMs);
  calls.switch.advance(nowMs + 1_000_000); // Nobody looked for so long: it was cut late.
  return calls.switch.cdrs;
}

describe('the fees of a CDR', () => {
  for (const parameters of ['', '  SERVER_BILLING_FREE_TIME: 1\n  SERVER_BILLING_HOLD_TIME_PRECISION: 500\n']) {
    test(`agree with the rates of their version: ${parameters.replaceAll('\n', '') || 'defaults'}`, () => {
      const file = network(0.06, parameters);
      const cdrs = written(file);
      const pastRates = new PastRates(storeOf(file));
      assert.deepEqual([cdrs.length, cdrs.at(-1)?.endReason], [5, 'CreditExhausted']);
      assert.ok((cdrs.at(-1)?.unpaidSeconds ?? 0) > 0);
      assert.ok(cdrs[0]?.sellFeeNanos !== 0n && cdrs[0]?.buyFeeNanos !== 0n && cdrs[0]?.agentFees.length === 1);
      for (const cdr of cdrs) assert.equal(checkFees(cdr, pastRates), '');
    });
  }

  test('agree where agents pay for an account that is not billed', () => {
    const file = network(0.06).replace('account: alpha, rateTable: retail,', 'account: alpha,');
    const pastRates = new PastRates(storeOf(file));
    for (const cdr of written(file)) {
      assert.deepEqual([cdr.sellTable, cdr.agentFees.length], ['', 1]);
      assert.equal(checkFees(cdr, pastRates), '');
    }
  });

  const file = network(0.06);
  const [cdr = assert.fail()] = written(file);
  const [agentFee = assert.fail()] = cdr.agentFees;
  for (const [what, wrong, sentence] of [
    ['the fee', { sellFeeNanos: cdr.sellFeeNanos + 1n }, /^sellFeeNanos is 36000001 instead of 36000000$/],
    ['the tax', { taxNanos: 0n }, /^taxNanos is 0 instead of 6840000$/],
    ['the rate', { sellPrefix: '4' }, /^sellPrefix is 4 instead of 44$/],
    ['what the carrier is paid', { buyFeeNanos: 1n }, /^buyFeeNanos is 1 instead of 155000000$/],
    ['that nobody is paid', { buyTable: '' }, /^buyTable is nothing instead of vendor$/],
    ['the seconds', { ratedSeconds: 30 }, /^ratedSeconds is 30 instead of 31$/],
    ['the talk', { holdMs: 61_000 }, /sellFeeNanos is 36000000 instead of 66000000.*ratedSeconds is 31 instead of 61/],
    [
      'an agent',
      { agentFees: [{ ...agentFee, feeNanos: 1n }] },
      /^agents: house by agents 4 1 and .* instead of house/,
    ],
    ['no agent', { agentFees: [] }, /^agents: nothing instead of house/],
    ['the version', { snapshotVersion: 2 }, /sellFeeNanos is 36000000 instead of/],
    ['an account that pays nothing', { account: 'nobody' }, /sellTable is retail instead of nothing/],
  ] as const) {
    test(`that are wrong are told: ${what}`, () => {
      assert.match(checkFees({ ...cdr, ...wrong }, new PastRates(storeOf(file))) ?? 'null', sentence);
    });
  }

  test('whose version is not kept, or that do not say what was paid for, are not computed', () => {
    const pastRates = new PastRates(storeOf(file));
    assert.equal(checkFees({ ...cdr, snapshotVersion: 9 }, pastRates), null);
    assert.equal(checkFees({ ...cdr, ratedSeconds: null, endReason: 'CreditExhausted' }, pastRates), null);
    assert.equal(checkFees({ ...cdr, ratedSeconds: null }, pastRates), '', 'of an earlier release');
  });

  test('agree where nobody pays, though the gateway that was tried first would have been paid', () => {
    const file = network(0.06)
      .replace('account: alpha, remoteIps', 'account: nobody, remoteIps')
      .replace(
        'systemParameters',
        `  - { name: free, remoteIp: ${TRUNK.address}, signalPort: 5062 }\nsystemParameters`,
      );
    const calls = new PricedBench(file);
    calls.refuse('one', '4420', '503 Service Unavailable', 0);
    calls.answer('one', 0);
    calls.hangUp('one', 31_000);
    const [cdr = assert.fail()] = calls.switch.cdrs;
    assert.deepEqual([cdr.holdMs, cdr.attempts.length, cdr.routingGateway], [31_000, 2, 'free']);
    assert.equal(checkFees(cdr, new PastRates(storeOf(file))), '');
  });
});
