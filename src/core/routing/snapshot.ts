// The routing tables as a shard sees them: immutable, with a version. Control compiles one from the
// configuration, posts it whole, and a shard swaps it between two inputs. A call keeps the snapshot it
// began with; its CDR names the version.

import type { ParameterValues } from '../parameters/registry.ts';

/** Customer side trunk: calls enter here. */
export interface MappingGateway {
  /** Place of its counters in shared memory; stable for the life of the gateway. */
  readonly slot: number;
  readonly name: string;
  readonly account: string;
  /** Addresses it calls from: IPv4, IPv6, or CIDR. */
  readonly remoteIps: readonly string[];
  /** Digits a callee number must begin with; stripped when matched. Empty: none. */
  readonly calleePrefix: string;
  /** Lower wins where several gateways share an address. */
  readonly priority: number;
  /** Concurrent calls; null for no limit. */
  readonly capacity: number | null;
  /** New calls a second; null for no limit. */
  readonly cps: number | null;
  readonly locked: boolean;
  /** Overrides SS_TIMEOUT_CALL_PROCEEDING; null takes the system's value. */
  readonly timeoutCallProceedingMs: number | null;
}

/** How shorter prefixes stand to a match of this gateway's prefix. */
export type PrefixStyle = 'terminate' | 'continue';

/** Vendor side trunk: calls leave here. */
export interface RoutingGateway {
  readonly slot: number;
  readonly name: string;
  /** Digits of callee numbers it takes; an empty string takes every number. */
  readonly prefixes: readonly string[];
  readonly prefixStyle: PrefixStyle;
  readonly remoteIp: string;
  readonly signalPort: number;
  /** Index of the local socket it is called from. */
  readonly listener: number;
  /** Lower is tried first. */
  readonly priority: number;
  readonly capacity: number | null;
  readonly cps: number | null;
  readonly locked: boolean;
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
  readonly parameters: ParameterValues;
}
