// A commit for which the disk has no room.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf } from '../../src/control/http/problem.ts';
import { type Tables, write } from '../../src/store/lmdb-tables.ts';

/** Tables whose commits fail with `cause`. */
function failing(cause: Error): Tables {
  const fail = (): never => {
    throw cause;
  };
  return { root: { transactionSync: fail } } as unknown as Tables;
}

test('a disk that is full is told as that, and what else goes wrong as it is', () => {
  const words = 'No space left on device: Attempting to write page at position 57344, size 8192, blocks 2';
  const full = failing(Object.assign(new Error(words), { code: 28 }));
  const isTold = (error: unknown): boolean => {
    const { status, body } = problemOf(error);
    return status === 507 && /The disk of the data directory is full.*"TANDEM_DISK_FULL"/.test(body);
  };
  assert.throws(() => write(full, () => undefined), isTold);
  const broken = new Error('MDB_CORRUPTED');
  assert.throws(
    () => write(failing(broken), () => undefined),
    (error) => error === broken,
  );
});
