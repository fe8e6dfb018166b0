// The balance after the death of a process or of a worker: what live calls have reserved stands aside on, what set-up
// calls had goes back, and a call that has ended is charged once, wherever its CDR is.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Balances } from '../../src/core/rating/balances.ts';
import { freePlaceOf, termOf } from '../../src/core/rating/free-seconds.ts';
import { NANOS } from '../../src/core/rating/money.ts';
import { snapshotOfFile } from '../core/call/priced-bench.ts';
import { parameters } from '../simulator/trunks.ts';
import { BenchCall, textTo, wordsOf } from './bench-call.ts';
import { CALLER, RunnerBench, TRUNK, WRITES_FROM } from './runner-bench.ts';

const FILE = `
rateTables:
  - { name: retail, currency: EUR, rates: [{ prefix: "", price: 1, period: 1 }] }
accounts:
  - { account: prepaid, rateTable: retail }
mappingGateways:
  - { name: in, account: prepaid, remoteIps: ${CALLER} }
routingGateways:
  - { name: out, remoteIp: ${TRUNK} }
`;
const DOWN_SECONDS = 80_000;
const SNAPSHOT = snapshotOfFile(FILE);
const SLOT = SNAPSHOT.prices?.accounts[0]?.slot ?? -1;

/** A switch whose account has `units`, each of which pays for a second. */
function stage(units: bigint): RunnerBench {
  const bench = new RunnerBench({ snapshot: SNAPSHOT });
  open(bench, units);
  return bench;
}

/** Control says what the ledger has. */
function open(bench: RunnerBench, units: bigint): void {
  new Balances(bench.memory.balances).open(SLOT, units * NANOS);
}

function spendable(bench: RunnerBench): bigint {
  return new Balances(bench.memory.balances).spendable(SLOT) / NANOS;
}

/** A call that has talked up all there was. */
function exhaust(bench: RunnerBench, callId: string): void {
  new BenchCall(bench, callId).establish();
  bench.pass(75_000);
}

describe('a kill of the process', () => {
  test('leaves aside what a live call has reserved, and gives it back when that ends', () => {
    const bench = stage(100n);
    const call = new BenchCall(bench, 'one');
    call.establish();
    assert.equal(spendable(bench), 40n);
    bench.restart();
    open(bench, 100n);
    assert.equal(spendable(bench), 40n);
    bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
    assert.ok(spendable(bench) >= 99n);
  });

  test('charges a call whose CDR is in the journal and not in the spool, and no call that the ledger has', async () => {
    const bench = stage(70n);
    exhaust(bench, 'one');
    assert.equal(spendable(bench), 0n);
    bench.restart();
    open(bench, 70n);
    assert.equal(spendable(bench), 0n, 'the ledger does not know it yet');
    assert.equal((await bench.spool())[0]?.endReason, 'CreditExhausted');
    bench.restart();
    open(bench, 0n);
    assert.equal(spendable(bench), 0n, 'now it does');
  });

  test('charges it also where its account was taken out of the network: it may be put back', () => {
    const before = stage(70n);
    exhaust(before, 'one');
    const prices = { accounts: [], rateTables: [], formerAccounts: [{ account: 'prepaid', slot: SLOT }] };
    const bench = new RunnerBench({ snapshot: { ...SNAPSHOT, prices }, disk: before.disk.successor() });
    open(bench, 70n);
    assert.equal(spendable(bench), 0n);
  });

  test('for long: a call that talks on has reserved for all of it at once', (context) => {
    const snapshot = { ...SNAPSHOT, parameters: parameters({ SS_SIP_NO_TIMER_REINVITE_INTERVAL: '86400' }) };
    const bench = new RunnerBench({ snapshot });
    open(bench, 200_000n);
    new BenchCall(bench, 'one').establish();
    const now = performance.now.bind(performance);
    context.mock.method(performance, 'now', () => now() + DOWN_SECONDS * 1_000);
    bench.restart();
    open(bench, 200_000n);
    bench.pass(1_000);
    assert.equal(bench.runner.counters.get('defects'), 0);
    const reserved = 200_000n - spendable(bench);
    assert.ok(reserved > DOWN_SECONDS && reserved < DOWN_SECONDS + 300, `${reserved}`);
  });

  test('for longer than a slice: a call pays for all its talk, by whatever it ends first', async (context) => {
    for (const limit of ['None', '200']) {
      const bench = new RunnerBench({
        snapshot: { ...SNAPSHOT, parameters: parameters({ SS_MAX_CALL_DURATION: limit }) },
      });
      open(bench, 100_000n);
      const calls = Array.from({ length: 100 }, (_, index) => new BenchCall(bench, `call-${index}`));
      for (const call of calls) call.establish();
      const now = performance.now.bind(performance);
      context.mock.method(performance, 'now', () => now() + 300_000);
      bench.restart({ prepare: () => open(bench, 100_000n) });
      if (limit === 'None') bench.receive(calls[60]?.inDialog('BYE', CALLER, 2) ?? '', CALLER);
      const [cdr = assert.fail()] = await bench.spool();
      assert.deepEqual([cdr.endReason, cdr.unpaidSeconds], [limit === 'None' ? 'Normal' : 'MaxDuration', 0]);
      assert.equal(cdr.billedSeconds, cdr.ratedSeconds);
      context.mock.restoreAll();
    }
  });

  test('lets a live call talk on for what it has, and not longer', async () => {
    const bench = stage(70n);
    new BenchCall(bench, 'one').establish();
    bench.restart();
    open(bench, 70n);
    bench.pass(75_000);
    const [cdr] = await bench.spool();
    assert.deepEqual([cdr?.endReason, cdr?.sellFeeNanos], ['CreditExhausted', 70n * NANOS]);
  });
});

test('the death of the worker gives back what calls in set-up had, and charges no call twice', () => {
  const bench = stage(70n);
  exhaust(bench, 'ended');
  new Balances(bench.memory.balances).add(SLOT, 100n * NANOS);
  new BenchCall(bench, 'live').establish();
  new BenchCall(bench, 'ringing').begin();
  assert.equal(spendable(bench), 0n);
  bench.restart({ keepsMemory: true });
  assert.equal(spendable(bench), 40n);
});

test('what a shard has charged whose journal cannot be written is not charged again by its successor', () => {
  const bench = stage(70n);
  exhaust(bench, 'ended');
  new Balances(bench.memory.balances).add(SLOT, 100n * NANOS);
  new BenchCall(bench, 'live').establish();
  const prepare = () => {
    open(bench, 170n);
    Object.assign(bench.disk, { failsAt: bench.disk.callCount + WRITES_FROM, failCount: Number.POSITIVE_INFINITY });
  };
  bench.restart({ prepare });
  assert.deepEqual(
    bench.told.map(({ kind }) => kind),
    ['trouble'],
  );
  assert.equal(spendable(bench), 40n);
  bench.disk.failsAt = Number.POSITIVE_INFINITY;
  bench.restart({ keepsMemory: true });
  assert.equal(spendable(bench), 40n);
});

test('a call whose caller waits for its answer when the worker dies was not answered, and costs nothing', async () => {
  const bench = stage(70n);
  const call = new BenchCall(bench, 'one');
  const invite = call.inviteText().replace('Max-Forwards', 'Supported: 100rel\r\nMax-Forwards');
  call.invite = textTo(bench.receive(invite, CALLER), TRUNK, 'INVITE');
  const lines = ['Content-Type: application/sdp', 'Require: 100rel', 'RSeq: 1'];
  const ringing = call.responseText(call.invite, 'trunk', lines, 'v=0\r\n').replace('200 OK', '183 Progress');
  assert.deepEqual(wordsOf(bench.receive(ringing, TRUNK)), ['caller 183']);
  assert.deepEqual(wordsOf(call.answered()), ['trunk ACK'], 'its 200 waits for the PRACK');
  bench.restart({ keepsMemory: true });
  const [cdr] = await bench.spool();
  assert.deepEqual([cdr?.endReason, cdr?.answeredAtWallMs, cdr?.holdMs, cdr?.sipCode], ['SwitchRestart', null, 0, 503]);
  assert.deepEqual([cdr?.sellFeeNanos, spendable(bench)], [0n, 70n]);
});

test('a live call has the free time that it began with, whatever the parameters say by then', async () => {
  const before = stage(70n);
  new BenchCall(before, 'one').establish();
  const snapshot = { ...SNAPSHOT, parameters: parameters({ SERVER_BILLING_FREE_TIME: '100' }) };
  const bench = new RunnerBench({ snapshot, disk: before.disk.successor() });
  open(bench, 70n);
  bench.pass(75_000);
  const [cdr] = await bench.spool();
  assert.equal(cdr?.endReason, 'CreditExhausted');
});

describe('free minutes', () => {
  const file = FILE.replace(
    'account: prepaid, rateTable: retail',
    'account: prepaid, rateTable: retail, package: basic',
  );
  const free = 'freeMinutes: [{ name: all, prefixes: ["4"], minutes: 2 }]';
  const snapshot = snapshotOfFile(`${file}packages:\n  - { name: basic, currency: EUR, ${free} }\n`);
  const place = freePlaceOf(SLOT, 0);
  const term = termOf('basic all', 20_819);
  const openFree = (bench: RunnerBench, seconds: number) => freeOf(bench).open(place, term, seconds);
  const freeOf = (bench: RunnerBench) => new Balances(bench.memory.balances).free;
  const left = (bench: RunnerBench) => freeOf(bench).now(place).seconds;

  test('over a kill: those of a live call stand aside, those of a CDR in the journal are gone', async () => {
    const bench = new RunnerBench({ snapshot });
    openFree(bench, 70);
    exhaust(bench, 'ended');
    freeOf(bench).add({ place, term, seconds: 100 });
    new BenchCall(bench, 'live').establish();
    assert.equal(left(bench), 40);
    bench.restart({ prepare: () => openFree(bench, 170) });
    assert.equal(left(bench), 40, 'the ledger does not know it yet');
    assert.equal((await bench.spool())[0]?.freeSeconds, 70);
    bench.restart({ prepare: () => openFree(bench, 100) });
    assert.equal(left(bench), 40, 'now it does');
  });

  test('over the death of the worker: what calls in set-up had goes back', () => {
    const bench = new RunnerBench({ snapshot });
    openFree(bench, 120);
    new BenchCall(bench, 'live').establish();
    new BenchCall(bench, 'ringing').begin();
    assert.equal(left(bench), 0);
    bench.restart({ keepsMemory: true });
    assert.equal(left(bench), 60);
  });
});
