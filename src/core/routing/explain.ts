// Asking why: the decision about one call, told step by step, by the same tables the call path uses.

import { splitPort } from '../base/ip-address.ts';
import { type CallsOf, type Candidate, RouteTable } from './route-plan.ts';
import { Screening } from './screening.ts';
import type { MappingGateway, Snapshot } from './snapshot.ts';

const SIP_PORT = 5060;

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

/** The moment of the question, and how the gateways are doing, by slot. */
export interface GatewaysNow {
  readonly wallMs: number;
  readonly callsOf: CallsOf;
  /** Why no calls are offered to a routing gateway, such as `out: it does not answer`; '' when they are. */
  readonly whyClosed: (slot: number) => string;
}

/** Answers `question` by `snapshot` and how the gateways are doing; changes nothing. */
export function explainRoute(snapshot: Snapshot, question: RouteQuestion, now: GatewaysNow): ExplainedRoute {
  const { callsOf, wallMs } = now;
  const { from, caller } = question;
  const gateway = gatewayOf(snapshot, question);
  if (gateway === null)
    return refused('', caller, question.callee, `${from} is no mapping gateway and no source of one`);
  if (!question.callee.startsWith(gateway.calleePrefix)) {
    return refused(gateway.name, caller, question.callee, `the callee does not begin with ${gateway.calleePrefix}`);
  }
  const callee = question.callee.slice(gateway.calleePrefix.length);
  if (gateway.locked) return refused(gateway.name, caller, callee, 'the mapping gateway is locked');
  if (gateway.accountLocked) return refused(gateway.name, caller, callee, `the account ${gateway.account} is locked`);
  if (gateway.accountExpiresAtWallMs !== null && wallMs >= gateway.accountExpiresAtWallMs) {
    return refused(gateway.name, caller, callee, `the account ${gateway.account} has expired`);
  }
  if (gateway.capacity !== null && callsOf(gateway.slot) >= gateway.capacity) {
    return refused(gateway.name, caller, callee, 'the mapping gateway has all the calls it may have');
  }
  const candidates = new RouteTable(snapshot.routingGateways, snapshot.routePrefixes)
    .plan(callee, callsOf)
    .map((candidate) => explainCandidate(candidate, now));
  const refusal =
    candidates.length === 0
      ? 'no routing gateway has a prefix of this number (404)'
      : candidates.some(({ taken }) => taken)
        ? ''
        : 'every routing gateway with this prefix is full, locked, out or banned (503)';
  return { mappingGateway: gateway.name, caller, callee, refusal, candidates };
}

/** By its name, or by an address it calls from: port 5060 where none is said. */
function gatewayOf({ mappingGateways, hosts }: Snapshot, { from, callee }: RouteQuestion): MappingGateway | null {
  const { text: address, port } = splitPort(from);
  return (
    mappingGateways.find(({ name }) => name === from) ??
    new Screening(mappingGateways, hosts).find(address, port || SIP_PORT, callee)
  );
}

function explainCandidate({ gateway, prefix }: Candidate, { callsOf, whyClosed }: GatewaysNow): ExplainedCandidate {
  const { name, slot, remoteIp, signalPort, priority, capacity, locked, protect } = gateway;
  const calls = callsOf(slot);
  const isFull = capacity !== null && calls >= capacity;
  const whyNot = locked ? 'locked' : whyClosed(slot) || (isFull ? 'full' : '');
  const why = protect ? 'may take the call: a protect gateway, after the others' : 'may take the call';
  const address = `${remoteIp}:${signalPort}`;
  const load = { calls, capacity, taken: whyNot === '', why: whyNot || why };
  return { gateway: name, address, prefix, priority, ...load };
}

function refused(mappingGateway: string, caller: string, callee: string, refusal: string): ExplainedRoute {
  return { mappingGateway, caller, callee, refusal, candidates: [] };
}
