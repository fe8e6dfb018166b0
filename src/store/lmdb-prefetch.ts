// Values of LMDB brought into memory before they are read: a page that is not there stops the thread that touches it,
// and a search touches hundreds, each somewhere else on the disk. So other threads touch them, several at a time.

/** What it asks of a table of LMDB. */
export interface PrefetchedTable<Key = number> {
  prefetch(keys: Key[]): Promise<void>;
}

/** Threads of Node's pool, unless somebody has set another number. */
const SHARES = 4;

/** Brings the values of `keys` into memory; resolves when they are there. Keys without a value are passed over. */
export async function prefetch<Key>(table: PrefetchedTable<Key>, keys: readonly Key[]): Promise<void> {
  const size = Math.ceil(keys.length / SHARES);
  const shares = Array.from({ length: SHARES }, (_, share) => keys.slice(share * size, (share + 1) * size));
  await Promise.all(shares.map((share) => table.prefetch(share)));
}
