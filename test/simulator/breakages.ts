// Faults put into the switch on purpose: a simulator that does not catch them is worth nothing.

import { Admission } from '../../src/core/admission/admission.ts';
import type { SimulationOptions } from './simulation.ts';

/** What is broken, by name; merged into the options of a run. */
export const BREAKAGES = {
  /** One finished call's record never leaves the shard. */
  record: lostRecord,
  /** One concurrent call is never given back. */
  counter: forgottenCounter,
} as const;

/** Name of a breakage. */
export type Breakage = keyof typeof BREAKAGES;

/** Which of many is lost. */
const VICTIM = 42;

function lostRecord(): Pick<SimulationOptions, 'keepsCdr'> {
  let seenCount = 0;
  return { keepsCdr: () => ++seenCount !== VICTIM };
}

function forgottenCounter(): Pick<SimulationOptions, 'admissionOf'> {
  return { admissionOf: (shared, holder) => new ForgetfulAdmission(shared, holder) };
}

/** An admission that takes one call more than it gives back. */
class ForgetfulAdmission extends Admission {
  #givenCount = 0;

  override giveCall(slot: number): void {
    this.#givenCount += 1;
    if (this.#givenCount !== VICTIM) super.giveCall(slot);
  }
}
