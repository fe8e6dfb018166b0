// Who may prove by a password who they are: the users of the gateways, by name. A user may stand once in a mapping and
// once in a routing gateway: a device that both calls and is called registers once.

import { DIGEST_ALGORITHMS, type HashFunction } from '../base/digest-algorithms.ts';
import type { MappingGateway, RegisterRules, RoutingGateway, Snapshot } from '../routing/snapshot.ts';
import { parseUri, unescapeText } from '../sip/uri.ts';

/** A user and the gateways that are his. */
export interface User {
  readonly name: string;
  readonly password: string;
  /** What he is challenged with; what he answers uses no other. */
  readonly algorithms: readonly HashFunction[];
  readonly mapping: MappingGateway | null;
  readonly routing: RoutingGateway | null;
}

/** The users of one snapshot. */
export class Users {
  /** Whether somebody may register, or call from an address that nobody has configured. */
  readonly hasDynamic: boolean;
  /** Whether all are challenged alike. */
  readonly areAlike: boolean;
  readonly #byName = new Map<string, User>();
  readonly #users: readonly User[];
  readonly #mappingBySlot = new Map<number, MappingGateway>();

  constructor({ mappingGateways, routingGateways }: Pick<Snapshot, 'mappingGateways' | 'routingGateways'>) {
    for (const gateway of mappingGateways) {
      if (gateway.registerType === 'dynamic') this.#mappingBySlot.set(gateway.slot, gateway);
      if (gateway.registerUser !== '') this.#add(gateway, { mapping: gateway });
    }
    for (const gateway of routingGateways) {
      if (gateway.registerType !== 'dynamic') continue;
      this.#add(gateway, { routing: gateway });
    }
    this.#users = [...this.#byName.values()];
    this.hasDynamic = this.#users.some((user) => slotsOf(user).length > 0);
    this.areAlike = new Set(this.#users.map(({ algorithms }) => String(algorithms))).size <= 1;
  }

  find(name: string): User | null {
    return this.#byName.get(name) ?? null;
  }

  /**
   * What a name is challenged with that nobody has: what some user is, so that it looks like one. `mark`: the same for
   * the same name, and not to be guessed.
   */
  algorithmsOfNobody(mark: number): readonly HashFunction[] {
    return this.#users[mark % this.#users.length]?.algorithms ?? DIGEST_ALGORITHMS;
  }

  /** The mapping gateway in `slot` that registers; null when there is none. */
  mappingIn(slot: number): MappingGateway | null {
    return this.#mappingBySlot.get(slot) ?? null;
  }

  #add(
    { registerUser: name, registerPassword: password, registerAlgorithms }: RegisterRules,
    part: Partial<User>,
  ): void {
    const nobody = { name, password, algorithms: registerAlgorithms, mapping: null, routing: null };
    this.#byName.set(name, { ...(this.#byName.get(name) ?? nobody), ...part });
  }
}

/** Slots of the gateways that are where `user` has registered. */
export function slotsOf({ mapping, routing }: User): number[] {
  const slots: number[] = [];
  if (mapping?.registerType === 'dynamic') slots.push(mapping.slot);
  if (routing !== null) slots.push(routing.slot);
  return slots;
}

/** The name of a user in a SIP URI; '' when it has none. */
export function userIn(uri: string): string {
  return unescapeText(parseUri(uri)?.user ?? '');
}
