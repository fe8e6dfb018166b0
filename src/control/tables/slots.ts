// Which counters in shared memory belong to which gateway. A name gets a slot when it first appears and
// keeps it while it is remembered, so a gateway that is removed and comes back finds its figures, and no
// gateway ever inherits the calls of another. Slot 0 is the appliance; both kinds share the rest.

import { ADMISSION_SLOTS_MAX } from '../../core/base/limits.ts';
import type { Network, SlotAssignment } from '../../store/network.ts';
import { TandemError } from '../../tandem-error.ts';

const SLOT_FIRST = 1;

/** The slots of a network, found by name. */
export interface SlotTable {
  readonly assignments: readonly SlotAssignment[];
  readonly mapping: ReadonlyMap<string, number>;
  readonly routing: ReadonlyMap<string, number>;
}

/** `earlier` with a new slot for each gateway of `network` that has none. Throws TANDEM_NETWORK_TOO_MANY_NAMES. */
export function assignSlots(earlier: readonly SlotAssignment[], network: Network): SlotTable {
  const assignments = [...earlier];
  const table = { mapping: new Map<string, number>(), routing: new Map<string, number>() };
  const taken = new Set<number>();
  for (const { kind, name, slot } of earlier) {
    table[kind].set(name, slot);
    taken.add(slot);
  }
  let next = SLOT_FIRST;
  for (const kind of ['mapping', 'routing'] as const) {
    const gateways = kind === 'mapping' ? network.mappingGateways : network.routingGateways;
    for (const { name } of gateways) {
      if (table[kind].has(name)) continue;
      while (taken.has(next)) next++;
      if (next >= ADMISSION_SLOTS_MAX) throw tooManyNames();
      taken.add(next);
      table[kind].set(name, next);
      assignments.push({ kind, name, slot: next });
    }
  }
  return { assignments, ...table };
}

/**
 * The assignments without the names that no kept version has: to be used between two runs only, when no call
 * holds a slot.
 */
export function forgetSlots(earlier: readonly SlotAssignment[], kept: readonly Network[]): SlotAssignment[] {
  const names = { mapping: new Set<string>(), routing: new Set<string>() };
  for (const network of kept) {
    for (const { name } of network.mappingGateways) names.mapping.add(name);
    for (const { name } of network.routingGateways) names.routing.add(name);
  }
  return earlier.filter(({ kind, name }) => names[kind].has(name));
}

function tooManyNames(): TandemError {
  const todo = 'Restart the switch: it forgets names that none of the last versions has.';
  const sentence = `More than ${ADMISSION_SLOTS_MAX - 1} gateway names are remembered. ${todo}`;
  return new TandemError('TANDEM_NETWORK_TOO_MANY_NAMES', sentence);
}
