// Random interleavings of both legs' messages, of timers, failures of the network and new tables, against a reference
// that knows calls, counters and ends only. MODEL_RUNS=10000 in the environment runs longer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Real } from './real.ts';
import { Reference } from './reference.ts';
import { type Coverage, compare, steps } from './steps.ts';

const RUN_COUNT = Number(process.env['MODEL_RUNS'] ?? 4000);
const SEED = 20_231_114;

/** Transitions that every full run of the test must have taken. */
const EXPECTED = [
  'inviting: time',
  'trying: time',
  'progress: time',
  'progressSdp: time',
  'ringing: time',
  'answered: time',
  'talking: time',
  'inviting: cancel',
  'trying: cancel',
  'ringing: cancel',
  'progressSdp: 502',
  'ringing: 486',
  'inviting: answer',
  'ringing: answer',
  'answered: callee hangs up',
  'answered: caller hangs up',
  'talking: callee hangs up',
  'inviting: unreachable',
  'trying: unreachable',
  'talking: re-INVITE of the caller',
  'talking: re-INVITE of the callee',
  'answered: re-INVITE of the callee',
  '4 calls: place',
  'inviting: late answer of a gateway that was left',
  'talking: late answer of a gateway that was left',
];

test(`the switch and its reference agree after every step of ${RUN_COUNT} random runs`, (context) => {
  const coverage: Coverage = new Map();
  fc.assert(
    fc.property(fc.commands(steps(coverage), { maxCommands: 80, size: 'max' }), (commands) => {
      const reference = new Reference();
      const real = new Real();
      fc.modelRun(() => ({ model: reference, real }), commands);
      for (const call of [...reference.calls]) reference.end(call, 'SwitchRestart');
      real.switch.releaseAll('SwitchRestart', real.nowMs);
      compare(reference, real);
      real.rest();
      assert.deepEqual(real.switch.inspect(), [{ calls: 0, dialogs: 0, transactions: 0, timers: 0 }]);
    }),
    { numRuns: RUN_COUNT, seed: SEED },
  );
  const taken = [...coverage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([transition, count]) => `${transition} ${count}`);
  context.diagnostic(`${coverage.size} transitions: ${taken.join(', ')}`);
  assert.deepEqual(
    EXPECTED.filter((transition) => !coverage.has(transition)),
    [],
  );
});
