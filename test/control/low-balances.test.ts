// The warning of a low balance: in the log once, in status and metrics as long as it is so.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LowBalances } from '../../src/control/ledger/low-balances.ts';
import { OPEN_ACCOUNT } from '../../src/control/tables/account-rows.ts';
import type { Log } from '../../src/log.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, openControl } from './control-fixture.ts';

const PAYMENT = { account: 'blue', kind: 'topUp', operator: 'ops', memo: '', atWallMs: 0 } as const;

test('a balance that passes below its warning is logged once, and once when it is back', () => {
  const { ledger } = openMemoryStores();
  const told: unknown[] = [];
  const note = (fields: unknown, sentence: unknown): number => told.push([fields, sentence]);
  const log = { warn: note, info: note } as unknown as Log;
  const account = (name: string, lowBalanceNanos: bigint | null) => {
    return { ...OPEN_ACCOUNT, account: name, currency: 'EUR', lowBalanceNanos };
  };
  const accounts = [account('blue', 5_000_000_000n), account('free', null), account('deep', -1n)];
  const snapshot = { parameters: { SERVER_BILLING_FEE_PRECISION: 4 } };
  const watch = new LowBalances({ accounts: () => accounts, snapshot }, ledger, log);
  ledger.pay({ ...PAYMENT, nanos: 6_000_000_000n });
  watch.look();
  assert.deepEqual(told, []);
  ledger.book([{ id: 'a', losses: [{ account: 'blue', nanos: 1_000_000_000n }] }], 1);
  watch.look();
  assert.deepEqual(told, [], 'as much as the warning is not below it');
  ledger.book([{ id: 'b', losses: [{ account: 'blue', nanos: 1n }] }], 2);
  watch.look();
  watch.look();
  const amounts = { balance: '5.0000', warning: '5.0000' };
  assert.deepEqual(told, [[{ account: 'blue', currency: 'EUR', ...amounts }, 'the balance is low']]);
  assert.deepEqual(
    watch.low.map(({ account: name, balanceNanos }) => [name, balanceNanos]),
    [['blue', 4_999_999_999n]],
  );
  ledger.pay({ ...PAYMENT, nanos: 1n });
  watch.look();
  watch.look();
  assert.deepEqual(told.slice(1), [[{ account: 'blue' }, 'the balance is not low any more']]);
  assert.deepEqual(watch.low, []);
});

test('status and metrics tell it', async (context) => {
  const path = temporaryDirectory();
  const { control } = openControl(path);
  const port = await control.start();
  context.after(() => control.stop());
  const text = 'accounts: [{ account: blue, lowBalance: 5 }, { account: green, lowBalance: -5 }]';
  control.configuration.apply({ text, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  control.tick(0);
  const status = (await ask(path, port, 'GET /api/v1/status')).json() as { lowBalances: unknown };
  const low = { account: 'blue', currency: '', balanceNanos: 0, warningNanos: 5_000_000_000 };
  assert.deepEqual(status.lowBalances, [low]);
  assert.match((await ask(path, port, 'GET /metrics')).text, /\ntandem_accounts_low 1\n/);
});
