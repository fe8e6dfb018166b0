// The network that the simulated switch serves: customers, vendors of several tempers, and the parameters.

import { DIGEST_ALGORITHMS } from '../../src/core/base/digest-algorithms.ts';
import { ParameterRefusal, type ParameterValues, parseParameters } from '../../src/core/parameters/registry.ts';
import { UNTOUCHED_MAPPING_NUMBERS, UNTOUCHED_ROUTING_NUMBERS } from '../../src/core/routing/gateway-numbers.ts';
import { prefixLayerOf } from '../../src/core/routing/route-prefix-packer.ts';
import type { PrefixLayer } from '../../src/core/routing/route-prefixes.ts';
import type {
  LimitRules,
  MappingGateway,
  PeerRules,
  RegisterRules,
  RoutingGateway,
  SharedLimit,
  Snapshot,
} from '../../src/core/routing/snapshot.ts';
import type { Place } from './network.ts';
import { NUMBER_PREFIX, SCARCE_PREFIX, UNPLUGGED_PREFIX } from './plans.ts';

/** Hosts of customers and vendors have nothing in common, so that what crosses can be seen. */
export const CUSTOMER_NET = '198.51.100.';
export const VENDOR_NET = '203.0.113.';

export const CUSTOMERS: readonly Place[] = [1, 2, 3].map((host) => ({ address: `${CUSTOMER_NET}${host}`, port: 5060 }));

/** Calls as they do, but no mapping gateway has its address. */
export const STRANGER: Place = { address: `${CUSTOMER_NET}9`, port: 5060 };

/** The gateway that is locked in the middle of a run. */
export const LOCKED_LATER = 'vendor-13';

/** Nobody listens at the last of them. */
export const VENDORS: readonly Place[] = [1, 2, 3, 4, 5].map((host) => ({
  address: `${VENDOR_NET}${host}`,
  port: 5060,
}));

/** The vendor whose host answers with ICMP port unreachable. */
export const UNPLUGGED_VENDOR = VENDORS.length - 1;

/** What a gateway says of its peer when nobody has set anything. */
export const PEER_RULES: PeerRules = {
  sipTimer: true,
  sip100Rel: true,
  enableCallTransfer: false,
  maxCallDurationLowerMs: null,
  maxCallDurationUpperMs: null,
  sipResponseAddressMethod: null,
  sipRequestAddressMethod: 'stated',
  sipPAssertedIdentity: 'none',
  sipPPreferredIdentity: 'none',
  sipRemotePartyId: 'none',
  sipDiversion: false,
  sipHistoryInfo: false,
  sipIdentity: true,
  sipReason: true,
};

const STATIC: RegisterRules = {
  registerType: 'static',
  registerUser: '',
  registerPassword: '',
  registerAlgorithms: DIGEST_ALGORITHMS,
};

/** What limits a gateway when nobody has set anything. */
export const LIMIT_RULES: LimitRules = {
  capacity: null,
  scheduledCapacity: [],
  cps: null,
  cpsBurst: null,
  availability: null,
  locked: false,
  shared: [],
};

/** A mapping gateway with everything at its default. */
export function mappingGateway(slot: number, part: Partial<MappingGateway> = {}): MappingGateway {
  return {
    slot,
    name: `customer-${slot}`,
    account: `account-${slot}`,
    remoteIps: [],
    remoteHosts: [],
    sipAuthenticationMethod: 'ip',
    requireDigest: false,
    ...STATIC,
    calleePrefix: '',
    dynamicBlackListInStandalone: false,
    lrnEnable: false,
    lrnEatPrefixLength: 0,
    lrnFailureAction: 'goOn',
    lrnInterstateBillingPrefix: '',
    lrnUndeterminedBillingPrefix: '',
    priority: 0,
    callerCapacity: null,
    callerCps: null,
    timeoutCallProceedingMs: null,
    tryProtectRouteDelayMs: null,
    callFailedSipCode: [],
    callLevel: 'international',
    sipRemoteRingSignal: 'auto',
    firstRoutePolicy: 'none',
    secondRoutePolicy: 'none',
    routingGatewayGroups: [],
    routingGatewayGroupsAllow: true,
    calloutRoutingGateways: [],
    proportionCalleePrefixs: [],
    minProfitPercent: null,
    maxSecondRatesNanos: null,
    numbers: UNTOUCHED_MAPPING_NUMBERS,
    accountLocked: false,
    accountExpiresAtWallMs: null,
    ...LIMIT_RULES,
    ...PEER_RULES,
    ...part,
  };
}

/** A routing gateway and the prefixes it has beside it in a snapshot. */
export interface PrefixedGateway extends RoutingGateway {
  readonly prefixes: readonly string[];
}

/** The parts of a snapshot that `routingGateways` make. */
export function routes(routingGateways: readonly PrefixedGateway[]): {
  readonly routingGateways: readonly PrefixedGateway[];
  readonly routePrefixes: readonly PrefixLayer[];
} {
  return { routingGateways, routePrefixes: [prefixLayerOf(routingGateways)] };
}

/** A routing gateway with everything at its default. */
export function routingGateway(slot: number, part: Partial<PrefixedGateway> = {}): PrefixedGateway {
  return {
    slot,
    name: `vendor-${slot}`,
    clearingAccount: '',
    prefixes: [''],
    prefixStyle: 'terminate',
    ...STATIC,
    remoteIp: '',
    signalPort: 5060,
    listener: 0,
    priority: 0,
    scheduledPriority: [],
    timeoutInviteMs: null,
    timeoutTryingMs: null,
    timeoutSessionProgressMs: null,
    timeoutSessionProgressSdpMs: null,
    timeoutRingingMs: null,
    switchAllowSdp: null,
    switchAllowBusy: null,
    switchAllowRing: null,
    switchUntilConnect: null,
    stopSwitchAfterInviteTimeout: null,
    stopSwitchSipCodes: [],
    switchAllowRtp: null,
    retryAfterHonor: null,
    inviteUseContact: null,
    protect: false,
    weight: 0,
    callinMappingGateways: [],
    gatewayGroups: [],
    feerateRestrict: false,
    leastCostRouting: false,
    calculateRouteQuality: null,
    minProfitPercent: null,
    maxSecondRatesNanos: null,
    optionsPingMs: null,
    timeoutsToBan: 3,
    followRedirects: false,
    sipAuthenticationUser: '',
    sipAuthenticationPassword: '',
    contact: '',
    sipPrivacy: null,
    sipDisplay: null,
    numbers: UNTOUCHED_ROUTING_NUMBERS,
    ...LIMIT_RULES,
    ...PEER_RULES,
    ...part,
  };
}

/** Parameters as an operator writes them, over the defaults. */
export function parameters(given: Readonly<Record<string, string>> = {}): ParameterValues {
  const values = parseParameters(new Map(Object.entries(given)));
  if (values instanceof ParameterRefusal) throw new RangeError(values.sentence);
  return values;
}

/** The tables that take the place of `snapshot` in the middle of a run: one vendor is locked, none is probed. */
export function laterSnapshot(snapshot: Snapshot): Snapshot {
  const routingGateways = snapshot.routingGateways.map((gateway) => ({
    ...gateway,
    locked: gateway.locked || gateway.name === LOCKED_LATER,
    optionsPingMs: null,
  }));
  return { ...snapshot, version: snapshot.version + 1, routingGateways };
}

/** What all vendors of the simulated network share, and what the two busiest customers do. */
const VENDORS_TOGETHER: SharedLimit = shared('group', 'vendors', 41, 90);
/** A gateway that leaves ten lines of them free. */
const VENDORS_LESS_TEN: SharedLimit = { ...VENDORS_TOGETHER, capacity: 81 };
const ONE_ACCOUNT: SharedLimit = shared('account', 'account', 31, 100);

function shared(kind: SharedLimit['kind'], name: string, slot: number, capacity: number): SharedLimit {
  return { kind, name, slot, capacity, cps: null, cpsBurst: null };
}

/** The simulated network: three customers, five vendors behind one prefix and a second one. */
export function simulatedSnapshot(): Snapshot {
  const [first, second, third] = CUSTOMERS.map(({ address }) => [address]) as [string[], string[], string[]];
  const hosts = VENDORS.map(({ address }) => address) as [string, string, string, string, string];
  const both = [NUMBER_PREFIX, NUMBER_PREFIX.slice(0, 2)];
  return {
    version: 1,
    mappingGateways: [
      mappingGateway(1, { remoteIps: first, shared: [ONE_ACCOUNT] }),
      mappingGateway(2, { remoteIps: second, capacity: 120, shared: [ONE_ACCOUNT] }),
      mappingGateway(3, { remoteIps: third, cps: 12, timeoutCallProceedingMs: 25_000 }),
    ],
    ...routes([
      routingGateway(11, {
        prefixes: [NUMBER_PREFIX],
        remoteIp: hosts[0],
        capacity: 60,
        prefixStyle: 'continue',
        shared: [VENDORS_TOGETHER],
      }),
      routingGateway(12, {
        prefixes: both,
        remoteIp: hosts[1],
        priority: 1,
        timeoutRingingMs: 9000,
        shared: [VENDORS_LESS_TEN],
        prefixStyle: 'continue',
        optionsPingMs: 5000,
      }),
      routingGateway(13, {
        prefixes: [NUMBER_PREFIX],
        remoteIp: hosts[2],
        priority: 1,
        cps: 10,
        prefixStyle: 'continue',
      }),
      routingGateway(14, {
        prefixes: ['49'],
        remoteIp: hosts[3],
        switchAllowBusy: true,
        switchAllowRing: true,
        timeoutRingingMs: 6000,
      }),
      routingGateway(15, {
        prefixes: [NUMBER_PREFIX, UNPLUGGED_PREFIX],
        remoteIp: hosts[4],
        cps: 3,
        prefixStyle: 'continue',
        timeoutsToBan: 0, // It would be probed for ever, and the run never come to rest.
      }),
      routingGateway(16, { prefixes: [SCARCE_PREFIX], remoteIp: hosts[0], capacity: 2 }),
      routingGateway(17, { prefixes: [SCARCE_PREFIX], remoteIp: hosts[1], locked: true }),
    ]),
    parameters: parameters({ SS_MAX_CALL_DURATION: '45', SS_SIP_TIMEOUT_INVITE: '7', SS_SIP_TIMEOUT_RINGING: '30' }),
  };
}
