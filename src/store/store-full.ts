// The errors a store has for the operator while it runs: there is no room, in it or on its disk.

import { statfsSync } from 'node:fs';
import { TandemError } from '../tandem-error.ts';

/** TANDEM_STORE_FULL, for records of calls that a store of `roomBytes` cannot take. */
export function storeFull(roomBytes: number): TandemError {
  const todo = 'Mend the CDR sink that lags (tandem status names it); records wait in memory until then.';
  return new TandemError('TANDEM_STORE_FULL', `The store has used all of its ${gigabytes(roomBytes)} GB. ${todo}`);
}

/** TANDEM_STORE_FULL, for a table of `imageBytes`. Tables of earlier versions take room as long as those are kept. */
export function noRoomForTable(imageBytes: number, roomBytes: number): TandemError {
  const megabytes = Math.ceil(imageBytes / 2 ** 20);
  const what = `The table takes ${megabytes} MB, which the ${gigabytes(roomBytes)} GB of the store`;
  const todo = 'Nothing was changed. A larger diskShare in the start file gives it more, from the next start on.';
  return new TandemError('TANDEM_STORE_FULL', `${what} do not have. ${todo}`);
}

function gigabytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}

/** ENOSPC and EDQUOT, as LMDB tells them. */
const NO_ROOM_ON_DISK = [28, 122];

/** EIO: also what LMDB makes of a write of which the disk took a part. That has left less room than this, then. */
const IO_ERROR = 5;
const ROOM_LEFT_BYTES = 2 ** 20;

/** What `action` does. Throws TANDEM_DISK_FULL where the disk, on which `folder` is, has no room for what it writes. */
export function onDisk(action: () => void, folder: () => string): void {
  try {
    action();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? Number(cause.code) : 0;
    if (!NO_ROOM_ON_DISK.includes(code) && !(code === IO_ERROR && isFull(folder()))) throw cause;
    const sentence = 'The disk of the data directory is full, and nothing was written: make room there.';
    throw new TandemError('TANDEM_DISK_FULL', sentence, { cause });
  }
}

function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < ROOM_LEFT_BYTES;
}
