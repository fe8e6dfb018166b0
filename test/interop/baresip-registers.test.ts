// A user agent of others registers at the switch itself, with digest: baresip is called at its registration, and calls
// from it.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Answerer } from '../hosts/answerer.ts';
import { Caller } from '../hosts/caller.ts';
import { eventually, until } from '../hosts/eventually.ts';
import { LiveSwitch } from '../hosts/live-switch.ts';
import { Peer } from '../hosts/peer.ts';
import { Baresip } from './baresip.ts';
import { testWith, whyMissing } from './debian.ts';

/** The numbers it is called by: it takes no call for another. */
const USERS = { prompt: '4989100', patient: '5989100', password: 'open-sesame' };
/** baresip 1.0 gives up at the first challenge that is not MD5, even beside one that is. */
const DEVICE = `registerType: dynamic, registerPassword: ${USERS.password}, registerAlgorithms: MD5`;
const missing = whyMissing([{ program: 'baresip', packageName: 'baresip-core' }]);

async function registersAndCalls(context: TestContext, shardCount: number): Promise<void> {
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const vendor = new Answerer(await Peer.open(context, '127.0.0.9'), { ringMs: 10 });
  const { address, port } = vendor.peer.place;
  const network = `
accounts: [{ account: a }]
mappingGateways:
  - { name: customer, account: a, remoteIps: 127.0.0.2 }
  - { name: phone, account: a, registerUser: '${USERS.prompt}', ${DEVICE} }
routingGateways:
  - { name: to-phone, prefix: '4989', registerUser: '${USERS.prompt}', ${DEVICE} }
  - { name: to-patient, prefix: '5989', registerUser: '${USERS.patient}', ${DEVICE} }
  - { name: vendor, prefix: '77', remoteIp: ${address}, signalPort: ${port} }`;
  const tandem = await LiveSwitch.start(context, shardCount, network);
  const call = () => caller.place({ to: tandem.sip, callee: USERS.prompt, holdMs: 100 });
  assert.equal((await call()).status, 503, 'nobody has registered');
  const baresip = await Baresip.start(context, '127.0.0.5', `127.0.0.1:${tandem.sip.port}`, USERS);
  const { status, byeStatus } = await call();
  assert.deepEqual([status, byeStatus], [200, 200]);
  await baresip.tell('dial', `sip:77123@127.0.0.1:${tandem.sip.port}`);
  await until('its own call is answered', () => vendor.calls.size === 1);
  await baresip.said('CALL_ESTABLISHED', 2); // The first was the call to it.
  await baresip.tell('hangup');
  const cdrs = await eventually('each call has its record', async () => {
    const found = await tandem.management.cdrs();
    return found.length < 3 ? null : found;
  });
  cdrs.sort((one, other) => one.setupAtWallMs - other.setupAtWallMs); // What two shards end at a time has no order.
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
