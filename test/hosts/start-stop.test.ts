// The switch begins and ends in order: what it holds is taken or refused as a whole, what it carries is ended and told.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { embeddedConfig, type ListenerConfig, type SwitchConfig } from '../../src/config.ts';
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

const TANDEM = fileURLToPath(new URL('../../src/cli/tandem.js', import.meta.url));

const CALLS = 20;
/** For a loaded machine. */
const PATIENCE_MS = 30_000;
/** Longer than it takes to start again, on a loaded machine too. */
const HOLD_MS = 12_000;
const ADDRESS = '127.0.0.1';

function settings(dataPath: string, listeners: readonly ListenerConfig[]): SwitchConfig {
  return { ...embeddedConfig(dataPath, ADDRESS, 'test'), listeners };
}

test('a port in use refuses the start, says which, and leaves nothing behind', async () => {
  const dataPath = temporaryDirectory();
  const other = createSocket('udp4');
  other.bind(0, ADDRESS);
  await once(other, 'listening');
  const { port } = other.address();
  const free = createSocket('udp4');
  free.bind(0, ADDRESS);
  await once(free, 'listening');
  const freePort = free.address().port;
  free.close();
  await once(free, 'close');
  const listener = { transport: 'udp', address: ADDRESS, port, advertisedHost: ADDRESS, advertisedPort: port } as const;
  const config = settings(dataPath, [{ ...listener, port: freePort, advertisedPort: freePort }, listener]);
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
  assert.deepEqual(running.sipPorts, [freePort, port]);
  await running.stop();
  assert.equal(findRunningSwitch(dataPath), null);
});

test('a switch that is starting says no management port until it listens there', async () => {
  const dataPath = temporaryDirectory();
  const server = createServer().listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const listener = { transport: 'udp', address: ADDRESS, port: 0, advertisedHost: ADDRESS, advertisedPort: 0 } as const;
  const config = { ...settings(dataPath, [listener]), management: { address: ADDRESS, port } };
  const starting = startSwitch(config, { logLevel: 'silent' });
  const seen = new Set<number>();
  const looking = setInterval(() => {
    const place = findRunningSwitch(dataPath);
    if (place !== null) seen.add(place.managementPort);
  }, 1);
  const running = await starting.finally(() => clearInterval(looking));
  seen.add(findRunningSwitch(dataPath)?.managementPort ?? -1);
  await running.stop();
  assert.deepEqual([...seen], [0, port]);
});

/** Answered calls over a stop: SIGTERM, or what `stop` does instead. `next`: shards of the next life. */
async function keepsEveryCall(
  context: TestContext,
  shards: number,
  next: number,
  stop: (tandem: SwitchProcess) => Promise<void>,
): Promise<void> {
  const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 0 });
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const vendor = { name: 'vendor', at: answerer.peer.place };
  const first = await SwitchProcess.start(context, shards, networkOf(['127.0.0.2'], [vendor]));
  const load = caller.load(
    { to: first.sip, callee: '4989100', holdMs: HOLD_MS, patienceMs: PATIENCE_MS },
    CALLS,
    CALLS,
  );
  const areAnswered = async (): Promise<boolean> => (await first.management.status()).calls.answered === CALLS;
  await until('every call is answered', areAnswered, PATIENCE_MS);
  await allShardsHeardThat(caller.peer, first, Math.max(1, shards));
  await stop(first);
  for (const { peer } of [caller, answerer]) assert.equal(peer.requests('BYE').length, 0, 'nobody is hung up on');
  const second = await first.again(context, next);
  const calls = await load;
  assert.deepEqual(new Set(calls.map(({ status, byeStatus }) => `${status} ${byeStatus}`)), new Set(['200 200']));
  await until('BYE for every call', () => answerer.peer.requests('BYE').length >= CALLS);
  const cdrs = await second.cdrs(CALLS);
  assert.equal(new Set(cdrs.map(({ callerCallId }) => callerCallId)).size, CALLS);
  assert.equal(cdrs.length, CALLS);
  for (const { endReason, endedBy, sipCode, holdMs } of cdrs) {
    assert.deepEqual([endReason, endedBy, sipCode], ['Normal', 'caller', 200]);
    assert.ok(holdMs >= HOLD_MS - 1_000, `${holdMs} ms of talk`);
  }
  assert.deepEqual((await second.management.status()).limitDrift, []);
  await second.stop();
}

/** Resolves when every shard has run what `peer` sent so far: a call is not ended with BYE before its ACK (3261 15). */
async function allShardsHeardThat(peer: Peer, tandem: SwitchProcess, shardCount: number): Promise<void> {
  for (let shard = 0; shard < shardCount; shard++) {
    const final = await peer.options(tandem.sip, mintCallId(peer.mint(), shard, shardCount)).final;
    assert.equal(final?.status, 200);
  }
}

const orderly = (tandem: SwitchProcess): Promise<void> => tandem.stop();
const killed = (tandem: SwitchProcess): Promise<void> => tandem.kill();

test('SIGTERM ends no answered call: the next life goes on with it', (context) =>
  keepsEveryCall(context, 2, 2, orderly));

test('SIGHUP, by which a terminal takes along what runs in it, is a SIGTERM', async (context) => {
  const tandem = await SwitchProcess.start(context, 0, networkOf(['127.0.0.2'], []));
  process.kill(tandem.pid, 'SIGHUP');
  await tandem.stop();
});

test('SIGTERM does the same where the shard runs inline', (context) => keepsEveryCall(context, 0, 0, orderly));

test('kill -9 loses no answered call, with workers', (context) => keepsEveryCall(context, 2, 2, killed));

test('kill -9 loses no answered call, inline', (context) => keepsEveryCall(context, 0, 0, killed));

test('another number of shards in the start file waits until no call lives on', (context) =>
  keepsEveryCall(context, 3, 1, killed));

test('SIGTERM while nothing goes on: the process ends by itself, and its log says what it did', async (context) => {
  const tandem = await SwitchProcess.start(context, 3, networkOf(['127.0.0.2'], []));
  await tandem.stop();
  const lines = tandem.log.trim().split('\n');
  const told = lines.map((line) => JSON.parse(line) as { part: string; msg: string; sipPorts?: number[] });
  const ofStart = told.filter(({ part }) => part === 'start');
  assert.deepEqual(
    ofStart.map(({ msg }) => msg),
    ['calls are carried', 'no new calls: told to stop', 'stopped'],
  );
  assert.deepEqual(ofStart[0]?.sipPorts, [tandem.sip.port]);
  assert.deepEqual(tandem.cdrsOnDisk(), []);
});

test('SIGTERM during the start: it stops in order once it has begun', async (context) => {
  const directory = temporaryDirectory();
  const place = `{address: ${ADDRESS}, port: 0}`;
  const startFile = join(directory, 'tandem.yaml');
  writeFileSync(startFile, `{data: ${directory}/data, shards: 1, listeners: [${place}], management: ${place}}`);
  const child = spawn(process.execPath, [TANDEM, 'start', '--config', startFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  context.after(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  await until('it begins', () => existsSync(join(directory, 'data', 'running.json')), PATIENCE_MS);
  child.kill('SIGTERM');
  assert.match(await text(child.stdout), /"msg":"stopped"/);
  assert.deepEqual(await exited, [0, null]);
  assert.equal(findRunningSwitch(join(directory, 'data')), null);
});
