import assert from 'node:assert/strict';
import { test } from 'node:test';

import { detach } from '../../../src/core/sip/detach.ts';
import { heapBytes } from '../heap.ts';

const DATAGRAMS = 500;
const DATAGRAM_BYTES = 60_000;

test('a detached text is the same text', () => {
  for (const text of ['', 'short', 'exactly13char', 'a84b4c76e66710@example.org']) assert.equal(detach(text), text);
});

test('a detached slice does not keep the datagram it was cut from', () => {
  const keptBytes = (keep: (slice: string) => string) => {
    const before = heapBytes();
    const kept = Array.from({ length: DATAGRAMS }, (_, i) => keep(datagram(i).slice(100, 140)));
    const grown = heapBytes() - before;
    assert.equal(kept.length, DATAGRAMS);
    return grown;
  };
  assert.ok(keptBytes(detach) < DATAGRAMS * 1_000, 'detached slices keep little more than themselves');
  assert.ok(keptBytes((slice) => slice) > DATAGRAMS * DATAGRAM_BYTES * 0.5, 'plain slices keep their parents');
});

function datagram(seed: number): string {
  return Buffer.alloc(DATAGRAM_BYTES, `${seed} some text of a datagram `).toString('latin1');
}
