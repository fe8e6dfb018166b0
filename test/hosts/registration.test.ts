// Registrations in shared memory: true at every shard at once, and still true when the shard that granted one dies.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RegistrationRow } from '../../src/control/registrations.ts';
import { challengesOf, printCredentials } from '../../src/core/sip/digest.ts';
import { SipMessage } from '../../src/core/sip/message.ts';
import { parseMessage } from '../../src/core/sip/parse-message.ts';
import { nodeDigest } from '../../src/shard-host/node-digest.ts';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { LiveSwitch } from './live-switch.ts';
import { Peer, type Place } from './peer.ts';

const CALLS = 12;

/** Registers `peer` as ada: the challenge, then the answer to it. Answers the final status. */
async function register(peer: Peer, to: Place, password = 'secret'): Promise<number> {
  const uri = `sip:${to.address}:${to.port}`;
  const aor = `<sip:ada@${to.address}>`;
  const callId = peer.mint();
  const ask = (cseq: number, line: string) => {
    const headers = `Contact: <sip:ada@${peer.hostPort}>\r\nUser-Agent: test phone\r\n${line}`;
    return peer.ask({ method: 'REGISTER', uri, from: `${aor};tag=1`, to: aor, callId, cseq, headers }, to).final;
  };
  const challenged = await ask(1, '');
  const message = parseMessage(challenged?.text ?? '');
  const [challenge] = message instanceof SipMessage ? challengesOf(message) : [];
  assert.ok(challenge !== undefined, 'it is challenged');
  const input = { user: 'ada', password, method: 'REGISTER', uri, body: '', clientNonce: 'c', nonceCount: 1 };
  return (await ask(2, printCredentials(challenge, input, nodeDigest)))?.status ?? 0;
}

async function outlivesShards(context: TestContext, shardCount: number): Promise<void> {
  const device = await Peer.open(context, '127.0.0.2');
  const customer = new Caller(await Peer.open(context, '127.0.0.3'));
  const vendor = new Answerer(await Peer.open(context, '127.0.0.9'), { ringMs: 5 });
  const { address, port } = vendor.peer.place;
  const credentials = 'registerType: dynamic, registerUser: ada, registerPassword: secret';
  const network = `
accounts: [{ account: a }]
mappingGateways:
  - { name: phone, account: a, ${credentials} }
  - { name: customer, account: a, remoteIps: 127.0.0.3 }
routingGateways:
  - { name: to-phone, prefix: '49', ${credentials} }
  - { name: vendor, prefix: '77', remoteIp: ${address}, signalPort: ${port} }`;
  const tandem = await LiveSwitch.start(context, shardCount, network);
  assert.equal(await register(device, tandem.sip, 'wrong'), 401);
  assert.equal(await register(device, tandem.sip), 200);
  const rows = (await tandem.management.get('/api/v1/registrations')) as RegistrationRow[];
  assert.deepEqual(
    rows.map(({ kind, gateway, user, address: at, userAgent }) => [kind, gateway, user, at, userAgent]),
    [
      ['mapping', 'phone', 'ada', device.hostPort, 'test phone'],
      ['routing', 'to-phone', 'ada', device.hostPort, 'test phone'],
    ],
  );
  const own = new Caller(device);
  const statuses = async (from: Caller, callee: string): Promise<number[]> => {
    const plan = { to: tandem.sip, callee, holdMs: 0 };
    const found: number[] = [];
    for (let call = 0; call < CALLS; call++) found.push((await from.place(plan)).status);
    return found;
  };
  const all = (status: number): number[] => Array.from({ length: CALLS }, () => status);
  assert.deepEqual(await statuses(own, '77100'), all(200), 'every shard knows who it is');
  for (let shard = 0; shard < shardCount; shard++) await tandem.killShard(shard, 1);
  assert.deepEqual(await statuses(own, '77100'), all(200), 'and their successors do');
  const phone = new Answerer(device, { ringMs: 5 });
  assert.deepEqual(await statuses(customer, '49100'), all(200));
  assert.equal(phone.calls.size, CALLS, 'and it is called where it is');
}

test('a registration holds at every shard at once, and outlives all of them', (context) => outlivesShards(context, 2));

test('the same where the shard runs inline', (context) => outlivesShards(context, 0));
