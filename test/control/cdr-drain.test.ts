// From rings to spool, and what a crash in between costs: nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CdrDrain } from '../../src/control/cdr/cdr-drain.ts';
import { Ring } from '../../src/core/base/ring.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool } from '../../src/store/ports.ts';
import { pack, unpackCdr } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const open = (shared: SharedArrayBuffer) => new Ring(shared);

function write(shared: SharedArrayBuffer, from: number, to: number): void {
  const ring = new Ring(shared);
  for (let number = from; number <= to; number++) {
    const frame = pack(sampleCdr(number));
    const offset = ring.reserve(frame.length);
    assert.ok(offset >= 0);
    ring.bytes.set(frame, offset);
  }
  ring.publish();
}

function numbers(spool: CdrSpool): number[] {
  return spool.after(0, 10_000).map(({ record }) => Number(unpackCdr(record).id.slice(-8)));
}

test('every frame of every ring is spooled once, in order, and released', (context) => {
  const stores = openLmdbStores(temporaryDirectory());
  context.after(() => stores.close());
  const rings = [Ring.allocate(65_536), Ring.allocate(65_536)] as const;
  const drain = new CdrDrain(rings, open, stores.spool);
  write(rings[0], 1, 3);
  write(rings[1], 10, 11);
  assert.equal(drain.drain(), 5);
  write(rings[0], 4, 4);
  assert.equal(drain.drain(), 1);
  assert.equal(drain.drain(), 0);
  assert.deepEqual(numbers(stores.spool), [1, 2, 3, 10, 11, 4]);
  assert.equal(new Ring(rings[0]).depthBytes, 0);
  assert.equal(drain.appendedCount, 6);
});

test('when the spool refuses, the frames stay in the ring and are taken later', () => {
  const { spool } = openMemoryStores({ roomBytes: 3_000 });
  const ring = Ring.allocate(65_536);
  const drain = new CdrDrain([ring], open, spool);
  write(ring, 1, 5);
  drain.drain();
  write(ring, 6, 10);
  assert.throws(() => drain.drain());
  assert.throws(() => drain.drain());
  assert.deepEqual(numbers(spool), [1, 2, 3, 4, 5]);
  spool.trim(1, 100, 5);
  assert.equal(drain.drain(), 5);
  assert.deepEqual(numbers(spool), [5, 6, 7, 8, 9, 10]);
});

test('a successor does not append again what was committed but not released', () => {
  const { spool } = openMemoryStores();
  const ring = Ring.allocate(65_536);
  write(ring, 1, 4);
  const cutOff: CdrSpool = Object.assign(Object.create(spool), {
    before: spool.before.bind(spool),
    append: (records: readonly Uint8Array[]) => {
      spool.append(records);
      throw new Error('killed between commit and release');
    },
  });
  assert.throws(() => new CdrDrain([ring], open, cutOff).drain());
  write(ring, 5, 6);
  const successor = new CdrDrain([ring], open, spool);
  successor.drain();
  assert.deepEqual([successor.appendedCount, successor.repeatedCount], [2, 4]);
  assert.deepEqual(numbers(spool), [1, 2, 3, 4, 5, 6]);
});

test('a call that was settled although its CDR was out already has one CDR, the first', () => {
  const { spool } = openMemoryStores();
  const ring = Ring.allocate(65_536);
  const drain = new CdrDrain([ring], open, spool);
  write(ring, 1, 2);
  drain.drain();
  write(ring, 3, 3);
  const writer = new Ring(ring);
  for (const number of [2, 3, 4]) {
    const frame = pack({ ...sampleCdr(number), endReason: 'SwitchRestart' });
    writer.bytes.set(frame, writer.reserve(frame.length));
  }
  writer.publish();
  drain.drain();
  assert.deepEqual(
    spool.after(0, 10).map(({ record }) => unpackCdr(record).endReason),
    ['Normal', 'Normal', 'Normal', 'SwitchRestart'],
  );
  assert.deepEqual(numbers(spool), [1, 2, 3, 4]);
});
