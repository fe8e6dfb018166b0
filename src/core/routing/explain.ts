// Asking why: the decision about one call, told step by step, by the same tables the call path uses.

import { type CallsOf, RouteTable } from './route-plan.ts';
import { Screening } from './screening.ts';
import type { Snapshot } from './snapshot.ts';

/** One candidate as an operator reads it. */
export interface ExplainedCandidate {
  readonly gateway: string;
  readonly address: string;
  readonly prefix: string;
  readonly priority: number;
  readonly calls: number;
  readonly capacity: number | null;
  /** False when a call arriving now would pass it by. */
  readonly taken: boolean;
  readonly why: string;
}

/** The decision about one call. `refusal` is empty when it would be hunted. */
export interface ExplainedRoute {
  readonly mappingGateway: string;
  readonly caller: string;
  readonly callee: string;
  readonly refusal: string;
  readonly candidates: readonly ExplainedCandidate[];
}

/** What the question names: a mapping gateway by name or by source address, and both numbers. */
export interface RouteQuestion {
  readonly from: string;
  readonly caller: string;
  readonly callee: string;
}

/** Answers `question` by `snapshot` and the present calls, for a call at `atWallMs`; changes nothing. */
export function explainRoute(
  snapshot: Snapshot,
  question: RouteQuestion,
  callsOf: CallsOf,
  atWallMs: number,
): ExplainedRoute {
  const { from, caller } = question;
  const gateway =
    snapshot.mappingGateways.find(({ name }) => name === from) ??
    new Screening(snapshot.mappingGateways).find(from, question.callee);
  if (gateway === null)
    return refused('', caller, question.callee, `${from} is no mapping gateway and no source of one`);
  if (!question.callee.startsWith(gateway.calleePrefix)) {
    return refused(gateway.name, caller, question.callee, `the callee does not begin with ${gateway.calleePrefix}`);
  }
  const callee = question.callee.slice(gateway.calleePrefix.length);
  if (gateway.locked) return refused(gateway.name, caller, callee, 'the mapping gateway is locked');
  if (gateway.accountLocked) return refused(gateway.name, caller, callee, `the account ${gateway.account} is locked`);
  if (gateway.accountExpiresAtWallMs !== null && atWallMs >= gateway.accountExpiresAtWallMs) {
    return refused(gateway.name, caller, callee, `the account ${gateway.account} has expired`);
  }
  if (gateway.capacity !== null && callsOf(gateway.slot) >= gateway.capacity) {
    return refused(gateway.name, caller, callee, 'the mapping gateway has all the calls it may have');
  }
  const candidates = new RouteTable(snapshot.routingGateways)
    .plan(callee, callsOf)
    .map(({ gateway: routing, prefix }) => {
      const calls = callsOf(routing.slot);
      const isFull = routing.capacity !== null && calls >= routing.capacity;
      const why = routing.locked ? 'locked' : isFull ? 'full' : 'may take the call';
      return {
        gateway: routing.name,
        address: `${routing.remoteIp}:${routing.signalPort}`,
        prefix,
        priority: routing.priority,
        calls,
        capacity: routing.capacity,
        taken: !routing.locked && !isFull,
        why,
      };
    });
  const refusal =
    candidates.length === 0
      ? 'no routing gateway has a prefix of this number (404)'
      : candidates.some(({ taken }) => taken)
        ? ''
        : 'every routing gateway with this prefix is full or locked (503)';
  return { mappingGateway: gateway.name, caller, callee, refusal, candidates };
}

function refused(mappingGateway: string, caller: string, callee: string, refusal: string): ExplainedRoute {
  return { mappingGateway, caller, callee, refusal, candidates: [] };
}
