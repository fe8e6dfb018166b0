// The table of timers: each row is checked against its constant, or names the folder whose timer it is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  T1_MS,
  T2_MS,
  T4_MS,
  TIMER_D_MS,
  TIMER_G_MS,
  TIMER_H_MS,
  TIMER_I_MS,
  TIMER_J_MS,
  TIMER_K_MS,
  TIMER_L_MS,
  TIMER_M_MS,
} from '../../../src/core/timer/sip-timers.ts';
import { DEFAULT_RESENDS } from '../timer/default-resends.ts';
import { Rig } from './rig.ts';
import { readRows } from './rows.ts';

function sendsSeconds(rig: Rig): number[] {
  rig.at(100_000);
  return rig.trace.filter((line) => line.includes(' send ')).map((line) => Number.parseFloat(line) / 1000);
}

const CHECKS: Readonly<Record<string, (() => void) | string>> = {
  T1: () => assert.equal(T1_MS, 500),
  T2: () => assert.equal(T2_MS, 4000),
  T4: () => assert.equal(T4_MS, 5000),
  // The operator's list stands in the place of doubling without a cap: its default caps at T2, as E does.
  A: () => {
    const rig = new Rig();
    rig.invite();
    assert.deepEqual(sendsSeconds(rig), [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]);
  },
  B: () => assert.equal(DEFAULT_RESENDS.failsAfterMs, 64 * T1_MS),
  C: 'core/call: how long a callee may ring',
  D: () => assert.ok(TIMER_D_MS >= 32_000),
  E: () => {
    const rig = new Rig();
    rig.send('OPTIONS');
    assert.deepEqual(sendsSeconds(rig), [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]);
  },
  F: () => assert.equal(DEFAULT_RESENDS.failsAfterMs, 64 * T1_MS),
  G: () => assert.equal(TIMER_G_MS, T1_MS),
  H: () => assert.equal(TIMER_H_MS, 64 * T1_MS),
  I: () => assert.equal(TIMER_I_MS, T4_MS),
  J: () => assert.equal(TIMER_J_MS, 64 * T1_MS),
  K: () => assert.equal(TIMER_K_MS, T4_MS),
  L: () => assert.equal(TIMER_L_MS, 64 * T1_MS),
  M: () => assert.equal(TIMER_M_MS, 64 * T1_MS),
  '2xx (TU)': 'core/dialog: the 2xx repeater',
  'reliable 1xx (TU)': 'core/dialog: reliable provisionals',
  '491 retry': 'core/call: re-INVITE glare',
  'session refresh': 'core/dialog: RFC 4028',
  'session expiry': 'core/dialog: RFC 4028',
  'Min-SE': 'core/dialog: RFC 4028',
};

const rows = readRows('timers.csv');

test('timers.csv: every row has its check or its owner', () => {
  assert.deepEqual(rows.map((row) => row['timer']).sort(), Object.keys(CHECKS).sort());
});

for (const row of rows) {
  const check = CHECKS[row['timer'] ?? ''];
  if (typeof check === 'function') test(`timer ${row['timer']}: ${row['default_udp']}: ${row['meaning']}`, check);
}
