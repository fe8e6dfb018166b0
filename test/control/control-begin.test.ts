// What control does before its first tick counts from then, on a machine that has been up for long.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dnsOf } from '../../src/control/names/dns.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { DnsServer } from '../hosts/dns-server.ts';
import { until } from '../hosts/eventually.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { openControl, WALL_MS } from './control-fixture.ts';

const UP_MS = 30 * 24 * 3_600_000;
const TTL_MS = 60_000;

const HOST = 'trunk.customer.example';

const NETWORK = `
accounts: [{ account: a }]
mappingGateways: [{ name: named, account: a, remoteHosts: ${HOST} }]`;

test('a host name that was asked for at the start is asked for again when its TTL is over', async (context) => {
  const dns = await DnsServer.open(context);
  dns.records.set(HOST, ['127.0.0.2']);
  dns.ttlSeconds = TTL_MS / 1_000;
  const path = temporaryDirectory();
  const stores = openMemoryStores();
  const told = { name: 'net', author: '', note: '', atWallMs: WALL_MS, dryRun: false };
  openControl(path, { stores }).control.configuration.apply({ text: NETWORK, ...told });
  const { control } = openControl(path, { stores, dnsServers: [dns.place] });
  await control.begin(UP_MS);
  const { askedCount } = dns;
  assert.ok(askedCount > 0);
  control.tick(UP_MS + TTL_MS - 1);
  await dnsOf([dns.place])(HOST); // What control had asked would have come before.
  assert.equal(dns.askedCount, 2 * askedCount);
  control.tick(UP_MS + TTL_MS);
  await until('it is asked again', () => dns.askedCount === 3 * askedCount);
});

test('an import that begins before the first tick is not taken for one whose sender is gone', async (context) => {
  const { control } = openControl(temporaryDirectory());
  context.after(() => control.stop());
  await control.begin(UP_MS);
  const task = { kind: 'numbers', name: 'list' } as const;
  const { id } = control.jobs.begin({ task, name: 'list.csv', sizeBytes: 0, author: '', note: '' });
  control.tick(UP_MS + 200);
  assert.equal(control.jobs.view(id).state, 'reading');
  await control.jobs.cancel(id);
});
