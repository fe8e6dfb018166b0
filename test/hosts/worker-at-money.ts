// A thread that reserves money and free seconds and gives all of it back, until it is ended.

import { workerData } from 'node:worker_threads';
import { Balances } from '../../src/core/rating/balances.ts';

/** What it is given. */
export interface MoneyTask {
  readonly shared: SharedArrayBuffer;
  readonly held: SharedArrayBuffer;
  readonly slot: number;
  readonly place: number;
  readonly term: number;
  /** Int32: 1 once it works. */
  readonly isAtWork: SharedArrayBuffer;
}

const { shared, held, slot, place, term, isAtWork } = workerData as MoneyTask;
const balances = new Balances(shared, held);
for (let round = 0; ; round++) {
  balances.reserve(slot, 100n, 0n);
  balances.charge(slot, 60n, 0n);
  balances.charge(slot, 40n, 0n);
  const seconds = balances.free.reserve(place, term, 60);
  balances.free.giveBack({ place, term, seconds });
  if (round === 0) Atomics.store(new Int32Array(isAtWork), 0, 1);
}
