// Customers known by host name: a real DNS server on loopback, a real switch.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { DnsServer } from './dns-server.ts';
import { until } from './eventually.ts';
import { LiveSwitch } from './live-switch.ts';
import { Peer } from './peer.ts';

async function followsDns(context: TestContext, shardCount: number): Promise<void> {
  const dns = await DnsServer.open(context);
  dns.records.set('trunk.customer.example', ['127.0.0.2']);
  const vendor = new Answerer(await Peer.open(context, '127.0.0.9'), { ringMs: 10 });
  const callers = [
    new Caller(await Peer.open(context, '127.0.0.2')),
    new Caller(await Peer.open(context, '127.0.0.3')),
  ] as const;
  const { address, port } = vendor.peer.place;
  const network = `
accounts: [{ account: a }]
mappingGateways: [{ name: named, account: a, remoteHosts: trunk.customer.example }]
routingGateways: [{ name: vendor, remoteIp: ${address}, signalPort: ${port} }]`;
  const tandem = await LiveSwitch.start(context, shardCount, network, { dnsServers: [dns.place] });
  let count = 0;
  const statusOf = async (caller: Caller): Promise<number> => {
    count += 1;
    return (await caller.place({ to: tandem.sip, callee: '4989100', holdMs: 0 })).status;
  };
  await until('the name is known', async () => (await statusOf(callers[0])) === 200);
  assert.equal(await statusOf(callers[1]), 403);
  dns.records.set('trunk.customer.example', ['127.0.0.3']);
  await until('its new address is known after the TTL', async () => (await statusOf(callers[1])) === 200, 15_000);
  // One shard hears of it a moment after the other: of so many calls in a row each shard gets some.
  await until('every shard has forgotten the old one', async () => {
    const statuses = new Set<number>();
    for (let calls = 0; calls < 20; calls++) statuses.add(await statusOf(callers[0]));
    return statuses.size === 1 && statuses.has(403);
  });
  dns.isSilent = true;
  const askedCount = dns.askedCount;
  await until('DNS was asked in vain', async () => dns.askedCount > askedCount, 15_000);
  assert.equal(await statusOf(callers[1]), 200, 'the last good answer stands');
  assert.ok(count < 2_000);
}

test('a customer moves with its host name, on two shards; DNS gone, the last answer stands', (context) =>
  followsDns(context, 2));

test('the same where the shard runs inline', (context) => followsDns(context, 0));
