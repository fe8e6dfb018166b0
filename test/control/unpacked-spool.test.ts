import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnpackedSpool } from '../../src/control/cdr/unpacked-spool.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

/** A spool that counts how many records it was asked for. */
function countingSpool(): { spool: CdrSpool; readCount: () => number; append: (count: number) => void } {
  const { spool } = openMemoryStores();
  let read = 0;
  const after = spool.after.bind(spool);
  spool.after = (position, limit) => {
    const records = after(position, limit);
    read += records.length;
    return records;
  };
  const append = (count: number): void =>
    spool.append(Array.from({ length: count }, (_, at) => pack(sampleCdr(spool.lastPosition() + at + 1))));
  return { spool, readCount: () => read, append };
}

const positions = (records: readonly { readonly position: number }[]): number[] =>
  records.map(({ position }) => position);

test('records are unpacked once for all followers, those that come to the end and look again too', () => {
  const { spool, readCount, append } = countingSpool();
  append(5);
  const records = new UnpackedSpool(spool);
  assert.deepEqual(positions(records.after(0, 100)), [1, 2, 3, 4, 5]);
  assert.deepEqual(positions(records.after(5, 100)), [], 'the first follower has all');
  assert.deepEqual(positions(records.after(0, 2)), [1, 2]);
  assert.deepEqual(positions(records.after(2, 2)), [3, 4]);
  assert.deepEqual(positions(records.glance(3, 100)), [4, 5]);
  assert.equal(readCount(), 5);
});

test('who is far behind reads for himself and leaves the batch to the others', () => {
  const { spool, readCount, append } = countingSpool();
  append(10);
  const records = new UnpackedSpool(spool);
  records.after(6, 100);
  assert.equal(readCount(), 4);
  assert.deepEqual(positions(records.glance(0, 3)), [1, 2, 3]);
  assert.equal(readCount(), 7);
  assert.deepEqual(positions(records.after(6, 100)), [7, 8, 9, 10]);
  assert.equal(readCount(), 7);
});

test('what has come since is found', () => {
  const { spool, append } = countingSpool();
  append(2);
  const records = new UnpackedSpool(spool);
  records.after(0, 100);
  append(2);
  assert.deepEqual(positions(records.after(2, 100)), [3, 4]);
  assert.deepEqual(positions(records.after(0, 3)), [1, 2, 3]);
});
