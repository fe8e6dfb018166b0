// Finished files of CDRs are compressed, and no record, no stop and no other file waits for one.

import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { FileSink } from '../../src/control/cdr/file-sink.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { eventually } from '../hosts/eventually.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const HOUR_MS = 3_600_000;
const NEW_YEAR = Date.UTC(2026, 0, 1);
/** Zeros that take seconds to compress. */
const LARGE_BYTES = 8 * 1024 ** 3;

function spool(store: CdrSpool, from: number, to: number, endedAtWallMs = NEW_YEAR): void {
  for (let number = from; number <= to; number++) store.append([pack(sampleCdr(number, endedAtWallMs))]);
}

function csvSink(directory: string, store: CdrSpool, told: string[] = []): FileSink {
  return new FileSink({ kind: 'file', name: 'test', format: 'csv', directory, rotation: 'hour', gzip: true }, store, {
    flush: () => Promise.resolve(),
    onUncompressed: (sentence) => told.push(sentence),
  });
}

async function pumpAll(sink: FileSink): Promise<void> {
  while ((await sink.pump()) > 0);
}

/** Writes what `store` has; the files in `directory` become `names`. */
async function written(directory: string, store: CdrSpool, names: readonly string[]): Promise<void> {
  const sink = csvSink(directory, store);
  await sink.recover();
  await pumpAll(sink);
  const all = [...names].sort().join();
  await eventually(`the files ${all}`, () => (readdirSync(directory).sort().join() === all ? true : null));
  await sink.close();
}

test('finished files are compressed, the newest is not; a compression that was cut off is done again', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 2);
  spool(store, 3, 3, NEW_YEAR + HOUR_MS);
  writeFileSync(join(directory, 'cdr-2025123123.csv'), 'left behind\n');
  writeFileSync(join(directory, 'cdr-2025123123.csv.gz.part'), 'torn');
  const names = ['cdr-2025123123.csv.gz', 'cdr-2026010100.csv.gz', 'cdr-2026010101.csv'];
  await written(directory, store, names);
  const text = gunzipSync(readFileSync(join(directory, 'cdr-2026010100.csv.gz'))).toString();
  assert.equal(text.trimEnd().split('\n').length, 3);
  assert.equal(gunzipSync(readFileSync(join(directory, 'cdr-2025123123.csv.gz'))).toString(), 'left behind\n');
  spool(store, 4, 4, NEW_YEAR);
  await written(directory, store, names);
  const late = readFileSync(join(directory, 'cdr-2026010101.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(late.length, 3, 'a late record begins no finished file anew');
});

test('an earlier compressed file is never lost: another of that name gets a number, the same one goes', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 1);
  spool(store, 2, 2, NEW_YEAR + HOUR_MS);
  const hour = join(directory, 'cdr-2026010100.csv');
  writeFileSync(`${hour}.gz`, gzipSync('of another sink\n'));
  const all = ['cdr-2026010100-2.csv.gz', 'cdr-2026010100.csv.gz', 'cdr-2026010101.csv'];
  await written(directory, store, all);
  assert.equal(gunzipSync(readFileSync(`${hour}.gz`)).toString(), 'of another sink\n');
  // Cut off before the file itself went: its part has both names.
  const second = join(directory, 'cdr-2026010100-2.csv.gz');
  const text = gunzipSync(readFileSync(second)).toString();
  writeFileSync(hour, text);
  linkSync(second, `${hour}.gz.part`);
  await written(directory, store, all);
  assert.equal(gunzipSync(readFileSync(second)).toString(), text);
});

test('a file that cannot be compressed is told, and keeps neither records nor other files back', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  const told: string[] = [];
  const sink = csvSink(directory, store, told);
  for (let hour = 0; hour < 3; hour++) {
    spool(store, hour, hour, NEW_YEAR + hour * HOUR_MS);
    await pumpAll(sink);
    // Cannot be read, as one with a fault of the disk.
    if (hour === 0) mkdirSync(join(directory, 'cdr-2025123100.csv'));
  }
  assert.equal(sink.position, 3);
  const names = ['cdr-2025123100.csv', 'cdr-2026010100.csv.gz', 'cdr-2026010101.csv.gz', 'cdr-2026010102.csv'].join();
  await eventually('the others are compressed', () => (readdirSync(directory).sort().join() === names ? true : null));
  assert.match(told[0] ?? '', /^cdr-2025123100\.csv: EISDIR/);
  await sink.close();
});

test('a stop cuts a compression off and leaves no part of it; the next start does it again', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  const large = join(directory, 'cdr-2025123100.csv');
  writeFileSync(large, '');
  truncateSync(large, LARGE_BYTES);
  spool(store, 1, 1);
  const told: string[] = [];
  const sink = csvSink(directory, store, told);
  await pumpAll(sink);
  const part = 'cdr-2025123100.csv.gz.part';
  await eventually('it is being compressed', () => (readdirSync(directory).includes(part) ? true : null));
  await sink.close();
  assert.deepEqual(readdirSync(directory).sort(), ['cdr-2025123100.csv', 'cdr-2026010100.csv']);
  truncateSync(large, 0);
  await written(directory, store, ['cdr-2025123100.csv.gz', 'cdr-2026010100.csv']);
  assert.deepEqual(told, []);
});
