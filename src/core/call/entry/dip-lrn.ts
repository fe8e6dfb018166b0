// Where a number has been ported to (LRN): a call of a gateway with `lrnEnable` waits here for the answer. It is routed
// and billed by the location routing number; gateways are told the number as it is.

import type { LrnAnswer, LrnUser } from '../lrn-dips.ts';
import type { Entry } from './entry.ts';

/** Asks, and goes on with `next` when that is known: at once, or later. */
export function dipLrn(entry: Entry, next: (entry: Entry) => void): void {
  if (!entry.gateway.lrnEnable) return next(entry);
  new LrnDip(entry, next).ask();
}

/** One call that waits. */
class LrnDip implements LrnUser {
  readonly #entry: Entry;
  readonly #next: (entry: Entry) => void;

  constructor(entry: Entry, next: (entry: Entry) => void) {
    this.#entry = entry;
    this.#next = next;
  }

  ask(): void {
    const { around, gateway, routing, caller, callee, call } = this.#entry;
    const { SS_LRN_TIMEOUT, SS_LRN_CACHE_TTL } = routing.snapshot.parameters;
    const asksCaller = gateway.lrnInterstateBillingPrefix !== '' || gateway.lrnUndeterminedBillingPrefix !== '';
    const question = { number: callee.slice(gateway.lrnEatPrefixLength), caller: asksCaller ? caller : '' };
    const known = around.lrn.known(question);
    if (known !== null) return this.#goOn(known);
    call.isWaiting = around.lrn.ask(question, this, SS_LRN_TIMEOUT, SS_LRN_CACHE_TTL);
    if (!call.isWaiting) this.dipped(null);
  }

  dipped(answer: LrnAnswer | null): void {
    const { call, gateway } = this.#entry;
    call.isWaiting = false;
    if (call.isEnded) return;
    if (answer === null && gateway.lrnFailureAction === 'reject') return call.release('LrnFailed');
    this.#goOn(answer);
  }

  #goOn(answer: LrnAnswer | null): void {
    const entry = this.#entry;
    const { callee, gateway, record } = entry;
    if (answer !== null && answer.lrn !== '') {
      entry.routed = callee.slice(0, gateway.lrnEatPrefixLength) + answer.lrn;
      record.cdr.lrn = answer.lrn;
    }
    if (answer?.jurisdiction === 'interstate') entry.billingPrefix = gateway.lrnInterstateBillingPrefix;
    if (answer?.jurisdiction === 'undetermined') entry.billingPrefix = gateway.lrnUndeterminedBillingPrefix;
    this.#next(entry);
  }
}
