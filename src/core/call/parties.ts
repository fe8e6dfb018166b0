// Who calls whom: as the mapping gateway leaves it, and as one routing gateway is told.

import { type DialPlan, type Draw, isEmptyPlan, translate } from '../routing/dial-plan.ts';
import { calleePlanAt, callerPlanAt } from '../routing/gateway-hours.ts';
import type { PeerRules, RoutingGateway } from '../routing/snapshot.ts';

/** What a number in an identity header becomes. */
export type Renumber = (number: string) => string;

/** Identities cross with the number they have. */
export const SAME_NUMBER: Renumber = (number) => number;

/** How the two parties are named. */
export interface Parties {
  readonly caller: string;
  readonly callee: string;
  /** Display name of the caller, as received, quotes kept. */
  readonly display: string;
  /** Whether From may not tell the caller's number. */
  readonly isWithheld: boolean;
  /** What the caller's gateway says of it. */
  readonly callerRules: PeerRules;
}

/** The parties as one routing gateway is told them. */
export interface PartiesToward extends Parties {
  readonly renumber: Renumber;
}

/** What an attempt begins with. */
export interface AttemptStart {
  /** The caller out of the gateway's pool; '' without one. */
  readonly pooled: string;
  readonly wallMs: number;
  readonly draw: Draw;
}

/** `parties` as `gateway` is told them. */
export function partiesToward(
  { numbers }: RoutingGateway,
  parties: Parties,
  { pooled, wallMs, draw }: AttemptStart,
): PartiesToward {
  return {
    caller: pooled || translate(callerPlanAt(numbers, wallMs), parties.caller, draw),
    callee: translate(calleePlanAt(numbers, wallMs), parties.callee, draw),
    display: parties.display,
    isWithheld: parties.isWithheld && pooled === '', // A number of the pool is nobody's secret.
    callerRules: parties.callerRules,
    renumber: renumberBy(numbers.identity, draw),
  };
}

/** Chance is asked once: whoever is named in several headers, or again later, has one number. */
export function renumberBy(plan: DialPlan, draw: Draw): Renumber {
  if (isEmptyPlan(plan)) return SAME_NUMBER;
  const lot = draw(LOTS);
  return (number) => translate(plan, number, (bound) => Math.floor((lot / LOTS) * bound));
}

/** So many that any count of targets is drawn from evenly. */
const LOTS = 0x4000_0000;
