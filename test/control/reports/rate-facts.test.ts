// What the tables in force say of the rates that calls had.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateFactsOf } from '../../../src/control/reports/rate-facts.ts';
import { snapshotOfFile } from '../../core/call/priced-bench.ts';
import { EPOCH_WALL_MS } from '../../simulator/switch.ts';

const SNAPSHOT = snapshotOfFile(`
calendars:
  - { name: never, periods: [{ days: Mon, from: 03:00, to: 03:01 }] }
rateTables:
  - name: retail
    currency: EUR
    rates:
      - { prefix: "44", area: UK, price: 1, period: 1 }
      - { prefix: "49", area: Germany, price: 1, period: 1, calendar: never }
accounts:
  - { account: alpha, rateTable: retail }
  - { account: beta, currency: USD }
`);

test('a rate has its area at any hour, and by the prefix that a record says, not by a shorter one', () => {
  const { areaOf } = rateFactsOf(SNAPSHOT, EPOCH_WALL_MS);
  assert.deepEqual(
    [
      ['retail', '44'],
      ['retail', '49'],
      ['retail', '4420'],
      ['retail', '1'],
      ['gone', '44'],
    ].map(([table = '', prefix = '']) => areaOf(table, prefix)),
    ['UK', 'Germany', '', '', ''],
  );
});

test('a table has the currency of those who pay by it, an account its own', () => {
  const { currencyOf, currencyOfAccount } = rateFactsOf(SNAPSHOT, EPOCH_WALL_MS);
  assert.deepEqual(['retail', 'gone'].map(currencyOf), ['EUR', '']);
  assert.deepEqual(['alpha', 'beta', 'gone'].map(currencyOfAccount), ['EUR', 'USD', '']);
});
