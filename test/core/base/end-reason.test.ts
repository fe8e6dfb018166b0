import assert from 'node:assert/strict';
import { test } from 'node:test';
import { END_REASON_NAMES, END_REASONS, endReasonRow } from '../../../src/core/base/end-reason.ts';

test('numbers name one reason each: 0 normal, a device by its SIP status, the server by a negative one', () => {
  const numbers = END_REASON_NAMES.map((name) => END_REASONS[name].number);
  assert.equal(new Set(numbers).size, numbers.length);
  for (const name of END_REASON_NAMES) {
    const { endedBy, status, number } = endReasonRow(name);
    if (name === 'Normal') assert.equal(number, 0);
    else if (endedBy === 'server') assert.ok(number < 0, name);
    else assert.equal(number, status, name);
  }
});

test('a status is a final failure, or none is due', () => {
  for (const name of END_REASON_NAMES) {
    const { status } = endReasonRow(name);
    assert.ok(status === 0 || (status >= 400 && status < 700), name);
  }
});

test('causes are those of Q.850, sentences are sentences', () => {
  for (const name of END_REASON_NAMES) {
    const { q850, sentence } = endReasonRow(name);
    assert.ok(q850 >= 1 && q850 <= 127, name);
    assert.match(sentence, /^[A-Z].*\.$/);
  }
});
