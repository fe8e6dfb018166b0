// What gateways share: the limits of accounts and of groups, as each gateway meets them.

import { assert } from '../../core/base/assert.ts';
import type { SharedLimit } from '../../core/routing/snapshot.ts';
import type { Account, GatewayGroup, LimitEntry, Network } from '../../store/network.ts';
import type { SlotTable } from './slots.ts';

/** An account or a group with its counters. */
export interface Sharer extends SharedLimit {
  /** Concurrent calls of all its gateways together; null for no limit. */
  readonly capacity: number | null;
}

/** The accounts and groups of one network. */
export class SharedLimits {
  readonly accounts: readonly Sharer[];
  readonly groups: readonly Sharer[];
  readonly #byAccount: ReadonlyMap<string, Sharer>;
  readonly #byGroup: ReadonlyMap<string, Sharer>;

  constructor({ accounts, gatewayGroups }: Pick<Network, 'accounts' | 'gatewayGroups'>, slots: SlotTable) {
    this.accounts = accounts.map((entry) => sharerOf('account', entry.account, entry, slots));
    this.groups = gatewayGroups.map((entry) => sharerOf('group', entry.name, entry, slots));
    this.#byAccount = new Map(this.accounts.map((sharer) => [sharer.name, sharer]));
    this.#byGroup = new Map(this.groups.map((sharer) => [sharer.name, sharer]));
  }

  /** The limits of an account; none of one that is not there. */
  accountOf(name: string): readonly SharedLimit[] {
    const account = this.#byAccount.get(name);
    return account === undefined ? [] : [account];
  }

  /** The limits of a gateway's groups, the lines that it leaves free taken off. */
  groupsOf({ gatewayGroups, groupReservedLines }: LimitEntry): readonly SharedLimit[] {
    return gatewayGroups.map((name) => {
      const group = this.#byGroup.get(name);
      assert(group !== undefined, 'a group that is named is there');
      const { capacity } = group;
      return capacity === null ? group : { ...group, capacity: linesFor(capacity, groupReservedLines) };
    });
  }
}

/** A gateway gets a line while at least as many are free as it leaves, the one that it takes among them. */
function linesFor(capacity: number, reservedLines: number): number {
  return capacity - Math.max(reservedLines, 1) + 1;
}

function sharerOf(
  kind: Sharer['kind'],
  name: string,
  { capacity, cps, cpsBurst }: Pick<Account | GatewayGroup, 'capacity' | 'cps' | 'cpsBurst'>,
  slots: SlotTable,
): Sharer {
  return { kind, name, slot: slots[kind].get(name) ?? 0, capacity, cps, cpsBurst };
}
