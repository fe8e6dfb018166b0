// A lock of the kernel on a file, flock(2): seen by every process that opens the file, in whatever container, and gone
// with the process that has it, however that ends. It belongs to a descriptor, a plain number that nothing collects.

import { closeSync, openSync } from 'node:fs';
import { cFunction, hasCLibrary, hasFailedWith } from './c-library.ts';

/** Of <sys/file.h>: for one only, and without waiting. */
const LOCK_EX_NB = 2 | 4;

type Flock = (file: number, operation: number) => number;

/** 'unknown' where nothing locks: no koffi, Windows, a file system without locks. */
export type Locked = { readonly file: number } | 'taken' | 'unknown';

/**
 * Locks the file at `path`, which is made if need be, until the descriptor is closed: on the main thread, for a worker
 * closes what it opened as it ends. Throws what the file system throws for a file that cannot be opened.
 */
export function lockFile(path: string): Locked {
  if (process.platform === 'win32' || !hasCLibrary()) return 'unknown';
  const file = openLock(path);
  const answer = flock(file);
  if (answer === 'locked') return { file };
  closeSync(file);
  return answer;
}

/** NFS asks that it can be written; otherwise it is enough that another user's can be read. */
function openLock(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return openSync(path, 'r');
    throw error;
  }
}

function flock(file: number): 'locked' | 'taken' | 'unknown' {
  try {
    const call = cFunction('int flock(int, int)') as Flock;
    if (call(file, LOCK_EX_NB) === 0) return 'locked';
    return hasFailedWith('EWOULDBLOCK') ? 'taken' : 'unknown';
  } catch {
    return 'unknown'; // A koffi that was built for another platform.
  }
}
