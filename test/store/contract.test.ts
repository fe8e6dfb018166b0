// One contract, two makers.

import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { open as openLmdb } from 'lmdb';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { LmdbColumns } from '../../src/store/lmdb-columns.ts';
import { closeTables, flush, openTables, write } from '../../src/store/lmdb-tables.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { EMPTY_NETWORK } from '../../src/store/network.ts';
import { CONFIGURATION_VERSIONS_MAX, type ConfigurationDocument, type Stores } from '../../src/store/ports.ts';
import { pack, SHAPE_COUNT, unpack, unpackCdr } from '../../src/store/records.ts';
import { TandemError } from '../../src/tandem-error.ts';
import { sampleCdr } from './sample-cdr.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** What async_hooks calls work that an addon has given to another thread. */
const NATIVE_WORK = 'generic';

type Open = (context: TestContext, roomBytes?: number) => Stores;

const MAKERS: Readonly<Record<string, Open>> = {
  memory: (_, roomBytes) => openMemoryStores(roomBytes === undefined ? {} : { roomBytes }),
  lmdb: (context, roomBytes) => {
    const path = temporaryDirectory();
    const stores = openLmdbStores(path, roomBytes === undefined ? {} : { roomBytes });
    context.after(() => stores.close());
    return stores;
  },
};

for (const [maker, open] of Object.entries(MAKERS)) {
  test(`${maker}: a keepsake is what it was last`, (context) => {
    const { keepsakes } = open(context);
    assert.equal(keepsakes.kept('list'), null);
    keepsakes.keep('list', [{ number: '4930', untilWallMs: 1_800_000_000_000 }]);
    keepsakes.keep('other', 1);
    assert.deepEqual(keepsakes.kept('list'), [{ number: '4930', untilWallMs: 1_800_000_000_000 }]);
    keepsakes.keep('list', []);
    assert.deepEqual([keepsakes.kept('list'), keepsakes.kept('other')], [[], 1]);
  });
}

function records(from: number, to: number): Uint8Array[] {
  const made: Uint8Array[] = [];
  for (let number = from; number <= to; number++) made.push(pack(sampleCdr(number)));
  return made;
}

function document(version: number): ConfigurationDocument {
  return { version, author: 'ops', note: `v${version}`, atWallMs: version, network: EMPTY_NETWORK, slots: [] };
}

/** A version whose network names `images`. */
function naming(version: number, images: readonly number[]): ConfigurationDocument {
  const numberGroups = images.map((image) => ({ name: `group-${image}`, numbers: [], image }));
  return { ...document(version), network: { ...EMPTY_NETWORK, numberGroups } };
}

function imageOf(byte: number, sizeBytes: number): SharedArrayBuffer {
  const image = new SharedArrayBuffer(sizeBytes);
  new Uint8Array(image).fill(byte);
  return image;
}

function spooled(stores: Stores, count: number): void {
  stores.spool.append(records(1, count));
}

for (const [maker, open] of Object.entries(MAKERS)) {
  test(`${maker}: records are read back in the order of arrival, from any place, by any number`, (context) => {
    const { spool } = open(context);
    spool.append(records(1, 3));
    spool.append(records(4, 5));
    const callers = (found: readonly { readonly record: Uint8Array }[]) =>
      found.map(({ record }) => unpackCdr(record).callerCallId.split('-')[1]?.split('@')[0]);
    assert.deepEqual(callers(spool.after(0, 100)), ['1', '2', '3', '4', '5']);
    assert.deepEqual(callers(spool.after(2, 2)), ['3', '4']);
    assert.deepEqual(callers(spool.before(Number.POSITIVE_INFINITY, 2)), ['5', '4']);
    assert.deepEqual(callers(spool.before(3, 100)), ['2', '1']);
    assert.deepEqual(spool.after(5, 10), []);
    assert.deepEqual(spool.before(1, 10), []);
    assert.deepEqual(callers([{ record: spool.at(4) ?? new Uint8Array() }]), ['4']);
    assert.equal(spool.at(6), null);
    assert.equal(spool.lastPosition(), 5);
    assert.equal(spool.count(), 5);
  });

  test(`${maker}: a record comes back equal, bytes of shared memory included`, (context) => {
    const { spool } = open(context);
    const packed = pack(sampleCdr(7));
    const shared = new Uint8Array(new SharedArrayBuffer(packed.length));
    shared.set(packed);
    spool.append([shared]);
    shared.fill(0);
    const [found] = spool.after(0, 1);
    assert.deepEqual(unpackCdr(found?.record ?? new Uint8Array()), sampleCdr(7));
  });

  test(`${maker}: a cursor is kept for each sink`, (context) => {
    const { spool } = open(context);
    assert.equal(spool.cursor('files'), null);
    spool.saveCursor('files', { position: 4, state: 'somewhere' });
    spool.saveCursor('database', { position: 2, state: '' });
    assert.deepEqual(spool.cursor('files'), { position: 4, state: 'somewhere' });
    assert.deepEqual(spool.cursor('database'), { position: 2, state: '' });
  });

  test(`${maker}: trim drops only what every sink has, oldest first, and keeps the newest`, (context) => {
    const stores = open(context);
    const { spool } = stores;
    spooled(stores, 10);
    assert.equal(spool.trim(1, 100, 0), 0, 'a sink has nothing');
    assert.equal(spool.trim(8, 100, 4), 2, 'eight are kept');
    assert.equal(spool.trim(1, 100, 4), 2, 'the slow sink lacks the fifth');
    assert.equal(spool.after(0, 1)[0]?.position, 5);
    assert.equal(spool.trim(1, 3, 10), 3, 'a limit is a limit');
    assert.equal(spool.trim(1, 100, Number.POSITIVE_INFINITY), 2, 'no sink, nothing to wait for');
    assert.equal(spool.count(), 1);
    spooled(stores, 1);
    assert.equal(spool.lastPosition(), 11, 'places are never given twice');
  });

  test(`${maker}: a full store refuses the append whole and says so`, (context) => {
    const { spool, useRatio } = open(context, 256 * 1024);
    const full = () => {
      for (let round = 0; round < 100; round++) {
        spool.append(records(1, 50));
      }
    };
    assert.throws(full, (error) => error instanceof TandemError && error.code === 'TANDEM_STORE_FULL');
    assert.equal(spool.count() % 50, 0);
    assert.ok(spool.count() >= 100);
    assert.ok(useRatio() > 0.7 && useRatio() < 1.2);
    assert.ok(spool.trim(50, 100_000, spool.lastPosition()) > 0);
    spool.append(records(1, 50));
  });

  test(`${maker}: an image comes with a version and is a copy of what was given, in shared memory`, (context) => {
    const { configuration } = open(context);
    const image = imageOf(5, 1_000_000);
    assert.equal(configuration.commit(naming(1, [1]), image), true);
    new Uint8Array(image).fill(0);
    const read = configuration.image(1) ?? assert.fail();
    assert.ok(read instanceof SharedArrayBuffer);
    assert.deepEqual([read.byteLength, new Uint8Array(read)[0], new Uint8Array(read)[999_999]], [1_000_000, 5, 5]);
    assert.equal(configuration.image(2), null);
    assert.equal(configuration.commit(naming(1, [1]), imageOf(6, 8)), false, 'a version that is not the next');
    assert.equal(new Uint8Array(configuration.image(1) ?? assert.fail())[0], 5, 'brings no image');
  });

  test(`${maker}: a large image is what was given, byte by byte, beside others`, (context) => {
    const { configuration } = open(context);
    const image = new Uint8Array(new SharedArrayBuffer(3_000_001));
    for (const index of image.keys()) image[index] = index % 251;
    configuration.commit(naming(1, [1]), imageOf(1, 2 ** 20));
    configuration.commit(naming(2, [1, 2]), image.buffer);
    configuration.commit(naming(3, [1, 2, 3]), imageOf(3, 2 ** 21));
    const read = [1, 2, 3].map((version) => new Uint8Array(configuration.image(version) ?? assert.fail()));
    assert.deepEqual(
      read.map(({ length }) => length),
      [2 ** 20, 3_000_001, 2 ** 21],
    );
    assert.equal(Buffer.compare(read[1] ?? assert.fail(), image), 0);
    assert.ok(read[0]?.every((byte) => byte === 1) && read[2]?.every((byte) => byte === 3));
  });

  test(`${maker}: images of the newest version are brought into memory, also where there are none`, async (context) => {
    const { configuration } = open(context);
    await configuration.prefetch();
    configuration.commit(naming(1, [1]), imageOf(1, 2 ** 22));
    await configuration.prefetch();
    assert.equal(new Uint8Array(configuration.image(1) ?? assert.fail())[2 ** 22 - 1], 1);
  });

  test(`${maker}: an image without room is refused, and its version with it`, (context) => {
    const { configuration } = open(context, 256 * 1024);
    const commit = () => configuration.commit(naming(1, [1]), imageOf(1, 1536 * 1024));
    assert.throws(commit, {
      code: 'TANDEM_STORE_FULL',
      message:
        'The table takes 2 MB, which the 0.0 GB of the store do not have. Nothing was changed. ' +
        'A larger diskShare in the start file gives it more, from the next start on.',
    });
    assert.equal(configuration.current(), null);
  });

  test(`${maker}: an image stays while a kept version names it, and not longer`, (context) => {
    const { configuration } = open(context);
    configuration.commit(naming(1, [1]), imageOf(1, 8));
    configuration.commit(naming(2, [1, 2]), imageOf(2, 8));
    configuration.commit(naming(3, []));
    assert.ok(configuration.image(1) !== null && configuration.image(2) !== null, 'undo is possible');
    for (let version = 4; version <= CONFIGURATION_VERSIONS_MAX + 1; version++) configuration.commit(document(version));
    assert.ok(configuration.image(1) !== null, 'version 1 went, version 2 is kept and names it');
    configuration.commit(document(CONFIGURATION_VERSIONS_MAX + 2));
    assert.deepEqual([configuration.image(1), configuration.image(2)], [null, null]);
  });

  test(`${maker}: a version follows the newest or is not taken`, (context) => {
    const { configuration } = open(context);
    assert.equal(configuration.current(), null);
    assert.equal(configuration.commit(document(2)), false);
    assert.equal(configuration.commit(document(1)), true);
    assert.equal(configuration.commit(document(1)), false);
    assert.equal(configuration.commit(document(2)), true);
    assert.deepEqual(configuration.current(), document(2));
    assert.deepEqual(configuration.version(1), document(1));
    assert.equal(configuration.version(9), null);
    assert.deepEqual(
      configuration.versions(10).map(({ version, note }) => [version, note]),
      [
        [2, 'v2'],
        [1, 'v1'],
      ],
    );
  });

  test(`${maker}: the history keeps CONFIGURATION_VERSIONS_MAX versions`, (context) => {
    const { configuration } = open(context);
    for (let version = 1; version <= CONFIGURATION_VERSIONS_MAX + 3; version++) configuration.commit(document(version));
    assert.equal(configuration.versions(1_000).length, CONFIGURATION_VERSIONS_MAX);
    assert.equal(configuration.version(3), null);
    assert.equal(configuration.version(4)?.version, 4);
  });

  test(`${maker}: segments of the history are put, put anew, read and dropped`, (context) => {
    const { history } = open(context, 2 ** 20);
    assert.deepEqual([history.first(), history.last(), history.get(0)], [-1, -1, null]);
    for (const segment of [3, 4, 5]) history.put(segment, new Uint8Array(50_000).fill(segment));
    history.put(5, new Uint8Array(70_003).fill(9));
    assert.deepEqual([history.first(), history.last()], [3, 5]);
    assert.deepEqual(history.get(4), new Uint8Array(50_000).fill(4));
    const newest = history.get(5) ?? new Uint8Array();
    assert.deepEqual([newest.length, newest[70_002], newest.byteOffset % 8], [70_003, 9, 0]);
    assert.ok(history.useRatio() >= 170_003 / 2 ** 20 && history.useRatio() < 0.3, String(history.useRatio()));
    history.drop(3);
    assert.deepEqual([history.first(), history.get(3)], [4, null]);
  });
}

test('lmdb: the history has a file of its own and takes of the one room', async (context) => {
  const { history, spool, useRatio } = MAKERS['lmdb']?.(context, 2 ** 20) ?? assert.fail();
  const before = useRatio();
  for (const segment of [0, 1, 2, 3]) history.put(segment, new Uint8Array(300_000));
  assert.ok(Math.abs(useRatio() - before - history.useRatio()) < 0.01, `${useRatio()}`);
  assert.throws(
    () => spool.append(records(1, 1)),
    (error) => error instanceof TandemError && error.code === 'TANDEM_STORE_FULL',
  );
  for (const segment of [0, 1]) history.drop(segment);
  spool.append(records(1, 1));
});

test('a segment is put when the records that it is made from are on the disk, and not otherwise', () => {
  const done: string[] = [];
  let isBroken = false;
  const flushRecords = (): void => {
    if (isBroken) throw new Error('Input/output error');
    done.push('flushed');
  };
  const table = {
    getKeys: () => [],
    getBinaryFast: () => undefined,
    putSync: (segment: number) => done.push(`put ${segment}`),
    removeSync: (segment: number) => done.push(`removed ${segment}`),
    getStats: () => ({}),
    prefetch: () => Promise.resolve(),
  };
  const columns = new LmdbColumns(table, flushRecords, 2 ** 20);
  columns.put(7, new Uint8Array(8));
  assert.deepEqual(done, ['flushed', 'put 7']);
  isBroken = true;
  assert.throws(() => columns.put(8, new Uint8Array(8)), /Input/);
  assert.deepEqual(done, ['flushed', 'put 7']);
});

test('lmdb: what is to be on the disk when a call returns is: no other thread is still at it', async (context) => {
  const begun: string[] = [];
  const hook = createHook({ init: (_id, type) => begun.push(type) }).enable();
  context.after(() => hook.disable());
  const stores = openLmdbStores(temporaryDirectory());
  context.after(() => stores.close());
  stores.history.put(1, new Uint8Array(8));
  const flushes = (): number => begun.filter((type) => type === NATIVE_WORK).length;
  assert.equal(flushes(), 0);
  await stores.flush();
  assert.equal(flushes(), 1, 'that is how one would be seen');
});

test('lmdb: a flush asks the disk for what was committed, and for nothing when nothing was', async (context) => {
  const tables = openTables(temporaryDirectory(), 2 ** 20);
  context.after(() => closeTables(tables));
  const root = tables.root as unknown as { sync(done?: (error: unknown) => void): void };
  const sync = root.sync.bind(root);
  let asked = 0;
  let isBroken = false;
  root.sync = (done) => {
    asked += 1;
    if (isBroken) done?.(new Error('Input/output error'));
    else sync(done);
  };
  const flushed = async (): Promise<number> => {
    await flush(tables);
    return asked;
  };
  assert.deepEqual([await flushed(), await flushed()], [1, 1]);
  write(tables, () => tables.meta.putSync('one', pack(1)));
  const first = flush(tables);
  assert.equal(flush(tables), first, 'who asks while it is under way waits for it');
  write(tables, () => tables.meta.putSync('two', pack(2)));
  assert.deepEqual([await flushed(), await flushed()], [3, 3]);
  isBroken = true;
  write(tables, () => tables.meta.putSync('three', pack(3)));
  await assert.rejects(flush(tables), /Input/);
  isBroken = false;
  assert.deepEqual([await flushed(), await flushed()], [5, 5]);
});

test('lmdb: what was closed is there when it is opened again', async (context) => {
  const path = temporaryDirectory();
  const first = openLmdbStores(path);
  spooled(first, 3);
  first.configuration.commit(document(1));
  first.spool.saveCursor('files', { position: 2, state: 's' });
  await first.close();
  const second = openLmdbStores(path);
  context.after(() => second.close());
  assert.equal(second.spool.lastPosition(), 3);
  assert.deepEqual(second.spool.cursor('files'), { position: 2, state: 's' });
  assert.equal(second.configuration.current()?.version, 1);
});

test('an image that an earlier build kept whole is read, and goes like others', async (context) => {
  const path = temporaryDirectory();
  const root = openLmdb<Uint8Array, string>({ path: join(path, 'tandem.mdb'), encoding: 'binary', maxDbs: 16 });
  root.openDB<Uint8Array, number>('images', { encoding: 'binary' }).putSync(1, new Uint8Array(3_000_001).fill(7));
  await root.close();
  const { configuration, close } = openLmdbStores(path);
  context.after(close);
  const image = new Uint8Array(configuration.image(1) ?? assert.fail());
  assert.ok(image.length === 3_000_001 && image.every((byte) => byte === 7));
  configuration.commit(naming(1, []));
  assert.equal(configuration.image(1), null);
});

test('the index of an earlier release goes', async () => {
  const path = temporaryDirectory();
  const openMain = () => openLmdb<Uint8Array, string>({ path: join(path, 'tandem.mdb'), encoding: 'binary' });
  const before = openMain();
  before.openDB<Uint8Array, number>('index', { encoding: 'binary' }).putSync(1, new Uint8Array(8));
  await before.close();
  await openLmdbStores(path).close();
  const after = openMain();
  assert.equal([...after.getKeys()].includes('index'), false);
  await after.close();
});

test('a store of a later version is refused before anything in it is made or dropped', async () => {
  const path = temporaryDirectory();
  const later = openLmdb({ path: join(path, 'tandem.mdb'), encoding: 'binary', maxDbs: 16 });
  later.openDB<Uint8Array, string>('meta', { encoding: 'binary' }).putSync('format', pack(SHAPE_COUNT + 1));
  later.openDB<Uint8Array, number>('index', { encoding: 'binary' }).putSync(1, new Uint8Array(8));
  await later.close();
  assert.throws(
    () => openTables(path, 2 ** 30),
    (error) =>
      error instanceof TandemError &&
      error.code === 'TANDEM_STORE_NEWER' &&
      /was written in format/.test(error.message),
  );
  const after = openLmdb({ path: join(path, 'tandem.mdb'), encoding: 'binary', maxDbs: 16 });
  assert.deepEqual([...after.getKeys()], ['index', 'meta']);
  await after.close();
  assert.equal(existsSync(join(path, 'history.mdb')), false);
});

test('a CDR record carries values and no field names', () => {
  const packed = pack(sampleCdr(1));
  assert.ok(packed.length < 530, `${packed.length} bytes`);
  assert.equal(Buffer.from(packed).includes('mappingGateway'), false);
  assert.deepEqual(unpack(packed), sampleCdr(1));
});

test('a record of another shape is read back all the same', () => {
  const odd = { zebra: 1, list: [{ zebra: 2 }, { zebra: 3 }], none: null };
  assert.deepEqual(unpack(pack(odd)), odd);
  assert.deepEqual(unpack(pack(sampleCdr(2))), sampleCdr(2));
});
