// The tail of a journal: an append is a copy, a kill at any moment finds what was committed, a power cut what was
// flushed.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CallJournal, readJournal } from '../../src/store/call-journal.ts';
import { journalFolder } from '../../src/store/journal-disk.ts';
import { JournalTail, readTail, TAIL_FILE_BYTES } from '../../src/store/journal-tail.ts';
import { mapFile, whyUnmapped } from '../../src/store/mapped-file.ts';
import { TailedDisk, type TailMemory } from '../../src/store/tailed-disk.ts';
import { MemoryDisk } from './memory-disk.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const USUAL = { isStrict: false };

/** A machine: a disk, and memory that outlives a process. */
class Machine {
  readonly disk: MemoryDisk;
  readonly memory: Buffer;

  constructor(disk = new MemoryDisk(), memory = Buffer.alloc(TAIL_FILE_BYTES)) {
    this.disk = disk;
    this.memory = memory;
  }

  tailed(clockRun = 'this run'): TailedDisk {
    const tail: TailMemory = { clockRun, read: () => Buffer.from(this.memory), map: () => this.memory };
    return new TailedDisk(this.disk, tail);
  }

  /** As a kill at this moment leaves it. */
  killed(): Machine {
    return new Machine(this.disk.successor(), Buffer.from(this.memory));
  }
}

function put(journal: CallJournal, id: string, size = 100): void {
  journal.putCheckpoint(id, Buffer.alloc(size, id));
  journal.commit();
}

function callsOn(machine: Machine, clockRun?: string): string[] {
  const { calls, refusedCount } = readJournal(machine.tailed(clockRun));
  assert.equal(refusedCount, 0);
  return [...calls.keys()];
}

test('a commit asks nothing of the disk, and a kill leaves it; a flush brings it to the segment', async () => {
  const machine = new Machine();
  const journal = new CallJournal(machine.tailed(), USUAL);
  const before = machine.disk.callCount;
  put(journal, 'one');
  put(journal, 'two');
  assert.equal(machine.disk.callCount, before);
  assert.deepEqual(callsOn(machine.killed()), ['one', 'two']);
  await journal.flush();
  put(journal, 'three');
  assert.deepEqual(callsOn(machine.killed()), ['one', 'two', 'three']);
  assert.deepEqual([...readJournal(machine.disk.successor()).calls.keys()], ['one', 'two']);
});

test('what is longer than the tail goes to the segment, in its order', () => {
  const machine = new Machine();
  const journal = new CallJournal(machine.tailed(), USUAL);
  const ids = Array.from({ length: 12 }, (_, call) => `call-${call}`);
  for (const [call, id] of ids.entries()) put(journal, id, call % 3 === 1 ? TAIL_FILE_BYTES : 40_000);
  assert.deepEqual(callsOn(machine.killed()), ids);
});

test('a power cut leaves any mixture in the tail: that of another run of the clock counts for nothing', async () => {
  const machine = new Machine();
  const journal = new CallJournal(machine.tailed(), USUAL);
  put(journal, 'one');
  await journal.flush();
  put(journal, 'two');
  const cut = new Machine(machine.disk.successor(true), Buffer.from(machine.memory));
  assert.deepEqual(callsOn(cut, 'another run'), ['one']);
  assert.deepEqual(callsOn(cut, ''), ['one'], 'a platform that does not tell has none');
});

test('the next life brings the tail to its segment before it takes it', () => {
  const machine = new Machine();
  put(new CallJournal(machine.tailed(), USUAL), 'one');
  const next = machine.killed();
  const journal = new CallJournal(next.tailed(), USUAL);
  assert.deepEqual([...journal.found.calls.keys()], ['one']);
  put(journal, 'two');
  assert.deepEqual(callsOn(next.killed()), ['one', 'two']);
  assert.deepEqual([...readJournal(next.disk.successor(true)).calls.keys()], ['one'], 'and to the disk');
});

describe('killed at any call of the disk', () => {
  /** Commits, flushes and new segments, until the disk ends it; answers what was committed. */
  async function live(machine: Machine): Promise<string[]> {
    const committed: string[] = [];
    try {
      const journal = new CallJournal(machine.tailed(), { ...USUAL, segmentBytes: 200_000 });
      committed.push(...journal.found.calls.keys());
      for (let call = 0; call < 24; call++) {
        const id = `${committed.length}`;
        put(journal, id, call % 5 === 4 ? TAIL_FILE_BYTES : 30_000);
        committed.push(id);
        if (call % 7 === 6) await journal.flush();
      }
    } catch {
      return committed;
    }
    return committed;
  }

  test('no commit is lost, over two lives', async () => {
    const whole = new Machine();
    await live(whole);
    assert.ok(whole.disk.callCount > 15, `${whole.disk.callCount}`);
    for (let failsAt = 1; failsAt <= whole.disk.callCount; failsAt++) {
      const first = new Machine();
      Object.assign(first.disk, { failsAt, failCount: Number.POSITIVE_INFINITY, tornShare: 0.5 });
      const committed = await live(first);
      // The batch under way may be there too: its datagrams have not left.
      const found = readJournal(first.killed().tailed());
      assert.deepEqual([...found.calls.keys()].slice(0, committed.length), committed, `call ${failsAt}`);
      const second = first.killed();
      Object.assign(second.disk, { failsAt, failCount: Number.POSITIVE_INFINITY, tornShare: 0.5 });
      const later = await live(second);
      const left = [...readJournal(second.killed().tailed()).calls.keys()];
      assert.deepEqual(left.slice(0, later.length), later, `call ${failsAt} of the second life`);
      for (const id of committed) assert.ok(left.includes(id), `call ${failsAt}: ${id}`);
    }
  });
});

test('a disk that takes nothing: commits go on while the tail has room, and no new call may begin', async () => {
  const machine = new Machine();
  const journal = new CallJournal(machine.tailed(), USUAL);
  Object.assign(machine.disk, { failsAt: machine.disk.callCount + 1, failCount: Number.POSITIVE_INFINITY });
  put(journal, 'one');
  await assert.rejects(journal.flush(), /EIO/);
  assert.ok(journal.isFull && journal.needsFlush);
  put(journal, 'two', 60_000);
  assert.throws(() => put(journal, 'three', 80_000), /EIO/);
  assert.deepEqual(callsOn(machine.killed()), ['one', 'two']);
  machine.disk.failsAt = Number.POSITIVE_INFINITY;
  journal.commit();
  await journal.flush();
  assert.ok(!journal.isFull);
  assert.deepEqual([...readJournal(machine.disk.successor(true)).calls.keys()], ['one', 'two', 'three']);
});

test('strict: the tail holds nothing back, and a commit that the disk did not take, or not keep, is not in it', () => {
  for (const failing of ['write', 'sync'] as const) {
    const machine = new Machine();
    const journal = new CallJournal(machine.tailed(), { isStrict: true });
    put(journal, 'one');
    assert.deepEqual([...readJournal(machine.disk.successor(true)).calls.keys()], ['one']);
    const failsAt = machine.disk.callCount + (failing === 'write' ? 1 : 2);
    Object.assign(machine.disk, { failsAt, failCount: 1, tornShare: 0.5 });
    journal.putCdr('two', 1, Buffer.from('cdr'));
    assert.throws(() => journal.commit(), /EIO/);
    assert.deepEqual(callsOn(machine.killed()), ['one']);
    assert.deepEqual(readJournal(machine.killed().tailed()).cdrs, [], failing);
    put(journal, 'three');
    assert.deepEqual(callsOn(machine.killed()), ['one', 'three']);
    const { cdrs } = readJournal(machine.killed().tailed());
    assert.deepEqual(
      cdrs.map(({ position }) => position),
      [1],
      'it comes once',
    );
  }
});

test('bytes that are no tail are none', () => {
  const file = Buffer.alloc(TAIL_FILE_BYTES);
  assert.equal(readTail(file, 'run'), null);
  const tail = new JournalTail(file, 'run');
  tail.begin('00000001.calls');
  assert.equal(readTail(file, 'run'), null, 'an empty one');
  tail.append(Buffer.from('bytes'));
  assert.equal(readTail(file, 'run')?.bytes.toString(), 'bytes');
  assert.equal(readTail(file.subarray(0, 130), 'run'), null, 'cut off');
  assert.equal(readTail(file, 'another'), null);
});

describe('a mapped file', () => {
  test('is what others read, at once; what it holds stays', () => {
    const directory = mkdtempSync('/dev/shm/tandem-test-');
    try {
      const path = join(directory, 'file');
      writeFileSync(path, 'too short to be one');
      const memory = mapFile(path, 8192);
      assert.ok(memory !== null, 'koffi is there, and /dev/shm a tmpfs');
      assert.deepEqual([memory.length, memory[0]], [8192, 0]);
      memory[5000] = 77;
      assert.equal(readFileSync(path)[5000], 77);
      assert.equal(mapFile(path, 8192)?.[5000], 77);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('is refused where a full disk would end the process', () => {
    assert.equal(whyUnmapped('/dev/shm'), null);
    assert.equal(whyUnmapped('/proc/self'), 'the file system is none of ext2 to ext4, XFS and tmpfs');
    assert.equal(mapFile('/proc/self/file', 8192), null);
    assert.equal(mapFile(join(temporaryDirectory(), 'no such directory', 'file'), 8192), null);
  });
});

test('a folder keeps its tail beside the segments', () => {
  const path = join(temporaryDirectory(), '0');
  const journal = new CallJournal(journalFolder(path), USUAL);
  put(journal, 'one');
  assert.deepEqual([...readJournal(journalFolder(path)).calls.keys()], ['one']);
  journal.close();
  assert.ok(statSync(join(path, '00000001.calls')).size > 100);
  assert.deepEqual([...readJournal(journalFolder(path)).calls.keys()], ['one']);
});
