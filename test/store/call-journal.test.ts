// The journal: what is committed is found again, segments come and go, its room has an end.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { JOURNAL_ROOM_BYTES, JOURNAL_SEGMENT_BYTES, WITHHELD_DATAGRAMS_MAX } from '../../src/core/base/limits.ts';
import { DatagramGate } from '../../src/shard-host/datagram-gate.ts';
import { CallJournal, readJournal } from '../../src/store/call-journal.ts';
import { journalFolder } from '../../src/store/journal-disk.ts';
import { journalsPath, removeSpentJournals, shardCountOf } from '../../src/store/journal-places.ts';
import { TandemError } from '../../src/tandem-error.ts';
import { MemoryDisk } from './memory-disk.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const USUAL = { isStrict: false };

function put(journal: CallJournal, id: string, size = 100): void {
  journal.putCheckpoint(id, Buffer.alloc(size, id));
  journal.commit();
}

/** Calls and CDR positions that a successor finds. */
function foundOn(disk: MemoryDisk): { readonly calls: string[]; readonly cdrs: number[]; readonly refused: number } {
  const { calls, cdrs, refusedCount } = readJournal(disk.successor());
  return { calls: [...calls.keys()], cdrs: cdrs.map(({ position }) => position), refused: refusedCount };
}

test('TANDEM_STORE_NEWER: a journal of a later format is not read, and not taken for an empty one', () => {
  const disk = new MemoryDisk();
  put(new CallJournal(disk, USUAL), 'one');
  const [{ bytes } = assert.fail()] = disk.files.values();
  bytes.writeUInt32LE(bytes.readUInt32LE(8) + 1, 8);
  const isNewer = (error: unknown) => error instanceof TandemError && error.code === 'TANDEM_STORE_NEWER';
  assert.throws(() => readJournal(disk.successor()), isNewer);
  assert.throws(() => new CallJournal(disk.successor(), USUAL), isNewer);
});

test('a batch is found whole: the newest checkpoint of a call, and of an ended one its CDR alone', () => {
  const disk = new MemoryDisk();
  const journal = new CallJournal(disk, USUAL);
  put(journal, 'one');
  journal.putCheckpoint('one', Buffer.from('later'));
  journal.putCheckpoint('two', Buffer.from('2'));
  journal.putCheckpoint('three', Buffer.from('3'));
  journal.putCdr('two', 7, Buffer.from('cdr'));
  assert.deepEqual(foundOn(disk).calls, ['one'], 'nothing before the commit');
  journal.commit();
  const { calls, cdrs } = readJournal(disk.successor());
  assert.deepEqual([...calls.keys()], ['one', 'three']);
  assert.equal(Buffer.from(calls.get('one')?.bytes ?? []).toString(), 'later');
  assert.deepEqual(
    cdrs.map(({ id, position, bytes }) => [id, position, Buffer.from(bytes).toString()]),
    [['two', 7, 'cdr']],
  );
});

test('a batch of any length is found whole, around that of the room that it begins with too', () => {
  for (let size = 65_490; size < 65_530; size++) {
    const disk = new MemoryDisk();
    put(new CallJournal(disk, USUAL), 'one', size);
    assert.equal(readJournal(disk.successor()).calls.get('one')?.bytes.length, size);
  }
});

test('cut anywhere, it holds a whole number of batches; a damaged one costs itself alone', () => {
  const disk = new MemoryDisk();
  const journal = new CallJournal(disk, USUAL);
  for (const id of ['one', 'two', 'three']) put(journal, id);
  const [name = ''] = disk.files.keys();
  const whole = disk.files.get(name)?.bytes ?? Buffer.alloc(0);
  for (let size = 0; size < whole.length; size++) {
    const cut = new MemoryDisk();
    cut.files.set(name, { bytes: whole.subarray(0, size), syncedBytes: 0 });
    const { calls, refused } = foundOn(cut);
    assert.deepEqual(calls, ['one', 'two', 'three'].slice(0, calls.length));
    assert.ok(calls.length < 3 && refused <= 1);
  }
  const second = whole.indexOf('two') + 20;
  whole[second] = (whole[second] ?? 0) ^ 1;
  assert.deepEqual(foundOn(disk), { calls: ['one', 'three'], cdrs: [], refused: 1 });
});

test('JOURNAL_SEGMENT_BYTES: a full segment is followed by another, and goes when nothing in it counts', async () => {
  assert.ok(JOURNAL_SEGMENT_BYTES < JOURNAL_ROOM_BYTES / 4);
  const disk = new MemoryDisk();
  const journal = new CallJournal(disk, { ...USUAL, segmentBytes: 1_000 });
  const first = journal.generation;
  for (let call = 0; journal.generation === first; call++) put(journal, `call-${call}`);
  assert.deepEqual([disk.files.size, journal.hasOlder], [2, true]);
  put(journal, 'kept');
  await journal.flush();
  assert.ok(!journal.needsFlush);
  journal.dropOlder();
  assert.deepEqual([disk.files.size, journal.needsFlush], [2, true], 'not before the new one is on the disk');
  await journal.flush();
  assert.equal(disk.files.size, 1);
  assert.deepEqual(foundOn(disk).calls, ['kept']);
});

test('a segment that cannot be begun is closed, and the one before grows', () => {
  const disk = new MemoryDisk();
  const journal = new CallJournal(disk, { ...USUAL, segmentBytes: 1_000 });
  const before = journal.generation;
  const folder = { create: disk.create.bind(disk), close: disk.close.bind(disk) };
  let openCount = 0;
  disk.create = (name) => {
    disk.failsAt = disk.callCount + 2; // Its head.
    openCount += 1;
    return folder.create(name);
  };
  disk.close = () => {
    folder.close();
    openCount -= 1;
  };
  for (let call = 0; call < 20; call++) put(journal, `call-${call}`);
  assert.deepEqual([openCount, journal.generation, journal.hasOlder], [0, before, false]);
  assert.equal(foundOn(disk).calls.length, 20);
});

test('a journal that is closed while it is brought to the disk is closed when that is done', async () => {
  const closed: string[] = [];
  const disk = journalFolder(`${temporaryDirectory()}/0`);
  const folder = { sync: disk.sync.bind(disk), close: disk.close.bind(disk) };
  disk.sync = async (file) => {
    await folder.sync(file);
    closed.push('synced');
  };
  disk.close = (file) => {
    folder.close(file);
    closed.push('closed');
  };
  const journal = new CallJournal(disk, USUAL);
  put(journal, 'one');
  const flushed = journal.flush();
  journal.close();
  await flushed;
  await journal.flush();
  assert.deepEqual(closed, ['synced', 'closed']);
});

describe('JOURNAL_ROOM_BYTES', () => {
  test('is far beyond its alarm when no call may begin, and what does not fit is refused whole', () => {
    const disk = new MemoryDisk();
    const journal = new CallJournal(disk, { ...USUAL, roomBytes: 10_000 });
    for (let call = 0; !journal.isFull; call++) put(journal, `call-${call}`, 500);
    assert.ok(journal.useRatio > 0.85 && journal.useRatio < 0.95, `${journal.useRatio}`);
    const before = foundOn(disk);
    journal.putCheckpoint('long', Buffer.alloc(3_000));
    assert.throws(
      () => journal.commit(),
      (error) => error instanceof TandemError && error.code === 'TANDEM_STORE_FULL',
    );
    assert.deepEqual(foundOn(disk), before);
  });
});

test('WITHHELD_DATAGRAMS_MAX: so many wait for the journal, what is beyond is for the timers', () => {
  let sentCount = 0;
  const gate = new DatagramGate(() => {
    sentCount += 1;
  });
  for (let datagram = 0; datagram <= WITHHELD_DATAGRAMS_MAX; datagram++) {
    gate.take(String(datagram), { address: '', port: 0, listener: 0 });
    gate.judge(true, false);
  }
  assert.deepEqual([sentCount, gate.withheldCount], [0, WITHHELD_DATAGRAMS_MAX]);
  gate.release();
  assert.equal(sentCount, WITHHELD_DATAGRAMS_MAX);
});

describe('the number of shards', () => {
  test('stays that of calls that live on; journals that hold nothing give way', () => {
    const dataPath = temporaryDirectory();
    assert.equal(shardCountOf(dataPath, 2), 2);
    const folder = `${journalsPath(dataPath, 3)}/1`;
    mkdirSync(folder, { recursive: true });
    const journal = new CallJournal(journalFolder(folder), USUAL);
    put(journal, 'one');
    assert.deepEqual([shardCountOf(dataPath, 2), shardCountOf(dataPath, 3)], [3, 3]);
    journal.putCdr('one', 1, Buffer.from('cdr'));
    journal.commit();
    journal.close();
    assert.equal(shardCountOf(dataPath, 2), 3, 'its CDR may be nowhere else');
    removeSpentJournals(journalsPath(dataPath, 3), () => 0);
    assert.equal(shardCountOf(dataPath, 2), 3);
    removeSpentJournals(journalsPath(dataPath, 3), () => 1);
    assert.equal(shardCountOf(dataPath, 2), 2);
    assert.ok(!existsSync(journalsPath(dataPath, 3)));
  });
});
