// What gateways make of numbers: compiled from their fields when a configuration is published.

import type { Scheduled } from './calendar.ts';
import { type DialPlan, EMPTY_DIAL_PLAN } from './dial-plan.ts';
import { type NumberFilter, OPEN_FILTER } from './number-filter.ts';

/** Where a call's numbers are taken from. */
export type CallerSource = 'from' | 'remotePartyId' | 'display' | 'pAssertedIdentity' | 'pPreferredIdentity';
export type CalleeSource = 'requestLine' | 'to' | 'diversion';

/** What numbers become. */
export interface NumberPlans {
  readonly caller: DialPlan;
  readonly callee: DialPlan;
  /** Take the place of `caller` and `callee`; the first whose calendar is open. */
  readonly scheduledCaller: readonly Scheduled<DialPlan>[];
  readonly scheduledCallee: readonly Scheduled<DialPlan>[];
}

/** What a mapping gateway makes of the numbers of its calls. */
export interface MappingNumbers extends NumberPlans {
  readonly callerSource: CallerSource;
  readonly calleeSource: CalleeSource;
  /** Which calls may enter, by their numbers as they came. */
  readonly filter: NumberFilter;
}

/** Caller numbers that a routing gateway's calls are given, whoever calls. */
export interface CallerPool {
  /** A number group. */
  readonly group: string;
  /** Calls that one of its numbers may have at once. */
  readonly line: number;
}

/** What a routing gateway makes of the numbers it is sent. */
export interface RoutingNumbers extends NumberPlans {
  /** For which calls it is a candidate, by their numbers before its own plans. */
  readonly filter: NumberFilter;
  /** Of the numbers in P-Asserted-Identity, P-Preferred-Identity and Remote-Party-ID. */
  readonly identity: DialPlan;
  /** Takes the place of the caller after its plan; null where callers stay who they are. */
  readonly callerPool: CallerPool | null;
}

const NO_PLANS: NumberPlans = {
  caller: EMPTY_DIAL_PLAN,
  callee: EMPTY_DIAL_PLAN,
  scheduledCaller: [],
  scheduledCallee: [],
};

/** Of gateways that take every number and leave it as it is. */
export const UNTOUCHED_MAPPING_NUMBERS: MappingNumbers = {
  callerSource: 'from',
  calleeSource: 'requestLine',
  filter: OPEN_FILTER,
  ...NO_PLANS,
};
export const UNTOUCHED_ROUTING_NUMBERS: RoutingNumbers = {
  filter: OPEN_FILTER,
  ...NO_PLANS,
  identity: EMPTY_DIAL_PLAN,
  callerPool: null,
};
