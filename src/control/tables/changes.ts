// What differs between two versions of the network, in the operator's words.

import type { Network } from '../../store/network.ts';

/** One difference. */
export interface Change {
  readonly what:
    | 'account'
    | 'rateTable'
    | 'package'
    | 'calendar'
    | 'gatewayGroup'
    | 'numberGroup'
    | 'systemWhiteList'
    | 'importedPrefixes'
    | 'mappingGateway'
    | 'routingGateway'
    | 'systemParameter';
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Names of the changed fields. */
  readonly fields: readonly string[];
}

/** All differences from `before` to `after`; none when they say the same. */
export function changesBetween(before: Network, after: Network): Change[] {
  const named = <T extends { readonly name: string }>(entries: readonly T[]) =>
    new Map<string, object>(entries.map((entry) => [entry.name, entry]));
  const accounts = (network: Network) =>
    new Map<string, object>(network.accounts.map((entry) => [entry.account, entry]));
  return [
    ...compare('account', accounts(before), accounts(after)),
    ...compare('calendar', named(before.calendars), named(after.calendars)),
    ...compare('gatewayGroup', named(before.gatewayGroups), named(after.gatewayGroups)),
    ...compare('rateTable', named(before.rateTables), named(after.rateTables)),
    ...compare('package', named(before.packages), named(after.packages)),
    ...compare('numberGroup', named(before.numberGroups), named(after.numberGroups)),
    ...compare('systemWhiteList', groupsOn(before), groupsOn(after)),
    ...compare('importedPrefixes', imported(before), imported(after)),
    ...compare('mappingGateway', named(before.mappingGateways), named(after.mappingGateways)),
    ...compare('routingGateway', named(before.routingGateways), named(after.routingGateways)),
    ...compare('systemParameter', named(before.systemParameters), named(after.systemParameters)),
  ];
}

/** A group is on the list or not: nothing of it changes. */
function groupsOn({ systemWhiteList }: Network): Map<string, object> {
  return new Map(systemWhiteList.map((name) => [name, {}]));
}

/** All imported prefixes are one entry: they come and go together. */
function imported({ importedPrefixes }: Network): Map<string, object> {
  return importedPrefixes === null ? new Map() : new Map([['all gateways', importedPrefixes]]);
}

function compare(
  what: Change['what'],
  before: ReadonlyMap<string, object>,
  after: ReadonlyMap<string, object>,
): Change[] {
  const changes: Change[] = [];
  for (const [name, entry] of after) {
    const earlier = before.get(name);
    const fields = earlier === undefined || earlier === entry ? [] : changedFields(earlier, entry);
    if (earlier === undefined) changes.push({ what, name, change: 'added', fields });
    else if (fields.length > 0) changes.push({ what, name, change: 'changed', fields });
  }
  for (const name of before.keys()) {
    if (!after.has(name)) changes.push({ what, name, change: 'removed', fields: [] });
  }
  return changes;
}

function changedFields(before: object, after: object): string[] {
  const earlier = new Map(Object.entries(before));
  const later = new Map(Object.entries(after));
  const fields = new Set([...earlier.keys(), ...later.keys()]);
  return [...fields].filter((field) => !areSame(earlier.get(field), later.get(field)));
}

/** Most values of a large network are plain and did not change: those need no text. */
function areSame(one: unknown, other: unknown): boolean {
  return one === other || textOf(one) === textOf(other);
}

/** JSON has no word for an amount, nor for ever. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'bigint' || part === Number.POSITIVE_INFINITY || part === Number.NEGATIVE_INFINITY
      ? String(part)
      : part,
  );
}
