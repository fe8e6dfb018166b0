// The end of a call waits for the next write of the journal, where one comes soon.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatagramGate, type Hold } from '../../src/shard-host/datagram-gate.ts';
import { BenchCall, wordsOf } from './bench-call.ts';
import { CALLER, RunnerBench, TRUNK } from './runner-bench.ts';

/** A bench with calls that have just been answered, and one, `ringing`, that has not. */
function established(...callIds: string[]): { bench: RunnerBench; calls: BenchCall[]; ringing: BenchCall } {
  const bench = new RunnerBench({ endsWait: true });
  const ringing = new BenchCall(bench, 'ringing');
  ringing.begin();
  const calls = callIds.map((callId) => new BenchCall(bench, callId));
  for (const call of calls) call.establish();
  return { bench, calls, ringing };
}

function firstOf(calls: readonly BenchCall[]): BenchCall {
  return calls[0] as BenchCall;
}

/** The trunk's 486 to `call`. */
function busyText(call: BenchCall): string {
  return call.responseText(call.invite, 'trunk').replace('200 OK', '486 Busy Here');
}

test('ends are written with the next answer, all at once, and what they send leaves then', () => {
  const { bench, calls, ringing } = established('one', 'two');
  const before = bench.disk.callCount;
  for (const call of calls) assert.deepEqual(bench.receive(call.inDialog('BYE', CALLER, 2), CALLER), []);
  assert.deepEqual([bench.disk.callCount - before, bench.spool().length], [0, 0]);
  const sent = wordsOf(bench.receive(ringing.answerText(), TRUNK));
  assert.deepEqual(sent.slice(0, 4).sort(), ['caller 200', 'caller 200', 'trunk BYE', 'trunk BYE']);
  assert.ok(sent.length > 4, 'the answer leaves as well');
  assert.deepEqual([bench.disk.callCount - before, bench.spool().length], [1, 2]);
});

test('a call that nobody answers ends alike, and other calls go on meanwhile', () => {
  const { bench, calls, ringing } = established('one');
  assert.deepEqual(bench.receive(busyText(ringing), TRUNK), []);
  const sent = bench.receive(firstOf(calls).inDialog('INFO', CALLER, 2), CALLER);
  assert.deepEqual(wordsOf(sent), ['trunk INFO']);
  assert.deepEqual(wordsOf(bench.pass(8)).sort(), ['caller 486', 'trunk ACK']);
  assert.equal(bench.spool().length, 1);
});

test('with any batch after 8 ms, and woken for after 24', () => {
  const { bench, calls } = established('one');
  bench.receive(firstOf(calls).inDialog('BYE', CALLER, 2), CALLER);
  assert.equal(bench.runner.wakeAtMs() - bench.nowMs, 24);
  assert.deepEqual(bench.pass(7), []);
  assert.deepEqual(wordsOf(bench.pass(1)).sort(), ['caller 200', 'trunk BYE']);
});

test('where the journal is seldom written nobody waits', () => {
  const { bench, calls } = established('one');
  bench.pass(24);
  const words = wordsOf(bench.receive(firstOf(calls).inDialog('BYE', CALLER, 2), CALLER));
  assert.deepEqual(words.sort(), ['caller 200', 'trunk BYE']);
});

test('a kill meanwhile: the call lives on, ends when it is asked again, and has one CDR', () => {
  const { bench, calls } = established('one');
  const bye = firstOf(calls).inDialog('BYE', CALLER, 2);
  assert.deepEqual(bench.receive(bye, CALLER), []);
  bench.restart();
  assert.deepEqual(bench.held()[0], 1);
  bench.receive(bye, CALLER);
  bench.pass(100);
  assert.deepEqual(
    bench.spool().map(({ endReason }) => endReason),
    ['Normal'],
  );
  assert.deepEqual(bench.held(), [0, 0, 0]);
});

test('what has waited leaves before what comes after it, and a batch in its order', () => {
  const sent: string[] = [];
  const gate = new DatagramGate((text) => void sent.push(text));
  const take = (text: string, hold: Hold): void => {
    gate.take(text, { address: CALLER, port: 5060, listener: 0 });
    gate.judge(hold);
  };
  take('bye', 'promise');
  take('100', 'nothing');
  take('486', 'write');
  gate.releaseFree(true);
  assert.deepEqual(sent, ['100']);
  take('200', 'promise');
  take('180', 'nothing');
  gate.release();
  assert.deepEqual(sent, ['100', 'bye', '486', '200', '180']);
});

test('a BYE that comes again meanwhile is answered no sooner, and once', () => {
  const { bench, calls } = established('one');
  const bye = firstOf(calls).inDialog('BYE', CALLER, 2);
  assert.deepEqual([bench.receive(bye, CALLER), bench.receive(bye, CALLER)], [[], []]);
  assert.deepEqual(wordsOf(bench.pass(9)).sort(), ['caller 200', 'trunk BYE']);
  assert.deepEqual(wordsOf(bench.receive(bye, CALLER)), ['caller 200'], 'from then on it is');
});

test('when the disk fails meanwhile the end of an answered call goes on waiting, and a failed one does not', () => {
  const { bench, calls, ringing } = established('one');
  bench.receive(firstOf(calls).inDialog('BYE', CALLER, 2), CALLER);
  bench.receive(busyText(ringing), TRUNK);
  Object.assign(bench.disk, { failsAt: bench.disk.callCount + 1, failCount: Number.POSITIVE_INFINITY });
  assert.deepEqual(wordsOf(bench.pass(9)).sort(), ['caller 486', 'trunk ACK']);
  bench.disk.failsAt = Number.POSITIVE_INFINITY;
  assert.deepEqual(wordsOf(bench.pass(60)).sort(), ['caller 200', 'trunk BYE']);
  assert.equal(bench.spool().length, 2);
});
