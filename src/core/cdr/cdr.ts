// The call detail record: one call, one record, every attempt in it. Times are wall clock milliseconds
// since 1970 UTC; null means that it did not happen. Field names are the JSON names.

import type { EndedBy, EndReason } from '../base/end-reason.ts';
import type { AgentFee } from '../rating/bill.ts';

/** One callee leg toward one routing gateway. */
export interface CdrAttempt {
  readonly gateway: string;
  /** address:port the INVITE went to. */
  readonly address: string;
  readonly callId: string;
  readonly startedAtWallMs: number;
  firstResponseAtWallMs: number | null;
  /** Final SIP status from the gateway; 0 when it gave none. */
  code: number;
  /** Why the hunt left it, or 'answered'. */
  left: AttemptLeft;
}

/** Why hunts leave attempts behind. */
export const ATTEMPT_FAILURES = [
  'failure',
  'inviteTimeout',
  'tryingTimeout',
  'progressTimeout',
  'ringingTimeout',
  'unreachable',
  'tooLarge',
] as const;

/** How an attempt was left. */
export type AttemptLeft =
  | 'trying'
  | 'answered'
  | (typeof ATTEMPT_FAILURES)[number]
  | 'proceedingTimeout'
  | 'callerCancelled'
  | 'ended';

/** Which sides keep a session timer (RFC 4028). */
export type SessionTimerSides = '' | 'caller' | 'callee' | 'both';

/** One call's record; also what stands on the board while the call lives (endReason null). */
export interface Cdr {
  /** Sortable, unique across nodes: time, node, shard, sequence. */
  readonly id: string;
  readonly node: string;
  readonly shard: number;
  /** Version of the routing snapshot the call was routed by. */
  readonly snapshotVersion: number;
  readonly callerCallId: string;
  calleeCallId: string;
  /** Numbers as received from the caller, and as sent to the last gateway. */
  readonly caller: string;
  readonly callee: string;
  callerSent: string;
  calleeSent: string;
  readonly mappingGateway: string;
  routingGateway: string;
  readonly account: string;
  /** address:port of the signalling peers. */
  readonly callerAddress: string;
  calleeAddress: string;
  readonly setupAtWallMs: number;
  firstProvisionalAtWallMs: number | null;
  ringingAtWallMs: number | null;
  answeredAtWallMs: number | null;
  endedAtWallMs: number | null;
  /** INVITE in to first 18x (or answer) out, ms, by the monotonic clock. */
  postDialDelayMs: number | null;
  /** Answer to end, ms, by the monotonic clock; 0 when not answered. */
  holdMs: number;
  endReason: EndReason | null;
  endedBy: EndedBy | null;
  /** Final status told to the caller. */
  sipCode: number;
  /** Q.850 cause: the one a device gave, else that of its status, else the end reason's own. */
  q850: number;
  /** Reason header received with the end, '' when there was none. */
  reasonHeader: string;
  /** The limit that ended it: a parameter's name, mappingGateway or routingGateway; '' when none did. */
  limitedBy: string;
  /** User-Agent of the caller's INVITE, and what the side that answered calls itself; '' when it does not say. */
  readonly userAgentCaller: string;
  userAgentCallee: string;
  /** Codec that the answer to the offer prefers, such as PCMA; '' when it says none. */
  codec: string;
  /** Sides whose session timer ran when the call was answered. */
  sessionTimer: SessionTimerSides;
  /** Location routing number of the callee; '' when it is not ported, or nobody asked. */
  lrn: string;
  attempts: CdrAttempt[];
  /** What the route plan decided and what became of it, in the text of core/routing/decision.ts; '' without a plan. */
  decision: string;
  /** The numbers that prices were looked up by: translated by the mapping gateway. */
  callerBilled: string;
  calleeBilled: string;
  /** Of the account; '' when the call has no sell rate. */
  currency: string;
  /** Rate of the account: its table and prefix; '' without one. */
  sellTable: string;
  sellPrefix: string;
  /** What the account pays, in 10^-9 of the currency, and the tax on top of it. */
  sellFeeNanos: bigint;
  taxNanos: bigint;
  /** Seconds that the account pays for. */
  billedSeconds: number;
  /** Account of the last gateway, its rate, and what it is paid. */
  clearingAccount: string;
  buyTable: string;
  buyPrefix: string;
  buyFeeNanos: bigint;
  buyTaxNanos: bigint;
  buyBilledSeconds: number;
  /** What each agent above the account pays, the nearest first. */
  agentFees: readonly AgentFee[];
  /** Whole seconds of talk that prices went by, without what is free by parameter; null when no price was asked. */
  ratedSeconds: number | null;
  /** Those of them that the account's money was not reserved for: it does not pay for them. */
  unpaidSeconds: number;
  /** The first of them that its package gave for nothing; the account pays for those after them alone. */
  freeSeconds: number;
  /** Package and allowance that they are of, and the first day of the period, counted from 1970; '' and 0: none. */
  freeAllowance: string;
  freeFromDay: number;
  /** Of the account of the last gateway; '' when it has no buy rate, and in records of earlier releases. */
  buyCurrency: string;
  /** INVITE out to the last gateway to its first 18x or answer, ms, by the monotonic clock. */
  calleePostDialDelayMs: number | null;
  /** address:port at which each side wants audio, by its own last description up to the ACK; '' when it gave none. */
  callerMedia: string;
  calleeMedia: string;
}

/**
 * What a record says before anything has happened, and in the fields that an earlier release did not have. All of it in
 * one literal: V8 then keeps a record, which begins as a copy, in one piece, and all records of one shape.
 */
export const EMPTY_CDR: Cdr = {
  id: '',
  node: '',
  shard: 0,
  snapshotVersion: 0,
  callerCallId: '',
  calleeCallId: '',
  caller: '',
  callee: '',
  callerSent: '',
  calleeSent: '',
  mappingGateway: '',
  routingGateway: '',
  account: '',
  callerAddress: '',
  calleeAddress: '',
  setupAtWallMs: 0,
  firstProvisionalAtWallMs: null,
  ringingAtWallMs: null,
  answeredAtWallMs: null,
  endedAtWallMs: null,
  postDialDelayMs: null,
  holdMs: 0,
  endReason: null,
  endedBy: null,
  sipCode: 0,
  q850: 0,
  reasonHeader: '',
  limitedBy: '',
  userAgentCaller: '',
  userAgentCallee: '',
  codec: '',
  sessionTimer: '',
  decision: '',
  lrn: '',
  callerBilled: '',
  calleeBilled: '',
  currency: '',
  sellTable: '',
  sellPrefix: '',
  sellFeeNanos: 0n,
  taxNanos: 0n,
  billedSeconds: 0,
  clearingAccount: '',
  buyTable: '',
  buyPrefix: '',
  buyFeeNanos: 0n,
  buyTaxNanos: 0n,
  buyBilledSeconds: 0,
  agentFees: [],
  ratedSeconds: null,
  unpaidSeconds: 0,
  freeSeconds: 0,
  freeAllowance: '',
  freeFromDay: 0,
  buyCurrency: '',
  calleePostDialDelayMs: null,
  callerMedia: '',
  calleeMedia: '',
  attempts: [],
};
