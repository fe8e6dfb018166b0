import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterSeconds } from '../../../src/core/sip/retry-after.ts';

test('20.33: seconds, with a comment, with a duration, with both', () => {
  const values = ['18000', '18000;duration=3600', "120 (I'm in a meeting)", ' 5 (a;b) ;duration=3600', '7 ; x'];
  assert.deepEqual(values.map(retryAfterSeconds), [18_000, 18_000, 120, 5, 7]);
});

test('20.33: what names no seconds asks for no wait', () => {
  const values = ['', '0', '-5', 'soon', '5s', '(5)', '1.5', 'Wed, 21 Oct 2015 07:28:00 GMT', '99999999999'];
  assert.deepEqual(
    values.map(retryAfterSeconds),
    values.map(() => 0),
  );
});
