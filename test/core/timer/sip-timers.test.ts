import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as timers from '../../../src/core/timer/sip-timers.ts';

test('RFC 3261 table 4 and RFC 6026: the timers have the values of the RFCs on UDP', () => {
  assert.deepEqual([timers.T1_MS, timers.T2_MS, timers.T4_MS], [500, 4000, 5000]);
  assert.deepEqual([timers.TIMER_G_MS, timers.TIMER_I_MS, timers.TIMER_K_MS], [500, 5000, 5000]);
  const lives = [timers.TIMER_H_MS, timers.TIMER_J_MS, timers.TIMER_L_MS, timers.TIMER_M_MS];
  assert.deepEqual(lives, [32_000, 32_000, 32_000, 32_000]);
  assert.ok(timers.TIMER_D_MS >= 32_000);
});

test('RFC 4320 4.1: the 100 of a non-INVITE waits until Timer E has come to T2', () => {
  let waitMs = timers.T1_MS;
  let atMs = 0;
  for (; waitMs < timers.T2_MS; waitMs *= 2) atMs += waitMs;
  assert.equal(timers.NON_INVITE_TRYING_MS, atMs);
});

test('every timer has its own number, and the number gives back the letter', () => {
  for (const [letter, kind] of Object.entries(timers.SipTimer)) assert.equal(timers.sipTimerLetter(kind), letter);
});
