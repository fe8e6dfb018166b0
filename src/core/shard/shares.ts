// Whose a datagram is when time is short: each mapping gateway has a share, found by source address alone, and so has
// each device, by where it has registered from. All sources that belong to none have one share together, so that forged
// ones take no more than that.

import { BINDINGS_AT_ONE_PLACE_MAX } from '../base/limits.ts';
import type { AddressMethod } from '../base/target.ts';
import { Bindings } from '../registration/bindings.ts';
import { Screening } from '../routing/screening.ts';
import type { HostAddresses, MappingGateway } from '../routing/snapshot.ts';

/** The share of those who are no customers. */
export const STRANGERS = -1;

/** Finds shares by one snapshot, and by who is registered at the moment. */
export class Shares {
  readonly #screening: Screening;
  /** Null where nobody may register. */
  readonly #bindings: Bindings | null;
  readonly #found = new Int32Array(BINDINGS_AT_ONE_PLACE_MAX);
  /** By slot. */
  readonly #responseMethods: ReadonlyMap<number, AddressMethod | null>;
  readonly #repliesToStrangers: boolean;

  /** `bindings`: the memory of registrations. `repliesToStrangers`: SS_REPLY_UNAUTHORIZED. */
  constructor(
    mappingGateways: readonly MappingGateway[],
    hosts: readonly HostAddresses[] | undefined,
    bindings: SharedArrayBuffer,
    repliesToStrangers = true,
  ) {
    this.#repliesToStrangers = repliesToStrangers;
    this.#screening = new Screening(mappingGateways, hosts);
    this.#responseMethods = new Map(mappingGateways.map((gateway) => [gateway.slot, gateway.sipResponseAddressMethod]));
    const mayRegister = mappingGateways.some(({ registerType }) => registerType === 'dynamic');
    this.#bindings = mayRegister ? new Bindings(bindings) : null;
  }

  /** A number of its own for each customer: the slot of the first gateway at that place. `nowMs`: monotonic. */
  of(address: string, port: number, nowMs: number): number {
    const known = this.#screening.firstAt(address, port);
    if (known !== null) return known.slot;
    const count = this.#bindings?.slotsFrom(address, port, nowMs, this.#found) ?? 0;
    return count > 0 ? (this.#found[0] as number) : STRANGERS;
  }

  /** Whether `share` gets an answer at all. Where devices register, any stranger may be one. */
  isHeard(share: number): boolean {
    return this.#repliesToStrangers || this.#bindings !== null || share !== STRANGERS;
  }

  /** Where answers go, as the gateway of `share` has it. */
  responseMethodOf(share: number): AddressMethod | null {
    return this.#responseMethods.get(share) ?? null;
  }
}
