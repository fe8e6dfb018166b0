// The route plan: routing gateways for a callee number, in the order the hunt tries them. Longest prefix
// first; a gateway of style `terminate` at the longest match ends the list, `continue` lets shorter
// matches follow. Equal matches: lower priority number, then lower load, then fewer calls, then slot. Protect
// gateways stand after all others, whatever their prefixes.

import { type PrefixLayer, RoutePrefixes } from './route-prefixes.ts';
import type { RoutingGateway } from './snapshot.ts';

/** One gateway of a plan and the prefix it was found by. */
export interface Candidate {
  readonly gateway: RoutingGateway;
  readonly prefix: string;
}

/** Present concurrent calls of the gateway in `slot`. */
export type CallsOf = (slot: number) => number;

/** An index of routing gateways by prefix. */
export class RouteTable {
  readonly #gateways: readonly RoutingGateway[];
  readonly #prefixes: RoutePrefixes;
  readonly #hasProtect: boolean;

  constructor(gateways: readonly RoutingGateway[], layers: readonly PrefixLayer[]) {
    this.#gateways = gateways;
    this.#prefixes = new RoutePrefixes(layers, gateways.length);
    this.#hasProtect = gateways.some(({ protect }) => protect);
  }

  /** Every candidate for `callee` in hunting order; empty when no prefix matches. */
  plan(callee: string, callsOf: CallsOf): Candidate[] {
    const plan: Candidate[] = [];
    this.#prefixes.find(callee);
    while (this.#prefixes.next()) {
      const matches = this.#candidates(callee.slice(0, this.#prefixes.length));
      plan.push(...(matches.length === 1 ? matches : inOrder(matches, callsOf)));
      if (matches.some(({ gateway }) => gateway.prefixStyle === 'terminate')) break;
    }
    return this.#hasProtect ? [...plan.filter(isOrdinary), ...plan.filter(isProtect)] : plan;
  }

  /** Those of the match that the walk stands at. */
  #candidates(prefix: string): Candidate[] {
    const { gateways, count } = this.#prefixes;
    const candidates: Candidate[] = [];
    for (let at = 0; at < count; at++) {
      candidates.push({ gateway: this.#gateways[gateways[at] as number] as RoutingGateway, prefix });
    }
    return candidates;
  }
}

function isProtect({ gateway }: Candidate): boolean {
  return gateway.protect;
}

function isOrdinary({ gateway }: Candidate): boolean {
  return !gateway.protect;
}

function inOrder(candidates: readonly Candidate[], callsOf: CallsOf): Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, calls: callsOf(candidate.gateway.slot) }))
    .sort(
      (a, b) =>
        a.candidate.gateway.priority - b.candidate.gateway.priority ||
        loadOf(a.candidate.gateway, a.calls) - loadOf(b.candidate.gateway, b.calls) ||
        a.calls - b.calls ||
        a.candidate.gateway.slot - b.candidate.gateway.slot,
    )
    .map(({ candidate }) => candidate);
}

function loadOf(gateway: RoutingGateway, calls: number): number {
  return gateway.capacity === null || gateway.capacity === 0 ? 0 : calls / gateway.capacity;
}
