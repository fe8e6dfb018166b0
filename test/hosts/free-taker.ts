// A thread that reserves free seconds and gives some back, as fast as it can: three of them race for one counter.

import { parentPort, workerData } from 'node:worker_threads';
import { Prng } from '../../src/core/base/prng.ts';
import { Balances } from '../../src/core/rating/balances.ts';

/** What it is given. */
export interface TakerTask {
  readonly shared: SharedArrayBuffer;
  readonly place: number;
  readonly term: number;
  readonly seed: number;
}

const { shared, place, term, seed } = workerData as TakerTask;
const { free } = new Balances(shared, Balances.allocateHeld());
const prng = new Prng(seed);
let usedSeconds = 0;
let emptyCount = 0;
// It ends when nothing was left for so long that others have given back what they could.
while (emptyCount < 100_000) {
  const seconds = free.reserve(place, term, 60);
  emptyCount = seconds === 0 ? emptyCount + 1 : 0;
  if (seconds === 0) continue;
  const used = prng.below(seconds + 1);
  free.giveBack({ place, term, seconds: seconds - used });
  free.recorded({ place, term, seconds: used });
  usedSeconds += used;
}
parentPort?.postMessage(usedSeconds);
