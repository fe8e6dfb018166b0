// What a call may use of the shard around it. The shard implements this; tests may implement it again.

import type { Admission } from '../admission/admission.ts';
import type { BlackList } from '../admission/black-list.ts';
import type { GatewayHealth } from '../admission/gateway-health.ts';
import type { QualityBoard, QualityWindow } from '../admission/quality.ts';
import type { Turns } from '../admission/turns.ts';
import type { EndReason } from '../base/end-reason.ts';
import type { Target } from '../base/target.ts';
import type { Dialog, LocalEnd } from '../dialog/dialog.ts';
import type { Balances } from '../rating/balances.ts';
import type { TimeRules } from '../rating/charge.ts';
import type { Pricing } from '../rating/pricing.ts';
import type { SliceRules } from '../rating/reserve.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { Draw } from '../routing/dial-plan.ts';
import type { EntryTables } from '../routing/entry-checks.ts';
import type { NumberGroup } from '../routing/number-group.ts';
import type { RouteConditions } from '../routing/route-conditions.ts';
import type { RouteTable } from '../routing/route-plan.ts';
import type { Screening } from '../routing/screening.ts';
import type { MappingGateway, RoutingGateway, Snapshot } from '../routing/snapshot.ts';
import type { Digest } from '../sip/digest.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { TimerWheel } from '../timer/wheel.ts';
import type { InviteClientTransaction } from '../transaction/invite-client.ts';
import type { ClientRequest, NonInviteClientRequest } from '../transaction/ports.ts';
import type { Call } from './call.ts';
import type { LiveRecord } from './call-record.ts';
import type { DialogLeg } from './dialog-leg.ts';
import type { SessionTimerRules } from './leg-session-timer.ts';
import type { LrnDips } from './lrn-dips.ts';
import type { ResumedAnswer } from './resumed-answer.ts';

/** The routing tables a call began with, compiled, and what follows from their parameters. */
export interface RoutingView {
  readonly snapshot: Snapshot;
  readonly screening: Screening;
  /** Addresses of routing gateways. */
  readonly vendors: ReadonlySet<string>;
  readonly routes: RouteTable;
  /** By name. */
  readonly numberGroups: ReadonlyMap<string, NumberGroup>;
  /** What calls are checked by at their entry. */
  readonly entry: EntryTables;
  readonly mappingByName: ReadonlyMap<string, MappingGateway>;
  readonly routingByName: ReadonlyMap<string, RoutingGateway>;
  readonly resends: ResendSchedule;
  readonly sessionTimers: SessionTimerRules;
  /** Percentage routing: by slot of a mapping gateway what each of a hundred calls gets in front of its number. */
  readonly hundreds: ReadonlyMap<number, readonly string[]>;
  /** Routing gateways that are locked. */
  readonly lockedSlots: ReadonlySet<number>;
  /** The time over which quality is counted. */
  readonly qualityWindow: QualityWindow;
  readonly pricing: Pricing;
  readonly timeRules: TimeRules;
  readonly sliceRules: SliceRules;
}

/** Client transactions, as a transaction user sees them. */
export interface Transactions {
  invite(request: ClientRequest): InviteClientTransaction;
  request(request: NonInviteClientRequest): unknown;
  cancel(invite: InviteClientTransaction, text: string, resend: ResendSchedule, isResent?: boolean): void;
}

/** What attempts and calls leave in the metrics. */
export interface CallCounts {
  /** `outcome`: a final SIP status, or how it ended without one. */
  countAttempt(slot: number, outcome: number | 'timeout' | 'unanswered' | 'unreachable' | 'cancelled'): void;
  countDelay(slot: number, delayMs: number): void;
  countCall(slot: number, isAnswered: boolean, talkMs: number): void;
  countAnswer(): void;
  countEnd(reason: EndReason): void;
  /** `candidate` was passed by. */
  countPassed(candidate: Candidate): void;
}

/** The dialogs of one shard, by Call-ID and local tag. */
export interface DialogTable {
  enter(dialog: Dialog, leg: DialogLeg): void;
  leave(dialog: Dialog): void;
  /** The leg whose dialog `response` was sent in; null when it is not known here. */
  findOf(response: SipMessage): DialogLeg | null;
}

/** Everything a call can reach. Not the newest tables: it keeps those it began with. */
export interface Surroundings extends CallCounts {
  /** Monotonic and wall clock of the present input, ms. */
  readonly nowMs: number;
  readonly wallMs: number;
  readonly wheel: TimerWheel;
  readonly transactions: Transactions;
  readonly admission: Admission;
  readonly health: GatewayHealth;
  readonly blackList: BlackList;
  readonly balances: Balances;
  readonly dialogs: DialogTable;
  readonly quality: QualityBoard;
  readonly turns: Turns;
  /** What route plans are made by; takes turns. */
  readonly routeConditions: RouteConditions;
  /** Whether the newest tables lock the routing gateway in `slot`, whatever tables a call began with. */
  isLocked(slot: number): boolean;
  /** How far the balance of an account may fall by the newest tables; 0 where they have no such account. */
  floorOf(account: string): bigint;
  readonly lrn: LrnDips;
  /** Where `gateway` is called now: itself, or where it has registered; null when it is to register and has not. */
  reachOf(gateway: RoutingGateway): RoutingGateway | null;
  /** The gateway in `slot` gave no sign of life when it should have; so often in a row, and it is out. */
  gatewayTimedOut(slot: number): void;
  /** By Call-ID: answers of calls that live on after a restart, until they are acknowledged. */
  readonly resumedAnswers: Map<string, ResumedAnswer>;
  localEnd(listener: number): LocalEnd;
  transmit(text: string, target: Target): void;
  /** A Call-ID that placement sends to this shard. */
  mintCallId(): string;
  mintTag(): string;
  mintBranch(): string;
  mintCdrId(): string;
  /** A whole number from 0 to `bound` - 1, by the shard's generator. */
  readonly draw: Draw;
  /** The host's hash functions. */
  readonly digest: Digest;
  readonly node: string;
  readonly shardIndex: number;
  /** The record of a live call changed, or what its checkpoint says. */
  recordChanged(record: LiveRecord): void;
  /** The caller has its 200: a later life need not repeat it. */
  recordAcknowledged(record: LiveRecord): void;
  /** The call exists, and will end in one CDR. */
  callBegun(call: Call): void;
  /** One of an earlier life goes on, as its checkpoint says. */
  callResumed(call: Call): void;
  /** The call is over: its CDR is due, now and only once. */
  callEnded(call: Call): void;
}
