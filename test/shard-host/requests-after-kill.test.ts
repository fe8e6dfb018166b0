// Requests of the ends of an answered call, with a kill of the process between them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CSEQ_RENEWAL } from '../../src/core/base/limits.ts';
import { BenchCall, headerOf, textTo, wordsOf } from './bench-call.ts';
import { CALLER, RunnerBench, TRUNK } from './runner-bench.ts';

test('after a kill requests cross with sequence numbers that were never used', () => {
  const bench = new RunnerBench();
  const call = new BenchCall(bench, 'one');
  call.establish();
  bench.receive(call.inDialog('INFO', CALLER, 2), CALLER);
  bench.restart();
  const sent = bench.receive(call.inDialog('INFO', CALLER, 3), CALLER);
  const info = textTo(sent, TRUNK, 'INFO');
  assert.equal(headerOf(info, 'To'), `${headerOf(call.invite, 'To')};tag=trunk`);
  assert.ok(Number.parseInt(headerOf(info, 'CSeq'), 10) >= 2 * CSEQ_RENEWAL, headerOf(info, 'CSeq'));
  const answered = bench.receive(call.responseText(info), TRUNK);
  assert.deepEqual(wordsOf(answered), ['caller 200']);
});

test('a request that came before a kill and comes again is carried on, and one that is older refused', () => {
  const bench = new RunnerBench();
  const call = new BenchCall(bench, 'one');
  call.establish();
  const update = call.inDialog('UPDATE', CALLER, 2);
  for (let life = 0; life < 3; life++) {
    const asked = textTo(bench.receive(update, CALLER), TRUNK, 'UPDATE');
    assert.deepEqual(wordsOf(bench.receive(call.responseText(asked), TRUNK)), ['caller 200']);
    assert.deepEqual(wordsOf(bench.receive(call.inDialog('INFO', CALLER, 1), CALLER)), ['caller 500']);
    bench.restart();
  }
});

test('an ACK that answers an offer is told to the gateway and to the record after a kill, too', async () => {
  for (const lives of [1, 2]) {
    const bench = new RunnerBench();
    const call = new BenchCall(bench, 'one');
    const [head = '', sdp = ''] = call.inviteText().split('\r\n\r\n');
    const withoutOffer = head.replace(/Content-Type: .*\r\n/, '').replace(/Length: .*/, 'Length: 0');
    call.invite = textTo(bench.receive(`${withoutOffer}\r\n\r\n`, CALLER), TRUNK, 'INVITE');
    call.answered();
    if (lives > 1) bench.restart();
    const answer = sdp.replace('RTP/AVP 0', 'RTP/AVP 8');
    const lines = `Content-Type: application/sdp\r\nContent-Length: ${answer.length}`;
    const ack = `${call.inDialog('ACK', CALLER, 1).replace('Content-Length: 0', lines)}${answer}`;
    assert.ok(textTo(bench.receive(ack, CALLER), TRUNK, 'ACK').endsWith(answer));
    if (lives > 1) bench.restart();
    bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
    assert.deepEqual(
      (await bench.spool()).map(({ codec, callerMedia }) => [codec, callerMedia]),
      [['PCMA', '192.0.2.9:4000']],
      `in ${lives} lives`,
    );
  }
});

test('after a kill a side refreshes its session by UPDATE though the other one takes none', () => {
  for (const status of ['405 Method Not Allowed', '501 Not Implemented']) {
    const bench = new RunnerBench();
    const call = new BenchCall(bench, 'one');
    call.establish();
    bench.restart();
    const update = textTo(bench.receive(call.inDialog('UPDATE', CALLER, 2), CALLER), TRUNK, 'UPDATE');
    const refusal = call.responseText(update).replace('200 OK', status);
    assert.deepEqual(wordsOf(bench.receive(refusal, TRUNK)), ['caller 200']);
  }
});

test('a stop leaves nobody waiting for a re-INVITE: its sender asks again, and the next life carries it on', () => {
  for (const side of [CALLER, TRUNK]) {
    const bench = new RunnerBench();
    const call = new BenchCall(bench, 'one');
    call.establish();
    const other = side === CALLER ? TRUNK : CALLER;
    const [own, others] = side === CALLER ? ['caller', 'trunk'] : ['trunk', 'caller'];
    const asked = textTo(bench.receive(call.inDialog('INVITE', side, 2), side), other, 'INVITE');
    bench.receive(call.responseText(asked).replace('200 OK', '180 Ringing'), other);
    bench.sent = [];
    bench.runner.command({ kind: 'stop', keepsCalls: true });
    bench.runner.putOut();
    bench.runner.close();
    assert.deepEqual(wordsOf(bench.sent).sort(), [`${own} 491`, `${others} CANCEL`].sort());
    bench.restart();
    assert.ok(wordsOf(bench.receive(call.inDialog('INVITE', side, 3), side)).includes(`${others} INVITE`));
  }
});

test('after a stop no 200 is repeated that had its ACK', () => {
  const bench = new RunnerBench();
  new BenchCall(bench, 'one').establish();
  bench.runner.command({ kind: 'stop', keepsCalls: true });
  bench.runner.putOut();
  bench.runner.close();
  bench.sent = [];
  bench.restart();
  assert.deepEqual([bench.runner.inheritance.resumedCount, wordsOf([...bench.sent, ...bench.pass(5_000)])], [1, []]);
});
