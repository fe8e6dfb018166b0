// The errors a store has for the operator while it runs: there is no room, in it or on its disk.

import { TandemError } from '../tandem-error.ts';

/** TANDEM_STORE_FULL, for a store that holds `roomBytes`. */
export function storeFull(roomBytes: number): TandemError {
  const gigabytes = (roomBytes / 2 ** 30).toFixed(1);
  const todo = 'Mend the CDR sink that lags (tandem status names it); records wait in memory until then.';
  return new TandemError('TANDEM_STORE_FULL', `The store has used all of its ${gigabytes} GB. ${todo}`);
}

/** ENOSPC and EDQUOT, as LMDB tells them. */
const NO_ROOM_ON_DISK = [28, 122];

/** What `action` does. Throws TANDEM_DISK_FULL where the disk has no room for what it writes. */
export function onDisk(action: () => void): void {
  try {
    action();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? Number(cause.code) : 0;
    if (!NO_ROOM_ON_DISK.includes(code)) throw cause;
    const sentence = 'The disk of the data directory is full, and nothing was written: make room there.';
    throw new TandemError('TANDEM_DISK_FULL', sentence, { cause });
  }
}
