// Percentiles of delays out of buckets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketOf, DELAY_BUCKETS, percentileMs } from '../../../src/control/reports/delay-buckets.ts';

function countsOf(delaysMs: readonly number[]): Uint32Array {
  const counts = new Uint32Array(DELAY_BUCKETS);
  for (const delayMs of delaysMs) (counts[bucketOf(delayMs)] as number) += 1;
  return counts;
}

test('a delay is told to within one part in 32, below 32 ms exactly, and one beyond 65.5 s as that', () => {
  for (let ms = 0; ms < 65_536; ms += ms < 1_000 ? 1 : 13) {
    const told = percentileMs(countsOf([ms]), 0.5) ?? Number.NaN;
    assert.ok(Math.abs(told - ms) <= (ms < 32 ? 0 : ms / 32), `${told} for ${ms}`);
  }
  for (const ms of [65_536, 100_000, 2 ** 31]) assert.equal(bucketOf(ms), DELAY_BUCKETS - 1);
});

test('so many of the delays as are asked for are not longer', () => {
  const counts = countsOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(
    [0, 0.1, 0.11, 0.5, 0.95, 1].map((share) => percentileMs(counts, share)),
    [1, 1, 2, 5, 10, 10],
  );
  assert.equal(percentileMs(countsOf([]), 0.5), null);
});
