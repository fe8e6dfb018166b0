// What gateways make of numbers: compiled from their fields when a configuration is published.

import { type DialPlan, EMPTY_DIAL_PLAN } from './dial-plan.ts';

/** What a mapping gateway makes of the numbers of its calls. */
export interface MappingNumbers {
  readonly caller: DialPlan;
  readonly callee: DialPlan;
}

/** What a routing gateway makes of the numbers it is sent. */
export interface RoutingNumbers {
  readonly caller: DialPlan;
  readonly callee: DialPlan;
  /** Of the numbers in P-Asserted-Identity, P-Preferred-Identity and Remote-Party-ID. */
  readonly identity: DialPlan;
}

/** Of gateways that take every number and leave it as it is. */
export const UNTOUCHED_MAPPING_NUMBERS: MappingNumbers = { caller: EMPTY_DIAL_PLAN, callee: EMPTY_DIAL_PLAN };
export const UNTOUCHED_ROUTING_NUMBERS: RoutingNumbers = {
  caller: EMPTY_DIAL_PLAN,
  callee: EMPTY_DIAL_PLAN,
  identity: EMPTY_DIAL_PLAN,
};
