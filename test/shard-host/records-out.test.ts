// Segments of the journal come and go: none goes that has what is nowhere else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOARD_RECORD_BYTES, CDR_RING_BYTES } from '../../src/core/base/limits.ts';
import { RecordBoard } from '../../src/core/base/record-board.ts';
import { Ring } from '../../src/core/base/ring.ts';
import { TakenMark } from '../../src/core/base/taken-mark.ts';
import { LiveRecord } from '../../src/core/call/call-record.ts';
import type { CallState } from '../../src/core/call/checkpoint.ts';
import { Balances } from '../../src/core/rating/balances.ts';
import { RecordsOut } from '../../src/shard-host/records-out.ts';
import { CallJournal, readJournal } from '../../src/store/call-journal.ts';
import { MemoryDisk } from '../store/memory-disk.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

function openRecords(disk: MemoryDisk, taken: TakenMark): { readonly out: RecordsOut; readonly journal: CallJournal } {
  const journal = new CallJournal(disk, { isStrict: false, segmentBytes: 5_000 });
  const board = new RecordBoard(RecordBoard.allocate(1, BOARD_RECORD_BYTES), BOARD_RECORD_BYTES);
  const ring = new Ring(Ring.allocate(CDR_RING_BYTES));
  const charged = new TakenMark(new SharedArrayBuffer(8));
  const out = new RecordsOut({ board, journal, ring, taken, balances: new Balances(Balances.allocate(1)), charged });
  return { out, journal };
}

/** An answered call; its checkpoint says nothing but that it lives. */
function answeredCall(): LiveRecord {
  const record = new LiveRecord({ ...sampleCdr(0), id: 'alive', endReason: null }, 0);
  record.answered(0, 0);
  record.source = { state: {} as CallState };
  return record;
}

function positionsOn(disk: MemoryDisk): number[] {
  return readJournal(disk.successor()).cdrs.map(({ position }) => position);
}

test('a segment with a CDR that control has not taken stays, over a kill too; then it goes', async () => {
  let disk = new MemoryDisk();
  const taken = new TakenMark(new SharedArrayBuffer(8));
  const first = openRecords(disk, taken);
  let endedCount = 0;
  while (!first.journal.hasOlder) {
    first.out.ended(new LiveRecord({ ...sampleCdr(endedCount++) }, 0));
    first.out.flush();
  }
  const positions = Array.from({ length: endedCount }, (_, ended) => ended + 1);
  taken.position = endedCount - 1;
  first.out.flush();
  assert.ok(first.out.awaitsControl);
  await first.journal.flush();
  assert.deepEqual(positionsOn(disk), positions, 'one is missing in the spool');

  disk = disk.successor();
  const { out, journal } = openRecords(disk, taken);
  out.flush();
  await journal.flush();
  assert.deepEqual([out.heldCount, out.awaitsControl, positionsOn(disk)], [1, true, positions]);
  taken.position = endedCount;
  out.flush();
  await journal.flush();
  assert.deepEqual([out.heldCount, out.awaitsControl, journal.hasOlder, positionsOn(disk)], [0, false, false, []]);
});

test('a segment stays until the checkpoints that were in it are written, whatever the disk does', async () => {
  const disk = new MemoryDisk();
  const taken = new TakenMark(new SharedArrayBuffer(8));
  const { out, journal } = openRecords(disk, taken);
  out.changed(answeredCall());
  out.flush();
  while (!journal.hasOlder) {
    out.ended(new LiveRecord({ ...sampleCdr(1) }, 0));
    out.flush();
  }
  await journal.flush();
  taken.position = out.heldCount;
  Object.assign(disk, { failsAt: disk.callCount + 1, failCount: 1, tornShare: 0.5 });
  assert.throws(() => out.flush(), /EIO/);
  await journal.flush();
  assert.deepEqual([...readJournal(disk.successor()).calls.keys()], ['alive'], 'its new one is not there');
  out.flush();
  await journal.flush();
  assert.ok(!journal.hasOlder);
  assert.deepEqual([...readJournal(disk.successor()).calls.keys()], ['alive']);
});
