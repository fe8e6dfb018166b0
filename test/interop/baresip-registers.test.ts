// A user agent of others registers at the switch itself, with digest: baresip is called at its registration, and calls
// from it.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Answerer } from '../hosts/answerer.ts';
import { Caller } from '../hosts/caller.ts';
import { until } from '../hosts/eventually.ts';
import { LiveSwitch } from '../hosts/live-switch.ts';
import { Peer } from '../hosts/peer.ts';
import { Baresip } from './baresip.ts';
import { testWith, whyMissing } from './debian.ts';

const PASSWORD = 'open-sesame';
const missing = whyMissing([{ program: 'baresip', packageName: 'baresip-core' }]);

async function registersAndCalls(context: TestContext, shardCount: number): Promise<void> {
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const vendor = new Answerer(await Peer.open(context, '127.0.0.9'), { ringMs: 10 });
  const { address, port } = vendor.peer.place;
  const network = `
accounts: [{ account: a }]
mappingGateways:
  - { name: customer, account: a, remoteIps: 127.0.0.2 }
  - { name: phone, account: a, registerType: dynamic, registerUser: prompt, registerPassword: ${PASSWORD} }
routingGateways:
  - { name: to-phone, prefix: '4989', registerType: dynamic, registerUser: prompt, registerPassword: ${PASSWORD} }
  - { name: to-patient, prefix: '5989', registerType: dynamic, registerUser: patient, registerPassword: ${PASSWORD} }
  - { name: vendor, prefix: '77', remoteIp: ${address}, signalPort: ${port} }`;
  const tandem = await LiveSwitch.start(context, shardCount, network);
  const call = () => caller.place({ to: tandem.sip, callee: '4989100', holdMs: 100 });
  assert.equal((await call()).status, 503, 'nobody has registered');
  const baresip = await Baresip.start(context, '127.0.0.5', `127.0.0.1:${tandem.sip.port}`, PASSWORD);
  const { status, byeStatus } = await call();
  assert.deepEqual([status, byeStatus], [200, 200]);
  await baresip.tell('dial', `sip:77123@127.0.0.1:${tandem.sip.port}`);
  await until('its own call is answered', () => vendor.calls.size === 1);
  await baresip.said('CALL_ESTABLISHED');
  await baresip.tell('hangup');
  await until('all is at rest', async () => (await tandem.management.status()).calls.active === 0);
  const cdrs = await tandem.management.cdrs();
  assert.deepEqual(
    cdrs.map(({ mappingGateway, routingGateway, endReason }) => [mappingGateway, routingGateway, endReason]),
    [
      ['customer', '', 'GatewayFull'],
      ['customer', 'to-phone', 'Normal'],
      ['phone', 'vendor', 'Normal'],
    ],
  );
}

testWith(missing, 'baresip registers at two shards, is called there, and calls', (context) =>
  registersAndCalls(context, 2),
);

testWith(missing, 'the same where the shard runs inline', (context) => registersAndCalls(context, 0));
