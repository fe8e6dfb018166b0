// A worker is ended wherever it is, with a reservation half made too: its successor finds every unit and every place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Admission } from '../../src/core/admission/admission.ts';
import { Balances } from '../../src/core/rating/balances.ts';
import { freePlaceOf, termOf } from '../../src/core/rating/free-seconds.ts';
import { until } from './eventually.ts';
import type { Work } from './worker-at-work.ts';

const SLOT = 1;
const LIVES = 70;
const GRANTED = 1_000_000;
/** Of a life: some of it is interpreted, some compiled. */
const LIFE_MS_MAX = 8;

test('what a worker was to take, or to give back, when it was ended is neither lost nor there twice', async () => {
  const memory = {
    balances: Balances.allocate(4),
    held: Balances.allocateHeld(4),
    admission: Admission.allocate(64, 64),
    taken: Admission.allocateTaken(64, 64),
  };
  const [place, term] = [freePlaceOf(SLOT, 1), termOf('basic national', 20_819)];
  const balances = new Balances(memory.balances, memory.held);
  const admission = new Admission(memory.admission, { taken: memory.taken, shardIndex: 0 });
  balances.open(SLOT, BigInt(GRANTED));
  balances.free.open(place, term, GRANTED);
  const found = new Set<string>();
  for (let life = 0; life < LIVES; life++) {
    const isAtWork = new SharedArrayBuffer(4);
    const workerData: Work = { ...memory, slot: SLOT, place, term, isAtWork };
    const worker = new Worker(new URL('./worker-at-work.js', import.meta.url), { workerData });
    await until('it works', () => Atomics.load(new Int32Array(isAtWork), 0) === 1);
    await pause((life * LIFE_MS_MAX) / LIVES);
    await worker.terminate();
    balances.holdOnly([]);
    balances.free.holdOnly([]);
    admission.holdOnly([], [], 1_000);
    const calls = [SLOT, ...admission.numberPlaces()].map((one) => admission.calls(one));
    found.add(`${balances.spendable(SLOT)} ${balances.free.now(place).seconds} ${calls}`);
  }
  assert.deepEqual([...found], [`${GRANTED} ${GRANTED} 0,0`]);
});
