// What a journal asks of the disk: the segment files of one folder. A port, for tests let any of its calls fail.

import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { mapFile } from './mapped-file.ts';
import { TailedDisk } from './tailed-disk.ts';

/** The files of one journal. Everything throws what the platform throws. */
export interface JournalDisk {
  /** Names in the folder, which is made if need be. */
  list(): readonly string[];
  read(name: string): Buffer;
  /** Makes `name` and opens it for writing. */
  create(name: string): number;
  /** Opens `name`, which there is, for writing. */
  open(name: string): number;
  /** Writes all of `bytes` at `position`. */
  write(file: number, bytes: Uint8Array, position: number): void;
  truncate(file: number, sizeBytes: number): void;
  /** Waits until what was written is on the disk. */
  syncNow(file: number): void;
  sync(file: number): Promise<void>;
  close(file: number): void;
  remove(name: string): void;
}

/** Beside the segments. */
const TAIL = 'tail';

/** The folder at `path`. What is written last stands in its tail until it is synced, where there can be one. */
export function journalFolder(path: string): JournalDisk {
  const tail = join(path, TAIL);
  return new TailedDisk(folderOf(path), {
    clockRun: clockRun(),
    read: () => (existsSync(tail) ? readFileSync(tail) : null),
    map: (sizeBytes) => mapFile(tail, sizeBytes),
  });
}

function folderOf(path: string): JournalDisk {
  return {
    list: () => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return readdirSync(path);
    },
    read: (name) => readFileSync(join(path, name)),
    create: (name) => openSync(join(path, name), 'w', 0o600),
    open: (name) => openSync(join(path, name), 'r+'),
    write: writeWhole,
    truncate: ftruncateSync,
    syncNow: fdatasyncSync,
    sync: (file) =>
      new Promise((resolve, reject) => {
        fsync(file, (error) => (error === null ? resolve() : reject(error)));
      }),
    close: closeSync,
    remove: (name) => rmSync(join(path, name), { force: true }),
  };
}

/**
 * Which run of the monotonic clock this is: the same as long as the machine runs; '' where the platform does not tell.
 */
export function clockRun(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return ''; // Not Linux: the wall clock must do.
  }
}

function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
