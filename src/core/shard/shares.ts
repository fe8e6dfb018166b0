// Whose a datagram is when time is short: each mapping gateway has a share, found by source address alone. All sources
// that belong to none have one share together, so that forged ones take no more than that.

import { Screening } from '../routing/screening.ts';
import type { HostAddresses, MappingGateway } from '../routing/snapshot.ts';

/** The share of those who are no customers. */
export const STRANGERS = -1;

/** Finds shares by one snapshot. */
export class Shares {
  readonly #screening: Screening;

  constructor(mappingGateways: readonly MappingGateway[], hosts: readonly HostAddresses[] | undefined) {
    this.#screening = new Screening(mappingGateways, hosts);
  }

  /** A number of its own for each customer: the slot of the first gateway at that place. */
  of(address: string, port: number): number {
    return this.#screening.firstAt(address, port)?.slot ?? STRANGERS;
  }
}
