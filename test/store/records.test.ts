// Records of earlier releases, whose objects without a shape have the numbers that later shapes got.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { pack, unpack, unpackCdr } from '../../src/store/records.ts';
import { sampleCdr } from './sample-cdr.ts';

/** More than any release had, of those that gave numbers so. */
const EARLIER_SHAPES_MAX = 40;

/** Bytes of `value`, which has none of the shapes, as a release with `shapeCount` of them packed it. */
function packedEarlier(value: unknown, shapeCount: number): Uint8Array {
  const structures = Array.from({ length: shapeCount }, (_, number) => [`only ${number}`]);
  return new Packr({ structures, maxSharedStructures: shapeCount, useBigIntExtension: true }).pack(value);
}

test('an object of no shape is read, whichever number it got, and the shapes are what they were', () => {
  const cdr = sampleCdr(1);
  const value = { version: 3, network: { accounts: [{ account: 'blue', rate: 1n }], gateways: [{ name: 'x' }] } };
  const packed = pack(cdr);
  for (let shapeCount = 1; shapeCount <= EARLIER_SHAPES_MAX; shapeCount++) {
    const bytes = packedEarlier(value, shapeCount);
    assert.deepEqual(unpack(bytes), value);
    assert.throws(() => unpack(bytes.subarray(0, bytes.length - 1)), 'torn');
    assert.deepEqual(unpackCdr(packed), cdr, `after ${shapeCount} shapes`);
    assert.ok(Buffer.from(packed).equals(pack(cdr)));
  }
});

test('a record of a shape that only a later release has is refused', () => {
  const bytes = pack(sampleCdr(1));
  for (const number of [20, 31]) {
    const later = Uint8Array.from(bytes);
    later[0] = 0x40 + number;
    assert.throws(() => unpackCdr(later), /end of buffer not reached/);
  }
});

test('an object of no shape gets a number that no later shape will have', () => {
  assert.deepEqual([...pack({ note: 1 }).subarray(0, 3)], [0xd4, 0x72, 0x60]);
});
