// The promises of calls under hostile bytes: no defect, one record a call, every counter given back, nothing left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzCalls } from './call-fuzz.ts';

test('ladders whose messages are changed on the way break no law, in whatever state they arrive', () => {
  const { ladders, sent, changed, cdrs } = fuzzCalls(4, 20_030_602);
  assert.ok(changed > ladders && changed < sent, `${changed} of ${sent} messages were changed in ${ladders} ladders`);
  assert.ok(cdrs > ladders / 2, `${cdrs} calls`);
});

test('the same seed makes the same run', () => {
  assert.deepEqual(fuzzCalls(1, 3), fuzzCalls(1, 3));
});
