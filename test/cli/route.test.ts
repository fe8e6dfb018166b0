// tandem route with the switch down: it knows of accounts and numbers what the switch would begin with.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KeptBlackList } from '../../src/control/black-list.ts';
import { BlackList } from '../../src/core/admission/black-list.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { place, tandem } from './command-line.ts';

const NETWORK = `
packages: [{ name: basic, currency: EUR, freeMinutes: [{ name: national, prefixes: "49", minutes: 100 }] }]
rateTables: [{ name: retail, currency: EUR, rates: [{ prefix: "4", perMinute: 1 }] }]
accounts: [{ account: alpha, rateTable: retail, package: basic, packageFrom: 2026-01-01 }]
mappingGateways: [{ name: Alpha, account: alpha, remoteIps: 198.51.100.7 }]
routingGateways: [{ name: One, remoteIp: 127.0.0.1 }]
`;

function asked(directory: string, caller: string, callee: string): ReturnType<typeof tandem> {
  return tandem(directory, 'route', '--from', 'Alpha', '--caller', caller, '--callee', callee);
}

test('an account without money calls by its free minutes, as it does once the switch runs', async () => {
  const directory = place();
  writeFileSync(join(directory, 'net.yaml'), NETWORK);
  await tandem(directory, 'apply', 'net.yaml');
  const free = await asked(directory, '1', '49301');
  assert.deepEqual([free.code, free.error], [0, '']);
  assert.match(free.out, /its balance allows \d+ (h|min)/);
  const paid = await asked(directory, '1', '44301');
  assert.match(paid.out, /would be refused: the balance of the account alpha does not pay/);
});

test('a number that is kept on the blacklist is on it', async () => {
  const directory = place();
  writeFileSync(join(directory, 'net.yaml'), NETWORK);
  await tandem(directory, 'apply', 'net.yaml');
  const stores = openLmdbStores(join(directory, 'data'));
  const list = new BlackList(BlackList.allocate());
  const kept = new KeptBlackList(list, stores.keepsakes);
  const wallMs = Date.now();
  list.block({ party: 'caller', number: '4930', kind: 'manual', sinceWallMs: wallMs, untilWallMs: wallMs + 3_600_000 });
  kept.keep(wallMs);
  await stores.close();
  assert.match((await asked(directory, '4930', '49301')).out, /refused: the caller 4930 is on the blacklist/);
  assert.equal((await asked(directory, '4931', '49301')).code, 0);
});

test('a call whose number would be looked up is said to be', async () => {
  const directory = place();
  writeFileSync(join(directory, 'net.yaml'), NETWORK.replace('name: Alpha,', 'name: Alpha, lrnEnable: On,'));
  await tandem(directory, 'apply', 'net.yaml');
  assert.match(
    (await asked(directory, '1', '49301')).out,
    /by where its number is ported to \(LRN\), which is not asked/,
  );
});
