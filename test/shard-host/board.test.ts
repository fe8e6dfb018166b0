// When a call is shown on the board.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchCall } from './bench-call.ts';
import { CALLER, RunnerBench, TRUNK, WRITES_FROM } from './runner-bench.ts';

test('a call in set-up is shown at once where a successor settles it', () => {
  const bench = new RunnerBench();
  bench.receive(new BenchCall(bench, 'one').inviteText(), CALLER);
  assert.deepEqual(bench.shown(), ['one']);
});

test('where none does it is shown within a fifth of a second, and not at all when it is over sooner', async () => {
  const bench = new RunnerBench({ isOutlived: false });
  const [call, busy] = [new BenchCall(bench, 'one'), new BenchCall(bench, 'two')];
  call.begin();
  busy.begin();
  assert.deepEqual(bench.shown(), []);
  bench.receive(busy.responseText(busy.invite, 'trunk').replace('200 OK', '486 Busy Here'), TRUNK);
  bench.pass(200);
  assert.deepEqual(bench.shown(), ['one']);
  call.answered();
  bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
  bench.pass(400);
  assert.deepEqual([bench.shown(), (await bench.spool()).length], [[], 2]);
});

test('one that is answered is shown at once', () => {
  const bench = new RunnerBench({ isOutlived: false });
  new BenchCall(bench, 'one').establish();
  assert.deepEqual(bench.shown(), ['one']);
});

test('calls in set-up have their CDRs, though the first successor dies before its journal can be written', async () => {
  const bench = new RunnerBench();
  new BenchCall(bench, 'one').establish();
  for (const name of ['two', 'three']) new BenchCall(bench, name).begin();
  const prepare = () => {
    Object.assign(bench.disk, { failsAt: bench.disk.callCount + WRITES_FROM, failCount: Number.POSITIVE_INFINITY });
  };
  bench.restart({ keepsMemory: true, prepare });
  assert.ok(bench.told.some(({ kind }) => kind === 'trouble'));
  bench.restart({ keepsMemory: true });
  assert.deepEqual(
    (await bench.spool()).map(({ callerCallId, endReason }) => [callerCallId, endReason]),
    [
      ['two', 'SwitchRestart'],
      ['three', 'SwitchRestart'],
    ],
  );
  assert.deepEqual(bench.shown(), ['one']);
  new BenchCall(bench, 'four').begin();
  assert.deepEqual(bench.shown().sort(), ['four', 'one']);
});
