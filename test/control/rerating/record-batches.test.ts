// The records of a time while more of them come: each that was spooled at the beginning is there, and once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnpackedSpool } from '../../../src/control/cdr/unpacked-spool.ts';
import { CallHistory, HISTORY_SEGMENT_RECORDS } from '../../../src/control/reports/call-history.ts';
import { type RecordBatch, recordBatches } from '../../../src/control/rerating/record-batches.ts';
import { openMemoryStores } from '../../../src/store/memory.ts';
import { pack, unpackCdr } from '../../../src/store/records.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';

const WALL_MS = Date.UTC(2027, 0, 31);
const ALL = { fromWallMs: WALL_MS, untilWallMs: Number.POSITIVE_INFINITY };

function idsIn({ bytes, ends }: RecordBatch): string[] {
  return Array.from(ends, (end, at) => unpackCdr(bytes.subarray(at === 0 ? 0 : ends[at - 1], end)).id);
}

test('records that the history takes in meanwhile are not passed over', () => {
  for (const firstCount of [0, 600, HISTORY_SEGMENT_RECORDS - 1, HISTORY_SEGMENT_RECORDS]) {
    const { spool, history: columns } = openMemoryStores();
    const history = new CallHistory(spool, new UnpackedSpool(spool), columns);
    const ids: string[] = [];
    const spoolMore = (count: number) => {
      const cdrs = Array.from({ length: count }, (_, at) => sampleCdr(ids.length + at + 1, WALL_MS));
      ids.push(...cdrs.map(({ id }) => id));
      spool.append(cdrs.map((cdr) => pack(cdr)));
    };
    spoolMore(firstCount);
    while (history.follow() > 0);
    spoolMore(700);
    const [found, wanted] = [[] as string[], [...ids]];
    for (const batch of recordBatches(spool, history, ALL)) {
      found.push(...idsIn(batch));
      spoolMore(1);
      while (history.follow() > 0);
    }
    assert.deepEqual(found.slice(0, wanted.length), wanted, `after ${firstCount}`);
    assert.equal(new Set(found).size, found.length, 'none comes twice');
  }
});

test('records of a segment that is trimmed are not taken for those of the next ones', () => {
  const { spool, history: columns } = openMemoryStores();
  const history = new CallHistory(spool, new UnpackedSpool(spool), columns);
  const count = 2 * HISTORY_SEGMENT_RECORDS + 1_000;
  const cdrs = Array.from({ length: count }, (_, at) => sampleCdr(at + 1, WALL_MS));
  spool.append(cdrs.map((cdr) => pack(cdr)));
  while (history.follow() > 0);
  for (const upTo of [
    HISTORY_SEGMENT_RECORDS - 100,
    HISTORY_SEGMENT_RECORDS + 100,
    2 * HISTORY_SEGMENT_RECORDS + 100,
  ]) {
    history.release(upTo);
    spool.trim(1, count, upTo);
    const found = [...recordBatches(spool, history, ALL)].flatMap(idsIn);
    const wanted = cdrs.slice(upTo).map(({ id }) => id);
    assert.deepEqual(found, wanted, `after ${upTo} are trimmed`);
  }
});
