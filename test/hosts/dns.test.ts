// Host names that have addresses of both families, asked of a real DNS server on loopback.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { dnsOf } from '../../src/control/names/dns.ts';
import { HostNames } from '../../src/control/names/host-names.ts';
import { DnsServer, TYPE_A, TYPE_AAAA } from './dns-server.ts';
import { until } from './eventually.ts';

const HOST = 'trunk.customer.example';

/** The addresses of HOST after `tick`, once DNS has answered. */
async function named(context: TestContext) {
  const dns = await DnsServer.open(context);
  dns.records.set(HOST, ['192.0.2.1', '2001:db8::1']);
  const failed: string[] = [];
  const user = { onHostsChanged: () => undefined, onHostFailed: (host: string) => void failed.push(host) };
  const names = new HostNames(dnsOf([dns.place]), user);
  names.watch(new Set([HOST]));
  const known = () => names.known()[0]?.addresses ?? [];
  const ask = async (nowMs: number): Promise<readonly string[]> => {
    const before = dns.askedCount;
    names.tick(nowMs);
    await until('both families were asked', async () => dns.askedCount >= before + 2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return known();
  };
  return { dns, names, ask, failed };
}

test('while DNS fails for one family its last addresses stand, and those of the other follow', async (context) => {
  const { dns, ask, failed } = await named(context);
  assert.deepEqual(await ask(0), ['192.0.2.1', '2001:db8::1']);
  dns.failing = TYPE_A;
  dns.records.set(HOST, ['192.0.2.9', '2001:db8::9']);
  assert.deepEqual(await ask(5_000), ['192.0.2.1', '2001:db8::9']);
  dns.failing = TYPE_AAAA;
  dns.records.set(HOST, ['192.0.2.9', '2001:db8::7']);
  assert.deepEqual(await ask(10_000), ['192.0.2.9', '2001:db8::9']);
  assert.deepEqual(failed, [HOST], 'told once');
  dns.failing = 0;
  dns.records.set(HOST, ['192.0.2.9']);
  assert.deepEqual(await ask(60_000), ['192.0.2.9'], 'a name without addresses of a family has lost those');
});

test('where one family has failed DNS is asked soon again, whatever the TTL of the other', async (context) => {
  const { dns, ask } = await named(context);
  dns.ttlSeconds = 3_600;
  dns.failing = TYPE_A;
  assert.deepEqual(await ask(0), ['2001:db8::1']);
  dns.failing = 0;
  assert.deepEqual(await ask(5_000), ['192.0.2.1', '2001:db8::1']);
});
