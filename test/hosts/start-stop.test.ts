// The switch begins and ends in order: what it holds is taken or refused as a whole, what it carries is ended and told.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { mintCallId } from '../../src/core/shard/placement.ts';
import { startSwitch } from '../../src/main.ts';
import { findRunningSwitch } from '../../src/store/data-directory.ts';
import { TandemError } from '../../src/tandem-error.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { until } from './eventually.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';
import { SwitchProcess } from './switch-process.ts';

const CALLS = 20;
const ADDRESS = '127.0.0.1';

test('a port in use refuses the start, says which, and leaves nothing behind', async () => {
  const dataPath = temporaryDirectory();
  const other = createSocket('udp4');
  other.bind(0, ADDRESS);
  await once(other, 'listening');
  const { port } = other.address();
  const listener = { transport: 'udp', address: ADDRESS, port, advertisedHost: ADDRESS, advertisedPort: port } as const;
  const config = {
    dataPath,
    shardCount: 1,
    listeners: [listener],
    management: { address: ADDRESS, port: 0 },
    node: 'test',
    dnsServers: [],
    sinks: [],
    diskShare: 50,
  };
  const options = { logLevel: 'silent', isDurable: false } as const;
  await assert.rejects(startSwitch(config, options), (error) => {
    assert.ok(error instanceof TandemError);
    assert.equal(error.code, 'TANDEM_PORT_IN_USE');
    assert.match(error.message, new RegExp(`${ADDRESS} port ${port}`));
    return true;
  });
  assert.equal(findRunningSwitch(dataPath), null);
  other.close();
  await once(other, 'close');
  const running = await startSwitch(config, options);
  assert.deepEqual(running.sipPorts, [port]);
  await running.stop();
  assert.equal(findRunningSwitch(dataPath), null);
});

async function endsEveryCall(context: TestContext, shards: number): Promise<void> {
  const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 0 });
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const vendor = { name: 'vendor', at: answerer.peer.place };
  const tandem = await SwitchProcess.start(context, shards, networkOf(['127.0.0.2'], [vendor]));
  const plan = { to: tandem.sip, callee: '4989100', holdMs: 0 };
  for (let call = 0; call < CALLS; call++) {
    const answer = await caller.invite(plan, caller.peer.mint()).final;
    assert.equal(answer?.status, 200);
  }
  await allShardsHeardThat(caller.peer, tandem, Math.max(1, shards));
  await tandem.stop();
  for (const { peer } of [caller, answerer]) {
    await until('BYE for every call', () => peer.requests('BYE').length >= CALLS);
    const ended = new Set(peer.requests('BYE').map(({ message }) => message.callId));
    assert.equal(ended.size, CALLS, `every call of ${peer.place.address}`);
    assert.equal(peer.requests('BYE').length, CALLS, 'each once');
  }
  const cdrs = tandem.cdrsOnDisk();
  assert.equal(new Set(cdrs.map(({ callerCallId }) => callerCallId)).size, CALLS);
  assert.equal(cdrs.length, CALLS);
  for (const cdr of cdrs) {
    assert.deepEqual([cdr.endReason, cdr.endedBy, cdr.sipCode], ['SwitchRestart', 'server', 200]);
    assert.ok(cdr.answeredAtWallMs !== null && cdr.endedAtWallMs !== null);
  }
}

/** Resolves when every shard has run what `peer` sent so far: a call is not ended with BYE before its ACK (3261 15). */
async function allShardsHeardThat(peer: Peer, tandem: SwitchProcess, shardCount: number): Promise<void> {
  for (let shard = 0; shard < shardCount; shard++) {
    const final = await peer.options(tandem.sip, mintCallId(peer.mint(), shard, shardCount)).final;
    assert.equal(final?.status, 200);
  }
}

test('SIGTERM ends every call with BYE on both sides and a CDR on disk, then the process by itself', (context) =>
  endsEveryCall(context, 2));

test('SIGTERM does the same where the shard runs inline', (context) => endsEveryCall(context, 0));

test('SIGTERM while nothing goes on: the process ends by itself', async (context) => {
  const tandem = await SwitchProcess.start(context, 3, networkOf(['127.0.0.2'], []));
  await tandem.stop();
  assert.deepEqual(tandem.cdrsOnDisk(), []);
});
