// Gateways that are packed and unpacked are the same as before, whatever differs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/core/base/prng.ts';
import type { Snapshot } from '../../../src/core/routing/snapshot.ts';
import { packObjects, packSnapshot, unpackObjects, unpackSnapshot } from '../../../src/core/shard/packed-snapshot.ts';

const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => 0,
  () => -0,
  () => Number.NaN,
  () => 7n,
  () => '',
  () => 'vendor',
  () => [],
  () => ({}),
  () => [1, 2],
  () => ({ prefixes: ['44'], lengths: { most: 12n } }),
  () => ({ prefixes: ['44'], lengths: { most: 13n } }),
  () => ({ prefixes: ['44'], lengths: { least: 12n } }),
  () => /^0(\d+)$/u,
  () => /^1(\d+)$/u,
];

test('2 000 lists of random objects come out as they went in, also when they are posted', () => {
  const prng = new Prng(1);
  const pick = (below: number): number => prng.below(below);
  for (let run = 0; run < 2_000; run++) {
    const variety = 1 + pick(VALUES.length);
    const value = (): unknown => VALUES[pick(variety)]?.();
    const objects = Array.from({ length: pick(6) }, (_, slot) => ({
      slot,
      one: value(),
      two: value(),
      three: value(),
    }));
    const packed = packObjects(objects);
    assert.deepEqual(unpackObjects(packed), objects);
    assert.deepEqual(unpackObjects(structuredClone(packed)), objects);
  }
});

test('fields that are the same in all take no column, and equal neighbours are one object', () => {
  const objects = ['44', '44', '49'].map((prefix) => ({ protect: false, lists: { deny: [] }, prefixes: [prefix] }));
  const { columns } = packObjects(objects);
  assert.deepEqual(
    columns.map(({ field }) => field),
    ['prefixes'],
  );
  assert.equal(columns[0]?.values[0], columns[0]?.values[1]);
});

test('a snapshot keeps everything else', () => {
  const snapshot = {
    version: 3,
    mappingGateways: [],
    routingGateways: [{ slot: 1 }],
    hosts: [],
  } as unknown as Snapshot;
  assert.deepEqual(unpackSnapshot(packSnapshot(snapshot)), snapshot);
});
