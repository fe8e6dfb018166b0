// A file as memory, shared with everybody who maps or reads it. What is stored there is in the page cache at once, with
// no system call, and outlives the process. Node has no mmap(2): that of the C library is called, where it can be.
//
// A store into a page that has no room on the disk kills the process (SIGBUS). So the file is written whole before it
// is mapped, and only on file systems that write it in place from then on.

import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { cFunction, hasCLibrary, memoryAt } from './c-library.ts';

/** `f_type` of those that overwrite in place: ext2 to ext4, XFS, tmpfs. */
const IN_PLACE: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x01021994]);

/** Of <sys/mman.h>, on Linux. */
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/** What stat(2) counts in, whatever a block of the file system is. */
const STAT_BLOCK_BYTES = 512;

type Mmap = (address: null, length: number, protection: number, flags: number, file: number, offset: number) => bigint;

let mmap: Mmap | undefined;

/** Why no file in `folder` can be mapped; null when one can. Throws what the platform throws. */
export function whyUnmapped(folder: string): string | null {
  if (process.platform !== 'linux') return `this is ${process.platform}, and not Linux`;
  if (!IN_PLACE.has(statfsSync(folder).type)) return 'the file system is none of ext2 to ext4, XFS and tmpfs';
  return hasCLibrary() ? null : 'the optional package koffi is not installed';
}

/**
 * The first `sizeBytes` of the file at `path`, which is made if need be; they stay mapped until the process ends. Null
 * where that cannot be had: another platform, another file system, no koffi, no room. What it holds stays.
 */
export function mapFile(path: string, sizeBytes: number): Uint8Array | null {
  try {
    if (whyUnmapped(dirname(path)) !== null) return null;
    const file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
    try {
      if (!isWhole(file, sizeBytes)) begin(file, sizeBytes);
      if (!isWhole(file, sizeBytes)) return null;
      mmap ??= cFunction('void *mmap(void *, size_t, int, int, int, int64_t)') as Mmap;
      const address = mmap(null, sizeBytes, PROT_READ_WRITE, MAP_SHARED, file, 0);
      return address === MAP_FAILED ? null : new Uint8Array(memoryAt(address, sizeBytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

/** Whether all of it has its place on the disk. */
function isWhole(file: number, sizeBytes: number): boolean {
  const { size, blocks } = fstatSync(file);
  return size >= sizeBytes && blocks * STAT_BLOCK_BYTES >= sizeBytes;
}

/** Zeros, as far as the disk takes them: one that is nearly full takes a part, and says so to nobody. */
function begin(file: number, sizeBytes: number): void {
  ftruncateSync(file, 0);
  writeSync(file, Buffer.alloc(sizeBytes), 0, sizeBytes, 0);
}
