// Which counters in shared memory belong to which gateway, account or group, and which balance to an account. A name
// gets a slot when it first appears and keeps it while it is remembered, so a gateway that is removed and comes back
// finds its figures, and nobody ever inherits the calls of another. Slot 0 is the appliance; all kinds share the rest.

import { ADMISSION_SLOTS_MAX } from '../../core/base/limits.ts';
import type { Network, SlotAssignment, SlotKind } from '../../store/network.ts';
import { TandemError } from '../../tandem-error.ts';

const SLOT_FIRST = 1;

/** In the order in which a new network gets its slots. */
const KINDS = ['mapping', 'routing', 'account', 'group'] as const satisfies readonly SlotKind[];

/** The slots of a network, found by name. */
export interface SlotTable extends Readonly<Record<SlotKind, ReadonlyMap<string, number>>> {
  readonly assignments: readonly SlotAssignment[];
}

/** How many slots the names of a network need. */
export function slotCountOf({
  accounts,
  gatewayGroups,
  mappingGateways,
  routingGateways,
}: Pick<Network, 'accounts' | 'gatewayGroups' | 'mappingGateways' | 'routingGateways'>): number {
  return accounts.length + gatewayGroups.length + mappingGateways.length + routingGateways.length;
}

/** `earlier` with a new slot for each name of `network` that has none. Throws TANDEM_NETWORK_TOO_MANY_NAMES. */
export function assignSlots(earlier: readonly SlotAssignment[], network: Network): SlotTable {
  const assignments = [...earlier];
  const slots = {
    mapping: new Map<string, number>(),
    routing: new Map<string, number>(),
    account: new Map<string, number>(),
    group: new Map<string, number>(),
  };
  const taken = new Set<number>();
  for (const { kind, name, slot } of earlier) {
    slots[kind].set(name, slot);
    taken.add(slot);
  }
  let next = SLOT_FIRST;
  for (const kind of KINDS) {
    for (const name of namesOf(network, kind)) {
      if (slots[kind].has(name)) continue;
      while (taken.has(next)) next++;
      if (next >= ADMISSION_SLOTS_MAX) throw tooManyNames();
      taken.add(next);
      slots[kind].set(name, next);
      assignments.push({ kind, name, slot: next });
    }
  }
  return { assignments, ...slots };
}

/**
 * The assignments without the names that no kept version has: to be used between two runs only, when no call
 * holds a slot.
 */
export function forgetSlots(earlier: readonly SlotAssignment[], kept: readonly Network[]): SlotAssignment[] {
  const names = new Map<SlotKind, Set<string>>(
    KINDS.map((kind) => [kind, new Set(kept.flatMap((network) => namesOf(network, kind)))]),
  );
  return earlier.filter(({ kind, name }) => names.get(kind)?.has(name));
}

function namesOf(network: Network, kind: SlotKind): string[] {
  switch (kind) {
    case 'mapping':
      return network.mappingGateways.map(({ name }) => name);
    case 'routing':
      return network.routingGateways.map(({ name }) => name);
    case 'account':
      return network.accounts.map(({ account }) => account);
    case 'group':
      return network.gatewayGroups.map(({ name }) => name);
  }
}

function tooManyNames(): TandemError {
  const todo = 'Restart the switch: it forgets names that none of the last versions has.';
  const names = `${ADMISSION_SLOTS_MAX - 1} names of gateways, accounts and groups`;
  const sentence = `More than ${names} are remembered. ${todo}`;
  return new TandemError('TANDEM_NETWORK_TOO_MANY_NAMES', sentence);
}
