// The tables of a ledger in LMDB.

import type { Database } from 'lmdb';
import type { LedgerTable } from './ledger.ts';

export class LmdbTable implements LedgerTable {
  readonly #table: Database<Uint8Array, string | number>;

  constructor(table: Database<Uint8Array, string | number>) {
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
