// Each place is one object, told apart by all that the wire says of it, and forgetting them costs nothing but memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownPlaces } from '../../../src/core/shard/known-places.ts';

test('a place is one object, however often it sends', () => {
  const places = new KnownPlaces();
  const first = places.of('192.0.2.1', 5060, 1);
  assert.deepEqual(first, { address: '192.0.2.1', port: 5060, listener: 1 });
  for (const [address, port, listener] of [
    ['192.0.2.2', 5060, 1],
    ['192.0.2.1', 5061, 1],
    ['192.0.2.1', 5060, 0],
    ['192.0.2.1', 65_535, 255],
  ] as const) {
    assert.deepEqual(places.of(address, port, listener), { address, port, listener });
  }
  assert.equal(places.of('192.0.2.1', 5060, 1), first);
});

test('senders without end are not kept', () => {
  const places = new KnownPlaces();
  const first = places.of('192.0.2.1', 5060, 0);
  for (let port = 1; port <= 5_000; port++) assert.equal(places.of('198.51.100.7', port, 0).port, port);
  assert.notEqual(places.of('192.0.2.1', 5060, 0), first);
});
