// The journal of one shard: what must outlive the process, appended once a batch by the shard's own host, before the
// datagrams of the batch leave. Checkpoints of answered calls, and finished CDRs until control has them in its spool.
//
// An append is in the page cache when it returns, so it outlives the process; `flush` brings it to the disk (200 ms),
// or each append does (strict). A frame is whole or not there: what a kill or a power cut has torn does not pass its
// check. When a segment is full a new one begins, and the host writes again, a few with each batch, what still counts;
// then the older file goes. A full disk is an error that can be answered. Why not LMDB: src/decisions/0020.

import { JOURNAL_ROOM_BYTES, JOURNAL_SEGMENT_BYTES } from '../core/base/limits.ts';
import { usable } from './data-directory.ts';
import { clockRun, type JournalDisk } from './journal-disk.ts';
import { FrameBuffer, type JournalContent, readSegment, SEGMENT_HEAD_BYTES, segmentHead } from './journal-segment.ts';
import { storeFull } from './store-full.ts';

/** How a journal is kept; the sizes are lower in tests. */
export interface JournalOptions {
  /** Whether an append waits for the disk. */
  readonly isStrict: boolean;
  readonly segmentBytes?: number;
  readonly roomBytes?: number;
}

/** A new call needs so much of the room to be free: the rest is for the ends of those that there are. */
const OPEN_USE_RATIO = 0.85;

const SEGMENT_NAME = /^(\d{8})\.calls$/;

/** The writer of one journal. */
export class CallJournal {
  /** What stood in it when it was opened. Everything that still counts is to be written again. */
  readonly found: JournalContent;
  readonly #disk: JournalDisk;
  readonly #isStrict: boolean;
  readonly #segmentBytes: number;
  readonly #roomBytes: number;
  readonly #frame = new FrameBuffer();
  #generation: number;
  #file: number;
  #sizeBytes = 0;
  /** Earlier segments, with their sizes, until nothing in them counts any more. */
  #older: { readonly name: string; readonly sizeBytes: number }[] = [];
  /** Files whose writing is over. */
  #closing: number[] = [];
  #isOlderSpent = false;
  /** Whether something was written since the last flush began. */
  #isUnflushed = true;
  #isFlushing = false;
  /** Whether the last flush failed: what was promised since is in memory alone. */
  #isFlushFailing = false;
  /** Positions of the last CDR: put to a batch, written, on the disk. */
  #putPosition = 0;
  #writtenPosition = 0;
  #keptPosition = 0;
  #isClosed = false;

  /** Opens the journal of `disk` and reads it. Throws what the disk throws, and TANDEM_STORE_NEWER. */
  constructor(disk: JournalDisk, { isStrict, segmentBytes, roomBytes }: JournalOptions) {
    this.#disk = disk;
    this.#isStrict = isStrict;
    this.#segmentBytes = segmentBytes ?? JOURNAL_SEGMENT_BYTES;
    this.#roomBytes = roomBytes ?? JOURNAL_ROOM_BYTES;
    const names = segmentNames(disk);
    this.found = { calls: new Map(), cdrs: [], refusedCount: 0 };
    for (const name of names) {
      const bytes = disk.read(name);
      readSegment(bytes, this.found);
      this.#older.push({ name, sizeBytes: bytes.length });
      this.#closing.push(disk.open(name)); // A killed process may not have flushed it.
    }
    for (const { position } of this.found.cdrs) this.#writtenPosition = Math.max(this.#writtenPosition, position);
    this.#putPosition = this.#writtenPosition;
    this.#generation = generationOf(names.at(-1));
    this.#file = this.#begin();
  }

  /** Number of the segment that is written: what stands in an earlier one alone is to be written again. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether earlier segments are still kept. */
  get hasOlder(): boolean {
    return this.#older.length > 0 && !this.#isOlderSpent;
  }

  /** Share of its room in use, 0 to 1 (and above, when the last batches did not fit any more). */
  get useRatio(): number {
    return this.#older.reduce((sum, { sizeBytes }) => sum + sizeBytes, this.#sizeBytes) / this.#roomBytes;
  }

  /** Whether there is no room for a new call, or the disk takes nothing. */
  get isFull(): boolean {
    return this.#isFlushFailing || this.useRatio > OPEN_USE_RATIO;
  }

  /** Whether a flush has anything to do. */
  get needsFlush(): boolean {
    return this.#isUnflushed || this.#isOlderSpent;
  }

  /** Position of the last CDR that a power cut leaves: it and those before are on the disk. */
  get keptPosition(): number {
    return this.#keptPosition;
  }

  get isBatchEmpty(): boolean {
    return this.#frame.isEmpty;
  }

  /** To the batch: the checkpoint of call `id`. */
  putCheckpoint(id: string, bytes: Uint8Array): void {
    this.#frame.addCheckpoint(id, bytes);
  }

  /** To the batch: the 200 of call `id`, which its checkpoint has, was acknowledged. */
  putAcknowledged(id: string): void {
    this.#frame.addAcknowledged(id);
  }

  /** To the batch: the CDR of call `id`, whose checkpoint goes. */
  putCdr(id: string, position: number, bytes: Uint8Array): void {
    this.#frame.addCdr({ id, position, bytes });
    this.#putPosition = position;
  }

  /** Writes the batch, all of it or nothing. When it throws the batch is kept, and comes with the next. */
  commit(): void {
    if (this.#frame.isEmpty) return;
    const bytes = this.#frame.seal();
    if (this.useRatio + bytes.length / this.#roomBytes > 1) throw storeFull(this.#roomBytes);
    try {
      this.#disk.write(this.#file, bytes, this.#sizeBytes);
      if (this.#isStrict) this.#disk.syncNow(this.#file);
    } catch (error) {
      this.#forgetTail();
      throw error;
    }
    this.#sizeBytes += bytes.length;
    this.#isUnflushed = true;
    this.#writtenPosition = this.#putPosition;
    if (this.#isStrict && this.#closing.length === 0) this.#keptPosition = this.#writtenPosition;
    this.#frame.clear();
    if (this.#sizeBytes > this.#segmentBytes && this.#older.length === 0) this.#turnPage();
  }

  /** All that counts stands in the segment that is written: the earlier ones go, once that is on the disk. */
  dropOlder(): void {
    this.#isOlderSpent = true;
  }

  /** Resolves when all that was committed is on the disk; one at a time. */
  async flush(): Promise<void> {
    if (this.#isFlushing || this.#isClosed) return;
    this.#isFlushing = true;
    const { length: closingCount } = this.#closing;
    const writtenPosition = this.#writtenPosition;
    const isOlderSpent = this.#isOlderSpent;
    this.#isUnflushed = false;
    try {
      for (const file of [...this.#closing, this.#file]) await this.#disk.sync(file);
      this.#keptPosition = Math.max(this.#keptPosition, writtenPosition);
      for (const file of this.#closing.splice(0, closingCount)) this.#disk.close(file);
      if (isOlderSpent) this.#removeOlder();
      this.#isFlushFailing = false;
    } catch (error) {
      this.#isUnflushed = true;
      this.#isFlushFailing = true;
      throw error;
    } finally {
      this.#isFlushing = false;
      if (this.#isClosed) this.#closeFiles();
    }
  }

  /** Nothing is written any more. A flush under way still needs the files, and closes them. */
  close(): void {
    for (const file of [...this.#closing, this.#file]) this.#disk.syncNow(file);
    this.#keptPosition = this.#writtenPosition;
    if (this.#isOlderSpent) this.#removeOlder();
    this.#isClosed = true;
    if (!this.#isFlushing) this.#closeFiles();
  }

  #closeFiles(): void {
    for (const file of [...this.#closing, this.#file]) this.#disk.close(file);
  }

  #begin(): number {
    const file = this.#disk.create(nameOf(this.#generation + 1));
    try {
      this.#disk.write(file, segmentHead(clockRun()), 0);
    } catch (error) {
      this.#disk.close(file);
      throw error;
    }
    this.#generation += 1;
    this.#sizeBytes = SEGMENT_HEAD_BYTES;
    return file;
  }

  /** A disk that will not have a new file leaves the old one to grow. */
  #turnPage(): void {
    const before = { name: nameOf(this.#generation), sizeBytes: this.#sizeBytes };
    const file = this.#file;
    try {
      this.#file = this.#begin();
    } catch {
      return;
    }
    this.#older.push(before);
    this.#closing.push(file);
  }

  #removeOlder(): void {
    for (const { name } of this.#older) this.#disk.remove(name);
    this.#older = [];
    this.#isOlderSpent = false;
  }

  /** A part of the frame may stand behind what counts; the next frame is written over it. */
  #forgetTail(): void {
    try {
      this.#disk.truncate(this.#file, this.#sizeBytes);
    } catch {
      return; // Its check tells that it is torn.
    }
  }
}

/** Opens the journal of `disk`. Throws TANDEM_STORE_NEWER, and TANDEM_DATA_UNUSABLE for what the disk throws. */
export function openJournal(disk: JournalDisk, options: JournalOptions): CallJournal {
  return usable(() => new CallJournal(disk, options));
}

/** Reads the journal of `disk` without touching it. */
export function readJournal(disk: JournalDisk): JournalContent {
  const content: JournalContent = { calls: new Map(), cdrs: [], refusedCount: 0 };
  for (const name of segmentNames(disk)) readSegment(disk.read(name), content);
  return content;
}

/** Names of its segments, oldest first. */
export function segmentNames(disk: JournalDisk): string[] {
  return disk
    .list()
    .filter((name) => SEGMENT_NAME.test(name))
    .sort();
}

function nameOf(generation: number): string {
  return `${String(generation).padStart(8, '0')}.calls`;
}

function generationOf(name: string | undefined): number {
  return Number(SEGMENT_NAME.exec(name ?? '')?.[1] ?? 0);
}
