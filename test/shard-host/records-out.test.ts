// Segments of the journal come and go: none goes that has what is nowhere else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BOARD_RECORD_BYTES,
  CALL_ID_CHARACTERS_MAX,
  CDR_RING_BYTES,
  DECISION_CHARS_MAX,
  NUMBER_CHARACTERS_MAX,
} from '../../src/core/base/limits.ts';
import { RecordBoard } from '../../src/core/base/record-board.ts';
import { Ring } from '../../src/core/base/ring.ts';
import { TakenMark } from '../../src/core/base/taken-mark.ts';
import { LiveRecord } from '../../src/core/call/call-record.ts';
import type { CallState } from '../../src/core/call/checkpoint.ts';
import { Balances } from '../../src/core/rating/balances.ts';
import { readPosition } from '../../src/core/shard/cdr-frame.ts';
import { RecordsOut } from '../../src/shard-host/records-out.ts';
import { CallJournal, readJournal } from '../../src/store/call-journal.ts';
import { boardSlots, unpackBoardCdr } from '../../src/store/live-records.ts';
import { MemoryDisk } from '../store/memory-disk.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

interface Opened {
  readonly out: RecordsOut;
  readonly journal: CallJournal;
  /** As control reads it. */
  readonly ring: Ring;
  readonly board: RecordBoard;
}

function openRecords(disk: MemoryDisk, taken: TakenMark, ringBytes = CDR_RING_BYTES): Opened {
  const journal = new CallJournal(disk, { isStrict: false, segmentBytes: 5_000 });
  const board = new RecordBoard(RecordBoard.allocate(1, BOARD_RECORD_BYTES), BOARD_RECORD_BYTES);
  const shared = Ring.allocate(ringBytes);
  const charged = new TakenMark(new SharedArrayBuffer(8));
  const ring = new Ring(shared);
  const out = new RecordsOut({ board, journal, ring, taken, balances: new Balances(Balances.allocate(1)), charged });
  return { out, journal, ring: new Ring(shared), board };
}

/** An answered call; its checkpoint says nothing but that it lives. */
function answeredCall(id = 'alive'): LiveRecord {
  const record = new LiveRecord({ ...sampleCdr(0), id, endReason: null }, 0);
  record.answered(0, 0);
  record.source = { state: {} as CallState };
  return record;
}

/** Positions of the CDRs that control finds. */
function positionsIn(ring: Ring): number[] {
  const positions: number[] = [];
  while (ring.next()) positions.push(readPosition(ring.bytes, ring.frameStart));
  ring.release();
  return positions;
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
  const { out, journal, ring } = openRecords(disk, taken);
  out.flush();
  await journal.flush();
  out.publish();
  assert.deepEqual([out.heldCount, out.awaitsControl, positionsOn(disk)], [1, true, positions]);
  assert.deepEqual(positionsIn(ring), [endedCount], 'what control has does not come again');
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

test('CDRs that the ring has no room for come in their order, each once, when control has made some', async () => {
  const { out, ring, journal } = openRecords(new MemoryDisk(), new TakenMark(new SharedArrayBuffer(8)), 4_096);
  for (let ended = 0; ended < 20; ended++) out.ended(new LiveRecord({ ...sampleCdr(ended) }, 0));
  const positions: number[] = [];
  for (let round = 0; positions.length < 20; round++) {
    assert.ok(round < 20, `${positions} have come`);
    out.flush();
    await journal.flush();
    out.publish();
    positions.push(...positionsIn(ring));
    assert.equal(out.unsentCount, 20 - positions.length);
  }
  assert.deepEqual(
    positions,
    Array.from({ length: 20 }, (_, ended) => ended + 1),
  );
});

for (const whose of ['this life', 'an earlier life']) {
  test(`many checkpoints of ${whose} are written again in several batches, and none is missing meanwhile`, async () => {
    const ids = Array.from({ length: 40 }, (_, call) => `call-${call}`);
    const taken = new TakenMark(new SharedArrayBuffer(8));
    let disk = new MemoryDisk();
    let { out, journal } = openRecords(disk, taken);
    for (const id of ids) out.changed(answeredCall(id));
    out.flush();
    if (whose === 'an earlier life') {
      disk = disk.successor();
      ({ out, journal } = openRecords(disk, taken));
      for (const id of ids) out.resumed(answeredCall(id));
    }
    let batchCount = 0;
    for (; journal.hasOlder; batchCount++) {
      out.flush();
      await journal.flush();
      assert.deepEqual([...readJournal(disk.successor()).calls.keys()].sort(), ids.toSorted());
    }
    assert.ok(batchCount > 1, `${batchCount} batches`);
    assert.equal(disk.files.size, 1);
  });
}

test('a call that is not recorded leaves the board and comes to nobody', () => {
  const disk = new MemoryDisk();
  const { out, ring, board } = openRecords(disk, new TakenMark(new SharedArrayBuffer(8)));
  const record = new LiveRecord({ ...sampleCdr(1), endReason: null, answeredAtWallMs: null }, 0);
  out.changed(record);
  out.flush();
  assert.ok(board.read(0) !== null);
  record.isKept = false;
  out.ended(record);
  out.flush();
  assert.deepEqual([board.read(0), positionsIn(ring), positionsOn(disk), out.heldCount], [null, [], [], 0]);
});

test('the board shows a long record without its attempts, and a call that it has no room for not at all', () => {
  const disk = new MemoryDisk();
  const { out, board } = openRecords(disk, new TakenMark(new SharedArrayBuffer(8)));
  const [long, other] = [answeredCall('long'), answeredCall('other')];
  const [attempt = assert.fail()] = long.cdr.attempts;
  long.cdr.attempts = Array.from({ length: 20 }, () => ({ ...attempt, address: `${'2'.repeat(90)}:5060` }));
  for (const record of [long, other]) out.changed(record);
  out.flush();
  const shown = unpackBoardCdr(board.read(0) ?? assert.fail());
  assert.deepEqual([shown.id, shown.attempts], ['long', []]);
  assert.deepEqual([...readJournal(disk.successor()).calls.keys()], ['long', 'other'], 'both live on');
  long.ended(0, 0, { reason: 'Normal', status: 200, endedBy: 'caller', q850: 16, reasonHeader: '' });
  out.ended(long);
  out.flush();
  out.changed(other);
  out.flush();
  assert.equal(unpackBoardCdr(board.read(0) ?? assert.fail()).id, 'other');
});

test('a call whose texts are too long for the board is shown with what it holds, its texts cut', () => {
  const { out, board } = openRecords(new MemoryDisk(), new TakenMark(new SharedArrayBuffer(8)));
  const [number, host] = ['4'.repeat(NUMBER_CHARACTERS_MAX), `${'a'.repeat(250)}:40000`];
  const numbers = { caller: number, callerSent: number, callerBilled: number };
  const called = { callee: number, calleeSent: number, calleeBilled: number };
  const media = { callerMedia: host, calleeMedia: host, callerCallId: 'c'.repeat(CALL_ID_CHARACTERS_MAX) };
  const decision = 'd'.repeat(DECISION_CHARS_MAX);
  const record = new LiveRecord({ ...sampleCdr(0), ...numbers, ...called, ...media, decision, endReason: null }, 0);
  record.slots = [1, 2, 2];
  out.changed(record);
  out.flush();
  const shown = board.read(0);
  assert.ok(shown !== null);
  assert.deepEqual([...boardSlots(shown)], [1, 2, 2]);
  const cdr = unpackBoardCdr(shown);
  assert.deepEqual([cdr.id, cdr.account], [record.cdr.id, record.cdr.account]);
  assert.ok(cdr.callee !== '' && number.startsWith(cdr.callee));
});
