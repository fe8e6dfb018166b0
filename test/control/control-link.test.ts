// Main's side of a control thread: what is published before anybody listens is not lost.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ControlLink } from '../../src/control/control-link.ts';
import type { ControlStart, FromControl } from '../../src/control/messages.ts';
import { defaultParameters } from '../../src/core/parameters/registry.ts';
import { packSnapshot } from '../../src/core/shard/packed-snapshot.ts';
import { until } from '../hosts/eventually.ts';

/** Says what it is given when it is started, and ends when it is told to. */
const TELLS = `
  const { parentPort, workerData } = require('node:worker_threads');
  parentPort.once('message', () => {
    for (const message of workerData) parentPort.postMessage(message);
    parentPort.on('message', ({ kind }) => kind === 'stop' && parentPort.close());
  });
`;

const START = { hosts: [], management: { address: '127.0.0.1', port: 0 }, isDurable: true } as unknown as ControlStart;

function snapshotOf(version: number) {
  const parameters = defaultParameters();
  return packSnapshot({ version, mappingGateways: [], routingGateways: [], routePrefixes: [], parameters });
}

test('shards that begin late begin with the newest snapshot: it was published before there were any', async () => {
  const workerData: FromControl[] = [
    { kind: 'network', snapshot: snapshotOf(1) },
    { kind: 'snapshot', snapshot: snapshotOf(2) },
  ];
  const worker = new Worker(TELLS, { eval: true, workerData });
  const heard: number[] = [];
  const nothing = (): void => undefined;
  const link = await ControlLink.open(
    START,
    {
      onSnapshot: ({ version }) => void heard.push(version),
      onKillShard: nothing,
      onLrnAnswered: nothing,
      onDied: nothing,
    },
    worker,
  );
  await until('it is published', () => heard.length > 0);
  assert.deepEqual([heard, link.snapshot.version], [[2], 2]);
  const ended = once(worker, 'exit');
  await link.stop();
  await ended;
});
