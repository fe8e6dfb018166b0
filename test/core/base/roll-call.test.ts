import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RollCall } from '../../../src/core/base/roll-call.ts';

test('all are waited for, and one that never answers not for ever', () => {
  const shared = RollCall.allocate(2);
  const [one, other] = [new RollCall(shared), new RollCall(shared)];
  one.answer(0);
  assert.equal(one.waitForAll(1), false);
  other.answer(1);
  assert.equal(one.waitForAll(60_000), true);
});
