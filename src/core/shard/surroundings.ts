// What a shard gives its calls: clock, chance, tables, counters, and the way out. One object for the life of the
// shard; `nowMs` and `wallMs` are set before each input and stand still while it runs.

import type { Admission } from '../admission/admission.ts';
import type { BlackList } from '../admission/black-list.ts';
import type { GatewayHealth } from '../admission/gateway-health.ts';
import type { QualityBoard } from '../admission/quality.ts';
import type { Turns } from '../admission/turns.ts';
import { ChurnTable } from '../base/churn-table.ts';
import type { EndReason } from '../base/end-reason.ts';
import { flat } from '../base/flat.ts';
import type { Prng } from '../base/prng.ts';
import type { Target } from '../base/target.ts';
import type { Call } from '../call/call.ts';
import type { LiveRecord } from '../call/call-record.ts';
import { LrnDips, type LrnQuestion } from '../call/lrn-dips.ts';
import type { RoutingView, Surroundings } from '../call/ports.ts';
import type { ResumedAnswer } from '../call/resumed-answer.ts';
import { CdrIdMint } from '../cdr/cdr-id.ts';
import type { LocalEnd } from '../dialog/dialog.ts';
import { defaultParameters } from '../parameters/registry.ts';
import type { Balances } from '../rating/balances.ts';
import { ACCOUNT_NANOS_MAX } from '../rating/rating-limits.ts';
import type { AuthOutcome } from '../registration/authenticator.ts';
import { Bindings } from '../registration/bindings.ts';
import { FailureBook } from '../registration/failure-book.ts';
import { NonceUses } from '../registration/nonce-uses.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { Draw } from '../routing/dial-plan.ts';
import type { RouteConditions } from '../routing/route-conditions.ts';
import type { Listener, RoutingGateway } from '../routing/snapshot.ts';
import type { Digest } from '../sip/digest.ts';
import { TimerWheel } from '../timer/wheel.ts';
import type { TransactionCount } from '../transaction/ports.ts';
import { TransactionTable } from '../transaction/transaction-table.ts';
import { attemptCodeOf, type ProbeOutcome, type ShardCounters, ShardNumber } from './counters.ts';
import { Dialogs } from './dialog-table.ts';
import { FormerCalls } from './former-calls.ts';
import { GatewayProber } from './gateway-prober.ts';
import type { Outbox } from './outbox.ts';
import { mintCallId } from './placement.ts';
import { Registration } from './registration.ts';
import { LiveConditions } from './route-conditions.ts';
import { routingViewOf } from './routing-view.ts';
import type { RegistrationMemory } from './shared-memory.ts';

/** What the host gives a shard at its birth. */
export interface ShardBirth {
  readonly node: string;
  readonly shardIndex: number;
  readonly shardCount: number;
  readonly listeners: readonly Listener[];
  readonly admission: Admission;
  readonly health: GatewayHealth;
  readonly quality: QualityBoard;
  readonly turns: Turns;
  readonly blackList: BlackList;
  readonly registration: RegistrationMemory;
  /** The key of nonces and of the tags of stateless answers, one for all shards. */
  readonly secret: string;
  /** Whether a predecessor died on this memory. */
  readonly isSuccessor: boolean;
  readonly balances: Balances;
  readonly counters: ShardCounters;
  readonly outbox: Outbox;
  /** The only source of chance; seeded by the host. */
  readonly prng: Prng;
  readonly digest: Digest;
  /** Monotonic, the same clock in all threads. */
  readonly nowMs: number;
}

/** The shard as its calls see it. */
export class ShardSurroundings implements Surroundings {
  nowMs: number;
  wallMs = 0;
  routing: RoutingView;
  readonly wheel: TimerWheel;
  readonly lingering: TimerWheel;
  readonly transactions: TransactionTable;
  readonly prober: GatewayProber;
  readonly lrn: LrnDips;
  readonly bindings: Bindings;
  readonly registration: Registration;
  readonly dialogs = new Dialogs();
  /** By the id of their CDR. */
  readonly calls = new ChurnTable<Call>();
  readonly former = new FormerCalls();
  readonly resumedAnswers = new Map<string, ResumedAnswer>();
  readonly admission: Admission;
  readonly health: GatewayHealth;
  readonly quality: QualityBoard;
  readonly turns: Turns;
  readonly blackList: BlackList;
  readonly routeConditions: RouteConditions;
  readonly balances: Balances;
  readonly counters: ShardCounters;
  readonly node: string;
  readonly shardIndex: number;
  readonly digest: Digest;
  readonly secret: string;
  readonly shardCount: number;
  readonly draw: Draw;
  readonly #outbox: Outbox;
  readonly #prng: Prng;
  readonly #cdrIds: CdrIdMint;
  readonly #localEnds: readonly LocalEnd[];
  readonly #realms: readonly string[];

  constructor(birth: ShardBirth) {
    this.node = birth.node;
    this.shardIndex = birth.shardIndex;
    this.shardCount = birth.shardCount;
    this.nowMs = birth.nowMs;
    this.admission = birth.admission;
    this.health = birth.health;
    this.quality = birth.quality;
    this.turns = birth.turns;
    this.blackList = birth.blackList;
    this.routeConditions = new LiveConditions(this);
    this.balances = birth.balances;
    this.counters = birth.counters;
    this.digest = birth.digest;
    this.secret = birth.secret;
    this.#outbox = birth.outbox;
    this.#prng = birth.prng;
    this.#cdrIds = new CdrIdMint(birth.prng.uint32(), birth.shardIndex);
    this.#localEnds = birth.listeners.map(localEndOf);
    this.#realms = birth.listeners.map(({ advertisedHost }) => advertisedHost);
    this.wheel = new TimerWheel(birth.nowMs);
    this.lingering = new TimerWheel(birth.nowMs);
    this.transactions = new TransactionTable(this);
    this.draw = (bound) => birth.prng.below(bound);
    const parameters = defaultParameters();
    this.routing = routingViewOf({
      version: 0,
      mappingGateways: [],
      routingGateways: [],
      routePrefixes: [],
      parameters,
    });
    this.prober = new GatewayProber(this);
    this.lrn = new LrnDips(this);
    this.bindings = new Bindings(birth.registration.bindings, birth.shardIndex);
    if (birth.isSuccessor) this.bindings.recover();
    this.registration = registrationOf(this, birth);
  }

  reachOf(gateway: RoutingGateway): RoutingGateway | null {
    return this.registration.reachOf(gateway);
  }

  registered(slots: readonly number[]): void {
    for (const slot of slots) this.health.responded(slot);
    this.registration.registered(slots);
  }

  realmOf(listener: number): string {
    return this.#realms[listener] as string;
  }

  askLrn(id: number, question: LrnQuestion, timeoutMs: number): void {
    this.counters.add(ShardNumber.lrnAsked);
    this.#outbox.askLrn(id, question, timeoutMs);
  }

  countLateLrn(): void {
    this.counters.add(ShardNumber.lrnLate);
  }

  countAuth(outcome: AuthOutcome): void {
    this.counters.add(AUTH_NUMBERS[outcome]);
  }

  tellAuthFailed(address: string, user: string): void {
    this.#outbox.authFailed(address, user);
  }

  gatewayTimedOut(slot: number): void {
    this.prober.timedOut(slot);
  }

  isLocked(slot: number): boolean {
    return this.routing.lockedSlots.has(slot);
  }

  floorOf(account: string): bigint {
    const billed = this.routing.pricing.billed(account);
    return billed === null ? 0n : -(billed.creditLimitNanos ?? ACCOUNT_NANOS_MAX);
  }

  localEnd(listener: number): LocalEnd {
    // A call that lives on from before a restart may name a listener that the start file has no more.
    return this.#localEnds[listener] ?? (this.#localEnds[0] as LocalEnd);
  }

  transmit(text: string, target: Target): void {
    this.counters.add(ShardNumber.datagramsSent);
    this.#outbox.transmit(text, target);
  }

  count(what: TransactionCount, method: string): void {
    switch (what) {
      case 'requestResent':
      case 'responseResent':
      case 'ackResent':
        this.counters.add(
          method === 'INVITE' ? ShardNumber.retransmissionsSentInvite : ShardNumber.retransmissionsSentOther,
        );
        break;
      case 'requestAbsorbed':
      case 'ackAbsorbed':
      case 'responseAbsorbed':
        this.counters.add(
          method === 'INVITE' ? ShardNumber.retransmissionsReceivedInvite : ShardNumber.retransmissionsReceivedOther,
        );
        break;
      default:
        break;
    }
  }

  mintCallId(): string {
    return mintCallId(this.#prng.hex(3), this.shardIndex, this.shardCount);
  }

  mintTag(): string {
    return this.#prng.hex(2);
  }

  /** 8.1.1.7: the cookie, then what is unique in space and time. */
  mintBranch(): string {
    return flat(`z9hG4bK${this.#prng.hex(2)}`);
  }

  mintCdrId(): string {
    return this.#cdrIds.next(this.wallMs);
  }

  recordChanged(record: LiveRecord): void {
    this.#outbox.recordChanged(record);
  }

  recordAcknowledged(record: LiveRecord): void {
    this.#outbox.recordAcknowledged(record);
  }

  callBegun(call: Call): void {
    this.counters.add(ShardNumber.callsBegun);
    this.calls.set(call.record.cdr.id, call);
    this.#outbox.recordChanged(call.record);
  }

  callResumed(call: Call): void {
    this.calls.set(call.record.cdr.id, call);
    this.#outbox.recordResumed(call.record);
  }

  callEnded(call: Call): void {
    this.calls.delete(call.record.cdr.id);
    this.#outbox.recordEnded(call.record);
  }

  countAttempt(slot: number, outcome: number | 'timeout' | 'unanswered' | 'unreachable' | 'cancelled'): void {
    this.counters.addAttempt(slot, typeof outcome === 'number' ? attemptCodeOf(outcome) : outcome);
  }

  countProbe(slot: number, outcome: ProbeOutcome): void {
    this.counters.addProbe(slot, outcome);
  }

  countDelay(slot: number, delayMs: number): void {
    this.counters.addDelay(slot, delayMs);
  }

  countCall(slot: number, isAnswered: boolean, talkMs: number): void {
    this.counters.addCall(slot, isAnswered, talkMs / 1000);
  }

  countAnswer(): void {
    this.counters.add(ShardNumber.answered);
  }

  countEnd(reason: EndReason): void {
    this.counters.addEnd(reason);
  }

  countPassed({ gateway, pass }: Candidate): void {
    if (pass !== null) this.counters.addPass(gateway.slot, pass);
  }
}

const AUTH_NUMBERS = {
  challenged: ShardNumber.authChallenged,
  passed: ShardNumber.authPassed,
  failed: ShardNumber.authFailed,
  suspended: ShardNumber.authSuspended,
} as const;

function registrationOf(around: ShardSurroundings, { registration, secret }: ShardBirth): Registration {
  const nonceUses = new NonceUses(registration.nonceUses);
  const failures = new FailureBook(registration.failures);
  return new Registration(around, { nonceUses, failures, secret }, around.routing.snapshot.parameters);
}

function localEndOf({ advertisedHost, advertisedPort }: Listener, listener: number): LocalEnd {
  const host = advertisedHost.includes(':') ? `[${advertisedHost}]` : advertisedHost;
  return { hostPort: `${host}:${advertisedPort}`, listener };
}
