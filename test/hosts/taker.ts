// A thread that reserves free seconds and money, and gives some back, as fast as it can: three of them race for one
// counter each.

import { parentPort, workerData } from 'node:worker_threads';
import { Prng } from '../../src/core/base/prng.ts';
import { RollCall } from '../../src/core/base/roll-call.ts';
import { Balances } from '../../src/core/rating/balances.ts';

const PATIENCE_MS = 20_000;

/** What it is given. */
export interface TakerTask {
  readonly shared: SharedArrayBuffer;
  /** Of the account's money. */
  readonly slot: number;
  /** Of its free seconds. */
  readonly place: number;
  readonly term: number;
  /** From 0 on. */
  readonly index: number;
  /** None begins before all are there. */
  readonly rollCall: SharedArrayBuffer;
}

/** What it has used. */
export interface Taken {
  readonly seconds: number;
  readonly nanos: bigint;
}

const { shared, slot, place, term, index, rollCall } = workerData as TakerTask;
const balances = new Balances(shared, Balances.allocateHeld());
const prng = new Prng(index + 1);
const taken = { seconds: 0, nanos: 0n };
let emptyCount = 0;
const others = new RollCall(rollCall);
others.answer(index);
others.waitForAll(PATIENCE_MS);
// It ends when nothing was left for so long that others have given back what they could.
while (emptyCount < 100_000) {
  const [hasSeconds, hasMoney] = [takesSeconds(), takesMoney()];
  emptyCount = hasSeconds || hasMoney ? 0 : emptyCount + 1;
}
parentPort?.postMessage(taken satisfies Taken);

function takesSeconds(): boolean {
  const seconds = balances.free.reserve(place, term, 60);
  if (seconds === 0) return false;
  const used = prng.below(seconds + 1);
  balances.free.giveBack({ place, term, seconds: seconds - used });
  balances.free.recorded({ place, term, seconds: used });
  taken.seconds += used;
  return true;
}

function takesMoney(): boolean {
  if (!balances.reserve(slot, 60n, 0n)) return false;
  const used = BigInt(prng.below(61));
  balances.charge(slot, 60n, used);
  balances.recorded(slot, used);
  taken.nanos += used;
  return true;
}
