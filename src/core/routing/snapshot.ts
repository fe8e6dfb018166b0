// The routing tables as a shard sees them: immutable, with a version. Control compiles one from the
// configuration, posts it whole, and a shard swaps it between two inputs. A call keeps the snapshot it
// began with; its CDR names the version.

import type { HashFunction } from '../base/digest-algorithms.ts';
import type { AddressMethod } from '../base/target.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import type { Calendar, Scheduled } from './calendar.ts';
import type { MappingNumbers, RoutingNumbers } from './gateway-numbers.ts';
import type { NumberGroupImage } from './number-group.ts';
import type { PrefixLayer } from './route-prefixes.ts';

/** Whether a header crosses: never, as the other side sent it, or written anew with the caller number. */
export type IdentityRule = 'none' | 'pass' | 'caller';

/** What both kinds of gateway say about the peer behind them. */
export interface PeerRules {
  /** Session timers (RFC 4028) toward this peer. */
  readonly sipTimer: boolean;
  /** Reliable provisional responses (RFC 3262) with this peer. */
  readonly sip100Rel: boolean;
  /** Whether this peer may be sent REFER by the other side of its calls. */
  readonly enableCallTransfer: boolean;
  /**
   * Talk limit: a value drawn from this range for each call, ms. Null takes SS_MAX_CALL_DURATION, 0 is no limit. Both
   * are null, both 0, or a range.
   */
  readonly maxCallDurationLowerMs: number | null;
  readonly maxCallDurationUpperMs: number | null;
  /** Where responses go; null by RFC 3261 18.2.2 and RFC 3581. */
  readonly sipResponseAddressMethod: AddressMethod | null;
  /** Where requests inside a dialog go when the peer has no route set. */
  readonly sipRequestAddressMethod: AddressMethod;
  /** What of the identities crosses. `caller` makes sense toward a routing gateway only. */
  readonly sipPAssertedIdentity: IdentityRule;
  readonly sipPPreferredIdentity: IdentityRule;
  readonly sipRemotePartyId: IdentityRule;
  /** Diversion (RFC 5806), History-Info (RFC 7044), Identity (RFC 8224), Reason (RFC 3326) of the other side. */
  readonly sipDiversion: boolean;
  readonly sipHistoryInfo: boolean;
  readonly sipIdentity: boolean;
  readonly sipReason: boolean;
}

/** What a gateway shares with others: its calls count there as well. */
export interface SharedLimit {
  readonly kind: 'account' | 'group';
  readonly name: string;
  readonly slot: number;
  /** This gateway gets a call there while fewer than these are under way: what it must leave free is taken off. */
  readonly capacity: number | null;
  readonly cps: number | null;
  readonly cpsBurst: number | null;
}

/** What limits the calls of a gateway, of either kind. */
export interface LimitRules {
  /** Concurrent calls; null for no limit. */
  readonly capacity: number | null;
  /** Takes the place of `capacity`; the first whose calendar is open. */
  readonly scheduledCapacity: readonly Scheduled<number | null>[];
  /** New calls a second; null for no limit. */
  readonly cps: number | null;
  /** New calls at once, after a rest; null: as many as a second allows. */
  readonly cpsBurst: number | null;
  /** It has calls while this is open; null: always. */
  readonly availability: Calendar | null;
  readonly locked: boolean;
  /** The account of a mapping gateway, then its groups. */
  readonly shared: readonly SharedLimit[];
}

/** One row of `callFailedSipCode`: toward the caller `target` takes the place of `reason`. */
export interface FailedCodeRule {
  /** SIP status, or the negative number of a server's end reason; 0: any other. */
  readonly reason: number;
  /** SIP status told to the caller; 0: unchanged. */
  readonly target: number;
}

/** What a call may cost; the limits of both of its gateways hold. */
export interface PriceLimits {
  /** Least profit, percent of the sell price; null for any. Negative: so much may be lost. */
  readonly minProfitPercent: number | null;
  /** Most that the routing gateway may be paid, nanos a second; null for no limit. */
  readonly maxSecondRatesNanos: number | null;
}

/** By what a mapping gateway has its routing gateways ordered before anything else. */
export type RoutePolicy = 'none' | 'answerRate' | 'lowestRate';

/** So many calls of a hundred get this prefix. */
export interface Proportion {
  readonly proportion: number;
  readonly addPrefix: string;
}

/** How a gateway is attached: at configured places, or wherever it has registered from. */
export type RegisterType = 'static' | 'dynamic';

/** What a gateway registers and proves itself with. */
export interface RegisterRules {
  readonly registerType: RegisterType;
  /** Its name as a SIP user; empty: it cannot prove anything. */
  readonly registerUser: string;
  readonly registerPassword: string;
  /** What it is challenged with, in the order of preference; its answers use no other. */
  readonly registerAlgorithms: readonly HashFunction[];
}

/** Customer side trunk: calls enter here. */
export interface MappingGateway extends PeerRules, LimitRules, PriceLimits, RegisterRules {
  /** Place of its counters in shared memory; stable for the life of the gateway. */
  readonly slot: number;
  readonly name: string;
  readonly account: string;
  /** Addresses it calls from: IPv4, IPv6, or CIDR; with `ipPort` a port may follow. */
  readonly remoteIps: readonly string[];
  /** Host names it calls from, as DNS has them now; with `ipPort` a port may follow. */
  readonly remoteHosts: readonly string[];
  /** Whether the source port belongs to its address. */
  readonly sipAuthenticationMethod: 'ip' | 'ipPort';
  /** Each of its calls has to carry its user's credentials, wherever it comes from. */
  readonly requireDigest: boolean;
  /** Digits a callee number must begin with; stripped when matched. Empty: none. */
  readonly calleePrefix: string;
  /** Lower wins where several gateways share an address. */
  readonly priority: number;
  /** Whether its calls are watched for the dynamic blacklist where SS_BLACK_LIST_DYNAMIC_RUN_MODE is Standalone. */
  readonly dynamicBlackListInStandalone: boolean;
  /** Its calls are routed by the location routing number of the callee. */
  readonly lrnEnable: boolean;
  /** Digits at the beginning of the callee that are no part of the number that is asked for. */
  readonly lrnEatPrefixLength: number;
  /** What becomes of a call when nobody knows: refused, or routed by its number. */
  readonly lrnFailureAction: 'reject' | 'goOn';
  /** Digits in front of the billed number of a call to another state, and of one whose states are not known. */
  readonly lrnInterstateBillingPrefix: string;
  readonly lrnUndeterminedBillingPrefix: string;
  /** Concurrent calls of one caller number; null for no limit. */
  readonly callerCapacity: number | null;
  /** New calls a second of one caller number; null for no limit. */
  readonly callerCps: number | null;
  /** Overrides SS_TIMEOUT_CALL_PROCEEDING; null takes the system's value. */
  readonly timeoutCallProceedingMs: number | null;
  /** Overrides SS_TRY_PROTECT_ROUTE_DELAY. */
  readonly tryProtectRouteDelayMs: number | null;
  readonly callFailedSipCode: readonly FailedCodeRule[];
  /** The farthest kind of call it may make, by the type of the rate. */
  readonly callLevel: 'net' | 'local' | 'national' | 'international';
  /** Provisional responses with SDP reach the caller as they come (auto), as 183, or as 180. */
  readonly sipRemoteRingSignal: 'auto' | '183' | '180';
  readonly firstRoutePolicy: RoutePolicy;
  readonly secondRoutePolicy: RoutePolicy;
  /** Groups whose routing gateways it may call, or may not; empty: all may be called. */
  readonly routingGatewayGroups: readonly string[];
  readonly routingGatewayGroupsAllow: boolean;
  /** Routing gateways that it may call, by name; empty: all. */
  readonly calloutRoutingGateways: readonly string[];
  /** At most 100 in all. */
  readonly proportionCalleePrefixs: readonly Proportion[];
  readonly numbers: MappingNumbers;
  /** Of its account. */
  readonly accountLocked: boolean;
  /** Wall clock ms from which on its account may not call; null: never. */
  readonly accountExpiresAtWallMs: number | null;
}

/** How shorter prefixes stand to a match of this gateway's prefix. */
export type PrefixStyle = 'terminate' | 'continue';

/** Vendor side trunk: calls leave here. */
export interface RoutingGateway extends PeerRules, LimitRules, PriceLimits, RegisterRules {
  readonly slot: number;
  readonly name: string;
  /** The account that is paid for its calls; '' for nobody. */
  readonly clearingAccount: string;
  readonly prefixStyle: PrefixStyle;
  readonly remoteIp: string;
  readonly signalPort: number;
  /** Index of the local socket it is called from. */
  readonly listener: number;
  /** Lower is tried first. */
  readonly priority: number;
  /** Takes the place of `priority`; the first whose calendar is open. */
  readonly scheduledPriority: readonly Scheduled<number>[];
  /** Overrides of the parameters of the same meaning; null takes the system's value. Times in ms. */
  readonly timeoutInviteMs: number | null;
  readonly timeoutTryingMs: number | null;
  readonly timeoutSessionProgressMs: number | null;
  readonly timeoutSessionProgressSdpMs: number | null;
  readonly timeoutRingingMs: number | null;
  readonly switchAllowSdp: boolean | null;
  readonly switchAllowBusy: boolean | null;
  readonly switchAllowRing: boolean | null;
  readonly switchUntilConnect: boolean | null;
  readonly stopSwitchAfterInviteTimeout: boolean | null;
  /** SIP codes from this gateway that end the hunt. */
  readonly stopSwitchSipCodes: readonly number[];
  readonly switchAllowRtp: boolean | null;
  readonly retryAfterHonor: boolean | null;
  readonly inviteUseContact: boolean | null;
  /** A backup: tried after all others. */
  readonly protect: boolean;
  /** Share of calls among equals that have one; 0: it takes no turns, and stands after those that do. */
  readonly weight: number;
  /** Groups it is in, by name. */
  readonly gatewayGroups: readonly string[];
  /** Mapping gateways that may call it, by name; empty: all. */
  readonly callinMappingGateways: readonly string[];
  /** Whether it gets no call that its account has no rate for. */
  readonly feerateRestrict: boolean;
  /** Whether it stands by its rate before the others of its priority. */
  readonly leastCostRouting: boolean;
  /** Overrides SS_GATEWAY_ASR_CALCULATE. */
  readonly calculateRouteQuality: boolean | null;
  /** Interval of OPTIONS sent all the time, ms; null sends them only while the gateway is out. */
  readonly optionsPingMs: number | null;
  /** Timeouts in a row, without a success between, that take the gateway out; 0: never. */
  readonly timeoutsToBan: number;
  /** Whether the contacts of its 3xx are tried as further attempts. */
  readonly followRedirects: boolean;
  /** Answers to its 401 and 407; an empty user has none. */
  readonly sipAuthenticationUser: string;
  readonly sipAuthenticationPassword: string;
  /** SIP URI for SS_SIP_ROUTING_GATEWAY_INVITE_USE_CONTACT; empty: none. */
  readonly contact: string;
  /** Privacy toward it; null takes SS_SIP_USER_AGENT_PRIVACY. `noneValue` is the header `Privacy: none`. */
  readonly sipPrivacy: 'none' | 'pass' | 'id' | 'noneValue' | null;
  /** Overrides SS_SIP_DISPLAY_FROM. */
  readonly sipDisplay: 'Pass' | 'Number' | 'None' | null;
  readonly numbers: RoutingNumbers;
}

/** What DNS last said of one host name of a gateway. */
export interface HostAddresses {
  readonly host: string;
  readonly addresses: readonly string[];
}

/** An account as prices and balances see it. */
export interface PricedAccount {
  /** Place of its balance in shared memory; stable for the life of the account. */
  readonly slot: number;
  readonly account: string;
  readonly currency: string;
  /** Names of its rate tables in the order they are asked; none: it is not billed. */
  readonly rateTables: readonly string[];
  /** How far below zero its balance may go; null: without a limit. */
  readonly creditLimitNanos: bigint | null;
  /** The agent whose customer it is; '' for none. */
  readonly agent: string;
  /** Free minutes of its package, in the order of their counters. */
  readonly free: readonly FreeAllowance[];
}

/** Numbers that a package lets its account call for nothing, as long as its minutes of the period last. */
export interface FreeAllowance {
  /** Package and allowance, by name. */
  readonly allowance: string;
  /** Place of what is left in shared memory. */
  readonly place: number;
  readonly prefixes: readonly string[];
  /** When it holds: while that calendar is open; '': always. */
  readonly hours: string;
}

/** A rate table, its deck in shared memory (core/rating/rate-deck.ts). */
export interface RateTableImage {
  readonly name: string;
  readonly image: SharedArrayBuffer;
}

/** Who pays what. */
export interface PriceTables {
  readonly accounts: readonly PricedAccount[];
  readonly rateTables: readonly RateTableImage[];
  /** Those that were taken out of the network: calls of theirs may live on, and they may be put back. */
  readonly formerAccounts?: readonly Pick<PricedAccount, 'account' | 'slot'>[];
}

/** A local socket as the outside sees it. */
export interface Listener {
  /** Address and port that peers are told (Via, Contact). An IPv6 address stands without brackets. */
  readonly advertisedHost: string;
  readonly advertisedPort: number;
}

/** Everything a shard needs to know to carry calls. */
export interface Snapshot {
  readonly version: number;
  readonly mappingGateways: readonly MappingGateway[];
  readonly routingGateways: readonly RoutingGateway[];
  /** Which numbers they take: their own prefixes first, then those that were imported. */
  readonly routePrefixes: readonly PrefixLayer[];
  /** The host names of mapping gateways that are known by now; absent: none. They may change without a new version. */
  readonly hosts?: readonly HostAddresses[];
  /** What timed rates go by. Absent: there are none. */
  readonly calendars?: readonly Calendar[];
  /** Absent: nobody pays anything. */
  readonly prices?: PriceTables;
  /** Absent: there are none. */
  readonly numberGroups?: readonly NumberGroupImage[];
  /** Names of the number groups that are never on the blacklist. Absent: none. */
  readonly whiteList?: readonly string[];
  readonly parameters: ParameterValues;
}
