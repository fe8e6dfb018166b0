// The moment at which a call would enter, read from the memory that all threads share; nothing is taken.

import type { Admission } from '../admission/admission.ts';
import type { BlackList, Party } from '../admission/black-list.ts';
import { NUMBER_TOO_FAST } from '../admission/number-counters.ts';
import { isWatched, isWatchedNumber } from '../call/black-list-watch.ts';
import type { EntryCall, EntryConditions, NumberLimit } from '../routing/entry-checks.ts';
import type { CallRate } from '../routing/route-conditions.ts';

/** The memory, and the monotonic clock of whoever asks. */
export interface EntryMemory {
  readonly admission: Admission;
  readonly blackList: BlackList;
  readonly nowMs: number;
}

const PARTIES = ['caller', 'callee'] as const;

/** What `tandem route` sees of it. */
export class SeenEntry implements EntryConditions {
  readonly #memory: EntryMemory;

  constructor(memory: EntryMemory) {
    this.#memory = memory;
  }

  blackListed({ gateway, tables, wallMs, ...numbers }: EntryCall): Party | null {
    if (!isWatched(gateway, tables)) return null;
    const { blackList } = this.#memory;
    const isListed = (party: Party): boolean =>
      isWatchedNumber(tables, numbers[party]) && blackList.isBlocked({ party, number: numbers[party] }, wallMs);
    return PARTIES.find(isListed) ?? null;
  }

  admitsRate(slot: number, rate: CallRate): boolean {
    return this.#memory.admission.hasRate(slot, rate, this.#memory.nowMs);
  }

  admitsCall(slot: number, capacity: number | null): boolean {
    return capacity === null || this.#memory.admission.calls(slot) < capacity;
  }

  numberShut(scope: number, number: string, limit: NumberLimit): 'full' | 'tooFast' | null {
    const fault = this.#memory.admission.numbers.fault(scope, number, limit, this.#memory.nowMs);
    if (fault === 0) return null;
    return fault === NUMBER_TOO_FAST ? 'tooFast' : 'full';
  }
}
