// The power goes at any moment. What control took may be on the disk by then, or with a sink: so it is to have been in
// the journal's own part of the disk before.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { CallJournal } from '../../src/store/call-journal.ts';
import { MemoryDisk } from '../store/memory-disk.ts';
import { BenchCall } from './bench-call.ts';
import { CALLER, RunnerBench } from './runner-bench.ts';

/** After a call was answered, and that was brought to the disk. */
const STEPS = 3;

/** A switch that is used until the power goes, and what then has to be there. */
class Machine {
  readonly bench = new RunnerBench();
  readonly #calls: BenchCall[] = [];
  #endedCount = 0;
  /** Calls that were on the disk for certain. */
  #keptCount = 0;

  answer(): void {
    const call = new BenchCall(this.bench, `call-${this.#calls.length}`);
    call.establish();
    this.#calls.push(call);
  }

  hangUp(): void {
    const call = this.#calls[this.#endedCount];
    if (call === undefined) return;
    this.#endedCount += 1;
    this.#bye(call);
  }

  async flush(): Promise<void> {
    await this.bench.flush();
    this.#keptCount = this.#calls.length;
  }

  /** On control's disk at once, and in the files of its sinks. */
  take(): void {
    this.bench.taken();
  }

  /** The power goes and comes again, and all hang up that may live. How many CDRs are too many, and too few. */
  async faults(): Promise<readonly [doubled: number, lost: number]> {
    this.bench.restart({ afterPowerCut: true });
    for (const call of this.#calls) this.#bye(call);
    const cdrs = await this.bench.spool();
    const counts = this.#calls.map(({ callId }) => cdrs.filter((cdr) => cdr.callerCallId === callId).length);
    return [
      counts.filter((count) => count > 1).length,
      counts.slice(0, this.#keptCount).filter((count) => count === 0).length,
    ];
  }

  #bye(call: BenchCall): void {
    this.bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
  }
}

/** All orders of `length` steps. */
function orders(length: number): ('answer' | 'hangUp' | 'flush' | 'take')[][] {
  if (length === 0) return [[]];
  const steps = ['answer', 'hangUp', 'flush', 'take'] as const;
  return orders(length - 1).flatMap((order) => steps.map((step) => [...order, step]));
}

test('one CDR for each call that was answered before the last flush, whenever the power goes', async () => {
  let cdrCount = 0;
  for (const order of orders(STEPS)) {
    const machine = new Machine();
    machine.answer();
    await machine.flush();
    for (const step of order) await machine[step]();
    cdrCount += machine.bench.spooled.size;
    assert.deepEqual(await machine.faults(), [0, 0], order.join(', '));
  }
  assert.ok(cdrCount > 0, `control had ${cdrCount} CDRs before`);
});

describe('what a process that was killed had not flushed', () => {
  test('is flushed by the next one, in the segments that it found', async () => {
    const bench = new RunnerBench();
    for (let call = 0; call < 40; call++) new BenchCall(bench, `call-${call}`).establish();
    bench.restart();
    const found = [...bench.disk.files.values()].slice(0, -1);
    assert.ok(found.some(({ bytes, syncedBytes }) => syncedBytes < bytes.length));
    await bench.flush();
    for (const { bytes, syncedBytes } of found) assert.equal(syncedBytes, bytes.length);
  });

  test('is flushed with a segment that was full, by a stop as well', async () => {
    for (const stops of [true, false]) {
      const disk = new MemoryDisk();
      const journal = new CallJournal(disk, { isStrict: false, segmentBytes: 500 });
      while (!journal.hasOlder) {
        journal.putCheckpoint('one', Buffer.alloc(100));
        journal.commit();
      }
      if (stops) journal.close();
      else await journal.flush();
      for (const [name, { bytes, syncedBytes }] of disk.files) assert.equal(syncedBytes, bytes.length, name);
    }
  });
});

test('CDRs that came while a slow disk was at the last flush are brought to it, without further calls', async () => {
  const bench = new RunnerBench();
  const call = new BenchCall(bench, 'one');
  call.establish();
  let free = (): void => undefined;
  const isFree = new Promise<void>((resolve) => {
    free = resolve;
  });
  const sync = bench.disk.sync.bind(bench.disk);
  bench.disk.sync = async (file) => {
    await isFree;
    await sync(file);
  };
  bench.pass(300);
  bench.receive(call.inDialog('BYE', CALLER, 2), CALLER);
  for (let ms = 600; ms <= 900; ms += 100) bench.runner.advance(performance.now() + ms);
  free();
  await setImmediate();
  for (let ms = 1_000; ms <= 1_500; ms += 100) {
    bench.runner.advance(performance.now() + ms);
    await setImmediate();
  }
  assert.equal(bench.taken().length, 1);
});
