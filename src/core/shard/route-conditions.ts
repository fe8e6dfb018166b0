// The moment a route plan is made in, read from the memory that all threads share. A shard takes turns; whoever only
// asks what would become of a call looks at them.

import type { Admission } from '../admission/admission.ts';
import type { GatewayHealth } from '../admission/gateway-health.ts';

import type { QualityBoard } from '../admission/quality.ts';
import { type Rate, throttledRate } from '../admission/token-bucket.ts';
import type { Turns } from '../admission/turns.ts';
import type { Bindings } from '../registration/bindings.ts';
import type { Closed, RouteConditions } from '../routing/route-conditions.ts';

/** The memory, and the monotonic clock of whoever asks. */
export interface RouteMemory {
  readonly admission: Admission;
  readonly health: GatewayHealth;
  readonly quality: QualityBoard;
  readonly turns: Turns;
  readonly bindings: Bindings;
  readonly nowMs: number;
}

/** What `tandem route` sees: nothing is taken. */
export class SeenConditions implements RouteConditions {
  readonly #memory: RouteMemory;

  constructor(memory: RouteMemory) {
    this.#memory = memory;
  }

  calls(slot: number): number {
    return this.#memory.admission.calls(slot);
  }

  isRegistered(slot: number): boolean {
    return this.#memory.bindings.isLive(slot, this.#memory.nowMs);
  }

  offered(slot: number): number {
    return this.#memory.quality.offered(slot);
  }

  closed(slot: number): Closed | null {
    const { health, nowMs } = this.#memory;
    if (health.isOpen(slot, nowMs)) return null;
    return health.outBy(slot) === null ? 'banned' : 'out';
  }

  hasRate(slot: number, rate: Rate): boolean {
    const { admission, health, nowMs } = this.#memory;
    return admission.hasRate(slot, throttledRate(rate, health.throttle.perSecond(slot, nowMs)), nowMs);
  }

  answerRate(slot: number, prefix: string, windowMs: number): number {
    return this.#memory.quality.answerPercent(slot, prefix, windowMs, this.#memory.nowMs);
  }

  turn(slot: number): number {
    return this.#memory.turns.next(slot);
  }
}

/** What a call is routed by. */
export class LiveConditions extends SeenConditions {
  readonly #turns: Turns;

  constructor(memory: RouteMemory) {
    super(memory);
    this.#turns = memory.turns;
  }

  override turn(slot: number): number {
    return this.#turns.take(slot);
  }
}
