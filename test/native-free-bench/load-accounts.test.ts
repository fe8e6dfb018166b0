// What the load suite counts: CDRs in files, refreshes of session timers, pairs of runs that may be compared.

import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CdrTally } from '../../native-free-bench/cdr-tally.ts';
import { comparisonsOf } from '../../native-free-bench/comparison.ts';
import type { ProfileRun } from '../../native-free-bench/profile-run.ts';
import { RefreshWatch } from '../../native-free-bench/traffic/refresh-watch.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

test('CDRs are counted once, whole lines only, and answered ones apart', () => {
  const directory = join(temporaryDirectory(), 'cdr');
  const tally = new CdrTally(directory);
  assert.deepEqual(tally.count(), { all: 0, answered: 0 });
  mkdirSync(directory);
  const file = join(directory, 'today');
  const line = (id: string, answeredAtWallMs: number | null): string => `${JSON.stringify({ id, answeredAtWallMs })}\n`;
  writeFileSync(file, line('a', 1) + line('b', null) + line('c', 2).slice(0, 20));
  assert.deepEqual(tally.count(), { all: 2, answered: 1 });
  appendFileSync(file, line('c', 2).slice(20) + line('a', 1));
  assert.deepEqual(tally.count(), { all: 3, answered: 2 });
});

describe('refreshes of session timers', () => {
  test('the longest wait is told as a share of the interval, that at the end of a call too', () => {
    const watch = new RefreshWatch();
    const call = { intervalMs: 0, refreshedAtMs: 0 };
    watch.begin(call, '90;refresher=uas', 1_000);
    watch.refreshed(call, 1_000 + 45_000);
    assert.deepEqual(watch.report(), { count: 1, longestShare: 0.5 });
    watch.end(call, 1_000 + 45_000 + 81_000);
    watch.end(call, 1_000_000);
    assert.deepEqual(watch.report(), { count: 1, longestShare: 0.9 });
  });

  test('calls without a timer say nothing', () => {
    const watch = new RefreshWatch();
    const call = { intervalMs: 0, refreshedAtMs: 0 };
    watch.begin(call, '', 0);
    watch.end(call, 1_000_000);
    assert.deepEqual(watch.report(), { count: 0, longestShare: 0 });
  });
});

test('pairs in which one of both did not carry the load are no ratio', () => {
  const run = (system: string, microsPerCall: number, succeeded: number): ProfileRun => {
    const latency = { count: 1, p50: 2, p90: 2, p99: 2, p999: 2, max: 2 };
    const latencies = { ringing: latency, inviteAdded: latency };
    return { system, microsPerCall, succeeded, offered: 100, callsPerSecond: 1, latencies } as unknown as ProfileRun;
  };
  const runs = [
    [run('tandem-0', 300, 100), run('kamailio', 200, 100)],
    [run('tandem-0', 10, 30), run('kamailio', 200, 100)],
    [run('tandem-0', 100, 100), run('kamailio', 200, 99)],
  ].flat();
  const [comparison] = comparisonsOf(runs);
  assert.equal(comparison?.pairs, 2);
  assert.deepEqual(comparison?.processor, { min: 0.5, median: 1, max: 1.5 });
});
