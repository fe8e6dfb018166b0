// The books of the demo, where more calls come than the switch carries.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from '../../../src/cli/demo/tally.ts';
import type { SwitchStatus } from '../../../src/control/api/status.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';

/** Of a switch at rest that has refused so many calls under overload. */
function statusAfter(refused: number): SwitchStatus {
  const overload = { isNow: false, refused, dropped: 0 };
  return { calls: { active: 0 }, gateways: [], limitDrift: [], shards: [], overload } as unknown as SwitchStatus;
}

function booked(): Tally {
  const tally = new Tally();
  const cdr = sampleCdr(1);
  for (const [callId, status] of [[cdr.callerCallId, cdr.sipCode] as const, ['refused', 503] as const]) {
    tally.offered(callId);
    tally.over({ callId, status, postDialDelayMs: null });
  }
  tally.recorded(cdr);
  return tally;
}

test('a call that was refused under overload has no CDR, and that is no fault', () => {
  const tally = booked();
  assert.equal(tally.isSettled(1), true);
  const { offered, cdrs, refused, faults } = tally.summary(1, [], statusAfter(1));
  assert.deepEqual([offered, cdrs, refused, faults], [2, 1, 1, []]);
});

test('a 503 that the switch does not speak of wants a CDR, and its record is waited for', () => {
  assert.equal(booked().isSettled(0), false);
  assert.deepEqual(booked().summary(1, [], statusAfter(0)).faults, ['1 calls have no CDR: refused']);
});
