// Which file a record goes into where the last one that was written to is not of its time: late records go on there,
// but not in a file of the future, nor in one of another format.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { FileSink } from '../../src/control/cdr/file-sink.ts';
import type { FileFormatName } from '../../src/sink-settings.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const NOON = Date.UTC(2026, 0, 1, 12);
const DAY_MS = 86_400_000;

interface Written {
  readonly directory: string;
  readonly store: CdrSpool;
  readonly format: FileFormatName;
  readonly rotation: 'hour' | 'day';
}

async function write({ directory, store, format, rotation }: Written, wallMs: number): Promise<string[]> {
  const settings = { kind: 'file', name: 'files', format, directory, rotation, gzip: false } as const;
  const sink = new FileSink(settings, store, { flush: () => Promise.resolve(), wallNow: () => wallMs });
  await sink.recover();
  while ((await sink.pump()) > 0);
  await sink.close();
  return readdirSync(directory).sort();
}

test('a record of the future, by a clock that was wrong, has a file; those after it have theirs', async () => {
  const { spool: store } = openMemoryStores();
  const days = { directory: temporaryDirectory(), store, format: 'json-lines', rotation: 'day' } as const;
  store.append([pack(sampleCdr(1, NOON)), pack(sampleCdr(2, NOON + 3_650 * DAY_MS)), pack(sampleCdr(3, NOON))]);
  assert.deepEqual(await write(days, NOON), ['cdr-20260101.jsonl', 'cdr-20351230.jsonl']);
  store.append([pack(sampleCdr(4, NOON + DAY_MS))]);
  assert.deepEqual((await write(days, NOON + DAY_MS)).at(1), 'cdr-20260102.jsonl');
});

test('a record that comes within an hour of the turn goes on in the next file, as that was begun', async () => {
  const { spool: store } = openMemoryStores();
  const hours = { directory: temporaryDirectory(), store, format: 'csv', rotation: 'hour' } as const;
  store.append([pack(sampleCdr(1, NOON)), pack(sampleCdr(2, NOON - 1))]);
  assert.deepEqual(await write(hours, NOON - 1_000), ['cdr-2026010112.csv']);
});

test('a sink of another format by the same name leaves the file of the former one behind', async () => {
  const { spool: store } = openMemoryStores();
  const before = { directory: temporaryDirectory(), store, format: 'vos3000', rotation: 'hour' } as const;
  store.append([pack(sampleCdr(1, NOON))]);
  await write(before, NOON);
  store.append([pack(sampleCdr(2, NOON))]);
  const after = { ...before, format: 'json-lines', rotation: 'day' } as const;
  assert.deepEqual(await write(after, NOON), ['cdr-20260101.jsonl', 'cdr-2026010112.txt']);
});
