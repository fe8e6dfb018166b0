// Who may prove by a password who they are: the users of the gateways, by name. A user may stand once in a mapping and
// once in a routing gateway: a device that both calls and is called registers once.

import type { MappingGateway, RoutingGateway, Snapshot } from '../routing/snapshot.ts';

/** A user and the gateways that are his. */
export interface User {
  readonly name: string;
  readonly password: string;
  readonly mapping: MappingGateway | null;
  readonly routing: RoutingGateway | null;
}

/** The users of one snapshot. */
export class Users {
  /** Whether somebody may register, or call from an address that nobody has configured. */
  readonly hasDynamic: boolean;
  readonly #byName = new Map<string, User>();
  readonly #mappingBySlot = new Map<number, MappingGateway>();

  constructor({ mappingGateways, routingGateways }: Pick<Snapshot, 'mappingGateways' | 'routingGateways'>) {
    for (const gateway of mappingGateways) {
      if (gateway.registerType === 'dynamic') this.#mappingBySlot.set(gateway.slot, gateway);
      if (gateway.registerUser !== '') this.#add(gateway.registerUser, gateway.registerPassword, { mapping: gateway });
    }
    for (const gateway of routingGateways) {
      if (gateway.registerType !== 'dynamic') continue;
      this.#add(gateway.registerUser, gateway.registerPassword, { routing: gateway });
    }
    this.hasDynamic = [...this.#byName.values()].some((user) => slotsOf(user).length > 0);
  }

  find(name: string): User | null {
    return this.#byName.get(name) ?? null;
  }

  /** The mapping gateway in `slot` that registers; null when there is none. */
  mappingIn(slot: number): MappingGateway | null {
    return this.#mappingBySlot.get(slot) ?? null;
  }

  #add(name: string, password: string, part: Partial<User>): void {
    const known = this.#byName.get(name) ?? { name, password, mapping: null, routing: null };
    this.#byName.set(name, { ...known, ...part });
  }
}

/** Slots of the gateways that are where `user` has registered. */
export function slotsOf({ mapping, routing }: User): number[] {
  const slots: number[] = [];
  if (mapping?.registerType === 'dynamic') slots.push(mapping.slot);
  if (routing !== null) slots.push(routing.slot);
  return slots;
}
