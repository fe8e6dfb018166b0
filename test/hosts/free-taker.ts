// A thread that reserves free seconds and gives some back, as fast as it can: three of them race for one counter.

import { parentPort, workerData } from 'node:worker_threads';
import { Prng } from '../../src/core/base/prng.ts';
import { RollCall } from '../../src/core/base/roll-call.ts';
import { Balances } from '../../src/core/rating/balances.ts';

const PATIENCE_MS = 20_000;

/** What it is given. */
export interface TakerTask {
  readonly shared: SharedArrayBuffer;
  readonly place: number;
  readonly term: number;
  /** From 0 on. */
  readonly index: number;
  /** None begins before all are there. */
  readonly rollCall: SharedArrayBuffer;
}

const { shared, place, term, index, rollCall } = workerData as TakerTask;
const { free } = new Balances(shared, Balances.allocateHeld());
const prng = new Prng(index + 1);
let usedSeconds = 0;
let emptyCount = 0;
const others = new RollCall(rollCall);
others.answer(index);
others.waitForAll(PATIENCE_MS);
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
