// The large tables of the configuration: images in shared memory, each named by the number of the version that brought
// it. They come from imports, not from the network file, and stay while the file changes around them.

import { assert } from '../../core/base/assert.ts';
import { imagesOf, type Network } from '../../store/network.ts';
import type { ConfigurationStore } from '../../store/ports.ts';

/** A table as an import made it. */
export type ImportedTable =
  /** All imported prefixes of all routing gateways: they take the place of those that were imported before. */
  | { readonly kind: 'prefixes'; readonly image: SharedArrayBuffer; readonly gateways: readonly string[] }
  /** The number group of this name, new or in the place of the earlier one. */
  | { readonly kind: 'numbers'; readonly image: SharedArrayBuffer; readonly name: string }
  /** The rate table of this name, new or in the place of the earlier one. */
  | { readonly kind: 'rates'; readonly image: SharedArrayBuffer; readonly name: string; readonly currency: string };

/** The image of a version's number. */
export type ImageOf = (version: number) => SharedArrayBuffer;

/** Images of the network in force, read from the store once. */
export class TableImages {
  readonly #store: ConfigurationStore;
  readonly #held = new Map<number, SharedArrayBuffer>();

  constructor(store: ConfigurationStore) {
    this.#store = store;
  }

  /** An image of a kept version. */
  readonly of: ImageOf = (version) => {
    const held = this.#held.get(version) ?? this.#store.image(version);
    assert(held !== null, 'the images of a kept version are kept');
    this.#held.set(version, held);
    return held;
  };

  hold(version: number, image: SharedArrayBuffer): void {
    this.#held.set(version, image);
  }

  /** Lets go of those that `network` does not name: the store has them. */
  keepOnly(network: Network): void {
    const named = new Set(imagesOf(network));
    for (const version of this.#held.keys()) if (!named.has(version)) this.#held.delete(version);
  }
}

/** `network` with `table`, whose image will be that of `version`. */
export function withImport(network: Network, table: ImportedTable, version: number): Network {
  if (table.kind === 'prefixes') {
    return { ...network, importedPrefixes: { image: version, gateways: table.gateways } };
  }
  const { name } = table;
  if (table.kind === 'numbers') {
    const group = { name, numbers: [], image: version };
    return { ...network, numberGroups: [...othersThan(name, network.numberGroups), group] };
  }
  const rateTable = { name, currency: table.currency, rates: [], image: version };
  return { ...network, rateTables: [...othersThan(name, network.rateTables), rateTable] };
}

/**
 * `network`, as a file has it, with what was imported before. A table that the file lists takes the place of an
 * imported one of its name.
 */
export function withImportsOf(before: Network, network: Network): Network {
  return {
    ...network,
    rateTables: [...network.rateTables, ...importedBeside(network.rateTables, before.rateTables)],
    numberGroups: [...network.numberGroups, ...importedBeside(network.numberGroups, before.numberGroups)],
    importedPrefixes: before.importedPrefixes,
  };
}

/** What the operator should know of gateways that prefixes were imported for, and that `network` does not have. */
export function importAdvice({ importedPrefixes, routingGateways }: Network): string[] {
  const known = new Set(routingGateways.map(({ name }) => name));
  const [first, ...more] = importedPrefixes?.gateways.filter((name) => !known.has(name)) ?? [];
  if (first === undefined) return [];
  const who =
    more.length === 0
      ? `${first}, which is no routing gateway`
      : `${first} and ${more.length} more, which are no routing gateways`;
  return [`Prefixes were imported for ${who}: they bring no calls.`];
}

/** A table that a file lists, or that was imported. */
interface NamedTable {
  readonly name: string;
  readonly image: number | null;
}

function othersThan<T extends NamedTable>(name: string, tables: readonly T[]): T[] {
  return tables.filter((table) => table.name !== name);
}

/** Those of `before` that were imported and are not `listed` by now. */
export function importedBeside<T extends NamedTable>(listed: readonly T[], before: readonly T[]): T[] {
  const names = new Set(listed.map(({ name }) => name));
  return before.filter(({ name, image }) => image !== null && !names.has(name));
}
