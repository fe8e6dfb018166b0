// Where the INVITE of an attempt goes and how it names both parties.

import { parseIp } from '../base/ip-address.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import { uriAtContact, uriOf } from './numbers.ts';
import type { InviteAddress } from './outgoing-invite.ts';
import type { Parties } from './parties.ts';
import type { RoutingView, Surroundings } from './ports.ts';
import type { Redirect } from './redirect.ts';

/** RFC 3323 4.1.1.3. */
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/** What an INVITE is made of. */
export interface InviteFacts {
  readonly routing: RoutingView;
  readonly gateway: RoutingGateway;
  readonly parties: Parties;
  readonly hopsLeft: number;
  readonly redirect: Redirect | null;
}

/** The addresses of the INVITE toward `gateway`, or to where it has redirected the call; `displayName` is From's. */
export function inviteRouteOf(
  around: Surroundings,
  { routing, gateway, parties, hopsLeft, redirect }: InviteFacts,
  displayName: string,
): InviteAddress {
  const { listener, remoteIp, signalPort } = gateway;
  const { hostPort } = around.localEnd(listener);
  const to = uriOf(parties.callee, hostPortOf(gateway));
  const { parameters } = routing.snapshot;
  const display = displayName === '' ? '' : `${displayName} `;
  return {
    uri: redirect?.uri ?? (requestUriOf(parties.callee, gateway, parameters) || to),
    to: `<${to}>`,
    from: parties.isWithheld ? ANONYMOUS : `${display}<${uriOf(parties.caller, hostPort)}>`,
    target: { address: redirect?.address ?? remoteIp, port: redirect?.port ?? signalPort, listener },
    requestsTo: gateway.sipRequestAddressMethod,
    hopsLeft,
    resends: routing.resends,
  };
}

/** The callee at the gateway's Contact; '' where the request line names the gateway itself. */
function requestUriOf(callee: string, gateway: RoutingGateway, parameters: ParameterValues): string {
  const usesContact = gateway.inviteUseContact ?? parameters.SS_SIP_ROUTING_GATEWAY_INVITE_USE_CONTACT;
  return usesContact ? uriAtContact(callee, gateway.contact) : '';
}

/** Where `gateway` is, as its URI says it. */
export function hostPortOf({ remoteIp, signalPort }: RoutingGateway): string {
  const host = remoteIp.includes(':') && parseIp(remoteIp) !== null ? `[${remoteIp}]` : remoteIp;
  return signalPort === 5060 ? host : `${host}:${signalPort}`;
}
