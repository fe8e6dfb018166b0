// A file that LMDB would end the process for is refused with a sentence; one that it can open is opened.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { open as openLmdb } from 'lmdb';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { checkStoreFile } from '../../src/store/lmdb-file.ts';
import { pack } from '../../src/store/records.ts';
import { TandemError } from '../../src/tandem-error.ts';
import { sampleCdr } from './sample-cdr.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const PAGE_BYTES = 4096;
/** In a head: how many pages there are, which commit it is of, which boot; and its flag of what is not flushed. */
const [FLAGS, LAST_PAGE, COMMIT, BOOT] = [52, 144, 152, 160];
const RECORDS = 500;

async function storeWithRecords(): Promise<string> {
  const path = temporaryDirectory();
  const stores = openLmdbStores(path);
  const records = Array.from({ length: RECORDS }, (_, index) => pack(sampleCdr(index + 1)));
  stores.spool.append(records);
  stores.history.put(0, new Uint8Array(500_000));
  await stores.close();
  return path;
}

function refusalOf(path: string): string {
  try {
    openLmdbStores(path);
  } catch (error) {
    if (error instanceof TandemError && error.code === 'TANDEM_STORE_UNUSABLE') return error.message;
    throw error;
  }
  assert.fail('it was opened');
}

function change(file: string, action: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  action(bytes);
  writeFileSync(file, bytes);
}

test('a file that is cut short is refused, and what to do is told', async () => {
  const path = await storeWithRecords();
  for (const name of ['tandem.mdb', 'history.mdb']) {
    const file = join(path, name);
    const { size } = statSync(file);
    copyFileSync(file, `${file}.whole`);
    for (const cut of [57_344, size - 1, PAGE_BYTES, 100]) {
      truncateSync(file, cut);
      const sentence = refusalOf(path);
      assert.ok(sentence.startsWith(`${file} is cut short: it has ${cut} bytes`), sentence);
      assert.match(sentence, name === 'history.mdb' ? /Move it away.*made anew/ : /Restore .*backup/);
      copyFileSync(`${file}.whole`, file);
    }
  }
  const stores = openLmdbStores(path);
  assert.equal(stores.spool.lastPosition(), RECORDS, 'whole again, it is what it was');
  await stores.close();
});

test('a history without its store is refused, and kept; one that never had a call is not', async () => {
  const path = await storeWithRecords();
  const [store, history] = [join(path, 'tandem.mdb'), join(path, 'history.mdb')];
  const { size } = statSync(history);
  for (const lose of [() => rmSync(store), () => writeFileSync(store, '')]) {
    lose();
    assert.match(
      refusalOf(path),
      /history\.mdb of calls that were, and no tandem\.mdb.*Restore.*move history\.mdb away/,
    );
    assert.match(refusalOf(path), /no tandem\.mdb/, 'nothing was made');
  }
  assert.equal(statSync(history).size, size);
  rmSync(history);
  await openLmdbStores(path).close();
  rmSync(store);
  await openLmdbStores(path).close();
});

test('a file with a damaged head is refused, whichever of its pages it is', async () => {
  const path = await storeWithRecords();
  for (const name of ['tandem.mdb', 'history.mdb']) {
    const file = join(path, name);
    const whole = readFileSync(file);
    for (const damage of [randomBytes, (length: number) => Buffer.alloc(length)]) {
      for (const [at, length] of [
        [0, 2 * PAGE_BYTES],
        [0, PAGE_BYTES],
        [PAGE_BYTES, PAGE_BYTES],
      ] as const) {
        change(file, (bytes) => damage(length).copy(bytes, at));
        assert.ok(refusalOf(path).startsWith(`${file} is damaged`), `${name} ${at} ${length}`);
        writeFileSync(file, whole);
      }
    }
  }
});

test('its files are for their user alone, in a directory for all too, and those of an earlier release', async () => {
  const path = temporaryDirectory();
  chmodSync(path, 0o755);
  const modes = (): string[] => readdirSync(path).map((name) => `${name} ${statSync(join(path, name)).mode & 0o77}`);
  const files = ['history.mdb 0', 'history.mdb-lock 0', 'tandem.mdb 0', 'tandem.mdb-lock 0'];
  for (let start = 1; start <= 2; start++) {
    const stores = openLmdbStores(path);
    assert.deepEqual(modes().sort(), files);
    await stores.close();
    for (const name of readdirSync(path)) chmodSync(join(path, name), 0o644);
  }
});

test('a history that was moved away is made anew', async () => {
  const path = await storeWithRecords();
  truncateSync(join(path, 'history.mdb'), PAGE_BYTES);
  refusalOf(path);
  rmSync(join(path, 'history.mdb'));
  const stores = openLmdbStores(path);
  assert.deepEqual([stores.history.last(), stores.spool.lastPosition()], [-1, RECORDS]);
  await stores.close();
});

test('a file without the last pages is whole when nobody needs them', async () => {
  const file = join(temporaryDirectory(), 'tandem.mdb');
  const open = () => openLmdb<Uint8Array, string>({ path: file, encoding: 'binary', maxDbs: 16 });
  const root = open();
  const table = root.openDB<Uint8Array, number>('table', { encoding: 'binary' });
  // A page that is taken and freed in one commit is not written.
  for (let round = 0; round < 4; round++) {
    root.transactionSync(() => {
      for (let key = 0; key < 500; key++) table.putSync(key, new Uint8Array(490));
      table.putSync(1000, new Uint8Array(300_000));
      table.putSync(1001, new Uint8Array(300_000));
      table.removeSync(1001);
    });
  }
  await root.close();
  const { size } = statSync(file);
  const bytes = readFileSync(file);
  const last = Math.max(...[0, PAGE_BYTES].map((at) => Number(bytes.readBigUInt64LE(at + LAST_PAGE))));
  assert.ok((last + 1) * PAGE_BYTES > size, 'it is shorter than its head tells');
  checkStoreFile(file, true, '');
  checkStoreFile(file, false, '');
  const again = open();
  const stored = again.openDB<Uint8Array, number>('table', { encoding: 'binary' });
  assert.equal(stored.getBinary(1000)?.length, 300_000);
  await again.close();
  truncateSync(file, size - PAGE_BYTES);
  assert.throws(() => checkStoreFile(file, true, ''), /is cut short/, 'one page less is too little');
});

test('a head of before a power cut that is ahead of its pages is no damage: what was flushed is taken', async () => {
  const path = await storeWithRecords();
  const file = join(path, 'tandem.mdb');
  change(file, (bytes) => {
    const [commit, other] = [0, PAGE_BYTES].map((at) => bytes.readBigUInt64LE(at + COMMIT)) as [bigint, bigint];
    const at = commit > other ? PAGE_BYTES : 0;
    bytes.writeUInt16LE(bytes.readUInt16LE(at + FLAGS) | 0x1000, at + FLAGS);
    bytes.writeBigUInt64LE(9_999n, at + LAST_PAGE);
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE(PAGE_BYTES - at + COMMIT) + 1n, at + COMMIT);
    bytes.writeBigUInt64LE(1n, at + BOOT);
  });
  const stores = openLmdbStores(path);
  assert.equal(stores.spool.lastPosition(), RECORDS);
  await stores.close();
});
