// Network and slots and listeners become a snapshot. Pure: the same input gives the same snapshot.

import { isIPv4 } from 'node:net';
import { Defect } from '../../core/base/assert.ts';
import { ParameterRefusal, parseParameters } from '../../core/parameters/registry.ts';
import { freePlaceOf } from '../../core/rating/free-seconds.ts';
import { type NumberGroupImage, packNumberGroup } from '../../core/routing/number-group.ts';
import { prefixLayerOf } from '../../core/routing/route-prefix-packer.ts';
import type { PrefixLayer } from '../../core/routing/route-prefixes.ts';
import type {
  LimitRules,
  MappingGateway,
  PricedAccount,
  PriceTables,
  RoutingGateway,
  Snapshot,
} from '../../core/routing/snapshot.ts';
import type {
  Account,
  LimitEntry,
  MappingGatewayEntry,
  Network,
  NumberGroupEntry,
  Package,
  RoutingGatewayEntry,
} from '../../store/network.ts';
import { TandemError } from '../../tandem-error.ts';
import { type CalendarNamed, calendarsIn, compileCalendars, scheduleOf } from './calendar-compile.ts';
import {
  MAPPING_NUMBER_FIELDS,
  mappingNumbersOf,
  ROUTING_NUMBER_FIELDS,
  routingNumbersOf,
  withoutNumberFields,
} from './number-fields.ts';
import { rateTableImage } from './rate-tables.ts';
import { SharedLimits } from './shared-limits.ts';
import type { SlotTable } from './slots.ts';
import type { ImageOf } from './table-images.ts';

/** What the compiler needs to know of a local socket. */
export interface ListenerAddress {
  readonly address: string;
}

/**
 * Compiles `network` as `version`, its calendars for the time around `wallMs`. Throws TANDEM_NETWORK_NO_LISTENER when a
 * routing gateway cannot be called from any listener, TANDEM_NETWORK_PARAMETER when a stored parameter is no longer
 * taken.
 */
export function compileSnapshot(
  network: Network,
  version: number,
  slots: SlotTable,
  listeners: readonly ListenerAddress[],
  wallMs: number,
  imageOf: ImageOf = noImage,
): Snapshot {
  const parameters = parseParameters(new Map(network.systemParameters.map(({ name, value }) => [name, value])));
  if (parameters instanceof ParameterRefusal) throw new TandemError('TANDEM_NETWORK_PARAMETER', parameters.sentence);
  const accounts = new Map(network.accounts.map((account) => [account.account, account]));
  const calendars = compileCalendars(network.calendars, wallMs);
  const calendarNamed = calendarsIn(calendars);
  const shared = new SharedLimits(network, slots);
  const mappingGateways: MappingGateway[] = [];
  for (const entry of network.mappingGateways) {
    const account = accounts.get(entry.account);
    mappingGateways.push({
      slot: slots.mapping.get(entry.name) ?? 0,
      ...withoutNumberFields(entry, MAPPING_NUMBER_FIELDS),
      numbers: mappingNumbersOf(entry, calendarNamed),
      ...timesOf(entry, calendarNamed),
      shared: [...shared.accountOf(entry.account), ...shared.groupsOf(entry)],
      accountLocked: account?.locked ?? false,
      accountExpiresAtWallMs: account?.expiresAtWallMs ?? null,
    });
  }
  const routingGateways: RoutingGateway[] = [];
  for (const entry of network.routingGateways) {
    const { localIp: _, prefixes: __, ...settings } = withoutNumberFields(entry, ROUTING_NUMBER_FIELDS);
    routingGateways.push({
      slot: slots.routing.get(entry.name) ?? 0,
      listener: listenerOf(entry, listeners),
      ...settings,
      numbers: routingNumbersOf(entry, calendarNamed),
      ...timesOf(entry, calendarNamed),
      shared: shared.groupsOf(entry),
      scheduledPriority: scheduleOf(entry.scheduledPriority, calendarNamed),
    });
  }
  return {
    version,
    mappingGateways,
    routingGateways,
    routePrefixes: prefixLayersOf(network, imageOf),
    numberGroups: network.numberGroups.map((group) => numberGroupImage(group, imageOf)),
    whiteList: network.systemWhiteList,
    calendars: [...calendars.values()],
    prices: pricesIn(network, slots.account, imageOf),
    parameters,
  };
}

/** The accounts and rate tables of `network`. `slots`: of accounts, by name. */
export function pricesIn(network: Network, slots: SlotTable['account'], imageOf: ImageOf): PriceTables {
  const packages = new Map(network.packages.map((entry) => [entry.name, entry]));
  const present = new Set(network.accounts.map(({ account }) => account));
  const former = [...slots].filter(([account]) => !present.has(account));
  return {
    accounts: network.accounts.map((account) => pricedAccount(account, slots, packages)),
    rateTables: network.rateTables.map((table) => rateTableImage(table, imageOf)),
    formerAccounts: former.map(([account, slot]) => ({ account, slot })),
  };
}

function pricedAccount(
  entry: Account,
  slots: SlotTable['account'],
  packages: ReadonlyMap<string, Package>,
): PricedAccount {
  const { account, currency, rateTable, privateRateTable, creditLimitNanos, agent } = entry;
  const rateTables = [privateRateTable, rateTable].filter((name) => name !== '');
  const slot = slots.get(account) ?? 0;
  const free = (packages.get(entry.package)?.freeMinutes ?? []).map(({ name, prefixes, hours }, index) => {
    return { allowance: allowanceOf(entry.package, name), place: freePlaceOf(slot, index), prefixes, hours };
  });
  return { slot, account, currency, rateTables, creditLimitNanos, agent, free };
}

/** Free minutes of a package, by name, as shards, CDRs and the ledger call them. */
export function allowanceOf(packageName: string, name: string): string {
  return `${packageName} ${name}`;
}

/** Layers of own prefixes: a change of something else does not pack them again. */
const ownLayers = new WeakMap<readonly RoutingGatewayEntry[], PrefixLayer>();

function prefixLayersOf({ routingGateways, importedPrefixes }: Network, imageOf: ImageOf): PrefixLayer[] {
  const own = ownLayers.get(routingGateways) ?? prefixLayerOf(routingGateways);
  ownLayers.set(routingGateways, own);
  if (importedPrefixes === null) return [own];
  const indexes = new Map(routingGateways.map(({ name }, index) => [name, index]));
  const gateways = Int32Array.from(importedPrefixes.gateways, (name) => indexes.get(name) ?? -1);
  return [own, { image: imageOf(importedPrefixes.image), gateways }];
}

function numberGroupImage({ name, numbers, image }: NumberGroupEntry, imageOf: ImageOf): NumberGroupImage {
  return { name, image: image === null ? packNumberGroup(numbers) : imageOf(image) };
}

/** For a network that was read from a file: nothing in it was imported. */
function noImage(): never {
  throw new Defect('a network with imported tables is compiled with their images');
}

/** `snapshot`, compiled of `network`, with its calendars for the time around `wallMs`. */
export function withCalendarsAt(snapshot: Snapshot, network: Network, wallMs: number): Snapshot {
  const calendars = compileCalendars(network.calendars, wallMs);
  const calendarNamed = calendarsIn(calendars);
  const mappingGateways = snapshot.mappingGateways.map((gateway, index) => {
    const entry = network.mappingGateways[index] as MappingGatewayEntry;
    const isTimed = entry.scheduledRewriteRulesOut.length > 0 || entry.scheduledPrefixes.length > 0;
    const numbers = isTimed ? mappingNumbersOf(entry, calendarNamed) : gateway.numbers;
    return { ...gateway, ...timesOf(entry, calendarNamed), numbers };
  });
  const routingGateways = snapshot.routingGateways.map((gateway, index) => {
    const entry = network.routingGateways[index] as RoutingGatewayEntry;
    const isTimed = entry.scheduledRewriteRulesIn.length > 0 || entry.scheduledPrefixes.length > 0;
    const numbers = isTimed ? routingNumbersOf(entry, calendarNamed) : gateway.numbers;
    const scheduledPriority = scheduleOf(entry.scheduledPriority, calendarNamed);
    return { ...gateway, ...timesOf(entry, calendarNamed), numbers, scheduledPriority };
  });
  return { ...snapshot, mappingGateways, routingGateways, calendars: [...calendars.values()] };
}

function timesOf(
  { availability, scheduledCapacity }: LimitEntry,
  calendarNamed: CalendarNamed,
): Pick<LimitRules, 'scheduledCapacity' | 'availability'> {
  return {
    availability: availability === null ? null : calendarNamed(availability),
    scheduledCapacity: scheduleOf(scheduledCapacity, calendarNamed),
  };
}

/** The listener with the gateway's `localIp`, else the first of the same address family. */
function listenerOf(gateway: RoutingGatewayEntry, listeners: readonly ListenerAddress[]): number {
  const { localIp, remoteIp, name, registerType } = gateway;
  if (registerType === 'dynamic') return 0; // Its registration says which.
  const index = listeners.findIndex(({ address }) =>
    localIp === null ? isIPv4(address) === isIPv4(remoteIp) : address === localIp,
  );
  if (index >= 0) return index;
  const wanted = localIp === null ? `an ${isIPv4(remoteIp) ? 'IPv4' : 'IPv6'} listener` : `a listener on ${localIp}`;
  const todo = 'Add one to the start file and restart, or change the gateway.';
  const sentence = `Routing gateway ${name} needs ${wanted} to reach ${remoteIp}. ${todo}`;
  throw new TandemError('TANDEM_NETWORK_NO_LISTENER', sentence);
}
