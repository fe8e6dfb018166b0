// The route plan: routing gateways for a callee number, in the order the hunt tries them. Longest prefix
// first; a gateway of style `terminate` at the longest match ends the list, `continue` lets shorter
// matches follow. Filters (route-filter.ts) come before the order (route-order.ts), so that a gateway which cannot take
// the call has no say in who does.

import type { EndReason } from '../base/end-reason.ts';
import { ROUTE_CANDIDATES_MAX } from '../base/limits.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import { Candidate } from './candidate.ts';
import { PASSES } from './pass.ts';
import type { RouteCall, RouteConditions, RoutePrices } from './route-conditions.ts';
import { passOf } from './route-filter.ts';
import { putInOrder } from './route-order.ts';
import { RoutePrefixes } from './route-prefixes.ts';
import type { RoutingGateway, Snapshot } from './snapshot.ts';

/** The gateways for one call. */
export interface RoutePlan {
  /** Those that may take it, in hunting order. */
  readonly candidates: readonly Candidate[];
  /** Those that were passed by, as they were found. */
  readonly passed: readonly Candidate[];
}

/** What of a snapshot plans are made by. */
export type RouteTables = Pick<Snapshot, 'routingGateways' | 'routePrefixes' | 'parameters'>;

/** The routing gateways by prefix. */
export class RouteTable {
  readonly #gateways: readonly RoutingGateway[];
  readonly #prefixes: RoutePrefixes;
  readonly #parameters: ParameterValues;
  readonly #prices: RoutePrices;

  constructor({ routingGateways, routePrefixes, parameters }: RouteTables, prices: RoutePrices) {
    this.#gateways = routingGateways;
    this.#prefixes = new RoutePrefixes(routePrefixes, routingGateways.length);
    this.#parameters = parameters;
    this.#prices = prices;
  }

  /** The plan for `call` now. Takes a turn of each set of equals with weights, if `conditions` takes turns. */
  plan(call: RouteCall, conditions: RouteConditions): RoutePlan {
    const candidates: Candidate[] = [];
    const passed: Candidate[] = [];
    for (const candidate of this.#matching(call.callee)) {
      candidate.pass = passOf(candidate, call, conditions, this.#prices);
      (candidate.pass === null ? candidates : passed).push(candidate);
    }
    if (candidates.length > 1) putInOrder(candidates, call, this.#parameters, conditions);
    return { candidates, passed };
  }

  /** Every gateway whose prefix fits, by its longest one; the longest prefixes first. */
  #matching(callee: string): Candidate[] {
    const found: Candidate[] = [];
    this.#prefixes.find(callee);
    while (this.#prefixes.next()) {
      const { gateways, count, length } = this.#prefixes;
      const prefix = callee.slice(0, length);
      let isLast = false;
      for (let at = 0; at < count; at++) {
        if (found.length === ROUTE_CANDIDATES_MAX) return found;
        const gateway = this.#gateways[gateways[at] as number] as RoutingGateway;
        if (gateway.prefixStyle === 'terminate') isLast = true;
        found.push(new Candidate(gateway, prefix));
      }
      if (isLast) break;
    }
    return found;
  }
}

/** How a call ends that no gateway may take. */
export type PlanEnd = Extract<EndReason, 'NoAvailableRouter' | 'GatewayFull' | 'ProfitGuard'>;

/** Why a call with `passed` and nothing else has nowhere to go: what kept back the gateway that came closest. */
export function endWithoutCandidate(passed: readonly Candidate[]): PlanEnd {
  let end: PlanEnd = 'NoAvailableRouter';
  for (const { pass } of passed) {
    const kind = pass === null ? 'foreign' : PASSES[pass].kind;
    if (kind === 'price') return 'ProfitGuard';
    if (kind === 'closed') end = 'GatewayFull';
  }
  return end;
}
