import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineBytes } from '../../src/control/cdr/line-bytes.ts';

test('lines are UTF-8, each with its end, whatever letters they have', () => {
  const lines = new LineBytes();
  const words = ['plain', '', 'José', '\u0141ódź', '電話', '\u{1f4de}', 'plain again'];
  for (const word of words) lines.add(word);
  assert.equal(lines.bytes.toString('utf8'), `${words.join('\n')}\n`);
});

test('it grows with what it is given, and is used again', () => {
  const lines = new LineBytes();
  const long = ['é'.repeat(100_000), 'x'.repeat(300_000), 'y'.repeat(2_000_000)];
  for (const line of long) lines.add(line);
  assert.equal(lines.bytes.toString('utf8'), `${long.join('\n')}\n`);
  lines.clear();
  assert.equal(lines.isEmpty, true);
  lines.add('short');
  assert.equal(lines.bytes.toString('utf8'), 'short\n');
});

test('a line that fills the room to the last byte keeps its end', () => {
  for (const spare of [0, 1, 2]) {
    const lines = new LineBytes();
    const line = 'z'.repeat(256 * 1024 - spare);
    lines.add(line);
    assert.equal(lines.bytes.toString('utf8'), `${line}\n`);
  }
});
