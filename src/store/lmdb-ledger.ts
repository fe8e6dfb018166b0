// The tables of a ledger in LMDB.

import type { LedgerTable } from './ledger.ts';

/** What it asks of a table of LMDB. */
export interface BinaryTable {
  getBinary(key: string | number): Uint8Array | undefined;
  putSync(key: string | number, value: Uint8Array): void;
  removeSync(key: string | number): void;
  getRange(options: { readonly reverse?: boolean; readonly limit?: number }): ReturnType<LedgerTable['entries']>;
  getStats(): object;
}

export class LmdbTable implements LedgerTable {
  readonly #table: BinaryTable;

  constructor(table: BinaryTable) {
    this.#table = table;
  }

  get(key: string | number): Uint8Array | undefined {
    return this.#table.getBinary(key);
  }

  put(key: string | number, value: Uint8Array): void {
    this.#table.putSync(key, value);
  }

  remove(key: string | number): void {
    this.#table.removeSync(key);
  }

  entries(options: { readonly reverse?: boolean; readonly limit?: number }): ReturnType<LedgerTable['entries']> {
    return this.#table.getRange(options);
  }

  count(): number {
    return (this.#table.getStats() as { readonly entryCount: number }).entryCount;
  }
}
