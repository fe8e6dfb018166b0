import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flat } from '../../../src/core/base/flat.ts';
import { heapBytes } from '../heap.ts';

const TEXTS = 20_000;
/** 62 characters, a text's head, and a place in a list. */
const FLAT_BYTES_MAX = 110;

/** Joined of pieces, one after the other, as printed texts are. */
function joined(index: number): string {
  let text = `<sip:${index}`;
  for (const piece of ['@192.0.2.1', ':5060', ';transport=udp', '>', ';tag=', 'a6c8', '5e2d', '-1']) text += piece;
  return text;
}

test('a flat text is the same text', () => {
  for (const text of ['', 'short', '\uffff', joined(1)]) assert.equal(flat(text), text);
});

test('a flat text keeps none of its pieces', () => {
  const keptBytes = (keep: (text: string) => string) => {
    const before = heapBytes();
    const kept = Array.from({ length: TEXTS }, (_, index) => keep(joined(index)));
    const bytes = (heapBytes() - before) / TEXTS;
    assert.equal(kept.length, TEXTS);
    return bytes;
  };
  assert.ok(keptBytes(flat) < FLAT_BYTES_MAX, 'flat texts are little more than their characters');
  assert.ok(keptBytes((text) => text) > 2 * FLAT_BYTES_MAX, 'plain ones are trees of their pieces');
});
