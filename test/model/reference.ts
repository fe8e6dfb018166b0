// The switch in a nutshell: which calls are alive, how many each gateway has, how calls ended. No SIP, no
// transactions, no dialogs. What it says after each step the real one must say too.

/** How far an attempt has come. */
export type Phase = 'inviting' | 'trying' | 'progress' | 'progressSdp' | 'ringing';

const PHASES: readonly Phase[] = ['inviting', 'trying', 'progress', 'progressSdp', 'ringing'];

/** Time an attempt may spend in a phase, ms: the defaults of the parameters. */
const PHASE_MS: Readonly<Record<Phase, number>> = {
  inviting: 10_000,
  trying: 20_000,
  progress: 20_000,
  progressSdp: 120_000,
  ringing: 120_000,
};

/** 64*T1: how long an answer waits for its ACK. */
const ACK_MS = 32_000;

/** What else bounds a call, as the model's switch is configured, ms. */
export const PROCEEDING_MS = 45_000;
export const DURATION_MS = 60_000;

/** Customer's slot and capacity; vendors in the order in which they are tried. */
export const CUSTOMER = { slot: 1, capacity: 4 };
export const VENDORS = [
  { slot: 11, capacity: 2 },
  { slot: 12, capacity: 1 },
  { slot: 13, capacity: null },
] as const;

/** An attempt under way. */
export interface ModelAttempt {
  /** Index in VENDORS. */
  readonly vendor: number;
  phase: Phase;
  hadSdp: boolean;
}

/** A call that lives. */
export interface ModelCall {
  readonly index: number;
  /** Vendors that its tables have locked. */
  readonly locked: ReadonlySet<number>;
  nextVendor: number;
  attempt: ModelAttempt | null;
  isAnswered: boolean;
  isAcknowledged: boolean;
}

type Limit = 'phase' | 'ack' | 'proceeding' | 'duration';

interface Deadline {
  readonly call: ModelCall;
  readonly limit: Limit;
  readonly dueMs: number;
  readonly sequence: number;
}

/** Why an attempt failed: a status, or without one. */
export type Failure = number | 'timeout' | 'unanswered' | 'unreachable';

/** The reference. */
export class Reference {
  nowMs = 0;
  placedCount = 0;
  readonly calls: ModelCall[] = [];
  readonly ends: Record<string, number> = {};
  /** Vendors locked in the present tables. */
  locked: ReadonlySet<number> = new Set();
  readonly #occupied = new Map<number, number>();
  #deadlines: Deadline[] = [];
  #sequence = 0;

  /** Concurrent calls of `slot`. */
  occupancy(slot: number): number {
    return this.#occupied.get(slot) ?? 0;
  }

  place(): void {
    const call: ModelCall = {
      index: this.placedCount++,
      locked: this.locked,
      nextVendor: 0,
      attempt: null,
      isAnswered: false,
      isAcknowledged: false,
    };
    if (this.occupancy(CUSTOMER.slot) >= CUSTOMER.capacity) return this.#count('CapacityReached');
    this.calls.push(call);
    this.#occupy(CUSTOMER.slot, 1);
    this.#arm(call, 'proceeding', PROCEEDING_MS);
    this.#tryNext(call, null);
  }

  /** A sign of life of the present attempt. */
  provisional(call: ModelCall, phase: Phase, hasSdp: boolean): void {
    const attempt = call.attempt;
    if (attempt === null) return;
    attempt.hadSdp ||= hasSdp;
    if (phase === 'ringing') this.#disarm(call, 'proceeding');
    if (PHASES.indexOf(phase) > PHASES.indexOf(attempt.phase)) this.#enter(call, attempt, phase);
  }

  answer(call: ModelCall): void {
    call.isAnswered = true;
    this.#disarm(call, 'phase');
    this.#disarm(call, 'proceeding');
    this.#arm(call, 'duration', DURATION_MS);
    this.#arm(call, 'ack', ACK_MS);
  }

  acknowledge(call: ModelCall): void {
    call.isAcknowledged = true;
    this.#disarm(call, 'ack');
  }

  /** The present attempt is over: the next vendor, or the end. */
  fail(call: ModelCall, failure: Failure): void {
    const attempt = call.attempt;
    if (attempt === null) return;
    this.#occupy(VENDORS[attempt.vendor]?.slot ?? 0, -1);
    call.attempt = null;
    this.#disarm(call, 'phase');
    const isFinal = typeof failure === 'number' && (failure === 486 || failure >= 600);
    if (isFinal || attempt.hadSdp || failure === 'unanswered') this.end(call, reasonOf(failure));
    else this.#tryNext(call, failure);
  }

  /** Everybody who waits at `vendor` without any answer hears that nobody is there. */
  unreachable(vendor: number): void {
    const waiting = this.calls.filter(
      ({ attempt, isAnswered }) => !isAnswered && attempt?.vendor === vendor && attempt.phase === 'inviting',
    );
    const inOrder = waiting.sort((a, b) => this.#startOf(a) - this.#startOf(b));
    for (const call of inOrder) this.fail(call, 'unreachable');
  }

  end(call: ModelCall, reason: string): void {
    this.#count(reason);
    this.calls.splice(this.calls.indexOf(call), 1);
    this.#deadlines = this.#deadlines.filter((deadline) => deadline.call !== call);
    this.#occupy(CUSTOMER.slot, -1);
    if (call.attempt !== null) this.#occupy(VENDORS[call.attempt.vendor]?.slot ?? 0, -1);
  }

  /** Time passes, and what is due happens in its order. */
  advance(toMs: number): void {
    for (;;) {
      const [first] = this.#deadlines.sort((a, b) => a.dueMs - b.dueMs || a.sequence - b.sequence);
      if (first === undefined || first.dueMs > toMs) break;
      this.nowMs = first.dueMs;
      this.#deadlines.shift();
      this.#expire(first);
    }
    this.nowMs = toMs;
  }

  #expire({ call, limit }: Deadline): void {
    switch (limit) {
      case 'phase':
        return this.fail(call, call.attempt?.phase === 'ringing' ? 'unanswered' : 'timeout');
      case 'proceeding':
        return this.end(call, 'GatewayTimeout');
      case 'ack':
        return this.end(call, 'NoAck');
      case 'duration':
        return this.end(call, 'MaxDuration');
    }
  }

  #tryNext(call: ModelCall, last: Failure | null): void {
    while (call.nextVendor < VENDORS.length) {
      const vendor = call.nextVendor++;
      const { slot, capacity } = VENDORS[vendor] as (typeof VENDORS)[number];
      if (call.locked.has(vendor) || (capacity !== null && this.occupancy(slot) >= capacity)) continue;
      this.#occupy(slot, 1);
      call.attempt = { vendor, phase: 'inviting', hadSdp: false };
      return this.#enter(call, call.attempt, 'inviting');
    }
    this.end(call, last === null ? 'GatewayFull' : reasonOf(last));
  }

  #enter(call: ModelCall, attempt: ModelAttempt, phase: Phase): void {
    attempt.phase = phase;
    this.#disarm(call, 'phase');
    this.#arm(call, 'phase', PHASE_MS[phase]);
  }

  #startOf(call: ModelCall): number {
    return this.#deadlines.find((deadline) => deadline.call === call && deadline.limit === 'phase')?.sequence ?? 0;
  }

  #arm(call: ModelCall, limit: Limit, afterMs: number): void {
    this.#deadlines.push({ call, limit, dueMs: this.nowMs + afterMs, sequence: this.#sequence++ });
  }

  #disarm(call: ModelCall, limit: Limit): void {
    this.#deadlines = this.#deadlines.filter((deadline) => deadline.call !== call || deadline.limit !== limit);
  }

  #occupy(slot: number, amount: number): void {
    this.#occupied.set(slot, this.occupancy(slot) + amount);
  }

  #count(reason: string): void {
    this.ends[reason] = (this.ends[reason] ?? 0) + 1;
  }
}

function reasonOf(failure: Failure): string {
  switch (failure) {
    case 'timeout':
      return 'GatewayTimeout';
    case 'unanswered':
    case 480:
      return 'NoAnswer';
    case 'unreachable':
      return 'GatewayUnreachable';
    case 486:
    case 600:
      return 'Busy';
    case 404:
      return 'NumberNotFound';
    case 603:
      return 'Rejected';
    default:
      return 'AllGatewaysFailed';
  }
}
