// What control does as its store fills up: old records that every sink has go, and when nothing may go the shards are
// told to let no call begin.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { tellLeftBehind } from '../../src/control/cdr/store-alarm.ts';
import type { Log } from '../../src/log.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { type ControlFixture, openControl, WALL_MS } from './control-fixture.ts';

const DAY_MS = 86_400_000;
const RECORD_BYTES = pack(sampleCdr(1)).length;

/** A control whose spool has room for `count` records, with no sink at all or one that never gets anything. */
function smallControl(context: TestContext, count: number, sinks: 'none' | 'down'): ControlFixture {
  const place = { host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: '', table: 't', tls: null };
  const fixture = openControl(temporaryDirectory(), {
    stores: openMemoryStores({ roomBytes: count * RECORD_BYTES }),
    sinks: sinks === 'none' ? [] : [{ kind: 'postgresql', name: 'down', ...place }],
  });
  context.after(() => fixture.control.stop());
  return fixture;
}

function isClosed({ memory }: ControlFixture): boolean {
  return new Int32Array(memory.shards[0]?.storeIsFull ?? new SharedArrayBuffer(4))[0] === 1;
}

test('a full store closes the shards to new calls and loses nothing; with room again they are open', (context) => {
  const fixture = smallControl(context, 10, 'down');
  const { control, shards, stores } = fixture;
  for (let number = 1; number <= 8; number++) shards[0]?.record(sampleCdr(number, WALL_MS));
  control.tick(0);
  assert.equal(isClosed(fixture), false);
  for (let number = 9; number <= 14; number++) shards[0]?.record(sampleCdr(number, WALL_MS));
  control.tick(1_000);
  assert.equal(isClosed(fixture), true);
  assert.equal(stores.spool.lastPosition(), 8);
  stores.spool.trim(1, 7, 7);
  control.tick(1_200);
  assert.equal(isClosed(fixture), false, 'it is tried with every tick');
  assert.equal(stores.spool.lastPosition(), 14, 'nothing was lost');
});

test('a stop says of CDRs that found no room that they are stored later: they stand in the journals', (context) => {
  const { control, shards } = smallControl(context, 1, 'down');
  const told: unknown[] = [];
  const log = { error: (...words: unknown[]) => void told.push(words) } as unknown as Log;
  tellLeftBehind(control.view, log);
  assert.deepEqual(told, []);
  for (let number = 1; number <= 3; number++) shards[0]?.record(sampleCdr(number, WALL_MS));
  control.tick(0);
  tellLeftBehind(control.view, log);
  const { depthBytes: sizeBytes } = control.view.shards[0]?.rings.cdrs ?? {};
  assert.deepEqual(told, [[{ shard: 0, sizeBytes }, 'CDRs could not be stored: the next start stores them']]);
});

test('records older than the online window go, but never before every sink has them', (context) => {
  for (const [sinks, left] of [
    ['none', 4],
    ['down', 8],
  ] as const) {
    const { control, shards, stores } = smallControl(context, 100, sinks);
    for (let number = 1; number <= 4; number++) shards[0]?.record(sampleCdr(number, WALL_MS - 31 * DAY_MS));
    for (let number = 5; number <= 8; number++) shards[0]?.record(sampleCdr(number, WALL_MS - 29 * DAY_MS));
    for (let nowMs = 0; nowMs < 20_000; nowMs += 500) control.tick(nowMs);
    assert.equal(stores.spool.count(), left, sinks);
  }
});

test('when room is short those go too that are younger, oldest first, down to six tenths', (context) => {
  const { control, shards, stores } = smallControl(context, 10, 'none');
  for (let number = 1; number <= 9; number++) shards[0]?.record(sampleCdr(number, WALL_MS));
  for (let nowMs = 0; nowMs < 20_000; nowMs += 500) control.tick(nowMs);
  assert.equal(stores.spool.count(), 5);
  assert.equal(stores.spool.after(0, 1)[0]?.position, 5);
});
