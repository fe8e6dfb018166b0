// Answered calls live on: after a kill of the process, of the worker, after an orderly stop; whatever the disk does.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { UNTOUCHED_ROUTING_NUMBERS } from '../../src/core/routing/gateway-numbers.ts';
import { packNumberGroup } from '../../src/core/routing/number-group.ts';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { readJournal } from '../../src/store/call-journal.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../simulator/trunks.ts';
import { MemoryDisk } from '../store/memory-disk.ts';
import { BenchCall, headerOf, textTo, wordsOf } from './bench-call.ts';
import { CALLER, MAPPING_SLOT, ROUTING_SLOT, RunnerBench, TRUNK } from './runner-bench.ts';

/** Each caller number, and each number of the vendor's pool, may have one call. */
const NUMBERED: Snapshot = {
  version: 1,
  numberGroups: [{ name: 'pool', image: packNumberGroup(['900', '901']) }],
  mappingGateways: [mappingGateway(MAPPING_SLOT, { remoteIps: [CALLER], callerCapacity: 2 })],
  ...routes([
    routingGateway(ROUTING_SLOT, {
      remoteIp: TRUNK,
      numbers: { ...UNTOUCHED_ROUTING_NUMBERS, callerPool: { group: 'pool', line: 1 } },
    }),
  ]),
  parameters: parameters(),
};

function established(bench: RunnerBench, callId = 'one'): BenchCall {
  const call = new BenchCall(bench, callId);
  call.establish();
  return call;
}

describe('an answered call after a kill of the process', () => {
  test('is ended by the BYE of either side, with one CDR, and its limits are given back', async () => {
    for (const side of [CALLER, TRUNK]) {
      const bench = new RunnerBench();
      const call = established(bench);
      bench.restart();
      assert.deepEqual([bench.runner.inheritance.resumedCount, bench.held()], [1, [1, 1, 1]]);
      const sent = bench.receive(call.inDialog('BYE', side, 2), side);
      const [own, other] = side === CALLER ? ['caller', 'trunk'] : ['trunk', 'caller'];
      assert.deepEqual(wordsOf(sent), [`${own} 200`, `${other} BYE`]);
      const cdrs = await bench.spool();
      assert.deepEqual(
        cdrs.map(({ callerCallId, endReason, endedBy }) => [callerCallId, endReason, endedBy]),
        [['one', 'Normal', own === 'caller' ? 'caller' : 'callee']],
      );
      assert.deepEqual(bench.held(), [0, 0, 0]);
      bench.restart();
      assert.deepEqual([bench.runner.inheritance.resumedCount, (await bench.spool()).length], [0, 1]);
    }
  });

  for (const keepsMemory of [false, true]) {
    test(`counts on for its caller number and its pool; ${keepsMemory ? 'of the worker' : 'of the process'}`, () => {
      const bench = new RunnerBench({ snapshot: NUMBERED });
      const call = established(bench);
      bench.restart({ keepsMemory });
      const next = established(bench, 'two');
      const [pooled, pooledNext] = [call, next].map(({ invite }) => headerOf(invite, 'From').split('@')[0]);
      assert.notEqual(pooledNext, pooled, 'the number of the pool is still in use');
      bench.restart({ keepsMemory });
      const refused = bench.receive(new BenchCall(bench, 'three').inviteText(), CALLER);
      assert.deepEqual(wordsOf(refused), ['caller 100', 'caller 503'], 'both lines of the caller number are in use');
      bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
      const fourth = established(bench, 'four');
      assert.equal(headerOf(fourth.invite, 'From').split('@')[0], pooled, 'what has ended has given them back');
    });
  }

  test('whose 200 had no ACK yet says it again, to its INVITE too, until the ACK comes', async () => {
    const bench = new RunnerBench();
    const call = new BenchCall(bench, 'one');
    call.begin();
    const before = textTo(call.answered(), CALLER, 'SIP/2.0 200');
    const invite = call.inviteText();
    bench.sent = [];
    bench.restart();
    assert.deepEqual(wordsOf(bench.sent), ['caller 200']);
    assert.equal(bench.sent[0]?.text, before);
    assert.deepEqual(wordsOf(bench.receive(invite, CALLER)), ['caller 200']);
    call.acknowledged();
    assert.deepEqual(wordsOf(bench.pass(5_000)), []);
    assert.deepEqual(wordsOf(bench.receive(call.inDialog('BYE', CALLER, 2), CALLER)), ['caller 200', 'trunk BYE']);
    assert.equal((await bench.spool()).length, 1);
  });

  test('says an unacknowledged 200 in every life, and one that was acknowledged in none', () => {
    const bench = new RunnerBench();
    established(bench, 'one');
    const call = new BenchCall(bench, 'two');
    call.begin();
    const answer = textTo(call.answered(), CALLER, 'SIP/2.0 200');
    for (let life = 2; life <= 3; life++) {
      bench.sent = [];
      bench.restart();
      assert.deepEqual([bench.runner.inheritance.resumedCount, bench.sent.map(({ text }) => text)], [2, [answer]]);
      bench.pass(100);
    }
    call.acknowledged();
    established(bench, 'three');
    bench.sent = [];
    bench.restart();
    assert.ok(!bench.sent.some(({ text }) => text === answer));
  });

  test('of many lives on when the next kill comes before all are written again; its numbers still rise', async () => {
    const bench = new RunnerBench();
    const calls = Array.from({ length: 40 }, (_, index) => established(bench, `call-${index}`));
    const last = calls.at(-1) as BenchCall;
    const numbers: number[] = [];
    for (let life = 2; life <= 4; life++) {
      bench.restart();
      assert.equal(bench.runner.inheritance.resumedCount, 40);
      const info = textTo(bench.receive(last.inDialog('INFO', CALLER, life), CALLER), TRUNK, 'INFO');
      numbers.push(Number.parseInt(headerOf(info, 'CSeq'), 10));
    }
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((one, other) => one - other),
      `each is used once: ${numbers}`,
    );
    for (const call of calls) bench.receive(call.inDialog('BYE', CALLER, 9), CALLER);
    assert.deepEqual([(await bench.spool()).length, bench.held()], [40, [0, 0, 0]]);
  });

  test('is none that began in this life; one that comes is', () => {
    const bench = new RunnerBench();
    for (let index = 0; index < 20; index++) established(bench, `call-${index}`);
    assert.equal(bench.runner.counters.get('callsBegun'), 20);
    bench.restart({ keepsMemory: true });
    assert.equal(bench.runner.counters.get('callsBegun'), 20, 'the worker alone has died');
    bench.restart();
    assert.equal(bench.runner.counters.get('callsBegun'), 0);
    established(bench, 'call-20');
    assert.equal(bench.runner.counters.get('callsBegun'), 1);
  });

  test('of many is made again when a message in one of its dialogs comes, before its turn', async () => {
    for (const side of [CALLER, TRUNK]) {
      const bench = new RunnerBench();
      const calls = Array.from({ length: 100 }, (_, index) => established(bench, `call-${index}`));
      bench.restart();
      assert.equal(bench.runner.counters.get('callsActive'), 100);
      assert.deepEqual(bench.held(), [100, 100, 100]);
      // The last one is made again at once, for its ACK is not noted yet.
      const late = calls[90] as BenchCall;
      const sent = wordsOf(bench.receive(late.inDialog('BYE', side, 2), side));
      assert.deepEqual(sent, side === CALLER ? ['caller 200', 'trunk BYE'] : ['trunk 200', 'caller BYE']);
      assert.deepEqual([(await bench.spool()).length, bench.held()], [1, [99, 99, 99]]);
      assert.equal(bench.runner.counters.get('callsActive'), 99);
    }
  });

  test('of many keeps its earlier segments until all are made again, whenever the next kill comes', () => {
    for (let batches = 0; batches < 16; batches++) {
      const bench = new RunnerBench({ isStrict: true });
      const calls = Array.from({ length: 100 }, (_, index) => established(bench, `call-${index}`));
      bench.restart();
      for (let batch = 0; batch < batches; batch++) {
        const call = calls[99 - batch] as BenchCall;
        if (batch % 2 === 0) bench.receive(call.inDialog('INFO', CALLER, 2), CALLER);
        else bench.pass(0);
      }
      bench.restart();
      assert.equal(bench.runner.inheritance.resumedCount, 100, `after ${batches} batches`);
    }
  });

  test('of many stops with the others while it waits for its turn', async () => {
    for (const keepsCalls of [true, false]) {
      const bench = new RunnerBench();
      for (let index = 0; index < 100; index++) established(bench, `call-${index}`);
      bench.restart();
      bench.runner.command({ kind: 'stop', keepsCalls });
      bench.runner.putOut();
      bench.runner.close();
      assert.equal((await bench.spool()).length, keepsCalls ? 0 : 100);
      bench.restart();
      assert.equal(bench.runner.inheritance.resumedCount, keepsCalls ? 100 : 0);
    }
  });

  test('of many is soon written again, though nothing happens: the earlier segments go', () => {
    const bench = new RunnerBench();
    for (let index = 0; index < 40; index++) established(bench, `call-${index}`);
    const before = [...bench.disk.files.keys()];
    bench.restart();
    bench.sent = [];
    for (let ms = 0; ms < 40; ms += 4) bench.pass(ms);
    assert.ok(bench.runner.wakeAtMs() > performance.now() + 20, 'nothing is left to be done soon');
    bench.runner.close();
    for (const name of before) assert.ok(!bench.disk.files.has(name), `${name} is gone`);
    bench.restart();
    assert.equal(bench.runner.inheritance.resumedCount, 40);
  });

  test('whose 200 never gets an ACK goes on while the caller knows the dialog, and ends when it does not', async () => {
    for (const status of [200, 481]) {
      const bench = new RunnerBench();
      const call = new BenchCall(bench, 'one');
      call.begin();
      call.answered();
      bench.restart();
      const sent = Array.from({ length: 66 }, (_, halves) => bench.pass(500 * (halves + 1))).flat();
      const options = textTo(sent, CALLER, 'OPTIONS');
      const answer = call.responseText(options).replace('SIP/2.0 200 OK', `SIP/2.0 ${status} Whatever`);
      const ends = status === 481;
      assert.deepEqual(wordsOf(bench.receive(answer, CALLER)), ends ? ['trunk BYE', 'caller BYE'] : []);
      assert.deepEqual([bench.held(), (await bench.spool()).length], ends ? [[0, 0, 0], 1] : [[1, 1, 1], 0]);
    }
  });

  test('whose ACK to the gateway was lost acknowledges its repeated 200', () => {
    const bench = new RunnerBench();
    const call = established(bench);
    bench.restart();
    assert.deepEqual(wordsOf(bench.receive(call.answerText(), TRUNK)), ['trunk ACK']);
  });

  test('a gateway that answers a call that was in set-up is told by ACK and BYE that it is over', () => {
    const bench = new RunnerBench();
    const call = new BenchCall(bench, 'one');
    call.begin();
    bench.restart();
    assert.deepEqual(bench.held(), [0, 0, 0]);
    assert.deepEqual(wordsOf(bench.receive(call.answerText(), TRUNK)), ['trunk ACK', 'trunk BYE']);
  });
});

describe('after the death of the worker alone', () => {
  test('answered calls live on, those in set-up end as SwitchRestart, and limits say so', async () => {
    const bench = new RunnerBench();
    const call = established(bench);
    const ringing = new BenchCall(bench, 'two');
    ringing.begin();
    assert.deepEqual(bench.held(), [2, 2, 2]);
    bench.restart({ keepsMemory: true });
    const { resumedCount, settledCount } = bench.runner.inheritance;
    assert.deepEqual([resumedCount, settledCount, bench.held()], [1, 1, [1, 1, 1]]);
    bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
    assert.deepEqual(
      (await bench.spool()).map(({ callerCallId, endReason }) => [callerCallId, endReason]),
      [
        ['two', 'SwitchRestart'],
        ['one', 'Normal'],
      ],
    );
  });

  test('a call whose 200 did not leave, for it could not be kept, was not answered', async () => {
    const bench = new RunnerBench();
    const call = new BenchCall(bench, 'one');
    call.begin();
    Object.assign(bench.disk, { failsAt: bench.disk.callCount + 1, failCount: Number.POSITIVE_INFINITY });
    assert.deepEqual(wordsOf(call.answered()), []);
    bench.restart({ keepsMemory: true });
    bench.runner.putOut();
    assert.deepEqual(
      (await bench.spool()).map(({ endReason, answeredAtWallMs }) => [endReason, answeredAtWallMs]),
      [['SwitchRestart', null]],
    );
  });

  test('a CDR that control has, or had not taken yet, does not come twice', async () => {
    for (const isSpooled of [true, false]) {
      const bench = new RunnerBench();
      bench.receive(established(bench).inDialog('BYE', CALLER, 2), CALLER);
      if (isSpooled) await bench.spool();
      bench.restart({ keepsMemory: true });
      bench.runner.putOut();
      assert.equal((await bench.spool()).length, 1);
    }
  });
});

describe('an orderly stop', () => {
  test('leaves answered calls to the next life and ends those in set-up', async () => {
    const bench = new RunnerBench();
    const call = established(bench);
    const ringing = new BenchCall(bench, 'two');
    ringing.begin();
    bench.sent = [];
    bench.runner.command({ kind: 'stop', keepsCalls: true });
    bench.runner.putOut();
    bench.runner.close();
    assert.deepEqual(wordsOf(bench.sent), ['caller 503']);
    bench.restart();
    assert.equal(bench.runner.inheritance.resumedCount, 1);
    bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
    assert.deepEqual(
      (await bench.spool()).map(({ callerCallId, endReason }) => [callerCallId, endReason]),
      [
        ['two', 'SwitchRestart'],
        ['one', 'Normal'],
      ],
    );
  });

  test('while it drains, new calls and OPTIONS get 503 with Retry-After and leave no CDR; others go on', async () => {
    const bench = new RunnerBench();
    const call = established(bench);
    bench.runner.command({ kind: 'drain' });
    const refused = bench.receive(new BenchCall(bench, 'two').inviteText(), CALLER);
    assert.deepEqual(wordsOf(refused), ['caller 503']);
    assert.equal(headerOf(refused[0]?.text ?? '', 'Retry-After'), '5');
    assert.deepEqual(wordsOf(bench.receive(call.inDialog('BYE', CALLER, 2), CALLER)), ['caller 200', 'trunk BYE']);
    assert.equal((await bench.spool()).length, 1);
  });
});

describe('a disk that fails', () => {
  /** How many calls of the disk a whole call takes. */
  function callsOfTheDisk(isStrict: boolean): number {
    const bench = new RunnerBench({ isStrict });
    bench.receive(established(bench).inDialog('BYE', CALLER, 2), CALLER);
    return bench.disk.callCount;
  }

  for (const isStrict of [false, true]) {
    test(`at any call (strict: ${isStrict}): no 200 leaves without its record, and none is lost or twice`, async () => {
      for (let failsAt = 4; failsAt <= callsOfTheDisk(isStrict); failsAt++) {
        const disk = new MemoryDisk();
        Object.assign(disk, { failsAt, tornShare: 0.6 });
        const bench = new RunnerBench({ disk, isStrict });
        const call = new BenchCall(bench, 'one');
        call.begin();
        const sent = call.answered();
        if (!wordsOf(sent).includes('caller 200')) {
          const found = readJournal(disk.successor());
          assert.equal(found.calls.size, 0, `call ${failsAt}: the 200 is withheld while nothing is kept`);
          assert.deepEqual(wordsOf(sent), []);
          call.heard(bench.pass(30));
        } else {
          const found = readJournal(disk.successor());
          assert.deepEqual([found.calls.size, found.refusedCount], [1, 0], `call ${failsAt}: the 200 is kept`);
        }
        assert.notEqual(call.answer, '', `call ${failsAt}: the 200 leaves with the next attempt`);
        call.acknowledged();
        bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
        bench.pass(30);
        assert.equal((await bench.spool()).length, 1, `call ${failsAt}: one CDR`);
        bench.restart();
        assert.equal((await bench.spool()).length, 1);
        assert.deepEqual(bench.held(), [0, 0, 0]);
      }
    });
  }

  test('when it does not flush: no call begins until it does, and the next one begins at once', async () => {
    const bench = new RunnerBench();
    established(bench);
    Object.assign(bench.disk, { failsAt: bench.disk.callCount + 1 });
    bench.pass(300);
    await setImmediate();
    assert.deepEqual(wordsOf(bench.receive(new BenchCall(bench, 'two').inviteText(), CALLER)), ['caller 503']);
    bench.pass(600);
    await setImmediate();
    const sent = bench.receive(new BenchCall(bench, 'three').inviteText(), CALLER);
    assert.deepEqual(wordsOf(sent)[0], 'caller 100');
  });

  test('for long: new calls get 503 unrecorded, those there are go on, and only ends and answers wait', async () => {
    const bench = new RunnerBench();
    const call = established(bench);
    const ringing = new BenchCall(bench, 'two');
    ringing.begin();
    Object.assign(bench.disk, { failsAt: bench.disk.callCount + 1, failCount: Number.POSITIVE_INFINITY });
    assert.deepEqual(wordsOf(ringing.answered()), []);
    assert.deepEqual(wordsOf(bench.receive(new BenchCall(bench, 'three').inviteText(), CALLER)), ['caller 503']);
    assert.deepEqual(wordsOf(bench.receive(call.inDialog('INFO', CALLER, 2), CALLER)), ['trunk INFO']);
    assert.deepEqual(wordsOf(bench.receive(call.inDialog('BYE', CALLER, 3), CALLER)), []);
    const repeated = [...bench.pass(600), ...bench.pass(1_700), ...bench.receive(ringing.answerText(), TRUNK)];
    for (const word of ['caller 200', 'trunk ACK'])
      assert.ok(!wordsOf(repeated).includes(word), `${word} waits when it is repeated, too`);
    bench.disk.failsAt = Number.POSITIVE_INFINITY;
    const sent = wordsOf(bench.pass(1_800));
    for (const word of ['caller 200', 'trunk ACK', 'trunk BYE']) assert.ok(sent.includes(word), `${word} in ${sent}`);
    assert.deepEqual(wordsOf(bench.receive(new BenchCall(bench, 'four').inviteText(), CALLER))[0], 'caller 100');
    assert.equal((await bench.spool()).length, 1);
  });
});
