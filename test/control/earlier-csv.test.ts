// A CSV file that an earlier release began is gone on with in its own columns: whoever reads it by its first line
// would find lines of another length in it. The next file has all columns.

import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CDR_COLUMNS } from '../../src/control/cdr/cdr-columns.ts';
import { FileSink } from '../../src/control/cdr/file-sink.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const NEW_YEAR = Date.UTC(2026, 0, 1);
const FIRST_HOUR = 'cdr-2026010100.csv';

/** The first columns, all of plain values: a line is cut at its commas. */
const EARLIER_COUNT = 20;

function sinkIn(directory: string, store: CdrSpool): FileSink {
  const settings = { kind: 'file', name: 'csv', format: 'csv', directory, rotation: 'hour', gzip: false } as const;
  return new FileSink(settings, store, { flush: () => Promise.resolve() });
}

async function write(directory: string, store: CdrSpool): Promise<void> {
  const sink = sinkIn(directory, store);
  await sink.recover();
  while ((await sink.pump()) > 0);
  await sink.close();
}

/** First cell and number of cells of each line. */
function lengths(path: string): [string | undefined, number][] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(',')).map((cells) => [cells[0], cells.length]);
}

test('lines of a file are as long as its first one; killed before its cursor, every CDR stands once', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, FIRST_HOUR);
  const { spool: store } = openMemoryStores();
  store.append([pack(sampleCdr(1, NEW_YEAR))]);
  await write(directory, store);
  const earlier = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, earlier.map((line) => `${line.split(',').slice(0, EARLIER_COUNT).join(',')}\n`).join(''));
  store.saveCursor('csv', { position: 0, state: JSON.stringify({ file: FIRST_HOUR, sizeBytes: 0 }) });
  store.append([pack(sampleCdr(2, NEW_YEAR)), pack(sampleCdr(3, NEW_YEAR + 3_600_000))]);
  await write(directory, store);
  assert.deepEqual(
    lengths(path),
    ['id', sampleCdr(1).id, sampleCdr(2).id].map((cell) => [cell, EARLIER_COUNT]),
  );
  const [head, line, ...more] = readFileSync(join(directory, 'cdr-2026010101.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(head, CDR_COLUMNS.map(({ name }) => name).join(','));
  assert.equal(line?.split(',', 1)[0], sampleCdr(3).id);
  assert.deepEqual(more, []);
});

test('one that is moved away meanwhile is begun anew in its columns, to the end', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, FIRST_HOUR);
  writeFileSync(path, `${CDR_COLUMNS.slice(0, EARLIER_COUNT).map(({ name }) => name)}\n`);
  const { spool: store } = openMemoryStores();
  store.saveCursor('csv', { position: 0, state: JSON.stringify({ file: FIRST_HOUR, sizeBytes: 0 }) });
  const sink = sinkIn(directory, store);
  await sink.recover();
  for (const number of [1, 2, 3]) {
    store.append([pack(sampleCdr(number, NEW_YEAR))]);
    if (number === 2) renameSync(path, join(directory, 'shipped.csv'));
    await sink.pump();
  }
  await sink.close();
  assert.deepEqual(
    lengths(path),
    ['id', sampleCdr(2).id, sampleCdr(3).id].map((cell) => [cell, EARLIER_COUNT]),
  );
});

test('one that is there when its hour begins is gone on with in its columns too', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, FIRST_HOUR);
  writeFileSync(path, `${CDR_COLUMNS.slice(0, EARLIER_COUNT).map(({ name }) => name)}\n`);
  const { spool: store } = openMemoryStores();
  store.append([pack(sampleCdr(1, NEW_YEAR)), pack(sampleCdr(2, NEW_YEAR))]);
  await write(directory, store);
  assert.deepEqual(
    lengths(path),
    ['id', sampleCdr(1).id, sampleCdr(2).id].map((cell) => [cell, EARLIER_COUNT]),
  );
});

test('the first line of somebody else changes nothing', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, FIRST_HOUR);
  writeFileSync(path, 'id,call\n');
  const { spool: store } = openMemoryStores();
  store.saveCursor('csv', { position: 0, state: JSON.stringify({ file: FIRST_HOUR, sizeBytes: 0 }) });
  store.append([pack({ ...sampleCdr(1, NEW_YEAR), attempts: [], agentFees: [] })]);
  await write(directory, store);
  assert.deepEqual(lengths(path), [
    ['id', 2],
    [sampleCdr(1).id, CDR_COLUMNS.length + 1], // The decision has a comma.
  ]);
});
