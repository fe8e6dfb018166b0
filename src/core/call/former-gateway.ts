// Gateways that are no part of the network any more, but had calls when the switch was stopped: what an answered call
// still asks of its gateways. Their own settings are gone; these are those of a gateway without any.

import { UNTOUCHED_MAPPING_NUMBERS, UNTOUCHED_ROUTING_NUMBERS } from '../routing/gateway-numbers.ts';
import type { MappingGateway, PeerRules, RoutingGateway } from '../routing/snapshot.ts';

const RULES: PeerRules = {
  sipTimer: true,
  sip100Rel: false,
  enableCallTransfer: false,
  maxCallDurationLowerMs: null,
  maxCallDurationUpperMs: null,
  sipResponseAddressMethod: null,
  sipRequestAddressMethod: 'source',
  sipPAssertedIdentity: 'none',
  sipPPreferredIdentity: 'none',
  sipRemotePartyId: 'none',
  sipDiversion: false,
  sipHistoryInfo: false,
  sipIdentity: false,
  sipReason: false,
};

/** What is said of a gateway once its calls are answered. */
const ANSWERED = { locked: true, capacity: 0, cps: null, shared: [], callFailedSipCode: [], sipPrivacy: null };

/** The customer's side of a call whose mapping gateway is gone. What only set-up asks for is not in it. */
export function formerMappingGateway(name: string, slot: number): MappingGateway {
  const numbers = UNTOUCHED_MAPPING_NUMBERS;
  return { ...RULES, ...ANSWERED, numbers, name, slot, calleePrefix: '' } as unknown as MappingGateway;
}

/** The vendor's side of a call whose routing gateway is gone. */
export function formerRoutingGateway(name: string, slot: number): RoutingGateway {
  const credentials = { sipAuthenticationUser: '', sipAuthenticationPassword: '' };
  const numbers = UNTOUCHED_ROUTING_NUMBERS;
  return { ...RULES, ...ANSWERED, ...credentials, numbers, name, slot, listener: 0 } as unknown as RoutingGateway;
}
