// The restart drill, small: what `npm run drill:restart` does at full size.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDrill } from './restart-drill.ts';

/** A loaded machine takes long to load a program: the time itself is measured at full size, on a quiet one. */
const DOWN_MS_MAX = 20_000;

for (const shards of [0, 2]) {
  test(`killed three times with calls up, ${shards} shards: each answered call has one CDR`, async (context) => {
    const plan = { shards, callsPerSecond: 20, holdMs: 5_000, killCount: 3, lifeMs: 1_500, patienceMs: 10_000 };
    const report = await runDrill(context, plan, DOWN_MS_MAX);
    context.diagnostic(JSON.stringify(report));
    assert.deepEqual(report.faults, []);
    assert.ok(report.answeredCount > 100, `${report.answeredCount} calls were answered`);
    assert.ok(
      report.resumedCounts.every((count) => count > 20),
      `each life took calls over: ${report.resumedCounts}`,
    );
  });
}
