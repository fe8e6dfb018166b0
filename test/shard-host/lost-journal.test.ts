// What of a journal a power cut leaves, and a torn end of it: what stands there lives on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchCall, wordsOf } from './bench-call.ts';
import { CALLER, RunnerBench } from './runner-bench.ts';

function established(bench: RunnerBench, callId = 'one'): BenchCall {
  const call = new BenchCall(bench, callId);
  call.establish();
  return call;
}

test('strict: what a 200 promises outlives a power cut; usually, what the last flush had', async () => {
  const strict = new RunnerBench({ isStrict: true });
  established(strict);
  strict.restart({ afterPowerCut: true });
  assert.equal(strict.runner.inheritance.resumedCount, 1);
  const usual = new RunnerBench();
  established(usual, 'one');
  usual.pass(300);
  await Promise.resolve();
  established(usual, 'two');
  usual.restart({ afterPowerCut: true });
  assert.deepEqual([usual.runner.inheritance.resumedCount, usual.runner.inheritance.refusedCount], [1, 0]);
});

test('a torn end of the journal is refused and counted; what stands before it lives on', () => {
  const bench = new RunnerBench();
  const call = established(bench, 'one');
  established(bench, 'two');
  const [file] = [...bench.disk.files.values()];
  if (file !== undefined) file.bytes = file.bytes.subarray(0, file.bytes.length - 3);
  bench.restart();
  assert.deepEqual([bench.runner.inheritance.resumedCount, bench.runner.inheritance.refusedCount], [1, 1]);
  assert.deepEqual(wordsOf(bench.receive(call.inDialog('BYE', CALLER, 2), CALLER)), ['caller 200', 'trunk BYE']);
});
