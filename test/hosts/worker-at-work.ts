// A thread that takes money, free seconds and places of limits, and gives all of it back, until it is ended.

import { workerData } from 'node:worker_threads';
import { Admission } from '../../src/core/admission/admission.ts';
import { Balances } from '../../src/core/rating/balances.ts';

/** What it is given. */
export interface Work {
  readonly balances: SharedArrayBuffer;
  readonly held: SharedArrayBuffer;
  readonly admission: SharedArrayBuffer;
  readonly taken: SharedArrayBuffer;
  readonly slot: number;
  /** Of free seconds. */
  readonly place: number;
  readonly term: number;
  /** Int32: 1 once it works. */
  readonly isAtWork: SharedArrayBuffer;
}

const LIMITS = { capacity: null, cps: null, cpsBurst: null };

const { slot, place, term, isAtWork, ...memory } = workerData as Work;
const balances = new Balances(memory.balances, memory.held);
const admission = new Admission(memory.admission, { taken: memory.taken, shardIndex: 0 });
for (let round = 0; ; round++) {
  balances.reserve(slot, 100n, 0n);
  balances.charge(slot, 60n, 0n);
  balances.charge(slot, 40n, 0n);
  const seconds = balances.free.reserve(place, term, 60);
  balances.free.giveBack({ place, term, seconds });
  admission.takeCall(slot, null);
  const number = admission.takeNumber(slot, '4989100', LIMITS, 1_000);
  admission.giveCall(slot);
  if (number >= 0) admission.giveCall(number);
  if (round === 0) Atomics.store(new Int32Array(isAtWork), 0, 1);
}
