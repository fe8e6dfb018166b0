// CDRs as files: <data>/cdr/cdr-YYYYMMDD.jsonl, one JSON object a line, a file for each UTC day on which calls
// ended. Files are only ever appended to, so they can be followed, shipped and rotated away.
//
// Exactly once: a batch is written and synced, then the cursor is committed with the file's name and size. Cut off in
// between, the file is longer than the cursor says; on start the lines beyond are compared with the next records
// by id and counted as written, and half a line is cut away. Before another file is begun, the cursor is moved
// there first and flushed to disk, so that even after a power cut there is only ever one file to look into.

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cdr } from '../../core/cdr/cdr.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';
import type { CdrSink } from './sink.ts';

/** Records of one write; about 1 MB. */
const BATCH_RECORDS_MAX = 1_000;

/** Bytes looked through beyond the cursor: several batches; more than that was not written by this sink. */
const RECOGNISED_BYTES_MAX = 16 * 1024 * 1024;

const NAME = 'json-lines';
const NEW_LINE = 0x0a;

interface State {
  /** Name of the file last written to; '' before the first. */
  readonly file: string;
  readonly sizeBytes: number;
}

/** The sink that writes into `directory`. */
export class JsonLinesSink implements CdrSink {
  readonly name = NAME;
  readonly #directory: string;
  readonly #spool: CdrSpool;
  readonly #flush: () => Promise<void>;
  #position = 0;
  #state: State = { file: '', sizeBytes: 0 };
  #handle: FileHandle | null = null;
  /** False after a write that failed: it may have left part of a batch behind. */
  #isRecovered = false;

  /** `flush` resolves when the spool's cursors are on the disk. */
  constructor(directory: string, spool: CdrSpool, flush: () => Promise<void>) {
    this.#directory = directory;
    this.#spool = spool;
    this.#flush = flush;
  }

  get position(): number {
    return this.#position;
  }

  async recover(): Promise<void> {
    await this.close();
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const cursor = this.#spool.cursor(NAME);
    this.#position = cursor?.position ?? 0;
    this.#state = cursor === null ? { file: '', sizeBytes: 0 } : (JSON.parse(cursor.state) as State);
    if (this.#state.file !== '') await this.#recoverFile(this.#state);
    this.#saveCursor();
    this.#isRecovered = true;
  }

  async pump(): Promise<number> {
    if (!this.#isRecovered) await this.recover();
    const batch = this.#nextBatch();
    if (batch === null) return 0;
    const handle = await this.#handleOf(batch.file);
    this.#isRecovered = false;
    await handle.appendFile(batch.lines);
    await handle.datasync();
    const { size } = await handle.stat();
    this.#isRecovered = true;
    this.#position = batch.lastPosition;
    this.#state = { file: batch.file, sizeBytes: size };
    this.#saveCursor();
    return batch.count;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  /** The next records, as lines, up to where another day's file begins. */
  #nextBatch(): { file: string; lines: string; lastPosition: number; count: number } | null {
    const batch = { file: '', lines: '', lastPosition: 0, count: 0 };
    for (const { position, record } of this.#spool.after(this.#position, BATCH_RECORDS_MAX)) {
      const cdr = unpackCdr(record);
      const file = fileOf(cdr);
      if (batch.count > 0 && file !== batch.file) break;
      batch.file = file;
      batch.lines += `${JSON.stringify(cdr)}\n`;
      batch.lastPosition = position;
      batch.count++;
    }
    return batch.count === 0 ? null : batch;
  }

  async #handleOf(file: string): Promise<FileHandle> {
    if (this.#handle !== null && this.#state.file === file) return this.#handle;
    await this.close();
    const handle = await this.#open(file);
    if (this.#state.file !== file) {
      const { size } = await handle.stat();
      this.#state = { file, sizeBytes: size };
      this.#saveCursor();
      await this.#flush();
    }
    return handle;
  }

  async #open(file: string): Promise<FileHandle> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND;
    this.#handle = await open(join(this.#directory, file), flags, 0o600);
    return this.#handle;
  }

  async #recoverFile({ file, sizeBytes }: State): Promise<void> {
    const handle = await this.#open(file);
    const { size } = await handle.stat();
    // Shorter than it was: rotated or emptied by the operator, whose file it is.
    const start = Math.min(size, sizeBytes);
    if (size - start <= RECOGNISED_BYTES_MAX) {
      const bytes = Buffer.alloc(size - start);
      await handle.read(bytes, 0, bytes.length, start);
      this.#countWritten(bytes);
      const wholeLines = bytes.lastIndexOf(NEW_LINE) + 1;
      if (wholeLines < bytes.length) await handle.truncate(start + wholeLines);
    }
    this.#state = { file, sizeBytes: (await handle.stat()).size };
  }

  /** Moves past the records whose lines are in `bytes`. */
  #countWritten(bytes: Buffer): void {
    let lineStart = 0;
    for (const { position, record } of this.#spool.after(this.#position, bytes.length)) {
      const lineEnd = bytes.indexOf(NEW_LINE, lineStart);
      if (lineEnd < 0) return;
      if (idOfLine(bytes.toString('utf8', lineStart, lineEnd)) !== unpackCdr(record).id) return;
      this.#position = position;
      lineStart = lineEnd + 1;
    }
  }

  #saveCursor(): void {
    this.#spool.saveCursor(NAME, { position: this.#position, state: JSON.stringify(this.#state) });
  }
}

function fileOf(cdr: Cdr): string {
  const day = new Date(cdr.endedAtWallMs ?? cdr.setupAtWallMs).toISOString().slice(0, 10);
  return `cdr-${day.replaceAll('-', '')}.jsonl`;
}

function idOfLine(line: string): string | null {
  try {
    const { id } = JSON.parse(line) as { readonly id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null; // A line that somebody else wrote.
  }
}
