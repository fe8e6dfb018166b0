// Names that a row of a network file has of rows elsewhere in it, perhaps below: checked when all is read.

import type { Table } from '../../operator-file.ts';

/** Lists whose rows are named from elsewhere. */
export type NamedList = 'calendars' | 'gatewayGroups' | 'mappingGateways' | 'routingGateways';

interface Reference {
  readonly row: Table;
  readonly field: string;
  readonly list: NamedList;
  readonly names: readonly string[];
}

/** The references of one file. */
export class NameReferences {
  readonly #references: Reference[] = [];

  /** `field` of `row` names rows of `list`. */
  add(row: Table, field: string, list: NamedList, names: readonly string[]): void {
    if (names.length > 0) this.#references.push({ row, field, list, names });
  }

  /** Refuses every name that is in no row. */
  check(lists: Readonly<Record<NamedList, readonly { readonly name: string }[]>>): void {
    const namesOf = (list: NamedList): ReadonlySet<string> => new Set(lists[list].map(({ name }) => name));
    const known = {
      calendars: namesOf('calendars'),
      gatewayGroups: namesOf('gatewayGroups'),
      mappingGateways: namesOf('mappingGateways'),
      routingGateways: namesOf('routingGateways'),
    };
    for (const { row, field, list, names } of this.#references) {
      const missing = names.find((name) => !known[list].has(name));
      if (missing !== undefined) row.refuse(field, `names "${missing}", which is not in ${list}`);
    }
  }
}
