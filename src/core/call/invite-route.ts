// Where the INVITE of an attempt goes and how it names both parties.

import { parseIp } from '../base/ip-address.ts';
import type { Candidate } from '../routing/route-plan.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import { uriOf } from './numbers.ts';
import type { InviteAddress } from './outgoing-invite.ts';
import type { Surroundings } from './ports.ts';
import type { Redirect } from './redirect.ts';

/** How the two parties are named in the INVITE. */
export interface Parties {
  readonly caller: string;
  readonly callee: string;
  /** Display name of the caller, as received, quotes kept. */
  readonly display: string;
}

/** The addresses of the INVITE toward `candidate`, or to where it has redirected the call. */
export function inviteRouteOf(
  around: Surroundings,
  { gateway }: Candidate,
  parties: Parties,
  redirect: Redirect | null,
): InviteAddress {
  const { listener, remoteIp, signalPort } = gateway;
  const { hostPort } = around.localEnd(listener);
  const uri = uriOf(parties.callee, hostPortOf(gateway));
  const display = parties.display === '' ? '' : `${parties.display} `;
  return {
    uri: redirect?.uri ?? uri,
    to: `<${uri}>`,
    from: `${display}<${uriOf(parties.caller, hostPort)}>`,
    target: { address: redirect?.address ?? remoteIp, port: redirect?.port ?? signalPort, listener },
    requestsTo: gateway.sipRequestAddressMethod,
  };
}

function hostPortOf({ remoteIp, signalPort }: RoutingGateway): string {
  const host = remoteIp.includes(':') && parseIp(remoteIp) !== null ? `[${remoteIp}]` : remoteIp;
  return signalPort === 5060 ? host : `${host}:${signalPort}`;
}
