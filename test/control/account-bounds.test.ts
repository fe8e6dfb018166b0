// How far a balance may go from zero: shared memory counts in 64 bits, and nothing that an operator enters passes them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { givenPayment } from '../../src/control/api/given-payment.ts';
import { NANOS } from '../../src/core/rating/money.ts';
import { ACCOUNT_NANOS_MAX } from '../../src/core/rating/rating-limits.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { openControl } from './control-fixture.ts';

const UNITS = ACCOUNT_NANOS_MAX / NANOS;
const REFUSED = { code: 'TANDEM_PAYMENT_REFUSED' };

function applied(text: string) {
  const { control } = openControl(temporaryDirectory());
  control.configuration.apply({ text, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  control.accounts.open(control.configuration.snapshot);
  return control;
}

const payment = (amount: string, kind = 'topUp') =>
  givenPayment(JSON.stringify({ account: 'blue', amount, kind }), { operator: '', atWallMs: 0, key: '' });

test('ACCOUNT_NANOS_MAX: limits, warnings and what packages charge are at most that', () => {
  const file = (field: string, units: bigint) => `accounts: [{ account: blue, ${field}: ${units} }]`;
  const free = 'freeMinutes: [{ name: n, prefixes: ["4"], minutes: 9 }]';
  const packages = (field: string, units: bigint) =>
    `packages: [{ name: basic, currency: EUR, ${free}, ${field}: ${units} }]`;
  for (const [text, field] of [
    [file, 'creditLimit'],
    [file, 'lowBalance'],
    [packages, 'rent'],
    [packages, 'minimumConsumption'],
  ] as const) {
    assert.doesNotThrow(() => applied(text(field, UNITS)));
    assert.throws(() => applied(text(field, UNITS + 1n)), new RegExp(`${field}: takes at most 4000000000 units`));
  }
  assert.throws(() => applied(file('lowBalance', -UNITS - 1n)), /lowBalance: takes at most/);
});

test('ACCOUNT_NANOS_MAX: a payment that takes a balance farther than that is refused, one back is not', () => {
  const { accounts } = applied('accounts: [{ account: blue }]');
  for (let count = 0; count < 4; count++) accounts.pay(payment('1000000000'));
  assert.throws(() => accounts.pay(payment('0.01')), { ...REFUSED, message: /blue would pass 4000000000/ });
  const [state] = accounts.states();
  assert.deepEqual([state?.balanceNanos, state?.spendableNanos], [ACCOUNT_NANOS_MAX, ACCOUNT_NANOS_MAX]);
  for (let count = 0; count < 8; count++) accounts.pay(payment('1000000000', 'deduction'));
  assert.throws(() => accounts.pay(payment('0.01', 'deduction')), { ...REFUSED, message: /would pass -4000000000/ });
  assert.equal(accounts.pay(payment('0.01')).balanceNanos, -ACCOUNT_NANOS_MAX + NANOS / 100n);
});

test('a payment has at most 1000000000 units', () => {
  assert.equal(payment('1000000000').nanos, 1_000_000_000n * NANOS);
  assert.throws(() => payment('1000000000.01'), { ...REFUSED, message: /above 1000000000/ });
  assert.throws(() => payment('-1000000000.01', 'correction'), { ...REFUSED, message: /above 1000000000/ });
});
