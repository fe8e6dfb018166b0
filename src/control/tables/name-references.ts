// Names that a row of a network file has of rows elsewhere in it, perhaps below: checked when all is read. A name that
// nothing has is refused, and so is the removal of what is still named.

import { nearestName } from '../../core/base/nearest-name.ts';
import type { Table } from '../../operator-file.ts';
import type { Network } from '../../store/network.ts';

/** Lists whose rows are named from elsewhere. */
const LISTS = [
  'accounts',
  'rateTables',
  'packages',
  'calendars',
  'numberGroups',
  'gatewayGroups',
  'mappingGateways',
  'routingGateways',
] as const;
export type NamedList = (typeof LISTS)[number];

interface Reference {
  readonly row: Table;
  readonly field: string;
  readonly list: NamedList;
  readonly names: readonly string[];
}

/** The references of one file. */
export class NameReferences {
  readonly #references: Reference[] = [];

  /** `field` of `row` names rows of `list`; empty names name none. */
  add(row: Table, field: string, list: NamedList, names: readonly string[]): void {
    const given = names.filter((name) => name !== '');
    if (given.length > 0) this.#references.push({ row, field, list, names: given });
  }

  /** Refuses every name that `network` has in no row; `before` is the network that it follows. */
  check(network: Pick<Network, NamedList>, before: Pick<Network, NamedList>): void {
    const [known, former] = [namesOf(network), namesOf(before)];
    for (const { row, field, list, names } of this.#references) {
      const missing = names.find((name) => !known[list].has(name));
      if (missing === undefined) continue;
      row.refuse(field, `names "${missing}", which is not in ${list}${more(missing, known[list], former[list])}`);
    }
  }
}

type Names = Readonly<Record<NamedList, ReadonlySet<string>>>;

function namesOf(network: Pick<Network, NamedList>): Names {
  const named = LISTS.map((list) => {
    const rows = list === 'accounts' ? network.accounts.map(({ account }) => ({ name: account })) : network[list];
    return [list, new Set(rows.map(({ name }) => name))];
  });
  return Object.fromEntries(named) as Names;
}

function more(missing: string, known: ReadonlySet<string>, former: ReadonlySet<string>): string {
  if (former.has(missing)) return ' any more: what is still named cannot be taken out';
  const near = nearestName(missing, known);
  return near === null ? '' : `; did you mean ${near}?`;
}
