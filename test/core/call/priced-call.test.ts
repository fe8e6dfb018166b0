// Calls that cost something: which rate they get, when they are refused for it, and the fees in their records.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { moneyText } from '../../../src/core/rating/money.ts';
import { Quotes } from '../../../src/core/rating/quotes.ts';
import { AGENT_LEVELS_MAX } from '../../../src/core/rating/rating-limits.ts';
import { pack } from '../../../src/store/records.ts';
import { EPOCH_WALL_MS, type LrnPlace } from '../../simulator/switch.ts';
import { PricedBench, snapshotOfFile } from './priced-bench.ts';

const NETWORK = `
rateTables:
  - name: retail
    currency: EUR
    rates:
      - { prefix: "44", area: UK, type: national, perMinute: 0.06, increments: 30/6, tax: 19 }
      - { prefix: "4470", price: 0, locked: On }
      - { prefix: "49", perMinute: 0.02, increments: 1/1 }
      - { prefix: "7", perMinute: 0.09 }
  - name: own prices of alpha
    currency: EUR
    rates: [{ prefix: "44", type: national, perMinute: 0.03 }]
  - name: agents
    currency: EUR
    rates: [{ prefix: "4", perMinute: 0.01 }]
  - name: vendor
    currency: USD
    rates: [{ prefix: "4420", price: 0.005, period: 1 }]
accounts:
  - { account: alpha, rateTable: retail, creditLimit: None }
  - { account: beta, rateTable: retail, privateRateTable: own prices of alpha, creditLimit: None, agent: house }
  - { account: house, type: agent, rateTable: agents, creditLimit: None, agent: palace }
  - { account: palace, type: agent, rateTable: agents, creditLimit: None }
  - { account: gamma }
  - { account: carrier, type: settlement, rateTable: vendor }
  - { account: delta, agent: house }
mappingGateways:
  - { name: in, account: ACCOUNT, remoteIps: 198.51.100.1 CALLLEVEL }
routingGateways:
  - { name: out, remoteIp: 203.0.113.1 CLEARING }
systemParameters:
  SS_SIP_TIMEOUT_INVITE: 8
`;

interface Setting {
  readonly account?: string;
  readonly level?: string;
  readonly clearing?: boolean;
  readonly parameters?: string;
}

function bench({ account = 'alpha', level = '', clearing = true, parameters = '' }: Setting = {}): PricedBench {
  const file = NETWORK.replace('ACCOUNT', account)
    .replace('CALLLEVEL', level === '' ? '' : `, callLevel: ${level}`)
    .replace('CLEARING', clearing ? ', clearingAccount: carrier' : '');
  return new PricedBench(`${file}${parameters}`);
}

function fees(given: Setting, callee: string, talkMs: number): readonly unknown[] {
  return feesOf(bench(given).talk(callee, talkMs));
}

function feesOf(cdr: Cdr | undefined): readonly unknown[] {
  assert.ok(cdr !== undefined);
  const { sellFeeNanos, taxNanos, buyFeeNanos, billedSeconds } = cdr;
  return [cdr.sellPrefix, moneyText(sellFeeNanos, 4), moneyText(taxNanos, 4), moneyText(buyFeeNanos, 4), billedSeconds];
}

describe('a call has fees in its record', () => {
  test('what the account pays, its tax, and what the carrier is paid, each by the longest prefix of its table', () => {
    const cdr = bench().talk('442079', 31_000);
    assert.deepEqual(
      [cdr?.account, cdr?.currency, cdr?.sellTable, cdr?.sellPrefix, cdr?.calleeBilled],
      ['alpha', 'EUR', 'retail', '44', '442079'],
    );
    assert.deepEqual(
      [cdr?.clearingAccount, cdr?.buyTable, cdr?.buyPrefix, cdr?.buyCurrency],
      ['carrier', 'vendor', '4420', 'USD'],
    );
    assert.deepEqual([cdr?.billedSeconds, cdr?.buyBilledSeconds], [36, 31]);
    assert.deepEqual(fees({}, '442079', 31_000), ['44', '0.0360', '0.0068', '0.1550', 36]);
  });

  test('the record of a call is of the shape that is stored without field names', () => {
    const cdr = bench().talk('442079', 31_000);
    assert.ok(!Buffer.from(pack(cdr)).includes('sellFeeNanos'));
  });

  test('a gateway whose rate is barred is paid nothing, as the profit that its route was chosen for says', () => {
    const file = NETWORK.replace('ACCOUNT', 'alpha')
      .replace('CALLLEVEL', '')
      .replace('CLEARING', ', clearingAccount: carrier, minProfitPercent: 10')
      .replace('price: 0.005, period: 1', 'price: 5, period: 1, locked: On');
    const cdr = new PricedBench(file).talk('442079', 31_000);
    assert.equal(cdr?.endReason, 'Normal');
    assert.deepEqual([cdr.clearingAccount, cdr.buyTable, cdr.buyFeeNanos, cdr.buyCurrency], ['carrier', '', 0n, '']);
  });

  test('clearingAccount: a gateway without one is paid nothing', () => {
    assert.deepEqual(fees({ clearing: false }, '442079', 31_000), ['44', '0.0360', '0.0068', '0.0000', 36]);
  });

  test('private rates come before those of the table, whatever their prefixes', () => {
    assert.deepEqual(fees({ account: 'beta' }, '442079', 31_000).slice(0, 2), ['44', '0.0300']);
    assert.deepEqual(fees({ account: 'beta' }, '49', 1000).slice(0, 2), ['49', '0.0003']);
  });

  test('each agent above the account pays by its own rates', () => {
    const cdr = bench({ account: 'beta' }).talk('442079', 61_000);
    assert.deepEqual(
      cdr?.agentFees.map(({ account, feeNanos, billedSeconds }) => [account, moneyText(feeNanos, 2), billedSeconds]),
      [
        ['house', '0.02', 120],
        ['palace', '0.02', 120],
      ],
    );
  });

  test('an agent without rates is passed over, and those above it pay', () => {
    const file = NETWORK.replace('type: agent, rateTable: agents, creditLimit: None, agent', 'type: agent, agent');
    const calls = file.replace('ACCOUNT', 'beta').replace('CALLLEVEL', '').replace('CLEARING', '');
    const cdr = new PricedBench(calls).talk('442079', 61_000);
    assert.deepEqual(
      cdr?.agentFees.map(({ account }) => account),
      ['palace'],
    );
  });

  test('an account without rates is passed over, too: the agents above it pay, also over the death of a worker', () => {
    for (const clearing of [true, false]) {
      const file = NETWORK.replace('ACCOUNT', 'delta').replace('CALLLEVEL', '');
      const calls = new PricedBench(file.replace('CLEARING', clearing ? ', clearingAccount: carrier' : ''), {
        isMortal: true,
      });
      calls.call('one', '442079', 0);
      calls.switch.kill(0, 'between', 1_000);
      calls.hangUp('one', 61_000);
      const [cdr] = calls.switch.cdrs;
      assert.deepEqual(feesOf(cdr), ['', '0.0000', '0.0000', clearing ? '0.3050' : '0.0000', 0]);
      assert.deepEqual(
        cdr?.agentFees.map(({ account, feeNanos }) => [account, moneyText(feeNanos, 2)]),
        [
          ['house', '0.02'],
          ['palace', '0.02'],
        ],
      );
    }
  });

  test('a call that was not answered costs nothing', () => {
    const calls = bench();
    calls.call('one', '33', 0);
    const [cdr] = calls.switch.cdrs;
    assert.deepEqual([cdr?.sellFeeNanos, cdr?.buyFeeNanos, cdr?.agentFees], [0n, 0n, []]);
  });

  test('an account without a rate table is not billed; its carrier is paid all the same', () => {
    assert.deepEqual(fees({ account: 'gamma' }, '442079', 31_000), ['', '0.0000', '0.0000', '0.1550', 0]);
  });
});

describe('the seconds of a talk time', () => {
  test('SERVER_BILLING_HOLD_TIME_PRECISION', () => {
    const strict = { parameters: '  SERVER_BILLING_HOLD_TIME_PRECISION: 500\n' };
    assert.equal(fees({}, '49', 1050).at(-1), 2);
    assert.equal(fees(strict, '49', 1050).at(-1), 1);
    assert.equal(fees(strict, '49', 1500).at(-1), 2);
  });

  test('SERVER_BILLING_FREE_TIME', () => {
    assert.equal(fees({ parameters: '  SERVER_BILLING_FREE_TIME: 3\n' }, '49', 5000).at(-1), 2);
  });
});

describe('a call is refused for its rate', () => {
  function refusal(setting: Setting, callee: string): readonly unknown[] {
    const calls = bench(setting);
    calls.call('one', callee, 0);
    return [calls.switch.cdrs[0]?.endReason, ...calls.toldCaller()];
  }

  test('RateNotFound: no prefix of the number is in its tables', () => {
    assert.deepEqual(refusal({}, '33'), ['RateNotFound', '100', '403']);
  });

  test('RateNotFound: an agent above it has no rate', () => {
    assert.deepEqual(refusal({ account: 'beta' }, '7'), ['RateNotFound', '100', '403']);
    assert.equal(refusal({}, '7')[0], undefined, 'its own is one');
    assert.deepEqual(refusal({ account: 'delta' }, '7'), ['RateNotFound', '100', '403']);
  });

  test('RateBarred: the rate is locked', () => {
    assert.deepEqual(refusal({}, '447012'), ['RateBarred', '100', '403']);
  });

  test('RateBarred: the rate of an agent above it is locked, and who asks beforehand is told so', () => {
    const locked = (file: string) => file.replace('perMinute: 0.01 }', 'perMinute: 0.01, locked: On }');
    const file = locked(NETWORK).replace('ACCOUNT', 'beta').replace('CALLLEVEL', '').replace('CLEARING', '');
    const calls = new PricedBench(file);
    calls.call('one', '49', 0);
    assert.equal(calls.switch.cdrs[0]?.endReason, 'RateBarred');
    const snapshot = snapshotOfFile(file);
    const quotes = new Quotes(snapshot, { spendable: () => 0n, freeSeconds: () => 0 });
    const quote = quotes.sellQuote(snapshot.mappingGateways[0] ?? assert.fail(), '49', 0);
    assert.equal(quote?.refusal, 'RateBarred');
    assert.deepEqual(quote?.refusedBy, { account: 'house', table: 'agents', prefix: '4' });
  });

  test('callLevel: RateBarred beyond it', () => {
    assert.deepEqual(refusal({ level: 'local' }, '4420'), ['RateBarred', '100', '403']);
    assert.deepEqual(refusal({ level: 'national' }, '49'), ['RateBarred', '100', '403']);
    assert.equal(refusal({ level: 'national' }, '4420')[0], undefined);
  });
});

describe('the number that prices are found by', () => {
  test('lrnInterstateBillingPrefix: a ported number is billed by where it is, after the digits of other states', () => {
    const places: LrnPlace[] = [];
    const lrn = ', lrnEnable: On, lrnInterstateBillingPrefix: "3"';
    const file = NETWORK.replace('ACCOUNT', 'alpha').replace('CALLLEVEL', lrn).replace('CLEARING', '');
    const calls = new PricedBench(file, { askLrn: (_question, place) => void places.push(place) });
    calls.call('one', '4411', 0);
    calls.switch.lrnAnswered(places[0] as LrnPlace, { lrn: '4420', jurisdiction: 'interstate' }, 1);
    const [cdr] = calls.switch.cdrs;
    assert.deepEqual([cdr?.endReason, cdr?.callee, cdr?.calleeBilled], ['RateNotFound', '4411', '34420']);
  });

  test('a ported number is rated by the moment of its INVITE, however late the answer about it came', () => {
    const places: LrnPlace[] = [];
    const since = new Date(EPOCH_WALL_MS + 1_000).toISOString().replace('.000', '');
    const increase = `{ prefix: "44", perMinute: 9, validFrom: "${since}" }`;
    const file = NETWORK.replace('ACCOUNT', 'alpha')
      .replace('CALLLEVEL', ', lrnEnable: On')
      .replace('CLEARING', '')
      .replace('rates:\n', `rates:\n      - ${increase}\n`);
    const calls = new PricedBench(file, { askLrn: (_question, place) => void places.push(place) });
    calls.invite('one', '4411', 999);
    calls.switch.lrnAnswered(places[0] as LrnPlace, { lrn: '4420', jurisdiction: '' }, 1_500);
    calls.answer('one', 1_500);
    calls.hangUp('one', 31_500);
    assert.deepEqual(feesOf(calls.switch.cdrs[0]), ['44', '0.0300', '0.0057', '0.0000', 30]);
  });

  test('proportionCalleePrefixs: a steering prefix is no part of it, for buy rates neither', () => {
    const file = NETWORK.replace('ACCOUNT', 'alpha')
      .replace('CALLLEVEL', ', proportionCalleePrefixs: ["100:a"]')
      .replace('CLEARING', ', clearingAccount: carrier, feerateRestrict: On');
    const cdr = new PricedBench(file).talk('4420', 1000);
    assert.deepEqual([cdr?.calleeSent, cdr?.calleeBilled, cdr?.buyPrefix], ['a4420', '4420', '4420']);
  });
});

test('AGENT_LEVELS_MAX: so many agents may stand one above the other', () => {
  const chain = (levels: number) =>
    Array.from({ length: levels }, (_, i) => `  - { account: a${i}, type: agent, agent: a${i + 1} }\n`).join('');
  const file = (levels: number) => `accounts:\n${chain(levels)}  - { account: a${levels}, type: agent }\n`;
  assert.doesNotThrow(() => new PricedBench(file(AGENT_LEVELS_MAX - 1)));
  assert.throws(() => new PricedBench(file(AGENT_LEVELS_MAX)), /more than 8 agents/);
});
