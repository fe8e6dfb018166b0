// The route plan: routing gateways for a callee number, in the order the hunt tries them. Longest prefix
// first; a gateway of style `terminate` at the longest match ends the list, `continue` lets shorter
// matches follow. Equal matches: lower priority number, then lower load, then fewer calls, then slot. Protect
// gateways stand after all others, whatever their prefixes.

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
  readonly #byPrefix = new Map<string, Candidate[]>();
  #longest = 0;
  readonly #hasProtect: boolean;

  constructor(gateways: readonly RoutingGateway[]) {
    this.#hasProtect = gateways.some(({ protect }) => protect);
    for (const gateway of gateways) {
      for (const prefix of gateway.prefixes) {
        const candidates = this.#byPrefix.get(prefix) ?? [];
        candidates.push({ gateway, prefix });
        this.#byPrefix.set(prefix, candidates);
        this.#longest = Math.max(this.#longest, prefix.length);
      }
    }
  }

  /** Every candidate for `callee` in hunting order; empty when no prefix matches. */
  plan(callee: string, callsOf: CallsOf): Candidate[] {
    const plan: Candidate[] = [];
    for (let length = Math.min(this.#longest, callee.length); length >= 0; length--) {
      const matches = this.#byPrefix.get(callee.slice(0, length));
      if (matches === undefined) continue;
      const group = matches.length === 1 ? matches : inOrder(matches, callsOf);
      for (const candidate of group) {
        if (!plan.some(({ gateway }) => gateway === candidate.gateway)) plan.push(candidate);
      }
      if (matches.some(({ gateway }) => gateway.prefixStyle === 'terminate')) break;
    }
    return this.#hasProtect ? [...plan.filter(isOrdinary), ...plan.filter(isProtect)] : plan;
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
