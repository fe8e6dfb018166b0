import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Defect } from '../../../src/core/base/assert.ts';
import { type ResendSchedule, resendScheduleOf, resendsWithin } from '../../../src/core/timer/resend-schedule.ts';
import { TRANSACTION_LIFE_MS } from '../../../src/core/timer/sip-timers.ts';
import { DEFAULT_RESENDS, RESEND_INTERVALS_MS } from './default-resends.ts';

function resendsAtMs({ waitsMs }: ResendSchedule): number[] {
  let atMs = 0;
  return waitsMs.map((waitMs) => (atMs += waitMs));
}

test('17.1.2.2: the default list resends at .5, 1.5, 3.5, 7.5, 11.5 ... 31.5 s and fails after 64*T1', () => {
  const seconds = resendsAtMs(DEFAULT_RESENDS).map((atMs) => atMs / 1000);
  assert.deepEqual(seconds, [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]);
  assert.equal(DEFAULT_RESENDS.failsAfterMs, TRANSACTION_LIFE_MS);
  assert.equal(DEFAULT_RESENDS.longestWaitMs, 4000);
});

test('SS_SIP_SEND_RETRY cuts the list; the request fails after the wait that follows the last resend', () => {
  const schedule = resendScheduleOf(RESEND_INTERVALS_MS, 3);
  assert.deepEqual(resendsAtMs(schedule), [500, 1500, 3500]);
  assert.equal(schedule.failsAfterMs, 7500);
});

test('SS_SIP_SEND_RETRY 0: one sending, and the first wait for its answer', () => {
  const schedule = resendScheduleOf(RESEND_INTERVALS_MS, 0);
  assert.deepEqual(schedule.waitsMs, []);
  assert.equal(schedule.failsAfterMs, 500);
});

test('a count above the list uses the list to its end, then its first wait once more', () => {
  const schedule = resendScheduleOf([50, 32_000], 10);
  assert.deepEqual(resendsAtMs(schedule), [50, 32_050]);
  assert.equal(schedule.failsAfterMs, 32_100);
});

test('an empty list is a defect: the configuration refuses it', () => {
  assert.throws(() => resendScheduleOf([], 3), Defect);
});

test('a schedule within a limit has the resends before it, and has failed at it', () => {
  const schedule = resendsWithin(DEFAULT_RESENDS, 3500);
  assert.deepEqual(resendsAtMs(schedule), [500, 1500]);
  assert.equal(schedule.failsAfterMs, 3500);
  const short = resendScheduleOf([100], 0);
  assert.deepEqual(resendsWithin(short, 3500), short);
});
