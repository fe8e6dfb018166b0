// `node dist/test/model/run.js --runs N --seed S --workers W`: many random runs, and the table of what they reached.
// Worker I plays seed S + I. Exit code 1 when a run fails, or when no run reaches a rare line. `--path` plays one that
// failed.

import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type ManyRuns, merge, missedOf, report, runMany } from './many-runs.ts';
import { RARE_LINES, RAREST_LINES } from './rarities.ts';
import type { Coverage } from './scene.ts';

/** Fewer cannot be asked for every rare line. */
const COMPLETE_COUNT = 100_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
      path: { type: 'string', default: '' },
    },
  });
  const startedMs = performance.now();
  const workerCount = Number(values.workers);
  const runCount = Math.ceil(Number(values.runs) / workerCount);
  const parts = Array.from({ length: workerCount }, (_, i) => ({
    ...{ runCount, seed: Number(values.seed) + i, path: values.path },
  }));
  const coverage = merge(await Promise.all(parts.map(inWorker)));
  const missed = runCount * workerCount < COMPLETE_COUNT ? [] : missedOf(coverage, [...RARE_LINES, ...RAREST_LINES]);
  console.log(report(coverage));
  for (const line of missed) console.log(`never reached: ${line}`);
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(`${runCount * workerCount} runs from seed ${values.seed} in ${seconds.toFixed(1)} s`);
  return missed.length === 0 ? 0 : 1;
}

function inWorker(part: ManyRuns): Promise<Coverage> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: part, argv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

if (isMainThread) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
} else {
  parentPort?.postMessage(runMany(workerData as ManyRuns));
}
