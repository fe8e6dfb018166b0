// Answered calls in a life with other surroundings: the monotonic clock began anew with the machine, and says nothing
// of the time before; their gateways are no part of the network any more.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { monotonicMs } from '../../src/clock.ts';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { CallJournal, readJournal } from '../../src/store/call-journal.ts';
import { segmentHead } from '../../src/store/journal-segment.ts';
import { packCheckpoint, unpackCheckpoint } from '../../src/store/live-records.ts';
import { pack } from '../../src/store/records.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../simulator/trunks.ts';
import { MemoryDisk } from '../store/memory-disk.ts';
import { BenchCall, headerOf, textTo, wordsOf } from './bench-call.ts';
import { CALLER, MAPPING_SLOT, ROUTING_SLOT, RunnerBench, TRUNK } from './runner-bench.ts';

/** From the end of the one life to the beginning of the next; in the last part of it the machine is up again. */
const DOWN_MS = 90_000;
const UP_MS = 30_000;

/** A network of two gateways. `given`: the system parameters. */
function network(suffix: string, given: Readonly<Record<string, string>> = {}): Snapshot {
  return {
    version: 1,
    mappingGateways: [mappingGateway(MAPPING_SLOT, { name: `in${suffix}`, remoteIps: [CALLER] })],
    ...routes([routingGateway(ROUTING_SLOT, { name: `out${suffix}`, remoteIp: TRUNK })]),
    parameters: parameters(given),
  };
}

function established(given: Readonly<Record<string, string>> = {}): { bench: RunnerBench; call: BenchCall } {
  const bench = new RunnerBench({ snapshot: network('', given) });
  const call = new BenchCall(bench, 'one');
  call.establish();
  return { bench, call };
}

/** The switch dies with its machine, and both start again. */
function startMachine(bench: RunnerBench, { mock }: TestContext, downMs = DOWN_MS): void {
  const [wallNow, now] = [Date.now, performance.now.bind(performance)];
  const stoppedAtMs = monotonicMs();
  mock.method(Date, 'now', () => wallNow() + downMs);
  mock.method(performance, 'now', () => now() - stoppedAtMs + UP_MS);
  for (const { bytes } of bench.disk.files.values()) segmentHead('another run').copy(bytes);
  bench.restart();
}

test('over a start of the machine a call talks on, as the wall clock says; over a kill, too', async (context) => {
  const { bench, call } = established();
  startMachine(bench, context);
  bench.pass(0);
  for (let life = 0; life < 2; life++) {
    assert.deepEqual([bench.runner.inheritance.resumedCount, bench.held()], [1, [1, 1, 1]]);
    bench.restart();
  }
  bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
  const [cdr = assert.fail()] = await bench.spool();
  assert.deepEqual([cdr.endReason, cdr.sipCode], ['Normal', 200]);
  assert.ok(cdr.holdMs >= DOWN_MS && cdr.holdMs < DOWN_MS + 60_000, `${cdr.holdMs}`);
});

test('a call whose talk limit passed while the machine was down ends, and has talked no longer', async (context) => {
  const { bench } = established({ SS_MAX_CALL_DURATION: '60' });
  startMachine(bench, context);
  bench.pass(1_000);
  assert.deepEqual(
    (await bench.spool()).map(({ endReason, holdMs }) => [endReason, holdMs]),
    [['MaxDuration', 60_000]],
  );
});

test('a call whose gateways have gone ends by the BYE of either side; its record has their names', async () => {
  for (const side of [CALLER, TRUNK]) {
    const { bench, call } = established();
    bench.restart({ snapshot: network(' of another name') });
    const others = side === CALLER ? ['caller 200', 'trunk BYE'] : ['trunk 200', 'caller BYE'];
    assert.deepEqual(wordsOf(bench.receive(call.inDialog('BYE', side, 2), side)), others);
    assert.deepEqual(
      (await bench.spool()).map((cdr) => [cdr.mappingGateway, cdr.routingGateway, cdr.endReason]),
      [['in', 'out', 'Normal']],
    );
    assert.deepEqual(bench.held(), [0, 0, 0]);
  }
});

/** What the journal says of a call, but nobody can make a dialog of what its callee's leg has. */
function withoutDialog(bench: RunnerBench): MemoryDisk {
  const disk = new MemoryDisk();
  const journal = new CallJournal(disk, { isStrict: false });
  for (const [id, { bytes }] of readJournal(bench.disk).calls) {
    const { cdr, callee, ...state } = unpackCheckpoint(bytes) ?? assert.fail();
    const dialog = { ...callee.dialog, routes: null as unknown as readonly string[] };
    journal.putCheckpoint(id, packCheckpoint({ ...state, callee: { ...callee, dialog } }, pack(cdr)));
  }
  journal.commit();
  return disk;
}

test('a call that cannot be made again ends with its record, and gives back all that it held', async () => {
  const snapshot = network('');
  const mappingGateways = snapshot.mappingGateways.map((gateway) => ({ ...gateway, callerCapacity: 1 }));
  for (const keepsMemory of [false, true]) {
    const bench = new RunnerBench({ snapshot: { ...snapshot, mappingGateways } });
    new BenchCall(bench, 'one').establish();
    bench.disk = withoutDialog(bench);
    bench.restart({ keepsMemory });
    bench.pass(0);
    assert.deepEqual(
      (await bench.spool()).map(({ callerCallId, endReason, sipCode }) => [callerCallId, endReason, sipCode]),
      [['one', 'SwitchRestart', 200]],
    );
    assert.deepEqual(bench.held(), [0, 0, 0]);
    new BenchCall(bench, 'two').establish();
    assert.deepEqual(bench.held(), [1, 1, 1], 'its number may call again');
  }
});

test('a call in set-up whose worker has died leaves no CDR where those without an answer leave none', async () => {
  const bench = new RunnerBench({ snapshot: network('', { SERVER_BILLING_RECORD_ZERO_HOLD_TIME: 'Off' }) });
  new BenchCall(bench, 'one').begin();
  bench.restart({ keepsMemory: true });
  assert.deepEqual([bench.runner.inheritance.settledCount, await bench.spool(), bench.held()], [1, [], [0, 0, 0]]);
});

function bodyOf(text: string): string {
  return text.split('\r\n\r\n')[1] ?? '';
}

describe('the session timer of a call goes on in the next life', () => {
  const TTL_MS = 120_000;

  /** A call whose caller wants a session timer, and says who shall refresh, in its second life, under `later`. */
  function timed(refresher: 'uac' | 'uas', later = network('')): { bench: RunnerBench; call: BenchCall } {
    const bench = new RunnerBench({ snapshot: network('') });
    const call = new BenchCall(bench, 'one');
    const wish = `Supported: timer\r\nSession-Expires: 120;refresher=${refresher}\r\nMax-Forwards`;
    call.invite = textTo(bench.receive(call.inviteText().replace('Max-Forwards', wish), CALLER), TRUNK, 'INVITE');
    call.answered();
    assert.equal(headerOf(call.answer, 'Session-Expires'), `120;refresher=${refresher}`);
    bench.restart({ snapshot: later });
    call.acknowledged();
    return { bench, call };
  }

  test('which the switch refreshes: in time, with the terms and the description that it had', () => {
    const { bench, call } = timed('uas');
    assert.deepEqual(wordsOf(bench.pass(TTL_MS / 2 - 1_000)), []);
    const refresh = textTo(bench.pass(TTL_MS / 2 + 10_000), CALLER, 'INVITE');
    assert.equal(headerOf(refresh, 'Session-Expires'), '120;refresher=uac');
    assert.notEqual(bodyOf(refresh), '');
    assert.equal(bodyOf(refresh), bodyOf(call.answer));
  });

  test('with the description that an ACK has brought since the last refresh', () => {
    const { bench, call } = timed('uas');
    const sdp = bodyOf(call.answer);
    const lines = ['Content-Type: application/sdp'];
    const asked = textTo(bench.receive(call.inDialog('INVITE', TRUNK, 2), TRUNK), CALLER, 'INVITE');
    bench.receive(call.responseText(asked, '', lines, sdp.replace('4000', '4400')).replace(TRUNK, CALLER), CALLER);
    const answer = sdp.replace('4000', '4800');
    const ack = call
      .inDialog('ACK', TRUNK, 2)
      .replace('Content-Length: 0', `${lines[0]}\r\nContent-Length: ${sdp.length}`);
    assert.equal(bodyOf(textTo(bench.receive(`${ack}${answer}`, TRUNK), CALLER, 'ACK')), answer);
    bench.restart();
    assert.equal(bodyOf(textTo(bench.pass(TTL_MS / 2 + 10_000), CALLER, 'INVITE')), answer);
  });

  test('though its gateway has no timers any more: the caller counts on its refreshes', () => {
    const { mappingGateways, ...rest } = network('');
    const later = { ...rest, mappingGateways: mappingGateways.map((gateway) => ({ ...gateway, sipTimer: false })) };
    const { bench } = timed('uas', later);
    assert.deepEqual(wordsOf(bench.pass(TTL_MS / 2 + 10_000)), ['caller INVITE']);
  });

  test('and none begins where the caller has never asked for one', () => {
    const { bench, call } = established();
    bench.restart();
    const request = call.inDialog('UPDATE', TRUNK, 2);
    const update = textTo(bench.receive(request, TRUNK), CALLER, 'UPDATE');
    assert.deepEqual([headerOf(update, 'Supported'), headerOf(update, 'Session-Expires')], ['', '']);
  });

  test('which was over while the machine was down: who is silent has talked no longer', async (context) => {
    const { bench } = timed('uas');
    startMachine(bench, context, 2 * TTL_MS);
    assert.deepEqual(wordsOf(bench.pass(10_000)), ['caller INVITE']);
    bench.pass(100_000);
    const [cdr = assert.fail()] = await bench.spool();
    assert.equal(cdr.endReason, 'SessionTimeout');
    assert.ok(cdr.holdMs >= TTL_MS - 1_000 && cdr.holdMs <= TTL_MS + 1_000, `${cdr.holdMs}`);
    assert.equal((cdr.endedAtWallMs ?? 0) - (cdr.answeredAtWallMs ?? 0) <= TTL_MS + 1_000, true);
  });

  test('which was over while the machine was down, in each life after: who is silent is gone', async (context) => {
    const { bench } = timed('uas');
    startMachine(bench, context, 2 * TTL_MS);
    bench.pass(0);
    for (let life = 0; life < 2; life++) {
      bench.restart();
      bench.pass(0);
    }
    bench.pass(10_000);
    bench.pass(110_000);
    const [cdr = assert.fail()] = await bench.spool();
    assert.equal(cdr.endReason, 'SessionTimeout');
    assert.ok(cdr.holdMs >= TTL_MS - 1_000 && cdr.holdMs <= TTL_MS + 1_000, `${cdr.holdMs}`);
  });

  test('which was over while the machine was down: who answers a refresh has talked on', async (context) => {
    const { bench, call } = timed('uas');
    startMachine(bench, context, 2 * TTL_MS);
    const refresh = textTo(bench.pass(10_000), CALLER, 'INVITE');
    bench.receive(call.responseText(refresh, 'caller', ['Content-Type: application/sdp'], bodyOf(refresh)), CALLER);
    bench.pass(20_000);
    bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
    const [cdr = assert.fail()] = await bench.spool();
    assert.ok(cdr.holdMs > 2 * TTL_MS, `${cdr.holdMs}`);
  });

  test('which the caller refreshes: the call ends when he does not', async () => {
    const { bench } = timed('uac');
    assert.deepEqual(wordsOf(bench.pass(TTL_MS / 2)), []);
    assert.deepEqual(wordsOf(bench.pass(TTL_MS + 1_000)).sort(), ['caller BYE', 'trunk BYE']);
    assert.deepEqual(
      (await bench.spool()).map(({ endReason, sessionTimer }) => [endReason, sessionTimer]),
      [['SessionTimeout', 'caller']],
    );
  });
});
