// What is due where calls were corrected before: the same ones, others, or some of them together with others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Correction, dueOf } from '../../../src/control/rerating/corrections.ts';
import type { RatedCalls } from '../../../src/control/rerating/rate-again.ts';

const CALLS: RatedCalls = { side: 'sold', account: null, insteadOf: 'retail', fromWallMs: 10, untilWallMs: 20 };
const SUMS = {
  account: 'alpha',
  currency: 'EUR',
  callCount: 1,
  changedCount: 1,
  unratedCount: 0,
  beforeNanos: 100n,
  nowNanos: 70n,
};
const { account: _, ...CORRECTED } = CALLS;
const CORRECTION: Correction = {
  account: 'alpha',
  kind: 'correction',
  nanos: 25n,
  operator: 'ada',
  memo: '',
  atWallMs: 30,
  sequence: 7,
  balanceNanos: 0n,
  rerating: { ...CORRECTED, table: 'cheap', callCount: 1, unratedCount: 0, beforeNanos: 100n, nowNanos: 75n },
};

test('what was corrected of the same calls is no more due, of calls that are others all is', () => {
  for (const [calls, account, correctedNanos] of [
    [{}, 'alpha', 25n],
    [{}, 'beta', 0n],
    [{ side: 'bought' }, 'alpha', 0n],
    [{ insteadOf: 'other' }, 'alpha', 0n],
    [{ fromWallMs: 12, insteadOf: 'other' }, 'alpha', 0n],
    [{ fromWallMs: 20, untilWallMs: 30 }, 'alpha', 0n],
    [{ fromWallMs: 0, untilWallMs: 10 }, 'alpha', 0n],
  ] as const) {
    const due = dueOf({ ...SUMS, account }, { ...CALLS, ...calls }, [CORRECTION]);
    assert.deepEqual(due, { correctedNanos, dueNanos: 30n - correctedNanos, overlaps: null }, JSON.stringify(calls));
  }
  const twice = dueOf(SUMS, CALLS, [CORRECTION, { ...CORRECTION, nanos: 4n }]);
  assert.equal(twice.dueNanos, 1n);
});

test('where some of the calls were corrected together with others nothing is', () => {
  for (const calls of [
    { insteadOf: '' },
    { fromWallMs: 11 },
    { fromWallMs: 19, untilWallMs: 30 },
    { fromWallMs: 0, untilWallMs: 11 },
    { fromWallMs: 0, untilWallMs: 30, insteadOf: '' },
  ]) {
    const { dueNanos, correctedNanos, overlaps } = dueOf(SUMS, { ...CALLS, ...calls }, [CORRECTION]);
    assert.deepEqual([dueNanos, correctedNanos], [null, null], JSON.stringify(calls));
    assert.match(overlaps ?? '', /^Some of these calls of alpha .* by entry 7, .* that were rated by retail, or those/);
  }
});
