// The switch in a nutshell: which calls are alive, how many each gateway has, how calls ended. No SIP, no transactions,
// one dialog a side. What it says after each moment the real one must say too.

import {
  dialogOf,
  holdsAnswer,
  type ModelAttempt,
  type ModelCall,
  type Reliable,
  reasonOf,
  type Side,
  type Sign,
  type Silence,
  tells,
} from './model-call.ts';
import { CUSTOMER, LIMITS, PHASE_MS, PHASES, type Phase, type Terms, VENDORS } from './rules.ts';
import { Timers } from './timers.ts';

/** What a vendor is known to do. */
interface VendorHealth {
  timeoutCount: number;
  isOut: boolean;
  bannedUntilMs: number;
}

const WAITING_MAX = 8;
const CHALLENGES_MAX = 3;

/** The reference. */
export class Reference {
  readonly timers = new Timers();
  readonly placed: ModelCall[] = [];
  readonly ends: Record<string, number> = {};
  aliveCount = 0;
  readonly vendors: VendorHealth[] = VENDORS.map(() => ({ timeoutCount: 0, isOut: false, bannedUntilMs: 0 }));
  /** Vendors locked in the present tables. */
  locked: ReadonlySet<number> = new Set();
  readonly #occupied = new Map<number, number>();

  /** Concurrent calls of `slot`. */
  occupancy(slot: number): number {
    return this.#occupied.get(slot) ?? 0;
  }

  place(kind: ModelCall['kind']): ModelCall {
    const call: ModelCall = {
      ...{ index: this.placed.length, kind, placedAtMs: this.timers.nowMs },
      ...{
        plan: [...VENDORS.keys()].filter((vendor) => this.#isOpen(vendor)),
        redirects: [],
        attempts: [],
        attempt: null,
        speaker: null,
      },
      ...{ isAnswered: false, isTold: false, isDescribed: false, isAcknowledged: false, isOver: false, reason: '' },
      ...{ word: null, outstanding: null, waiting: [], terms: { caller: undefined, callee: undefined } },
    };
    this.placed.push(call);
    this.aliveCount += 1;
    if (this.occupancy(CUSTOMER.slot) >= CUSTOMER.capacity) {
      this.#count(call, 'CapacityReached');
      return call;
    }
    this.#occupy(CUSTOMER.slot, 1);
    this.#arm(call, 'proceeding', LIMITS.proceedingMs, () => this.end(call, 'GatewayTimeout'));
    this.#tryNext(call);
    return call;
  }

  /** The vendor of an attempt says something: it lives. */
  speak(attempt: ModelAttempt): void {
    if (!attempt.hasSpoken) this.#respond(attempt.vendor);
    attempt.hasSpoken = true;
  }

  /** A sign of life of the present attempt. */
  provisional(call: ModelCall, { phase, hasSdp, isReliable, fork }: Sign): void {
    const { attempt } = call;
    if (attempt === null) return;
    attempt.hadSdp ||= hasSdp;
    if (PHASES.indexOf(phase) > PHASES.indexOf(attempt.phase)) this.#enter(call, attempt, phase);
    if (phase === 'trying') return;
    if (phase === 'ringing') this.timers.disarm(call, 'proceeding');
    this.#show(call, attempt);
    const { reliability } = call.kind;
    if (reliability === 'none' || (reliability === 'supported' && !isReliable)) return;
    const reliable = { hasSdp, dialog: dialogOf(attempt, fork) };
    if (call.outstanding === null) this.#sendReliably(call, reliable);
    else if (call.waiting.length < WAITING_MAX) call.waiting.push(reliable);
  }

  /** The caller has sent the PRACK it owed. */
  prack(call: ModelCall): void {
    this.#sendNext(call);
    if (call.isAnswered && !call.isTold && !holdsAnswer(call)) this.#tell(call);
  }

  /** `fork` of the present attempt answers; `terms`: of its session timer. */
  answer(call: ModelCall, fork: string, terms: Terms | null): void {
    const attempt = call.attempt as ModelAttempt;
    call.isAnswered = true;
    attempt.isOver = true;
    this.timers.disarm(call, 'phase');
    this.timers.disarm(call, 'proceeding');
    const ownMs = VENDORS[attempt.vendor]?.durationMs ?? LIMITS.durationMs;
    const isNoTimer = call.kind.terms === null && LIMITS.noTimerMs < ownMs;
    const reason = isNoTimer ? 'NoTimerLimit' : 'MaxDuration';
    this.#arm(call, 'duration', isNoTimer ? LIMITS.noTimerMs : ownMs, () => this.end(call, reason));
    this.confirm(call, 'callee', terms);
    this.#show(call, attempt);
    // What other forks still wanted is over.
    const dialog = dialogOf(attempt, fork);
    call.waiting = call.waiting.filter((reliable) => reliable.dialog === dialog);
    if (call.outstanding !== null && call.outstanding.dialog !== dialog) this.#sendNext(call);
    if (!holdsAnswer(call)) this.#tell(call);
  }

  acknowledge(call: ModelCall): void {
    call.isAcknowledged = true;
    this.timers.disarm(call, 'ack');
  }

  /** The session of `side` stands under `terms` from now on. */
  confirm(call: ModelCall, side: Side, terms: Terms | null): void {
    call.terms[side] = terms;
    if (terms === null) return;
    const { ttlMs, isOurs } = terms;
    // 4028 10: who waits for the peer's refresh says BYE while the peer still counts the call as alive.
    const lifeMs = isOurs ? ttlMs : ttlMs - Math.min(LIMITS.patienceMs, ttlMs / 3);
    this.timers.disarm(call, `session of ${side}`);
    this.#arm(call, `session of ${side}`, lifeMs, () => this.end(call, 'SessionTimeout'));
  }

  /** A 401 or 407; answers whether the INVITE goes out again. */
  challenge(call: ModelCall, isStale: boolean): boolean {
    const attempt = call.attempt as ModelAttempt;
    const hasCredentials = VENDORS[attempt.vendor]?.hasCredentials === true;
    const isAnswered = isStale ? attempt.challengeCount < CHALLENGES_MAX : attempt.challengeCount === 0;
    if (!hasCredentials || !isAnswered) {
      this.refuse(call, 407, 0);
      return false;
    }
    attempt.challengeCount += 1;
    this.#enter(call, attempt, 'inviting');
    return true;
  }

  /** A 422 that names a longer interval; answers whether the INVITE goes out again. */
  tooSmall(call: ModelCall): boolean {
    const attempt = call.attempt as ModelAttempt;
    if (attempt.isRaised) {
      this.refuse(call, 422, 0);
      return false;
    }
    attempt.isRaised = true;
    this.#enter(call, attempt, 'inviting');
    return true;
  }

  /** A final refusal of the present attempt. `banMs`: its Retry-After. */
  refuse(call: ModelCall, status: number, banMs: number): void {
    const { vendor, isRedirected: isElsewhere } = call.attempt as ModelAttempt;
    const health = this.vendors[vendor] as VendorHealth;
    // Shared memory keeps tenths of a second.
    if (banMs > 0 && !isElsewhere) {
      health.bannedUntilMs = Math.max(health.bannedUntilMs, Math.ceil((this.timers.nowMs + banMs) / 100) * 100);
    }
    // A contact is tried once in a call, whoever names it.
    const isNew = !call.attempts.some(({ isRedirected }) => isRedirected);
    if (status === 302 && VENDORS[vendor]?.mayRedirect && isNew) call.redirects.push(vendor);
    this.#fail(call, status);
  }

  /** The present attempt fails by silence. */
  giveUp(call: ModelCall, silence: Silence): void {
    const { vendor, phase, isRedirected } = call.attempt as ModelAttempt;
    if (phase === 'inviting' && !isRedirected) this.#countTimeout(vendor);
    this.#fail(call, silence);
  }

  /** A probe came to `vendor`. */
  probe(vendor: number): void {
    this.timers.arm(this, `probe ${vendor}`, LIMITS.probeMs, () => this.#countTimeout(vendor));
  }

  probeAnswered(vendor: number, isAlive: boolean): void {
    if (!this.timers.disarm(this, `probe ${vendor}`)) return;
    if (isAlive) this.#respond(vendor);
    else this.#countTimeout(vendor);
  }

  /** Everybody who waits at `vendor` without any answer hears that nobody is there. */
  unreachable(vendor: number): void {
    this.probeAnswered(vendor, false);
    const waiting = this.placed.filter(({ attempt, isAnswered, isOver }) => {
      const isThere = attempt?.vendor === vendor && !attempt.isRedirected;
      return !isOver && !isAnswered && isThere && attempt.phase === 'inviting';
    });
    const startOf = (call: ModelCall): number => this.timers.sequenceOf(call, 'phase');
    for (const call of waiting.sort((a, b) => startOf(a) - startOf(b))) this.giveUp(call, 'unreachable');
  }

  publish(locked: ReadonlySet<number>): void {
    this.locked = locked;
    for (const vendor of locked) {
      this.vendors[vendor] = { timeoutCount: 0, isOut: false, bannedUntilMs: 0 };
      this.timers.disarm(this, `probe ${vendor}`);
    }
    for (const [vendor, { timeoutsToBan }] of VENDORS.entries()) if (timeoutsToBan === 0) this.#respond(vendor);
  }

  /**
   * Nobody knows, or answers, a request in one of its dialogs. What is said of a PRACK or NOTIFY is said of nothing
   * else, and before the answer one dialog of many is gone.
   */
  lose(call: ModelCall, method: string, reason: 'SessionTimeout' | 'ProtocolError'): void {
    const isOfDialog = method !== 'PRACK' && method !== 'NOTIFY';
    if (isOfDialog && (call.isAnswered || reason === 'SessionTimeout')) this.end(call, reason);
  }

  end(call: ModelCall, reason: string): void {
    if (call.isOver) return;
    this.#count(call, reason);
    this.#occupy(CUSTOMER.slot, -1);
    if (call.attempt !== null) this.#occupy(VENDORS[call.attempt.vendor]?.slot ?? 0, -1);
  }

  #fail(call: ModelCall, failure: number | Silence): void {
    const attempt = call.attempt as ModelAttempt;
    this.#occupy(VENDORS[attempt.vendor]?.slot ?? 0, -1);
    attempt.isOver = true;
    call.attempt = null;
    this.timers.disarm(call, 'phase');
    if (call.word === null || tells(failure) || !tells(call.word)) call.word = failure;
    const isFinal = typeof failure === 'number' && (failure === 486 || failure >= 600);
    if (isFinal || attempt.hadSdp || failure === 'unanswered') this.end(call, reasonOf(call.word));
    else this.#tryNext(call);
  }

  #tryNext(call: ModelCall): void {
    for (let next = this.#nextOf(call); next !== null; next = this.#nextOf(call)) {
      const { vendor, isRedirected } = next;
      if (!this.#isOpen(vendor)) continue;
      this.#occupy(VENDORS[vendor]?.slot ?? 0, 1);
      const attempt: ModelAttempt = {
        ...{ vendor, isRedirected, phase: 'inviting', hadSdp: false, hasSpoken: false },
        ...{ challengeCount: 0, isRaised: false, isOver: false },
      };
      call.attempts.push(attempt);
      call.attempt = attempt;
      return this.#enter(call, attempt, 'inviting');
    }
    this.end(call, call.word === null ? 'GatewayFull' : reasonOf(call.word));
  }

  /** Whether it may have a call now: when the plan is made, and again when its turn comes. */
  #isOpen(vendor: number): boolean {
    const { slot, capacity } = VENDORS[vendor] as (typeof VENDORS)[number];
    const { isOut, bannedUntilMs } = this.vendors[vendor] as VendorHealth;
    if (this.locked.has(vendor) || isOut || bannedUntilMs > this.timers.nowMs) return false;
    return capacity === null || this.occupancy(slot) < capacity;
  }

  /** Another host of a vendor first, then protected vendors once the call has hunted for long, then by priority. */
  #nextOf({ plan, redirects, placedAtMs }: ModelCall): { vendor: number; isRedirected: boolean } | null {
    const redirected = redirects.shift();
    if (redirected !== undefined) return { vendor: redirected, isRedirected: true };
    const isLate = this.timers.nowMs >= placedAtMs + LIMITS.protectAfterMs;
    const at = isLate ? plan.findIndex((vendor) => VENDORS[vendor]?.isProtected) : 0;
    const vendor = plan.splice(Math.max(0, at), 1)[0];
    return vendor === undefined ? null : { vendor, isRedirected: false };
  }

  #enter(call: ModelCall, attempt: ModelAttempt, phase: Phase): void {
    attempt.phase = phase;
    this.timers.disarm(call, 'phase');
    const silence = phase === 'ringing' ? 'unanswered' : 'timeout';
    this.#arm(call, 'phase', PHASE_MS[phase], () => this.giveUp(call, silence));
  }

  /** The caller sees an early dialog of `attempt`: those of an earlier one are over, with what they still wanted. */
  #show(call: ModelCall, attempt: ModelAttempt): void {
    if (call.speaker === attempt) return;
    call.speaker = attempt;
    this.#forgetReliables(call);
  }

  #sendReliably(call: ModelCall, reliable: Reliable): void {
    call.outstanding = reliable;
    this.timers.arm(call, 'prack', LIMITS.patienceMs, () => this.end(call, 'NoAck'), true);
  }

  #sendNext(call: ModelCall): void {
    this.timers.disarm(call, 'prack');
    call.outstanding = null;
    const next = call.waiting.shift();
    if (next !== undefined) this.#sendReliably(call, next);
  }

  #forgetReliables(call: ModelCall): void {
    call.outstanding = null;
    call.waiting = [];
    this.timers.disarm(call, 'prack');
  }

  #tell(call: ModelCall): void {
    call.isTold = true;
    this.#forgetReliables(call);
    this.timers.arm(call, 'ack', LIMITS.patienceMs, () => this.end(call, 'NoAck'), true);
    if (call.kind.terms !== null) this.confirm(call, 'caller', call.kind.terms);
  }

  #countTimeout(vendor: number): void {
    if (this.locked.has(vendor)) return;
    const health = this.vendors[vendor] as VendorHealth;
    health.timeoutCount += 1;
    const timeoutsToBan = VENDORS[vendor]?.timeoutsToBan ?? 0;
    if (timeoutsToBan > 0 && health.timeoutCount >= timeoutsToBan) health.isOut = true;
  }

  #respond(vendor: number): void {
    const health = this.vendors[vendor] as VendorHealth;
    health.timeoutCount = 0;
    health.isOut = false;
  }

  #arm(call: ModelCall, name: string, afterMs: number, then: () => void): void {
    this.timers.arm(call, name, afterMs, then);
  }

  #occupy(slot: number, amount: number): void {
    this.#occupied.set(slot, this.occupancy(slot) + amount);
  }

  #count(call: ModelCall, reason: string): void {
    call.isOver = true;
    call.reason = reason;
    this.aliveCount -= 1;
    this.timers.forget(call);
    this.ends[reason] = (this.ends[reason] ?? 0) + 1;
  }
}
