// `node dist/test/model/run.js --runs N --seed S`: many random runs, and the table of what they reached. `--path` plays
// one that failed.

import { parseArgs } from 'node:util';
import { report, runMany } from './many-runs.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    path: { type: 'string', default: '' },
  },
});

const startedMs = performance.now();
try {
  const coverage = runMany({ runCount: Number(values.runs), seed: Number(values.seed), path: values.path });
  console.log(report(coverage));
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
console.log(`${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
