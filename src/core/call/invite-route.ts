// Where the INVITE of an attempt goes and how it names both parties.

import { parseIp } from '../base/ip-address.ts';
import type { Candidate } from '../routing/route-plan.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import { uriOf } from './numbers.ts';
import type { InviteAddress } from './outgoing-invite.ts';
import type { Surroundings } from './ports.ts';

/** How the two parties are named in the INVITE. */
export interface Parties {
  readonly caller: string;
  readonly callee: string;
  /** Display name of the caller, as received, quotes kept. */
  readonly display: string;
}

/** The addresses of the INVITE toward `candidate`. */
export function inviteRouteOf(around: Surroundings, { gateway }: Candidate, parties: Parties): InviteAddress {
  const { hostPort } = around.localEnd(gateway.listener);
  const uri = uriOf(parties.callee, hostPortOf(gateway));
  const display = parties.display === '' ? '' : `${parties.display} `;
  return {
    uri,
    to: `<${uri}>`,
    from: `${display}<${uriOf(parties.caller, hostPort)}>`,
    target: { address: gateway.remoteIp, port: gateway.signalPort, listener: gateway.listener },
  };
}

function hostPortOf({ remoteIp, signalPort }: RoutingGateway): string {
  const host = remoteIp.includes(':') && parseIp(remoteIp) !== null ? `[${remoteIp}]` : remoteIp;
  return signalPort === 5060 ? host : `${host}:${signalPort}`;
}
