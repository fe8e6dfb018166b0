// The checks of a call's entry on the call path: whatever they ask for is taken. What is taken stands in the record,
// and goes back when the call ends.

import type { Party } from '../../admission/black-list.ts';
import { NUMBER_TOO_FAST } from '../../admission/number-counters.ts';
import type { EndReason } from '../../base/end-reason.ts';
import { type EntryCall, type EntryConditions, entryRefusal, type NumberLimit } from '../../routing/entry-checks.ts';
import type { CallRate } from '../../routing/route-conditions.ts';
import { keptOutBy } from '../black-list-watch.ts';
import type { LiveRecord } from '../call-record.ts';
import type { Surroundings } from '../ports.ts';
import type { Entry } from './entry.ts';

/** Null when the call may enter, else why not. */
export function checkEntry({ around, gateway, caller, callee, forwarder, routing, record }: Entry): EndReason | null {
  const call = { gateway, caller, callee, forwarder, tables: routing.entry, wallMs: around.wallMs };
  return entryRefusal(call, new TakenConditions(around, record))?.reason ?? null;
}

/** The moment of one call. */
class TakenConditions implements EntryConditions {
  readonly #around: Surroundings;
  readonly #record: LiveRecord;

  constructor(around: Surroundings, record: LiveRecord) {
    this.#around = around;
    this.#record = record;
  }

  blackListed(call: EntryCall): Party | null {
    return keptOutBy(this.#around, this.#record, call);
  }

  admitsRate(slot: number, rate: CallRate): boolean {
    return this.#around.admission.takeRate(slot, rate, this.#around.nowMs);
  }

  admitsCall(slot: number, capacity: number | null): boolean {
    if (!this.#around.admission.takeCall(slot, capacity)) return false;
    this.#record.slots.push(slot);
    return true;
  }

  numberShut(scope: number, number: string, limit: NumberLimit): 'full' | 'tooFast' | null {
    const place = this.#around.admission.takeNumber(scope, number, limit, this.#around.nowMs);
    if (place < 0) return place === NUMBER_TOO_FAST ? 'tooFast' : 'full';
    this.#record.slots.push(place);
    return null;
  }
}
