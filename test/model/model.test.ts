import { test } from 'node:test';
import { report, runMany } from './many-runs.ts';

test('x', (context) => {
  const coverage = runMany({ runCount: Number(process.env['MODEL_RUNS'] ?? 2000), seed: 20_231_114 });
  context.diagnostic(report(coverage));
});
