// CDRs as files: cdr-YYYYMMDD.jsonl or cdr-YYYYMMDDHH.csv, one line a record, a file for each UTC day or hour in
// which calls ended. Files are only ever appended to, so they can be followed, shipped and rotated away; one that the
// next has followed is finished, and compressed where that is wanted. A record that comes late goes into the newest
// file. The newest may be moved away or deleted too: another begins in its place.
//
// Exactly once: a batch is written and synced, then the cursor is committed with the file's name and size. Cut off in
// between, the file is longer than the cursor says; on start half a line is cut away, and the records whose lines are
// beyond are known by their ids and not written again, in whatever order they come: after a power cut the spool may
// have lost them, and gets them from the journals of all shards. Before another file is begun, the cursor is moved
// there first and flushed to disk, so that even then there is only ever one file to look into.

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cdr } from '../../core/cdr/cdr.ts';
import type { FileSinkSettings } from '../../sink-settings.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';
import { FileCompression, isRecordFile } from './file-compression.ts';
import { FILE_FORMATS, type FileFormat } from './file-format.ts';
import { LineBytes } from './line-bytes.ts';
import { RecordFile } from './record-file.ts';
import type { CdrSink } from './sink.ts';
import { UnpackedSpool } from './unpacked-spool.ts';

/** Records of one write; about 1 MB. */
const BATCH_RECORDS_MAX = 1_000;

/** Bytes of one write from which on no further line is added to it. */
const BATCH_BYTES_MAX = 2 * 1024 * 1024;

/**
 * Bytes looked through beyond the cursor: several batches, or some seconds of records; more than that was not written
 * by this sink. A batch is below it whatever is in its records: BATCH_BYTES_MAX and one line. Of what others send a
 * line has 17 KB at most: 1 024, 255, 6 x 128, 2 x 64 and 2 x 263 characters, up to six bytes each in JSON; the rest is
 * 32 attempts and the operator's names. One of an earlier release may have a few MB: these were cut by nothing but
 * the datagram.
 */
const RECOGNISED_BYTES_MAX = 16 * 1024 * 1024;

/** Records looked through for the last one of a sink that had another name; half a second. */
const FORMER_RECORDS_MAX = 100_000;

const NEW_LINE = 0x0a;
const HOUR_MS = 3_600_000;

interface State {
  /** Name of the file last written to; '' before the first. */
  readonly file: string;
  /** All lines up to there are of records up to the cursor's. */
  readonly sizeBytes: number;
}

/** The lines gathered for one file. */
interface Batch {
  file: string;
  format: FileFormat;
  readonly cdrs: Cdr[];
  lastPosition: number;
  count: number;
}

/** What a file sink asks of its surroundings. */
export interface FileSinkPorts {
  /** Resolves when the spool's cursors are on the disk. */
  readonly flush: () => Promise<void>;
  /** Whether a record is written at all; by default each is. */
  readonly isWanted?: (cdr: Cdr) => boolean;
  /** The spool, where others have it unpacked. */
  readonly records?: UnpackedSpool;
  /** Hears why a finished file is not compressed; by default nobody does. */
  readonly onUncompressed?: (sentence: string) => void;
  /** Wall clock, ms; that of the platform by default. */
  readonly wallNow?: () => number;
}

/** The sink that writes the files of `settings`. */
export class FileSink implements CdrSink {
  readonly name: string;
  readonly #settings: FileSinkSettings;
  readonly #format: FileFormat;
  readonly #spool: CdrSpool;
  readonly #flush: () => Promise<void>;
  readonly #isWanted: (cdr: Cdr) => boolean;
  readonly #wallNow: () => number;
  readonly #records: UnpackedSpool;
  /** Of the batch under way. */
  readonly #lines = new LineBytes();
  #position: number;
  #state = stateOf('');
  /** Ids of records beyond the position whose lines are in the file, beyond its state. */
  #present = new Set<string>();
  /** That of #state, once it is open, and what it is written in. */
  #open: RecordFile | null = null;
  #openFormat: FileFormat;
  /** The file of the hour that was asked for last: the text of a date takes as long as all else of a record's name. */
  #named = { hour: Number.NaN, file: '' };
  /** False after a write that failed: it may have left part of a batch behind. */
  #isRecovered = false;
  /** Null where none is wanted. */
  readonly #compression: FileCompression | null;

  constructor(
    settings: FileSinkSettings,
    spool: CdrSpool,
    { flush, isWanted, records, onUncompressed = () => undefined, wallNow = Date.now }: FileSinkPorts,
  ) {
    this.name = settings.name;
    this.#settings = settings;
    this.#format = FILE_FORMATS[settings.format];
    this.#openFormat = this.#format;
    const { gzip, directory } = settings;
    this.#compression = gzip ? new FileCompression(directory, this.#format.extension, onUncompressed) : null;
    this.#spool = spool;
    this.#flush = flush;
    this.#isWanted = isWanted ?? (() => true);
    this.#wallNow = wallNow;
    this.#records = records ?? new UnpackedSpool(spool);
    this.#position = spool.cursor(settings.name)?.position ?? 0;
  }

  get position(): number {
    return this.#position;
  }

  async recover(): Promise<void> {
    await this.#closeFile();
    await mkdir(this.#settings.directory, { recursive: true, mode: 0o700 });
    const cursor = this.#spool.cursor(this.name);
    this.#position = cursor?.position ?? 0;
    this.#state = stateOf(cursor?.state ?? '');
    this.#present.clear();
    if (cursor === null) await this.#goOnWithFormer();
    if (this.#state.file !== '') await this.#recoverFile(this.#state);
    this.#saveCursor();
    this.#isRecovered = true;
    this.#compressFinished();
  }

  async pump(): Promise<number> {
    if (!this.#isRecovered) await this.recover();
    const batch = this.#nextBatch();
    if (batch === null) return 0;
    if (!this.#lines.isEmpty) await this.#write(batch);
    this.#position = batch.lastPosition;
    this.#settle();
    this.#saveCursor();
    return batch.count;
  }

  async close(): Promise<void> {
    await this.#closeFile();
    await this.#compression?.stop();
  }

  async #closeFile(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.close();
  }

  async #write({ file, format, cdrs }: Batch): Promise<void> {
    const open = await this.#openFile(file);
    this.#isRecovered = false;
    if (open.sizeBytes === 0)
      this.#openFormat = format; // Its lines are there already.
    else if (this.#openFormat.head !== format.head) this.#writeOut(cdrs, this.#openFormat);
    if (open.sizeBytes === 0 && format.head !== '') await open.append(`${format.head}\n`);
    await open.append(this.#lines.bytes);
    this.#isRecovered = true;
  }

  /** Of a file that was there, which an earlier release began. */
  #writeOut(cdrs: readonly Cdr[], format: FileFormat): void {
    this.#lines.clear();
    for (const cdr of cdrs) this.#lines.add(format.lineOf(cdr));
  }

  /** The cursor may say that all of the file is of records up to it, once that is so, or as much as is recognised. */
  #settle(): void {
    const { file, sizeBytes } = this.#state;
    const fileBytes = this.#open?.sizeBytes ?? sizeBytes;
    if (fileBytes - sizeBytes > RECOGNISED_BYTES_MAX - 2 * BATCH_BYTES_MAX) this.#present.clear();
    if (this.#present.size === 0) this.#state = { file, sizeBytes: fileBytes };
  }

  /** The next records, up to where another file begins or they are enough, as #lines. */
  #nextBatch(): Batch | null {
    const batch: Batch = { file: '', format: this.#format, cdrs: [], lastPosition: 0, count: 0 };
    this.#lines.clear();
    for (const { position, cdr } of this.#records.glance(this.#position, BATCH_RECORDS_MAX)) {
      if (this.#isWanted(cdr) && !this.#isPresent(cdr.id)) {
        const file = this.#fileOf(cdr);
        const isFull = this.#lines.sizeBytes >= BATCH_BYTES_MAX;
        if (isFull || (!this.#lines.isEmpty && file !== batch.file)) break;
        batch.file = file;
        batch.format = file === this.#state.file ? this.#openFormat : this.#format;
        this.#lines.add(batch.format.lineOf(cdr));
        batch.cdrs.push(cdr);
      }
      batch.lastPosition = position;
      batch.count++;
    }
    return batch.count === 0 ? null : batch;
  }

  #fileOf(cdr: Cdr): string {
    const hour = Math.floor((cdr.endedAtWallMs ?? cdr.setupAtWallMs) / HOUR_MS);
    if (hour !== this.#named.hour) this.#named = { hour, file: this.#fileOfHour(hour) };
    const { file } = this.#named;
    const newest = this.#state.file;
    return newest > file && this.#goesOn(newest, file) ? newest : file;
  }

  /**
   * Whether late records go into `newest`, for a finished file stays as it is. One of another rotation (a name of
   * another length), or of another format, is left behind, and one of the future: by a clock that was wrong, and it
   * would have all records until then.
   */
  #goesOn(newest: string, file: string): boolean {
    const isAlike = newest.length === file.length && newest.endsWith(`.${this.#format.extension}`);
    return isAlike && newest <= this.#fileOfHour(Math.floor(this.#wallNow() / HOUR_MS) + 1);
  }

  #fileOfHour(hour: number): string {
    const characters = this.#settings.rotation === 'day' ? '2026-01-01'.length : '2026-01-01T00'.length;
    const moment = new Date(hour * HOUR_MS).toISOString().slice(0, characters);
    return `cdr-${moment.replaceAll(/[-T]/g, '')}.${this.#format.extension}`;
  }

  /** The file of that name, in its place: what was moved away from there is its mover's. */
  async #openFile(file: string): Promise<RecordFile> {
    const isCurrent = this.#state.file === file;
    if (this.#open !== null && isCurrent && (await this.#open.isInPlace())) return this.#open;
    await this.#closeFile();
    const open = await this.#openAt(file);
    this.#state = { file, sizeBytes: open.sizeBytes };
    this.#saveCursor();
    await this.#flush();
    this.#compressFinished();
    return open;
  }

  #compressFinished(): void {
    if (this.#state.file !== '') this.#compression?.begin(this.#state.file);
  }

  async #openAt(file: string): Promise<RecordFile> {
    const open = await RecordFile.open(join(this.#settings.directory, file));
    this.#open = open;
    this.#openFormat = this.#format.begunWith(await open.firstLine());
    return open;
  }

  /**
   * The files of a sink that had another name have the spool's records up to the last one that stands in the newest of
   * them: this one goes on behind it. Files of others say nothing.
   */
  async #goOnWithFormer(): Promise<void> {
    const names = await readdir(this.#settings.directory);
    const isOurs = (name: string): boolean => isRecordFile(name, this.#format.extension);
    const file = names.filter(isOurs).sort().at(-1);
    if (file === undefined) return;
    const open = await this.#openAt(file);
    const start = Math.max(0, open.sizeBytes - RECOGNISED_BYTES_MAX);
    const bytes = await open.readFrom(start);
    await this.#closeFile();
    this.#position = this.#lastOf(this.#idsIn(bytes));
    const lineStart = start === 0 ? 0 : bytes.indexOf(NEW_LINE) + 1;
    if (this.#position > 0) this.#state = { file, sizeBytes: start + lineStart };
  }

  /** Place of the newest record that is one of `ids`; 0 where none is, among those that one file may end with. */
  #lastOf(ids: ReadonlySet<string>): number {
    let records = this.#spool.before(Number.POSITIVE_INFINITY, BATCH_RECORDS_MAX);
    for (let left = FORMER_RECORDS_MAX; left > 0 && records.length > 0; left -= records.length) {
      const found = records.find(({ record }) => ids.has(unpackCdr(record).id));
      if (found !== undefined) return found.position;
      records = this.#spool.before(records.at(-1)?.position ?? 0, BATCH_RECORDS_MAX);
    }
    return 0;
  }

  async #recoverFile({ file, sizeBytes }: State): Promise<void> {
    const open = await this.#openAt(file);
    // Shorter than it was: rotated or emptied by the operator, whose file it is.
    const start = Math.min(open.sizeBytes, sizeBytes);
    if (open.sizeBytes - start <= RECOGNISED_BYTES_MAX) {
      const bytes = await open.readFrom(start);
      this.#findPresent(bytes);
      const wholeLines = bytes.lastIndexOf(NEW_LINE) + 1;
      if (wholeLines < bytes.length) await open.cutTo(start + wholeLines);
    }
    this.#state = { file, sizeBytes: this.#present.size === 0 ? open.sizeBytes : start };
  }

  /** Finds the records beyond the position whose lines are in `bytes`; those up to it may have lines there as well. */
  #findPresent(bytes: Buffer): void {
    this.#present = this.#idsIn(bytes);
    for (const { record } of this.#spool.before(this.#position + 1, this.#present.size)) {
      this.#present.delete(unpackCdr(record).id);
    }
  }

  #idsIn(bytes: Buffer): Set<string> {
    const { head, idOf } = this.#openFormat;
    const ids = new Set<string>();
    let lineStart = 0;
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, lineStart)) {
      const line = bytes.toString('utf8', lineStart, end);
      const id = line === head ? null : idOf(line);
      if (id !== null) ids.add(id);
      lineStart = end + 1;
    }
    return ids;
  }

  #isPresent(id: string): boolean {
    return this.#present.size > 0 && this.#present.delete(id);
  }

  #saveCursor(): void {
    this.#spool.saveCursor(this.name, { position: this.#position, state: JSON.stringify(this.#state) });
  }
}

/** What a cursor says; of another kind of sink, which had this name before, it says nothing. */
function stateOf(text: string): State {
  const nothing: State = { file: '', sizeBytes: 0 };
  const { file, sizeBytes } = { ...nothing, ...(text === '' ? null : (JSON.parse(text) as Partial<State>)) };
  return typeof file === 'string' && typeof sizeBytes === 'number' ? { file, sizeBytes } : nothing;
}
