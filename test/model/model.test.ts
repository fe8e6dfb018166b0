// Random interleavings of both sides' messages, of timers, failures of the network and new tables, against a reference
// that knows calls, counters and ends only; beside it the laws of each peer (Party). The whole is run.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missedOf, report, runMany } from './many-runs.ts';
import { RARE_LINES } from './rarities.ts';

/** What the long run of CI does is too much for every `npm test`. */
const RUN_COUNT = 4000;
const SEED = 20_231_114;

test(`the switch and its reference agree after every moment of ${RUN_COUNT} random runs`, (context) => {
  const coverage = runMany({ runCount: RUN_COUNT, seed: SEED });
  for (const line of report(coverage).split('\n')) context.diagnostic(line);
  assert.deepEqual(missedOf(coverage, RARE_LINES), [], 'rare lines that no run reached');
});
