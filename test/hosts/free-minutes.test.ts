// Free minutes across threads: three shards take from one counter at once, and together never more than was granted.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { RollCall } from '../../src/core/base/roll-call.ts';
import { Balances } from '../../src/core/rating/balances.ts';
import { freePlaceOf, termOf } from '../../src/core/rating/free-seconds.ts';
import type { TakerTask } from './free-taker.ts';

const GRANTED = 2_000_000;

test('three threads use what was granted, to the second, and never more', async () => {
  const shared = Balances.allocate();
  const place = freePlaceOf(7, 1);
  const term = termOf('basic national', 20_819);
  const { free } = new Balances(shared);
  free.open(place, term, GRANTED);
  const rollCall = RollCall.allocate(3);
  const used = await Promise.all(
    [0, 1, 2].map(async (index) => {
      const workerData: TakerTask = { shared, place, term, index, rollCall };
      const [seconds] = (await once(
        new Worker(new URL('./free-taker.js', import.meta.url), { workerData }),
        'message',
      )) as [number];
      return seconds;
    }),
  );
  assert.equal(used.reduce((sum, seconds) => sum + seconds, 0) + free.now(place).seconds, GRANTED);
  assert.ok(free.now(place).seconds >= 0);
  assert.ok(used.filter((seconds) => seconds > 0).length >= 2, `they were there at a time: ${used}`);
});
