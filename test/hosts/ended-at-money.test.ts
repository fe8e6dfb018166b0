// A worker is ended wherever it is, with a reservation half made too: its successor finds every unit and every second.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Balances } from '../../src/core/rating/balances.ts';
import { freePlaceOf, termOf } from '../../src/core/rating/free-seconds.ts';
import { until } from './eventually.ts';
import type { MoneyTask } from './worker-at-money.ts';

const SLOT = 1;
const LIVES = 60;
const GRANTED = 1_000_000;
/** Of a life: some of it is interpreted, some compiled. */
const LIFE_MS_MAX = 8;

test('what a worker was about to reserve, or to give back, when it was ended is neither lost nor there twice', async () => {
  const shared = Balances.allocate(4);
  const held = Balances.allocateHeld(4);
  const [place, term] = [freePlaceOf(SLOT, 1), termOf('basic national', 20_819)];
  const before = new Balances(shared);
  before.open(SLOT, BigInt(GRANTED));
  before.free.open(place, term, GRANTED);
  const found = new Set<string>();
  for (let life = 0; life < LIVES; life++) {
    const isAtWork = new SharedArrayBuffer(4);
    const workerData: MoneyTask = { shared, held, slot: SLOT, place, term, isAtWork };
    const worker = new Worker(new URL('./worker-at-money.js', import.meta.url), { workerData });
    await until('it works', () => Atomics.load(new Int32Array(isAtWork), 0) === 1);
    await pause((life * LIFE_MS_MAX) / LIVES);
    await worker.terminate();
    const successor = new Balances(shared, held);
    successor.holdOnly([]);
    successor.free.holdOnly([]);
    found.add(`${successor.spendable(SLOT)} ${successor.free.now(place).seconds}`);
  }
  assert.deepEqual([...found], [`${GRANTED} ${GRANTED}`]);
});
