// tandem packages: with the switch down and with it running.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { pack } from '../../src/store/records.ts';
import { WALL_MS } from '../control/control-fixture.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { place, running, tandem } from './command-line.ts';

const NETWORK = `
packages:
  - name: basic
    currency: EUR
    rent: 30
    minimumConsumption: 62
    freeMinutes: [{ name: national, prefixes: ["49"], minutes: 100 }, { name: mobile, prefixes: ["4915"], minutes: 5 }]
accounts:
  - { account: alpha, currency: EUR, package: basic }
  - { account: beta, currency: EUR }
`;

const cells = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/).join('|'));

test('a running switch tells rent, minimum, and what was consumed', async (context) => {
  const directory = place();
  const { control, shards } = await running(context, directory);
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: WALL_MS, dryRun: false });
  control.accounts.open(control.configuration.snapshot);
  const free = { freeSeconds: 90, freeAllowance: 'basic national', freeFromDay: Date.UTC(2026, 0) / 86_400_000 };
  shards[0]?.record({ ...sampleCdr(1, WALL_MS + 1), sellFeeNanos: 20_000_000_000n, taxNanos: 0n, ...free });
  shards[0]?.record({ ...sampleCdr(2, WALL_MS - 1), sellFeeNanos: 20_000_000_000n });
  control.tick(0);
  await control.packages.look();
  const { out, code, error } = await tandem(directory, 'packages');
  assert.equal(code, 0, error);
  assert.deepEqual(cells(out), [
    'account|package|rent|booked until|from|to|minimum|consumed|free minutes',
    'alpha|basic|30.000000|2026-02-01|2026-01-01|2026-01-31|62.000000|20.000000|EUR|' +
      'national: 1.5 used, 98.5 left, mobile: 0.0 used, 5.0 left',
    '',
  ]);
  assert.match(
    (await tandem(directory, 'payments', 'alpha')).out,
    /rent +-30\.000000 .*basic, 2026-01-01 to 2026-01-31/,
  );
});

test('a stopped switch tells it too; without packages there are none to tell', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  assert.equal((await tandem(directory, 'packages')).out, 'No account has a package.\n');
  writeFileSync(join(directory, 'net.yaml'), NETWORK);
  await tandem(directory, 'apply', 'net.yaml');
  const { out } = await tandem(directory, 'packages', '--json');
  const [state, ...others] = JSON.parse(out) as { account: string; rentUntilDay: number | null }[];
  assert.deepEqual([state?.account, state?.rentUntilDay, others.length], ['alpha', null, 0]);
});

test('a stopped switch counts CDRs that it has not booked: free minutes used, talk that a balance allows', async () => {
  const directory = place();
  const money = NETWORK.replace('package: basic }', 'package: basic, rateTable: retail }');
  const rates = 'rateTables: [{ name: retail, currency: EUR, rates: [{ prefix: "", perMinute: 1 }] }]\n';
  const gateways = `mappingGateways: [{ name: Alpha, account: alpha, remoteIps: 198.51.100.7 }]
routingGateways: [{ name: One, remoteIp: 127.0.0.1 }]
`;
  writeFileSync(join(directory, 'net.yaml'), rates + money + gateways);
  await tandem(directory, 'apply', 'net.yaml');
  await tandem(directory, 'pay', 'alpha', '10');
  const freeFromDay = Math.floor(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth()) / 86_400_000);
  const free = { freeSeconds: 90, freeAllowance: 'basic national', freeFromDay };
  const end = async (number: number): Promise<void> => {
    const stores = openLmdbStores(join(directory, 'data'));
    const cdr = {
      ...sampleCdr(number, Date.now()),
      agentFees: [],
      sellFeeNanos: 4_000_000_000n,
      taxNanos: 0n,
      ...free,
    };
    stores.spool.append([pack(cdr)]);
    await stores.close();
  };
  await end(1);
  assert.match((await tandem(directory, 'packages')).out, /national: 1\.5 used/);
  await end(2);
  const route = await tandem(directory, 'route', '--from', 'Alpha', '--caller', '1', '--callee', '44');
  assert.match(route.out, /its balance allows 2 min/);
});
