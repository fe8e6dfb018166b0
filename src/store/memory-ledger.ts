// The tables of a ledger in memory: what they keep ends with them.

import type { LedgerTable, LedgerTables } from './ledger.ts';

export function memoryLedgerTables(): LedgerTables {
  return {
    sums: new MemoryTable(),
    payments: new MemoryTable(),
    charges: new MemoryTable(),
    write: (action) => action(),
  };
}

class MemoryTable implements LedgerTable {
  readonly #values = new Map<string | number, Uint8Array>();

  get(key: string | number): Uint8Array | undefined {
    return this.#values.get(key);
  }

  put(key: string | number, value: Uint8Array): void {
    this.#values.set(key, value);
  }

  remove(key: string | number): void {
    this.#values.delete(key);
  }

  entries(options: { readonly reverse?: boolean; readonly limit?: number }): ReturnType<LedgerTable['entries']> {
    const keys = [...this.#values.keys()].sort((one, other) => (one < other ? -1 : 1));
    const inOrder = options.reverse === true ? keys.reverse() : keys;
    return inOrder.slice(0, options.limit).map((key) => ({ key, value: this.#values.get(key) as Uint8Array }));
  }

  count(): number {
    return this.#values.size;
  }
}
