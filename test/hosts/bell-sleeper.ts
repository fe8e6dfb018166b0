// The other thread of the doorbell's test: waits on the bell whenever it has seen all there is.

import { workerData } from 'node:worker_threads';
import { Doorbell } from '../../src/core/base/doorbell.ts';

/** What the thread is started with. */
export interface SleeperStart {
  readonly bell: SharedArrayBuffer;
  /** Int32 words: what was put there so far; how often the sleeper waited; 1 when a wait ended by its own time. */
  readonly words: SharedArrayBuffer;
  readonly total: number;
}

/** Longer than the whole test. */
const WAIT_MS = 60_000;

function sleepUntilAllSeen({ bell, words, total }: SleeperStart): void {
  const doorbell = new Doorbell(bell);
  const cells = new Int32Array(words);
  for (let seen = 0; seen < total; ) {
    const now = Atomics.load(cells, 0);
    if (now !== seen) {
      seen = now;
      continue;
    }
    doorbell.willWait();
    if (Atomics.load(cells, 0) !== seen) continue;
    Atomics.add(cells, 1, 1);
    const sinceMs = performance.now();
    doorbell.wait(WAIT_MS);
    if (performance.now() - sinceMs >= WAIT_MS) Atomics.store(cells, 2, 1);
  }
}

sleepUntilAllSeen(workerData as SleeperStart);
