// The file sink is cut off at every place where it can be, and the files hold every CDR once.

import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileSink, type FileSinkPorts } from '../../src/control/cdr/file-sink.ts';
import { jsonText } from '../../src/core/base/json-text.ts';
import type { FileSinkSettings } from '../../src/sink-settings.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool, SinkCursor } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const flushed = () => Promise.resolve();
const NEW_YEAR = Date.UTC(2026, 0, 1);

function spool(store: CdrSpool, from: number, to: number, endedAtWallMs = NEW_YEAR): void {
  const records: Uint8Array[] = [];
  for (let number = from; number <= to; number++) records.push(pack(sampleCdr(number, endedAtWallMs)));
  store.append(records);
}

function lines(directory: string, file: string): number[] {
  const text = readFileSync(join(directory, file), 'utf8');
  assert.ok(text.endsWith('\n'));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => Number((JSON.parse(line) as { id: string }).id.slice(-8)));
}

function jsonSink(directory: string, store: CdrSpool, flush: () => Promise<void>): FileSink {
  const settings = {
    kind: 'file',
    name: 'json-lines',
    format: 'json-lines',
    directory,
    rotation: 'day',
    gzip: false,
  } as const;
  return new FileSink(settings, store, { flush });
}

async function pumpAll(sink: FileSink): Promise<void> {
  while ((await sink.pump()) > 0);
}

async function exported(directory: string, store: CdrSpool): Promise<void> {
  const sink = jsonSink(directory, store, flushed);
  await sink.recover();
  await pumpAll(sink);
  await sink.close();
}

test('a line a CDR, with the field names of the record', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 2);
  await exported(directory, store);
  const [first] = readFileSync(join(directory, 'cdr-20260101.jsonl'), 'utf8').split('\n');
  assert.deepEqual(JSON.parse(first ?? ''), JSON.parse(jsonText(sampleCdr(1, NEW_YEAR))));
  assert.equal(statSync(join(directory, 'cdr-20260101.jsonl')).mode & 0o777, 0o600);
});

test('a call stands in the file of the UTC day on which it ended; one that comes late in the newest', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 2, NEW_YEAR - 1);
  spool(store, 3, 3, NEW_YEAR);
  spool(store, 4, 4, NEW_YEAR - 1);
  spool(store, 5, 5, NEW_YEAR + DAY_MS);
  await exported(directory, store);
  assert.deepEqual(readdirSync(directory).sort(), ['cdr-20251231.jsonl', 'cdr-20260101.jsonl', 'cdr-20260102.jsonl']);
  assert.deepEqual(lines(directory, 'cdr-20251231.jsonl'), [1, 2]);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [3, 4]);
  assert.deepEqual(lines(directory, 'cdr-20260102.jsonl'), [5]);
});

for (const tornBytes of [0, 1, 100, 10_000]) {
  test(`killed after a write and before its cursor, ${tornBytes} bytes torn off: every CDR stands once`, async () => {
    const directory = temporaryDirectory();
    const { spool: store } = openMemoryStores();
    spool(store, 1, 3);
    await exported(directory, store);
    const before = store.cursor('json-lines') as SinkCursor;
    spool(store, 4, 20);
    await exported(directory, store);
    const path = join(directory, 'cdr-20260101.jsonl');
    truncateSync(path, statSync(path).size - tornBytes);
    store.saveCursor('json-lines', before);
    spool(store, 21, 22);
    await exported(directory, store);
    assert.deepEqual(
      lines(directory, 'cdr-20260101.jsonl'),
      Array.from({ length: 22 }, (_, index) => index + 1),
    );
  });
}

test('a file that is moved away while it is the current one is begun anew, and every CDR stands once', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  const [path, away] = ['cdr-20260101.jsonl', 'shipped.jsonl'];
  const sink = jsonSink(directory, store, flushed);
  spool(store, 1, 3);
  await pumpAll(sink);
  renameSync(join(directory, path), join(directory, away));
  spool(store, 4, 5);
  await pumpAll(sink);
  await sink.close();
  spool(store, 6, 7);
  await exported(directory, store);
  assert.deepEqual(lines(directory, away), [1, 2, 3]);
  assert.deepEqual(lines(directory, path), [4, 5, 6, 7]);
});

test('after a power cut the records come again in another order, some later: every CDR stands once', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 9);
  await exported(directory, store);
  // What the disk has of the spool: the first three. The journals of the shards bring the rest.
  const { spool: after } = openMemoryStores();
  spool(after, 1, 3);
  const upTo3 = Buffer.byteLength(`${[1, 2, 3].map((number) => jsonText(sampleCdr(number, NEW_YEAR))).join('\n')}\n`);
  const state = JSON.stringify({ file: 'cdr-20260101.jsonl', sizeBytes: upTo3 });
  after.saveCursor('json-lines', { position: 3, state });
  const begin = jsonSink(directory, after, flushed);
  await begin.recover();
  for (const number of [7, 4, 10]) spool(after, number, number);
  await pumpAll(begin);
  await begin.close(); // And once more, with some of them still to come.
  const sink = jsonSink(directory, after, flushed);
  await sink.recover();
  for (const number of [8, 5, 11, 9, 6, 12]) spool(after, number, number);
  await pumpAll(sink);
  await sink.close();
  const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), numbers);
  const whole = { file: 'cdr-20260101.jsonl', sizeBytes: statSync(join(directory, 'cdr-20260101.jsonl')).size };
  assert.deepEqual(JSON.parse(after.cursor('json-lines')?.state ?? ''), whole);
});

test('killed after a write of the longest records and before its cursor: every CDR stands once', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 1);
  await exported(directory, store);
  const before = store.cursor('json-lines') as SinkCursor;
  const numbers = Array.from({ length: 200 }, (_, index) => index + 2);
  const reasonHeader = '\xe9'.repeat(60_000);
  store.append(numbers.map((number) => pack({ ...sampleCdr(number, NEW_YEAR), reasonHeader })));
  const sink = jsonSink(directory, store, flushed);
  await sink.recover();
  assert.ok((await sink.pump()) > 0);
  await sink.close();
  store.saveCursor('json-lines', before);
  await exported(directory, store);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [1, ...numbers]);
});

test('killed between two days: every CDR stands once', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 2, NEW_YEAR - 1);
  spool(store, 3, 4, NEW_YEAR);
  let cursorAtFlush: SinkCursor | null = null;
  const sink = jsonSink(directory, store, () => {
    cursorAtFlush = store.cursor('json-lines');
    return Promise.resolve();
  });
  await sink.recover();
  await pumpAll(sink);
  await sink.close();
  // The new day's file was on record, on disk, before it was written to: that is where the next start begins.
  store.saveCursor('json-lines', cursorAtFlush as unknown as SinkCursor);
  await exported(directory, store);
  assert.deepEqual(lines(directory, 'cdr-20251231.jsonl'), [1, 2]);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [3, 4]);
});

test('a file that the operator emptied or moved away is begun again, nothing is written twice', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 3);
  await exported(directory, store);
  writeFileSync(join(directory, 'cdr-20260101.jsonl'), '');
  spool(store, 4, 5);
  await exported(directory, store);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [4, 5]);
});

test('lines that somebody else wrote are left alone', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 1);
  await exported(directory, store);
  appendFileSync(join(directory, 'cdr-20260101.jsonl'), '{"id":"00000099"}\n');
  spool(store, 2, 2);
  await exported(directory, store);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [1, 99, 2]);
});

test('after a write that failed half way, the next pump finds its place first', async (context) => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 3);
  const sink = jsonSink(directory, store, flushed);
  context.after(() => sink.close());
  await sink.recover();
  await pumpAll(sink);
  const path = join(directory, 'cdr-20260101.jsonl');
  spool(store, 4, 5);
  const refusing = Object.assign(Object.create(store) as CdrSpool, {
    after: store.after.bind(store),
    before: store.before.bind(store),
    cursor: store.cursor.bind(store),
    saveCursor: (_: string, cursor: SinkCursor) => {
      if (cursor.position > 3) throw new Error('no room for the cursor');
    },
  });
  const failing = jsonSink(directory, refusing, flushed);
  await failing.recover();
  await assert.rejects(failing.pump());
  await failing.close();
  appendFileSync(path, '{"id":"torn');
  const next = jsonSink(directory, store, flushed);
  await next.recover();
  await pumpAll(next);
  await next.close();
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [1, 2, 3, 4, 5]);
});

async function written(
  settings: Partial<FileSinkSettings>,
  store: CdrSpool,
  isWanted?: FileSinkPorts['isWanted'],
): Promise<void> {
  const sink = new FileSink(
    { kind: 'file', name: 'test', format: 'csv', directory: '', rotation: 'hour', gzip: false, ...settings },
    store,
    { flush: flushed, ...(isWanted === undefined ? {} : { isWanted }) },
  );
  await sink.recover();
  await pumpAll(sink);
  await sink.close();
}

test('CSV: a file an hour, each begins with the names of its columns, also when it is gone on with', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 2);
  spool(store, 3, 3, NEW_YEAR + HOUR_MS);
  await written({ directory }, store);
  spool(store, 4, 4, NEW_YEAR + HOUR_MS);
  await written({ directory }, store);
  assert.deepEqual(readdirSync(directory).sort(), ['cdr-2026010100.csv', 'cdr-2026010101.csv']);
  const second = readFileSync(join(directory, 'cdr-2026010101.csv'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    second.map((line) => line.split(',', 1)[0]),
    ['id', sampleCdr(3).id, sampleCdr(4).id],
  );
});

for (const format of ['csv', 'vos3000'] as const) {
  test(`${format}: killed after the first write and before its cursor, every CDR stands once`, async () => {
    const directory = temporaryDirectory();
    const { spool: store } = openMemoryStores();
    spool(store, 1, 5);
    await written({ directory, format }, store);
    store.saveCursor('test', { position: 0, state: JSON.stringify({ file: readdirSync(directory)[0], sizeBytes: 0 }) });
    spool(store, 6, 7);
    await written({ directory, format }, store);
    const [file = ''] = readdirSync(directory);
    const lines = readFileSync(join(directory, file), 'utf8').trimEnd().split('\n');
    const ids = lines.map((line) => line.split(/[,|]/, 1)[0]).filter((id) => id !== 'id');
    assert.deepEqual(
      ids,
      [1, 2, 3, 4, 5, 6, 7].map((number) => sampleCdr(number).id),
    );
  });
}

test('unwanted records are left out and are no backlog, after a crash either', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 6);
  const isEven: FileSinkPorts['isWanted'] = ({ id }) => Number(id.slice(-1)) % 2 === 0;
  await written({ directory, format: 'vos3000' }, store, isEven);
  assert.equal(store.cursor('test')?.position, 6);
  store.saveCursor('test', { position: 2, state: store.cursor('test')?.state ?? '' });
  truncateSync(join(directory, 'cdr-2026010100.txt'), 0);
  await written({ directory, format: 'vos3000' }, store, isEven);
  const lines = readFileSync(join(directory, 'cdr-2026010100.txt'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split('|', 1)[0]),
    [sampleCdr(4).id, sampleCdr(6).id],
  );
});

for (const format of ['csv', 'json-lines'] as const) {
  test(`${format}: a sink of another name goes on behind what stands in the files, in whatever order`, async () => {
    const directory = temporaryDirectory();
    const { spool: store } = openMemoryStores();
    spool(store, 1, 3);
    spool(store, 5, 5, NEW_YEAR + HOUR_MS);
    await written({ directory, format, name: 'former' }, store);
    const hour = readdirSync(directory).sort().at(-1) ?? '';
    appendFileSync(join(directory, hour), 'half a line of a killed process');
    spool(store, 4, 4);
    spool(store, 6, 7, NEW_YEAR + HOUR_MS);
    await written({ directory, format, name: 'next' }, store);
    const ids = readdirSync(directory).flatMap((file) => {
      const text = readFileSync(join(directory, file), 'utf8');
      return [...text.matchAll(/^(?:\{"id":")?(\w{26})\b/gm)].map(([, id]) => id);
    });
    assert.deepEqual(
      ids.sort(),
      [1, 2, 3, 4, 5, 6, 7].map((number) => sampleCdr(number).id),
    );
  });
}

test('files of others do not keep the first records from a new sink', async () => {
  const directory = temporaryDirectory();
  const [{ spool: other }, { spool: store }] = [openMemoryStores(), openMemoryStores()];
  spool(other, 8, 9);
  await written({ directory, format: 'json-lines', rotation: 'day' }, other);
  spool(store, 1, 3);
  await exported(directory, store);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [8, 9, 1, 2, 3]);
});

test('a name that another kind of sink had before goes on behind its records', async () => {
  for (const state of ['123', '"x"', '{"sequence":1}']) {
    const directory = temporaryDirectory();
    const { spool: store } = openMemoryStores();
    spool(store, 1, 3);
    store.saveCursor('json-lines', { position: 1, state });
    await exported(directory, store);
    assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [2, 3]);
  }
});

test('lines beyond the cursor are counted however many, with no more records read than that takes', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 2_500);
  await exported(directory, store);
  const { state = '' } = store.cursor('json-lines') ?? {};
  const file = (JSON.parse(state) as { readonly file: string }).file;
  store.saveCursor('json-lines', { position: 0, state: JSON.stringify({ file, sizeBytes: 0 }) });
  const read = store.after.bind(store);
  let most = 0;
  store.after = (position, limit) => {
    most = Math.max(most, limit);
    return read(position, limit);
  };
  await exported(directory, store);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl').length, 2_500);
  assert.equal(most, 1_000);
});
