// What gateways make of numbers, as it is written and stored. A snapshot has it compiled
// (core/routing/gateway-numbers.ts).

import type { CalleeSource, CallerSource } from '../core/routing/gateway-numbers.ts';
import type { PartyPrefixes } from '../core/routing/number-filter.ts';

/** A value that holds while the calendar of that name is open. */
export interface ScheduledEntry<T> {
  readonly calendar: string;
  readonly value: T;
}

/** A list of prefixes of one party's numbers, as written. */
export interface PartyPrefixesEntry extends Pick<PartyPrefixes, 'party' | 'isAllowed'> {
  readonly prefixes: readonly string[];
}

/** A dial plan of one party's numbers: one text each rule. */
export interface PartyRulesEntry {
  readonly party: 'caller' | 'callee';
  readonly rules: readonly string[];
}

/** Number lists of a gateway, each with what it is: allowed, or denied. */
export interface NumberFilterFields {
  readonly callerPrefixes: readonly string[];
  readonly callerPrefixesAllow: boolean;
  readonly calleePrefixes: readonly string[];
  readonly calleePrefixesAllow: boolean;
  readonly forwardPrefixes: readonly string[];
  readonly forwardPrefixesAllow: boolean;
  /** Beside those above, each while its calendar is open. */
  readonly scheduledPrefixes: readonly ScheduledEntry<PartyPrefixesEntry>[];
  /** Lengths, 1 to 31. */
  readonly callerAllowLength: readonly number[];
  readonly calleeAllowLength: readonly number[];
  /** Names of number groups. */
  readonly callerLimitE164Groups: readonly string[];
  readonly callerLimitE164GroupsAllow: boolean;
  readonly calleeLimitE164Groups: readonly string[];
  readonly calleeLimitE164GroupsAllow: boolean;
  /** caller:callee, either of them with * at its end for any rest. */
  readonly denyCallerCallee: readonly string[];
  readonly denyCallerCalleeAllow: boolean;
}

/** Fields of a mapping gateway. */
export interface MappingNumberFields extends NumberFilterFields {
  readonly sipCallerE164Domain: CallerSource;
  readonly sipCalleeE164Domain: CalleeSource;
  /** Dial plans: one text each rule. */
  readonly rewriteRulesOutCaller: readonly string[];
  readonly rewriteRulesOutCallee: readonly string[];
  /** Take the place of those above; of each party the first whose calendar is open. */
  readonly scheduledRewriteRulesOut: readonly ScheduledEntry<PartyRulesEntry>[];
}

/** Fields of a routing gateway. */
export interface RoutingNumberFields extends NumberFilterFields {
  readonly rewriteRulesInCaller: readonly string[];
  readonly rewriteRulesInCallee: readonly string[];
  /** Take the place of those above; of each party the first whose calendar is open. */
  readonly scheduledRewriteRulesIn: readonly ScheduledEntry<PartyRulesEntry>[];
  readonly rewriteRulesPIdentity: readonly string[];
  /** A number group; '' for none. */
  readonly callerPool: string;
  readonly callerPoolLine: number;
}
