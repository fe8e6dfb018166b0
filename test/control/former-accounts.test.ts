// An account that is taken out of the network while calls of it are up, and put back: what they cost is counted once,
// also where the switch has begun anew meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Balances } from '../../src/core/rating/balances.ts';
import { NANOS } from '../../src/core/rating/money.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { openControl, WALL_MS } from './control-fixture.ts';

const WITHOUT = 'accounts: [{ account: other }]';
const WITH = 'accounts: [{ account: other }, { account: blue }]';

test('a call that outlives a start of the switch and ends meanwhile is charged once', async () => {
  const stores = openMemoryStores();
  const life = () => openControl(temporaryDirectory(), { stores });
  const apply = ({ control }: ReturnType<typeof life>, text: string) =>
    control.apply({ text, name: 'net', author: '', note: '', dryRun: false });

  const first = life();
  await apply(first, WITH);
  const payment = { account: 'blue', kind: 'topUp', nanos: 100n * NANOS, operator: '', memo: '', atWallMs: 0 } as const;
  first.control.accounts.pay(payment);
  const slot = first.control.configuration.snapshot.prices?.accounts.at(-1)?.slot ?? assert.fail();
  await apply(first, WITHOUT);

  const second = life();
  const balances = new Balances(second.memory.balances, Balances.allocateHeld());
  balances.holdMore([{ slot, nanos: 60n * NANOS }]);
  balances.charge(slot, 60n * NANOS, 30n * NANOS);
  const cdr = { ...sampleCdr(1, WALL_MS), account: 'blue', agentFees: [], clearingAccount: '', buyFeeNanos: 0n };
  second.shards[0]?.record({ ...cdr, sellFeeNanos: 30n * NANOS, taxNanos: 0n });
  balances.recorded(slot, 30n * NANOS);
  second.control.tick(0);
  await apply(second, WITH);
  const [, blue] = second.control.accounts.states();
  assert.deepEqual([blue?.balanceNanos, blue?.spendableNanos], [70n * NANOS, 70n * NANOS]);
});
