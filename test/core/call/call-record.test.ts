// The record of a call: its times are whole milliseconds, and what one that has lived on comes to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveRecord } from '../../../src/core/call/call-record.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';

const END = { reason: 'SwitchRestart', endedBy: 'server', status: 200, reasonHeader: '', q850: 0 } as const;

/** Answered at 1 s, ended at 61 s. */
function endedWith(limit: { readonly afterMs: number } | null): LiveRecord {
  const cdr = { ...sampleCdr(1), endedAtWallMs: null, holdMs: 0, endReason: null, attempts: [] };
  const whole = limit && ({ ...limit, reason: 'MaxDuration', by: 'SS_MAX_CALL_DURATION' } as const);
  const record = LiveRecord.resumed({ cdr, slots: [], bill: null, limit: whole }, 1_000);
  record.ended(61_000, 1_000_000, END);
  return record;
}

test('a call of an earlier life that cannot go on has talked no longer than it was allowed', () => {
  const { cdr } = endedWith({ afterMs: 20_000 });
  assert.deepEqual([cdr.holdMs, cdr.endedAtWallMs], [20_000, 960_000]);
});

test('one without a limit has talked until now', () => {
  const { cdr } = endedWith(null);
  assert.deepEqual([cdr.holdMs, cdr.endedAtWallMs], [60_000, 1_000_000]);
});

test('the delay to the first sign of life is whole milliseconds, as all times of a record are', () => {
  for (const isRinging of [true, false]) {
    const record = new LiveRecord({ ...sampleCdr(1), postDialDelayMs: null }, 1_000.25);
    if (isRinging) record.alerted(3_005.82, 1_000_000, true);
    record.answered(isRinging ? 9_000 : 3_005.82, 1_000_000);
    assert.equal(record.cdr.postDialDelayMs, 2_006);
  }
});
