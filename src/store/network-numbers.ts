// What gateways make of numbers, as it is written and stored. A snapshot has it compiled
// (core/routing/gateway-numbers.ts).

import type { CalleeSource, CallerSource } from '../core/routing/gateway-numbers.ts';

/** Number lists of a gateway, each with what it is: allowed, or denied. */
export interface NumberFilterFields {
  readonly callerPrefixes: readonly string[];
  readonly callerPrefixesAllow: boolean;
  readonly calleePrefixes: readonly string[];
  readonly calleePrefixesAllow: boolean;
  readonly forwardPrefixes: readonly string[];
  readonly forwardPrefixesAllow: boolean;
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
}

/** Fields of a routing gateway. */
export interface RoutingNumberFields extends NumberFilterFields {
  readonly rewriteRulesInCaller: readonly string[];
  readonly rewriteRulesInCallee: readonly string[];
  readonly rewriteRulesPIdentity: readonly string[];
  /** A number group; '' for none. */
  readonly callerPool: string;
  readonly callerPoolLine: number;
}
