// When a shard asks to be woken: in time for what must happen in time, and for nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { monotonicMs } from '../../src/clock.ts';
import { T4_MS } from '../../src/core/timer/sip-timers.ts';
import { BenchCall, textTo } from './bench-call.ts';
import { CALLER, RunnerBench, TRUNK } from './runner-bench.ts';

/** Longer than the journal waits to be flushed. */
const FLUSHED_MS = 1_000;

/** When the runner wants to be woken next, once its journal is flushed: ms from `sinceMs`. */
function wakeAfterMs({ runner }: RunnerBench, sinceMs: number): number {
  runner.advance(monotonicMs() + FLUSHED_MS);
  return runner.wakeAtMs() - sinceMs;
}

test('nobody is woken to forget an ended transaction on time', () => {
  const bench = new RunnerBench();
  const call = new BenchCall(bench, 'one');
  call.establish();
  const bye = textTo(bench.receive(call.inDialog('BYE', CALLER, 2), CALLER), TRUNK, 'BYE');
  const sinceMs = monotonicMs();
  bench.receive(call.responseText(bye), TRUNK);
  const waitMs = wakeAfterMs(bench, sinceMs);
  assert.ok(waitMs >= T4_MS + 250, `the BYE is over after ${T4_MS} ms, woken after ${waitMs.toFixed()}`);
  assert.ok(waitMs < T4_MS + 1_000, 'but it is forgotten');
});

test('what is to be sent again is sent in time', () => {
  const bench = new RunnerBench();
  const call = new BenchCall(bench, 'one');
  call.establish();
  const sinceMs = monotonicMs();
  bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
  bench.runner.advance(monotonicMs() + 300);
  const waitMs = bench.runner.wakeAtMs() - sinceMs;
  assert.ok(waitMs >= 500 && waitMs < 600, `the BYE is repeated after 500 ms, woken after ${waitMs.toFixed()}`);
});

test('a flush that fails is tried again, though nothing else happens', async () => {
  const bench = new RunnerBench();
  new BenchCall(bench, 'one').establish();
  bench.disk.failsAt = bench.disk.callCount + 1;
  bench.pass(FLUSHED_MS);
  await setImmediate();
  const failedCount = bench.disk.callCount;
  assert.ok(failedCount >= bench.disk.failsAt && bench.told.some(({ kind }) => kind === 'trouble'));
  assert.notEqual(bench.runner.wakeAtMs(), Number.POSITIVE_INFINITY);
  bench.runner.advance(bench.runner.wakeAtMs());
  assert.equal(bench.disk.callCount, failedCount + 1);
});

test('a shard at rest asks to be woken for nothing', () => {
  const bench = new RunnerBench();
  bench.pass(FLUSHED_MS);
  const before = bench.disk.callCount;
  bench.pass(2 * FLUSHED_MS);
  assert.deepEqual([bench.runner.wakeAtMs(), bench.disk.callCount - before], [Number.POSITIVE_INFINITY, 0]);
  const call = new BenchCall(bench, 'one');
  call.establish();
  const waitMs = bench.runner.wakeAtMs() - monotonicMs();
  assert.ok(waitMs < 3 * FLUSHED_MS, `what was written is brought to the disk, woken after ${waitMs.toFixed()}`);
});
