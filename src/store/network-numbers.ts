// What gateways make of numbers, as it is written and stored. A snapshot has it compiled
// (core/routing/gateway-numbers.ts).

/** Fields of a mapping gateway. */
export interface MappingNumberFields {
  /** Dial plans: one text each rule. */
  readonly rewriteRulesOutCaller: readonly string[];
  readonly rewriteRulesOutCallee: readonly string[];
}

/** Fields of a routing gateway. */
export interface RoutingNumberFields {
  readonly rewriteRulesInCaller: readonly string[];
  readonly rewriteRulesInCallee: readonly string[];
  readonly rewriteRulesPIdentity: readonly string[];
}
