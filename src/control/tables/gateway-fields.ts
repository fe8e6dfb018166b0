// The gateways of a network file: each read by the table of its fields, then checked as a whole.

import { isIPv4 } from 'node:net';
import { HOST_NAMES_MAX } from '../../core/base/limits.ts';
import type { RegisterRules } from '../../core/routing/snapshot.ts';
import type { Table } from '../../operator-file.ts';
import {
  EMPTY_NETWORK,
  type LimitEntry,
  type MappingGatewayEntry,
  type Network,
  type RoutingGatewayEntry,
} from '../../store/network.ts';
import type { NumberFilterFields, ScheduledEntry } from '../../store/network-numbers.ts';
import { OPEN_ACCOUNT } from './account-rows.ts';
import { type GatewayField, readEntry, withAbsentFields } from './gateway-field.ts';
import { refuseRepeats } from './gateway-values.ts';
import { checkAttachment, MAPPING_FIELDS } from './mapping-fields.ts';
import type { NameReferences } from './name-references.ts';
import { refuseSecond } from './names.ts';
import { readTalkLimits } from './peer-fields.ts';
import { checkRegister } from './register-fields.ts';
import { ROUTING_FIELDS } from './routing-fields.ts';

const MAPPING_NAMES = namesOf(MAPPING_FIELDS);
const ROUTING_NAMES = namesOf(ROUTING_FIELDS);

/** The list `mappingGateways`. `devices`: the users so far, by name. */
export function readMappingGateways(
  root: Table,
  references: NameReferences,
  devices: Map<string, RegisterRules>,
): MappingGatewayEntry[] {
  const seen = new Set<string>();
  const users = new Set<string>();
  const hosts = new Set<string>();
  return root.rows('mappingGateways', MAPPING_NAMES, (row) => {
    const gateway = readEntry(row, MAPPING_FIELDS);
    refuseSecond(row, 'name', gateway.name, seen);
    checkAttachment(row, gateway);
    checkRegister(row, gateway, gateway.requireDigest || gateway.registerType === 'dynamic', { devices, users });
    for (const host of gateway.remoteHosts) hosts.add(host);
    if (hosts.size > HOST_NAMES_MAX) row.refuse('remoteHosts', `is more than ${HOST_NAMES_MAX} names in all`);
    references.add(row, 'account', 'accounts', [gateway.account]);
    addLimitReferences(row, gateway, references);
    addNumberGroups(row, gateway, references);
    addCalendars(row, 'scheduledRewriteRulesOut', gateway.scheduledRewriteRulesOut, references);
    addCalendars(row, 'scheduledCalloutPrefixes', gateway.scheduledPrefixes, references);
    references.add(row, 'routingGatewayGroups', 'gatewayGroups', gateway.routingGatewayGroups);
    references.add(row, 'calloutRoutingGateways', 'routingGateways', gateway.calloutRoutingGateways);
    return { ...gateway, ...readTalkLimits(row, gateway) };
  });
}

/** The list `routingGateways`. */
export function readRoutingGateways(
  root: Table,
  references: NameReferences,
  devices: Map<string, RegisterRules>,
): RoutingGatewayEntry[] {
  const seen = new Set<string>();
  const users = new Set<string>();
  return root.rows('routingGateways', ROUTING_NAMES, (row) => {
    const gateway = readEntry(row, ROUTING_FIELDS);
    refuseSecond(row, 'name', gateway.name, seen);
    addLimitReferences(row, gateway, references);
    addNumberGroups(row, gateway, references);
    addCalendars(row, 'scheduledPriority', gateway.scheduledPriority, references);
    addCalendars(row, 'scheduledRewriteRulesIn', gateway.scheduledRewriteRulesIn, references);
    addCalendars(row, 'scheduledCallinPrefixes', gateway.scheduledPrefixes, references);
    const { localIp, remoteIp, registerType, clearingAccount } = gateway;
    checkRegister(row, gateway, registerType === 'dynamic', { devices, users });
    if (registerType === 'static' && !row.has('remoteIp')) row.refuse('remoteIp', 'is missing');
    references.add(row, 'clearingAccount', 'accounts', [clearingAccount]);
    references.add(row, 'callerPool', 'numberGroups', [gateway.callerPool]);
    if (localIp !== null && remoteIp !== '' && isIPv4(localIp) !== isIPv4(remoteIp)) {
      row.refuse('localIp', `cannot reach ${remoteIp}`);
    }
    if (row.has('sipAuthenticationPassword') && !row.has('sipAuthenticationUser')) {
      row.refuse('sipAuthenticationPassword', 'belongs to a sipAuthenticationUser, which is missing');
    }
    if (gateway.leastCostRouting && !gateway.feerateRestrict) {
      row.refuse('leastCostRouting', 'wants feerateRestrict: what costs nobody knows how much is not the cheapest');
    }
    references.add(row, 'callinMappingGateways', 'mappingGateways', gateway.callinMappingGateways);
    return { ...gateway, ...readTalkLimits(row, gateway) };
  });
}

function addLimitReferences(row: Table, gateway: LimitEntry, references: NameReferences): void {
  const { availability, scheduledCapacity, gatewayGroups } = gateway;
  references.add(row, 'availability', 'calendars', availability === null ? [] : [availability]);
  addCalendars(row, 'scheduledCapacity', scheduledCapacity, references);
  references.add(row, 'gatewayGroups', 'gatewayGroups', gatewayGroups);
  refuseRepeats(row, 'gatewayGroups', gatewayGroups);
}

function addNumberGroups(row: Table, gateway: NumberFilterFields, references: NameReferences): void {
  references.add(row, 'callerLimitE164Groups', 'numberGroups', gateway.callerLimitE164Groups);
  references.add(row, 'calleeLimitE164Groups', 'numberGroups', gateway.calleeLimitE164Groups);
}

function addCalendars(
  row: Table,
  field: string,
  schedule: readonly ScheduledEntry<unknown>[],
  references: NameReferences,
): void {
  const names = schedule.map(({ calendar }) => calendar);
  references.add(row, field, 'calendars', names);
}

/** `network` as an earlier build stored it, with the fields that have come since at what they are when left out. */
export function upgraded(network: Network): Network {
  return {
    ...EMPTY_NETWORK,
    ...network,
    accounts: network.accounts.map((account) => ({ ...OPEN_ACCOUNT, ...account })),
    packages: (network.packages ?? []).map((one) => ({ ...one, freeMinutes: one.freeMinutes ?? [] })),
    mappingGateways: network.mappingGateways.map((entry) => withAbsentFields(entry, MAPPING_FIELDS)),
    routingGateways: network.routingGateways.map((entry) => withAbsentFields(entry, ROUTING_FIELDS)),
  };
}

function namesOf(fields: Readonly<Record<string, GatewayField<unknown>>>): string[] {
  return Object.values(fields).map(({ name }) => name);
}
