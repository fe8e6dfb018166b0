// From rings to spool, and what a crash in between costs: nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CdrDrain, type DrainMemory } from '../../src/control/cdr/cdr-drain.ts';
import { CDR_RING_BYTES } from '../../src/core/base/limits.ts';
import { Ring } from '../../src/core/base/ring.ts';
import { TakenMark } from '../../src/core/base/taken-mark.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool } from '../../src/store/ports.ts';
import { pack, unpackCdr } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { writeCdr } from './cdr-frames.ts';

const open = (shared: SharedArrayBuffer) => new Ring(shared);

function shardMemory(): DrainMemory {
  return { cdrs: Ring.allocate(Math.min(65_536, CDR_RING_BYTES)), cdrsTaken: new SharedArrayBuffer(8) };
}

/** The CDRs `from` to `to`, at positions of the same numbers. */
function write({ cdrs }: DrainMemory, from: number, to: number): void {
  const ring = new Ring(cdrs);
  for (let number = from; number <= to; number++) writeCdr(ring, number, pack(sampleCdr(number)));
  ring.publish();
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function numbers(spool: CdrSpool): number[] {
  return spool.after(0, 10_000).map(({ record }) => Number(unpackCdr(record).id.slice(-8)));
}

const taken = ({ cdrsTaken }: DrainMemory): number => new TakenMark(cdrsTaken).position;

test('every frame of every ring is spooled once, in order, released, and the shards are told', async (context) => {
  const stores = openLmdbStores(temporaryDirectory());
  context.after(() => stores.close());
  const memory = [shardMemory(), shardMemory()] as const;
  const drain = new CdrDrain(memory, open, stores.spool);
  write(memory[0], 1, 3);
  write(memory[1], 10, 11);
  assert.equal(drain.drain(), 5);
  write(memory[0], 4, 4);
  assert.equal(drain.drain(), 1);
  assert.equal(drain.drain(), 0);
  assert.deepEqual(numbers(stores.spool), [1, 2, 3, 10, 11, 4]);
  assert.equal(new Ring(memory[0].cdrs).depthBytes, 0);
  assert.equal(drain.appendedCount, 6);
  await drain.tell(stores.flush);
  assert.deepEqual(memory.map(taken), [4, 11]);
  assert.deepEqual([stores.spool.taken('2/0'), stores.spool.taken('2/1'), stores.spool.taken('1/0')], [4, 11, 0]);
});

test('a shard is told of what is on the disk, and not of what is committed only', async () => {
  const { spool } = openMemoryStores();
  const memory = shardMemory();
  const drain = new CdrDrain([memory], open, spool);
  write(memory, 1, 3);
  drain.drain();
  assert.equal(taken(memory), 0);
  await assert.rejects(drain.tell(() => Promise.reject(new Error('EIO'))));
  assert.equal(taken(memory), 0);
  const { promise: flushed, resolve } = deferred();
  const told = drain.tell(() => flushed);
  write(memory, 4, 5);
  drain.drain();
  resolve();
  await told;
  assert.equal(taken(memory), 3, 'those that came while it was flushed are told by the next flush');
  await drain.tell(() => Promise.resolve());
  assert.equal(taken(memory), 5);
  assert.equal(drain.repeatedCount, 0);
});

test('when the spool refuses, the frames stay in the ring and are taken later', async () => {
  const { spool } = openMemoryStores({ roomBytes: 3_300 });
  const memory = shardMemory();
  const drain = new CdrDrain([memory], open, spool);
  write(memory, 1, 5);
  drain.drain();
  write(memory, 6, 10);
  assert.throws(() => drain.drain());
  assert.throws(() => drain.drain());
  assert.deepEqual(numbers(spool), [1, 2, 3, 4, 5]);
  await drain.tell(() => Promise.resolve());
  assert.equal(taken(memory), 5);
  spool.trim(1, 100, 5);
  assert.equal(drain.drain(), 5);
  assert.deepEqual(numbers(spool), [5, 6, 7, 8, 9, 10]);
});

test('a successor does not append again what was committed but not released', () => {
  const { spool } = openMemoryStores();
  const memory = shardMemory();
  write(memory, 1, 4);
  const cutOff: CdrSpool = Object.assign(Object.create(spool), {
    taken: spool.taken.bind(spool),
    append: (records: readonly Uint8Array[], taken: ReadonlyMap<string, number>) => {
      spool.append(records, taken);
      throw new Error('killed between commit and release');
    },
  });
  assert.throws(() => new CdrDrain([memory], open, cutOff).drain());
  write(memory, 5, 6);
  const successor = new CdrDrain([memory], open, spool);
  successor.drain();
  assert.deepEqual([successor.appendedCount, successor.repeatedCount], [2, 4]);
  assert.deepEqual(numbers(spool), [1, 2, 3, 4, 5, 6]);
});

test('CDRs that a shard brings again out of its journal are dropped, however long ago they were spooled', () => {
  const { spool } = openMemoryStores();
  const memory = shardMemory();
  const drain = new CdrDrain([memory], open, spool);
  write(memory, 1, 3);
  drain.drain();
  write(memory, 2, 5);
  drain.drain();
  assert.deepEqual(numbers(spool), [1, 2, 3, 4, 5]);
  assert.equal(drain.repeatedCount, 2);
});
