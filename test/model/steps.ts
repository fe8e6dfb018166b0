// The steps a random run is made of: each says when it makes sense, what it does to the reference, and what it does to
// the
// real switch. After each step the two are compared.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { item, type Real } from './real.ts';
import { CUSTOMER, type ModelCall, type Phase, type Reference, VENDORS } from './reference.ts';

/** How often each transition was taken: `ringing: answer`, `answered: caller hangs up` ... */
export type Coverage = Map<string, number>;

type Step = fc.Command<Reference, Real>;

/** What a step does to one call. `null` from `pick`: it makes no sense just now. */
interface CallStep {
  readonly name: string;
  readonly isFor: (call: ModelCall) => boolean;
  readonly model: (reference: Reference, call: ModelCall) => void;
  readonly real: (real: Real, index: number) => void;
}

/** Generators of all steps. */
export function steps(coverage: Coverage): fc.Arbitrary<Step>[] {
  const which = fc.nat(3);
  const onCall = (made: fc.Arbitrary<CallStep>): fc.Arbitrary<Step> =>
    fc.tuple(which, made).map(([selector, step]) => new OneCallStep(selector, step, coverage));
  return [
    fc.constant(new PlaceStep(coverage)),
    onCall(fc.constantFrom(...PROVISIONALS)),
    onCall(fc.constant(ANSWER)),
    // Not 503, which throttles: the reference knows nothing of it.
    onCall(fc.constantFrom(486, 600, 603, 404, 480, 502, 500).map(failing)),
    onCall(fc.constant(ACKNOWLEDGE)),
    onCall(fc.constantFrom(CANCEL, CALLER_HANGS_UP, CALLEE_HANGS_UP)),
    onCall(fc.constantFrom(REINVITE_BY_CALLER, REINVITE_BY_CALLEE)),
    onCall(fc.constant(LATE_ANSWER)),
    fc.constantFrom(1, 400, 3000, 9990, 10_000, 20_000, 121_000).map((waitMs) => new WaitStep(waitMs, coverage)),
    fc.nat(VENDORS.length - 1).map((vendor) => new UnreachableStep(vendor, coverage)),
    fc.subarray([0, 1, 2]).map((locked) => new PublishStep(locked, coverage)),
  ];
}

const PROVISIONALS: readonly CallStep[] = [
  provisional('100', '', 'trying'),
  provisional('180', '', 'ringing'),
  provisional('180', '+SDP', 'ringing'),
  provisional('183', '', 'progress'),
  provisional('183', '+SDP', 'progressSdp'),
];

const ANSWER: CallStep = {
  name: 'answer',
  isFor: isHunting,
  model: (reference, call) => reference.answer(call),
  real: (real, index) => real.send(real.vendor(index), item('200', '+SDP', 'INVITE')),
};

const ACKNOWLEDGE: CallStep = {
  name: 'acknowledge',
  isFor: ({ isAnswered, isAcknowledged }) => isAnswered && !isAcknowledged,
  model: (reference, call) => reference.acknowledge(call),
  real: (real, index) => real.send(real.caller(index), item('ACK')),
};

const CANCEL: CallStep = {
  name: 'cancel',
  isFor: isHunting,
  model: (reference, call) => reference.end(call, 'CallerCancelled'),
  real: (real, index) => real.send(real.caller(index), item('CANCEL')),
};

const CALLER_HANGS_UP: CallStep = {
  name: 'caller hangs up',
  isFor: ({ isAnswered }) => isAnswered,
  model: (reference, call) => reference.end(call, 'Normal'),
  real: (real, index) => real.send(real.caller(index), item('BYE')),
};

const CALLEE_HANGS_UP: CallStep = {
  name: 'callee hangs up',
  isFor: ({ isAnswered }) => isAnswered,
  model: (reference, call) => reference.end(call, 'Normal'),
  real: (real, index) => real.send(real.vendor(index), item('BYE')),
};

const REINVITE_BY_CALLER: CallStep = {
  name: 're-INVITE of the caller',
  isFor: ({ isAcknowledged }) => isAcknowledged,
  model: () => undefined,
  real: (real, index) => real.send(real.caller(index), item('INVITE', '+SDP')),
};

const REINVITE_BY_CALLEE: CallStep = {
  name: 're-INVITE of the callee',
  isFor: ({ isAnswered }) => isAnswered,
  model: () => undefined,
  real: (real, index) => real.send(real.vendor(index), item('INVITE', '+SDP')),
};

const LATE_ANSWER: CallStep = {
  name: 'late answer of a gateway that was left',
  isFor: () => true,
  model: () => undefined,
  real: (real, index) => {
    if (real.attemptCount(index) < 2) return;
    const left = real.vendor(index, 1);
    if (!left.hasAnswered) real.send(left, item('200', '+SDP', 'INVITE'));
  },
};

function provisional(status: string, body: string, phase: Phase): CallStep {
  return {
    name: `${status}${body}`,
    isFor: isHunting,
    model: (reference, call) => reference.provisional(call, phase, body !== ''),
    real: (real, index) => real.send(real.vendor(index), item(status, body, 'INVITE')),
  };
}

function failing(status: number): CallStep {
  return {
    name: String(status),
    isFor: isHunting,
    model: (reference, call) => reference.fail(call, status),
    real: (real, index) => real.send(real.vendor(index), item(String(status), '', 'INVITE')),
  };
}

function isHunting({ isAnswered, attempt }: ModelCall): boolean {
  return !isAnswered && attempt !== null;
}

function stateOf({ isAnswered, isAcknowledged, attempt }: ModelCall): string {
  if (isAcknowledged) return 'talking';
  return isAnswered ? 'answered' : (attempt?.phase ?? 'none');
}

class OneCallStep implements Step {
  readonly #selector: number;
  readonly #step: CallStep;
  readonly #coverage: Coverage;

  constructor(selector: number, step: CallStep, coverage: Coverage) {
    this.#selector = selector;
    this.#step = step;
    this.#coverage = coverage;
  }

  check(reference: Readonly<Reference>): boolean {
    const call = this.#pick(reference);
    return call !== undefined && this.#step.isFor(call);
  }

  run(reference: Reference, real: Real): void {
    const call = this.#pick(reference) as ModelCall;
    tick(reference, real);
    // The millisecond may have ended the call.
    if (!reference.calls.includes(call) || !this.#step.isFor(call)) return;
    note(this.#coverage, `${stateOf(call)}: ${this.#step.name}`);
    this.#step.real(real, call.index);
    this.#step.model(reference, call);
    compare(reference, real);
  }

  toString(): string {
    return `${this.#step.name} (${this.#selector})`;
  }

  #pick({ calls }: Readonly<Reference>): ModelCall | undefined {
    return calls[this.#selector % Math.max(1, calls.length)];
  }
}

class PlaceStep implements Step {
  readonly #coverage: Coverage;

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  check(): boolean {
    return true;
  }

  run(reference: Reference, real: Real): void {
    tick(reference, real);
    note(this.#coverage, `${reference.occupancy(CUSTOMER.slot)} calls: place`);
    real.place(reference.placedCount);
    reference.place();
    compare(reference, real);
  }

  toString(): string {
    return 'place';
  }
}

class WaitStep implements Step {
  readonly #waitMs: number;
  readonly #coverage: Coverage;

  constructor(waitMs: number, coverage: Coverage) {
    this.#waitMs = waitMs;
    this.#coverage = coverage;
  }

  check(): boolean {
    return true;
  }

  run(reference: Reference, real: Real): void {
    const before = reference.calls.map((call) => ({ call, state: stateOf(call) }));
    reference.advance(reference.nowMs + this.#waitMs);
    real.advance(reference.nowMs);
    for (const { call, state } of before) {
      if (stateOf(call) !== state || !reference.calls.includes(call)) note(this.#coverage, `${state}: time`);
    }
    compare(reference, real);
  }

  toString(): string {
    return `wait ${this.#waitMs}`;
  }
}

class UnreachableStep implements Step {
  readonly #vendor: number;
  readonly #coverage: Coverage;

  constructor(vendor: number, coverage: Coverage) {
    this.#vendor = vendor;
    this.#coverage = coverage;
  }

  check(): boolean {
    return true;
  }

  run(reference: Reference, real: Real): void {
    tick(reference, real);
    for (const call of reference.calls) {
      if (call.attempt?.vendor === this.#vendor) note(this.#coverage, `${stateOf(call)}: unreachable`);
    }
    real.unreachable(this.#vendor);
    reference.unreachable(this.#vendor);
    compare(reference, real);
  }

  toString(): string {
    return `unreachable ${this.#vendor}`;
  }
}

class PublishStep implements Step {
  readonly #locked: ReadonlySet<number>;
  readonly #coverage: Coverage;

  constructor(locked: readonly number[], coverage: Coverage) {
    this.#locked = new Set(locked);
    this.#coverage = coverage;
  }

  check(): boolean {
    return true;
  }

  run(reference: Reference, real: Real): void {
    note(this.#coverage, `${this.#locked.size} locked: publish`);
    reference.locked = this.#locked;
    real.publish(this.#locked);
  }

  toString(): string {
    return `publish, locked: ${[...this.#locked].join(' ')}`;
  }
}

/** No two steps share a moment: what is due in between happens first, in both worlds. */
function tick(reference: Reference, real: Real): void {
  reference.advance(reference.nowMs + 1);
  real.advance(reference.nowMs);
}

/** What both must agree on. */
export function compare(reference: Reference, real: Real): void {
  const tested = real.switch;
  assert.deepEqual(tested.defects, []);
  assert.equal(tested.inspect()[0]?.calls, reference.calls.length, `${reference.nowMs} ms: calls alive`);
  assert.deepEqual(real.ends(), { ...reference.ends }, `${reference.nowMs} ms: ends`);
  for (const { slot } of [CUSTOMER, ...VENDORS]) {
    assert.equal(tested.admission.calls(slot), reference.occupancy(slot), `${reference.nowMs} ms: slot ${slot}`);
  }
}

function note(coverage: Coverage, transition: string): void {
  coverage.set(transition, (coverage.get(transition) ?? 0) + 1);
}
