// What operators are told of accounts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { openControl } from './control-fixture.ts';

const PAYMENT = { kind: 'topUp', operator: '', memo: '', atWallMs: 0 } as const;

test('an account that was taken out is told as long as it has something in the ledger, and with what it has', () => {
  const { control } = openControl(temporaryDirectory());
  const { accounts, configuration } = control;
  const apply = (text: string) => {
    configuration.apply({ text, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
    accounts.open(configuration.snapshot);
  };
  apply('accounts: [{ account: paid, currency: EUR }, { account: empty }, { account: stays }]');
  accounts.pay({ ...PAYMENT, account: 'paid', nanos: 7n });
  accounts.chargePackage('empty', { isHeld: true, rentUntilDay: 1, minimumUntilDay: 1 }, []);
  apply('accounts: [{ account: stays }]');
  assert.deepEqual(
    accounts
      .states()
      .map(({ account, isInNetwork, currency, balanceNanos }) => [account, isInNetwork, currency, balanceNanos]),
    [
      ['stays', true, '', 0n],
      ['paid', false, '', 7n],
    ],
  );
});
