// The thread around Control: its messages, its start and its end.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { ControlStart, FromControl, ToControl } from '../../src/control/messages.ts';
import { allocateSwitchMemory } from '../../src/core/shard/shared-memory.ts';
import { defaultSinks } from '../../src/sink-settings.ts';
import { findRunningSwitch } from '../../src/store/data-directory.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, FakeShard, NETWORK, WALL_MS } from './control-fixture.ts';

function startOptions(dataPath: string): ControlStart {
  return {
    dataPath,
    management: { address: '127.0.0.1', port: 0 },
    listeners: [],
    memory: allocateSwitchMemory(1),
    node: 'node-1',
    dnsServers: [],
    lrnUrl: '',
    keyFile: '',
    hosts: [],
    version: '0.1.0',
    startedAtWallMs: WALL_MS,
    logLevel: 'silent',
    sinks: defaultSinks(dataPath),
    diskShare: 50,
    isDurable: true,
    journalsPath: join(dataPath, 'calls'),
    isWatched: false,
  };
}

function open(context: TestContext, options: ControlStart): Worker {
  const worker = new Worker(new URL('../../src/control/control-thread.js', import.meta.url));
  worker.postMessage(options);
  // In order: torn down with its sockets open, the HTTP server takes the process along, and what failed is not told.
  context.after(async () => {
    if (worker.threadId < 0) return;
    const ended = once(worker, 'exit');
    worker.postMessage({ kind: 'stop' } satisfies ToControl);
    await ended;
  });
  return worker;
}

async function heard<K extends FromControl['kind']>(
  worker: Worker,
  kind: K,
): Promise<Extract<FromControl, { kind: K }>> {
  const [message] = (await once(worker, 'message')) as [FromControl];
  assert.equal(message.kind, kind);
  return message as Extract<FromControl, { kind: K }>;
}

test('network, listening, snapshot, applied, stop, stopped; then the thread ends by itself', async (context) => {
  const path = temporaryDirectory();
  const options = { ...startOptions(path), listeners: [listener()] };
  const worker = open(context, options);
  const { snapshot } = await heard(worker, 'network');
  const { managementPort } = await heard(worker, 'listening');
  assert.equal(snapshot.version, 0);
  const applying = ask(path, managementPort, 'POST /api/v1/apply', { body: NETWORK });
  const { snapshot: next } = await heard(worker, 'snapshot');
  worker.postMessage({ kind: 'applied', shard: 0, version: next.version } satisfies ToControl);
  assert.equal((await applying).status, 200);
  const shard = new FakeShard(options.memory, 0);
  shard.record(sampleCdr(1));
  const ended = once(worker, 'exit');
  worker.postMessage({ kind: 'stop' } satisfies ToControl);
  await heard(worker, 'stopped');
  assert.deepEqual(await ended, [0]);
});

test('what keeps control from starting is told as fatal, with its code', async (context) => {
  const path = temporaryDirectory();
  const first = open(context, startOptions(path));
  await heard(first, 'network');
  const { managementPort } = await heard(first, 'listening');
  const taken = {
    ...startOptions(temporaryDirectory()),
    management: { address: '127.0.0.1', port: managementPort },
  };
  const second = open(context, taken);
  await heard(second, 'network');
  const { error } = await heard(second, 'fatal');
  assert.equal(error.code, 'TANDEM_MANAGEMENT_PORT');
  assert.equal(findRunningSwitch(taken.dataPath)?.managementPort, 0, 'a command sends its token to nobody else');
  first.postMessage({ kind: 'stop' } satisfies ToControl);
  await heard(first, 'stopped');
});

function listener(): ControlStart['listeners'][number] {
  return { transport: 'udp', address: '127.0.0.1', port: 5060, advertisedHost: '127.0.0.1', advertisedPort: 5060 };
}
