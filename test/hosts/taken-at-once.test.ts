// Money and free minutes across threads: three shards take from one counter at once, and together never more than
// there was.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { RollCall } from '../../src/core/base/roll-call.ts';
import { Balances } from '../../src/core/rating/balances.ts';
import { freePlaceOf, termOf } from '../../src/core/rating/free-seconds.ts';
import type { Taken, TakerTask } from './taker.ts';

const GRANTED = 2_000_000;
const SLOT = 7;

test('three threads use what there was, to the second and to the unit, and never more', async () => {
  const shared = Balances.allocate();
  const place = freePlaceOf(SLOT, 1);
  const term = termOf('basic national', 20_819);
  const balances = new Balances(shared);
  const { free } = balances;
  free.open(place, term, GRANTED);
  balances.open(SLOT, BigInt(GRANTED));
  const rollCall = RollCall.allocate(3);
  const taken = await Promise.all(
    [0, 1, 2].map(async (index) => {
      const workerData: TakerTask = { shared, slot: SLOT, place, term, index, rollCall };
      const worker = new Worker(new URL('./taker.js', import.meta.url), { workerData });
      const [one] = (await once(worker, 'message')) as [Taken];
      return one;
    }),
  );
  assert.equal(taken.reduce((sum, { seconds }) => sum + seconds, 0) + free.now(place).seconds, GRANTED);
  assert.equal(taken.reduce((sum, { nanos }) => sum + nanos, 0n) + balances.spendable(SLOT), BigInt(GRANTED));
  assert.ok(free.now(place).seconds >= 0 && balances.spendable(SLOT) >= 0n);
  const atOnce = taken.filter(({ seconds, nanos }) => seconds > 0 && nanos > 0n);
  assert.ok(atOnce.length >= 2, `they were there at a time: ${taken.map(({ seconds }) => seconds)}`);
});
