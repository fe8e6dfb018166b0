// The history's file: what an earlier release kept elsewhere moves into it whole, wherever it is killed; records do not
// go before it has them; and it is never ahead of the spool.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Database, open as openLmdb, type RootDatabase } from 'lmdb';
import { tellAhead } from '../../../src/control/cdr/store-alarm.ts';
import { UnpackedSpool } from '../../../src/control/cdr/unpacked-spool.ts';
import { CallHistory } from '../../../src/control/reports/call-history.ts';
import { type CountedReport, countReport } from '../../../src/control/reports/count-report.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import type { Log } from '../../../src/log.ts';
import { openLmdbStores } from '../../../src/store/lmdb.ts';
import type { Stores } from '../../../src/store/ports.ts';
import { pack } from '../../../src/store/records.ts';
import { temporaryDirectory } from '../../store/temporary-directory.ts';
import { openControl, WALL_MS } from '../control-fixture.ts';
import { randomCdr } from './random-cdrs.ts';

const START_WALL_MS = Date.UTC(2026, 2, 27);
const CALLS = 17_000;
const SEGMENT_RECORDS = 16_384;
const DAY_MS = 86_400_000;
const QUESTION = {
  by: 'hour',
  timeZone: 'Europe/Berlin',
  fromWallMs: START_WALL_MS,
  untilWallMs: START_WALL_MS + DAY_MS * 30,
  dimensions: ['account', 'prefix'],
  only: new Map(),
} as const;
const NAMES = { areaOf: () => '', currencyOf: () => 'EUR', currencyOfAccount: () => 'EUR' };

function spooled(stores: Stores, count: number, startWallMs = START_WALL_MS): void {
  const prng = new Prng(stores.spool.lastPosition() + 1);
  const first = stores.spool.lastPosition() + 1;
  stores.spool.append(Array.from({ length: count }, (_, at) => pack(randomCdr(first + at, startWallMs + at, prng))));
}

function historyOf(stores: Stores): CallHistory {
  const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
  while (history.follow() > 0);
  return history;
}

function report(stores: Stores): Promise<CountedReport> {
  return countReport(historyOf(stores), QUESTION, NAMES);
}

/** A data directory whose records are gone but for the newest, so that only the history has their calls. */
async function storeWithoutRecords(): Promise<{ readonly path: string; readonly before: CountedReport }> {
  const path = temporaryDirectory();
  const stores = openLmdbStores(path);
  spooled(stores, CALLS);
  historyOf(stores).release(CALLS);
  stores.spool.trim(1, CALLS, CALLS);
  const before = await report(stores);
  assert.equal(before.total.attempts > CALLS / 2, true);
  await stores.close();
  return { path, before };
}

type Segments = Database<Uint8Array, number>;

/** Lets `change` have the history's own file and the table of tandem.mdb that earlier releases kept it in. */
async function between(path: string, change: (own: Segments, former: Segments) => void): Promise<void> {
  const file = (name: string): RootDatabase<Uint8Array, number> =>
    openLmdb<Uint8Array, number>({ path: join(path, name), encoding: 'binary', maxDbs: 16 });
  const [main, own] = [file('tandem.mdb'), file('history.mdb')];
  change(own, main.openDB<Uint8Array, number>('history', { encoding: 'binary' }));
  await Promise.all([main.close(), own.close()]);
}

function copy(from: Segments, to: Segments): void {
  for (const segment of [...from.getKeys()]) to.putSync(segment, from.getBinary(segment) ?? new Uint8Array());
}

async function tablesIn(path: string): Promise<readonly string[]> {
  const main = openLmdb<Uint8Array, string>({ path: join(path, 'tandem.mdb'), encoding: 'binary', maxDbs: 16 });
  const names = [...main.getKeys()];
  await main.close();
  return names;
}

test('the history of an earlier release moves once, and reports are what they were', async () => {
  const { path, before } = await storeWithoutRecords();
  await between(path, (own, former) => copy(own, former));
  for (const file of ['history.mdb', 'history.mdb-lock']) rmSync(join(path, file));
  for (const round of ['moves', 'has moved']) {
    const stores = openLmdbStores(path);
    assert.deepEqual(await report(stores), before, round);
    await stores.close();
    assert.equal((await tablesIn(path)).includes('history'), false, round);
  }
});

test('a move that was killed goes on, and what is there already is not made smaller', async () => {
  const { path, before } = await storeWithoutRecords();
  const killed: readonly ((own: Segments, former: Segments) => void)[] = [
    (own) => own.removeSync(1),
    (own) => own.clearSync(),
    () => undefined, // All was put, and the former table was about to go.
    (own) => own.putSync(1, new Uint8Array(8)), // The segment that was being filled had got further elsewhere.
    (_, former) => former.putSync(1, new Uint8Array(8)),
  ];
  for (const leave of killed) {
    await between(path, (own, former) => {
      copy(own, former);
      leave(own, former);
    });
    const stores = openLmdbStores(path);
    assert.deepEqual(await report(stores), before);
    await stores.close();
    assert.equal((await tablesIn(path)).includes('history'), false);
  }
});

test('a history that has no room keeps its records in the spool until it has', (context) => {
  const stores = openLmdbStores(temporaryDirectory());
  let isFull = true;
  let putCount = 0;
  const { history: own } = stores;
  const refusing = Object.assign(Object.create(own) as typeof own, {
    first: () => own.first(),
    last: () => own.last(),
    get: (segment: number) => own.get(segment),
    useRatio: () => own.useRatio(),
    put: (segment: number, bytes: Uint8Array) => {
      if (isFull) throw new Error('No space left on device');
      putCount++;
      own.put(segment, bytes);
    },
  });
  const { control } = openControl(temporaryDirectory(), { stores: { ...stores, history: refusing }, sinks: [] });
  context.after(() => control.stop());
  const count = 500;
  spooled(stores, count, WALL_MS - 31 * DAY_MS);
  for (let nowMs = 0; nowMs < 5_000; nowMs += 500) control.tick(nowMs);
  assert.equal(control.history.position, count);
  assert.deepEqual([stores.spool.count(), own.last()], [count, -1]);
  isFull = false;
  for (let nowMs = 5_000; nowMs < 10_000; nowMs += 500) control.tick(nowMs);
  assert.deepEqual([stores.spool.count(), own.last(), putCount], [1, 0, 1]);
});

test('a history that is ahead of the spool is cut back to it, and made anew from the records', async () => {
  const [ahead, path] = [temporaryDirectory(), temporaryDirectory()];
  const longer = openLmdbStores(ahead);
  spooled(longer, 2 * SEGMENT_RECORDS + 10);
  historyOf(longer).release(2 * SEGMENT_RECORDS + 10);
  const stores = openLmdbStores(path);
  spooled(stores, SEGMENT_RECORDS + 5);
  const expected = await report(stores);
  // As from a backup of its file that is younger than that of the spool.
  for (const segment of [0, 1, 2]) stores.history.put(segment, longer.history.get(segment) ?? new Uint8Array());
  const lines: unknown[] = [];
  tellAhead(historyOf(stores), { error: (fields: unknown) => lines.push(fields) } as unknown as Log);
  assert.deepEqual(lines, [{ segmentsDropped: 2 }]);
  const found = await report(stores);
  assert.deepEqual([found.total.attempts, stores.history.last()], [expected.total.attempts, 0]);
  spooled(stores, 5);
  assert.equal(historyOf(stores).position, SEGMENT_RECORDS + 10, 'what comes next is taken in');
  await Promise.all([longer.close(), stores.close()]);
});
