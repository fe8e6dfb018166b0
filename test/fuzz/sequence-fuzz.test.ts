// The promises of calls whose peers say anything, in any order: no defect, one record a call, nobody left in one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzSequences } from './sequence-fuzz.ts';

test('whatever peers say within the grammar, every call has its end and its record, and nothing is left', () => {
  const { sent, cdrs, answered } = fuzzSequences(400, 20_261_128);
  assert.ok(answered > 50 && cdrs > 2 * answered, `${sent} messages, ${cdrs} calls, ${answered} answered`);
});

test('the same seed makes the same run', () => {
  assert.deepEqual(fuzzSequences(5, 3), fuzzSequences(5, 3));
});
