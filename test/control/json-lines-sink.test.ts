// The file sink is cut off at every place where it can be, and the files hold every CDR once.

import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JsonLinesSink } from '../../src/control/cdr/json-lines-sink.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool, SinkCursor } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const DAY_MS = 86_400_000;
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

async function pumpAll(sink: JsonLinesSink): Promise<void> {
  while ((await sink.pump()) > 0);
}

async function exported(directory: string, store: CdrSpool): Promise<void> {
  const sink = new JsonLinesSink(directory, store, flushed);
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
  assert.deepEqual(JSON.parse(first ?? ''), sampleCdr(1, NEW_YEAR));
  assert.equal(statSync(join(directory, 'cdr-20260101.jsonl')).mode & 0o777, 0o600);
});

test('a call stands in the file of the UTC day on which it ended, late ones too', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 2, NEW_YEAR - 1);
  spool(store, 3, 3, NEW_YEAR);
  spool(store, 4, 4, NEW_YEAR - 1);
  spool(store, 5, 5, NEW_YEAR + DAY_MS);
  await exported(directory, store);
  assert.deepEqual(readdirSync(directory).sort(), ['cdr-20251231.jsonl', 'cdr-20260101.jsonl', 'cdr-20260102.jsonl']);
  assert.deepEqual(lines(directory, 'cdr-20251231.jsonl'), [1, 2, 4]);
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [3]);
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

test('killed between two days: every CDR stands once', async () => {
  const directory = temporaryDirectory();
  const { spool: store } = openMemoryStores();
  spool(store, 1, 2, NEW_YEAR - 1);
  spool(store, 3, 4, NEW_YEAR);
  let cursorAtFlush: SinkCursor | null = null;
  const sink = new JsonLinesSink(directory, store, () => {
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
  const sink = new JsonLinesSink(directory, store, flushed);
  context.after(() => sink.close());
  await sink.recover();
  await pumpAll(sink);
  const path = join(directory, 'cdr-20260101.jsonl');
  spool(store, 4, 5);
  const refusing = Object.assign(Object.create(store) as CdrSpool, {
    after: store.after.bind(store),
    cursor: store.cursor.bind(store),
    saveCursor: (_: string, cursor: SinkCursor) => {
      if (cursor.position > 3) throw new Error('no room for the cursor');
    },
  });
  const failing = new JsonLinesSink(directory, refusing, flushed);
  await failing.recover();
  await assert.rejects(failing.pump());
  await failing.close();
  appendFileSync(path, '{"id":"torn');
  const next = new JsonLinesSink(directory, store, flushed);
  await next.recover();
  await pumpAll(next);
  await next.close();
  assert.deepEqual(lines(directory, 'cdr-20260101.jsonl'), [1, 2, 3, 4, 5]);
});
