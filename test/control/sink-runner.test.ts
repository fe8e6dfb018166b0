// How one sink is kept going: its pauses when it fails, what it is told at the end, switched on and off.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { CdrSink } from '../../src/control/cdr/sink.ts';
import { SinkRunner } from '../../src/control/cdr/sink-runner.ts';
import type { Log } from '../../src/log.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

const WALL_MS = 1_767_225_600_000;

/** A sink that notes what it is told, and fails or hangs as it is set to. */
class NotedSink implements CdrSink {
  readonly name = 'noted';
  readonly told: string[] = [];
  position = 0;
  fault: Error | null = null;
  closeFault: Error | null = null;
  hangs = false;
  #cutOff: () => void = () => undefined;

  async recover(): Promise<void> {
    this.told.push('recover');
  }

  async pump(): Promise<number> {
    this.told.push('pump');
    if (this.hangs) await new Promise<void>((resolve) => (this.#cutOff = resolve));
    if (this.hangs) this.told.push('cut off');
    if (this.fault !== null) throw this.fault;
    return 0;
  }

  async close(): Promise<void> {
    this.told.push('close');
    this.#cutOff();
    if (this.closeFault !== null) throw this.closeFault;
  }
}

function stage(isOn: () => boolean = () => true) {
  const { spool } = openMemoryStores();
  const logged: string[] = [];
  const reasons: string[] = [];
  const note = ({ why }: { why?: string }, sentence: string): void => {
    logged.push(sentence);
    if (why !== undefined) reasons.push(why);
  };
  const sink = new NotedSink();
  const runner = new SinkRunner(sink, spool, { error: note, info: note } as unknown as Log, isOn);
  /** What the sink is told at a tick. */
  const tick = async (nowMs: number): Promise<string> => {
    sink.told.length = 0;
    runner.tick(nowMs);
    await setImmediate();
    return sink.told.join(', ');
  };
  return { spool, sink, runner, logged, reasons, tick };
}

test('one that fails is tried again from its place, after pauses of up to 30 s; it is logged once', async () => {
  const { sink, runner, logged, tick } = stage();
  sink.fault = new Error('down');
  const triedAtSeconds: number[] = [];
  for (let second = 0; second <= 100; second++) {
    const told = await tick(second * 1_000);
    if (told === '') continue;
    assert.equal(told, 'recover, pump');
    triedAtSeconds.push(second);
  }
  assert.deepEqual(triedAtSeconds, [0, 1, 3, 7, 15, 31, 61, 91]);
  assert.deepEqual([runner.isFailing, runner.failureCount, logged], [true, 8, ['CDR sink failed']]);
  sink.fault = null;
  assert.equal(await tick(121_000), 'recover, pump');
  assert.deepEqual([runner.isFailing, logged.at(-1)], [false, 'CDR sink works again']);
  assert.equal(await tick(121_001), 'pump');
  sink.fault = new Error('down again');
  assert.equal(await tick(122_000), 'pump');
  assert.equal(await tick(122_999), '');
  assert.equal(await tick(123_000), 'recover, pump');
});

test('why it fails is logged again when that is something else, and known until it works', async () => {
  const { sink, runner, logged, reasons, tick } = stage();
  for (const [at, why] of ['413', '413', 'with the CDR 1 alone: 413', 'with the CDR 1 alone: 413', '413'].entries()) {
    sink.fault = new Error(why);
    assert.equal(await tick(at * 60_000), 'recover, pump');
    assert.equal(runner.why, why);
  }
  assert.deepEqual(reasons, ['413', 'with the CDR 1 alone: 413', '413']);
  assert.equal(logged.length, 3);
  sink.fault = null;
  await tick(600_000);
  assert.equal(runner.why, '');
});

test('at the end one that works has a last round, one that fails none; both are closed', async () => {
  for (const fails of [false, true]) {
    const { sink, runner, tick } = stage();
    if (fails) sink.fault = new Error('down');
    await tick(0);
    sink.told.length = 0;
    await runner.finish();
    assert.deepEqual(sink.told, fails ? ['close', 'close'] : ['pump', 'close', 'close']);
  }
});

test('what it waits for is cut off by closing it, and one that cannot be closed is told', async () => {
  const { sink, runner, logged, tick } = stage();
  sink.hangs = true;
  await tick(0);
  sink.closeFault = new Error('no');
  await runner.abandon();
  assert.deepEqual(sink.told, ['recover', 'pump', 'close', 'cut off', 'close']);
  assert.ok(logged.includes('CDR sink failed'));
});

test('switched off it is told nothing; switched on it begins with the next record', async () => {
  let isOn = true;
  const { spool, sink, runner, tick } = stage(() => isOn);
  assert.equal(await tick(0), 'recover, pump');
  isOn = false;
  spool.append([pack(sampleCdr(1, WALL_MS)), pack(sampleCdr(2, WALL_MS))]);
  assert.equal(await tick(1_000), '');
  isOn = true;
  assert.equal(await tick(2_000), 'recover, pump');
  assert.equal(spool.cursor('noted')?.position, 2);
  isOn = false;
  sink.told.length = 0;
  await runner.finish();
  assert.deepEqual(sink.told, ['close', 'close']);
});

test('one that was switched off begins with the next record too when a start finds it switched on', async () => {
  let isOn = true;
  const { spool, sink, runner, tick } = stage(() => isOn);
  spool.append([pack(sampleCdr(1, WALL_MS))]);
  sink.position = 1;
  assert.equal(await tick(0), 'recover, pump');
  isOn = false;
  await tick(1_000);
  spool.append([pack(sampleCdr(2, WALL_MS)), pack(sampleCdr(3, WALL_MS))]);
  await tick(2_000);
  assert.equal(spool.cursor('noted')?.position, 1, 'what it had');
  await runner.abandon();
  isOn = true;
  const next = new SinkRunner(sink, spool, { error: assert.fail, info: assert.fail } as unknown as Log, () => isOn);
  next.noticeSwitch();
  assert.deepEqual(spool.cursor('noted'), { position: 3, state: '' });
});

test('how far behind it is: in records, and in seconds since the oldest one', () => {
  const { spool, sink, runner } = stage();
  assert.deepEqual([runner.backlog(), runner.lagSeconds(WALL_MS)], [0, 0]);
  spool.append([pack(sampleCdr(1, WALL_MS)), pack(sampleCdr(2, WALL_MS + 1_000))]);
  assert.deepEqual([runner.backlog(), runner.lagSeconds(WALL_MS + 5_000)], [2, 5]);
  sink.position = 1;
  assert.deepEqual([runner.backlog(), runner.lagSeconds(WALL_MS + 5_000)], [1, 4]);
  assert.equal(runner.lagSeconds(WALL_MS), 0, 'never below 0');
});
