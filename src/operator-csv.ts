// Reading tables that operators and carriers write as CSV: rows are taken while the file still arrives, each field by
// its name in the first line, with the line of everything that cannot be taken. The file is refused whole. The only
// file that imports csv-parse.

import { type CsvError, type Info, type Parser, parse } from 'csv-parse';
import { IMPORT_ROWS_MAX } from './core/base/limits.ts';
import { nearestName } from './core/base/nearest-name.ts';
import { NOT_UTF_8, type Reader, Refused, UNREADABLE } from './operator-file.ts';
import { type Refusal, TandemError } from './tandem-error.ts';

/** What may stand in the first line. */
export interface CsvColumns {
  /** Columns that must be there. */
  readonly needed: readonly string[];
  /** Columns that may be left out. */
  readonly optional: readonly string[];
}

/** More are not told, and the reading ends: the rest of a broken file is mostly echo. */
const REFUSALS_MAX = 20;

/** Bytes of one row: a quote that is never closed must not swallow the file. */
const ROW_BYTES_MAX = 65_536;

/** A row of a CSV file. The next row takes its place: keep what it says, never the row itself. */
export class CsvRow {
  /** Its last line in the file, from 1. */
  line = 1;
  /** True when something in it was refused. */
  isRefused = false;
  readonly #places: ReadonlyMap<string, number>;
  readonly #refuse: (line: number, field: string, reason: string) => void;
  #cells: readonly string[] = [];

  constructor(places: ReadonlyMap<string, number>, refuse: (line: number, field: string, reason: string) => void) {
    this.#places = places;
    this.#refuse = refuse;
  }

  become(cells: readonly string[], line: number): void {
    this.#cells = cells;
    this.line = line;
    this.isRefused = false;
  }

  /** Everything in it but `field`, as one text: rows with the same text differ in `field` at most. */
  textBeside(field: string): string {
    const place = this.#places.get(field);
    let text = '';
    for (let index = 0; index < this.#cells.length; index++) if (index !== place) text += `${this.#cells[index]}\n`;
    return text;
  }

  /** True when the row gives `field` a value. */
  has(field: string): boolean {
    return this.#textOf(field) !== '';
  }

  /** The value of a field that must be there; `standIn` keeps the reading going after a refusal. */
  need<T>(field: string, reader: Reader<T>, standIn: T): T {
    if (this.has(field)) return this.optional(field, reader, standIn);
    this.refuse(field, 'is missing');
    return standIn;
  }

  /** The value of a field, or `absent` when the row leaves it empty. */
  optional<T>(field: string, reader: Reader<T>, absent: T): T {
    const text = this.#textOf(field);
    return text === '' ? absent : (this.#read(field, text, reader) ?? absent);
  }

  /** A list in one field, its entries between commas or semicolons. */
  many<T>(field: string, reader: Reader<T>): T[] {
    const text = this.#textOf(field);
    if (text === '') return [];
    return text.split(/[,;]/).flatMap((part) => this.#read(field, part.trim(), reader) ?? []);
  }

  refuse(field: string, reason: string): void {
    this.isRefused = true;
    this.#refuse(this.line, field, reason);
  }

  #textOf(field: string): string {
    const place = this.#places.get(field);
    return place === undefined ? '' : (this.#cells[place] ?? '');
  }

  #read<T>(field: string, text: string, reader: Reader<T>): T | null {
    const value = reader(text);
    if (!(value instanceof Refused)) return value;
    this.refuse(field, value.reason);
    return null;
  }
}

/** A CSV file on its way in: `write` its bytes as they come, then `end`. */
export class CsvFile {
  rowCount = 0;
  readonly #name: string;
  readonly #columns: CsvColumns;
  readonly #take: (row: CsvRow) => void;
  readonly #rowsMax: number;
  readonly #refusals: Refusal[] = [];
  #parser: Parser | null = null;
  #row: CsvRow | null = null;
  #width = 0;
  /** The first line was refused: nobody knows what the others say. */
  #isUnreadable = false;
  #fault: Error | null = null;

  /** `name`: how refusals call the file. `take` is given each row once it is there. */
  constructor(name: string, columns: CsvColumns, take: (row: CsvRow) => void, rowsMax = IMPORT_ROWS_MAX) {
    this.#name = name;
    this.#columns = columns;
    this.#take = take;
    this.#rowsMax = rowsMax;
  }

  /** Takes the next bytes; resolves when their rows are read. Rejects with TANDEM_IMPORT_REFUSED. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#parser ??= this.#open(bytes);
    const parser = this.#parser;
    await new Promise<void>((resolve) => parser.write(bytes, () => resolve()));
    this.#throwIfBroken();
    if (this.#isUnreadable || this.#refusals.length >= REFUSALS_MAX) throw this.#refused();
  }

  /** The file has ended. Rejects with TANDEM_IMPORT_REFUSED when anything in it was refused. */
  async end(): Promise<void> {
    const parser = this.#parser;
    if (parser === null) this.refuse(1, '', `the file is empty; its first line names its columns`);
    else await new Promise<void>((resolve) => parser.once('close', resolve).end());
    this.#throwIfBroken();
    this.throwIfRefused();
    if (this.rowCount > 0) return;
    // Rather cut off than meant: what it stands for would be emptied.
    this.refuse(1, '', 'the file has no rows, only the names of its columns');
    this.throwIfRefused();
  }

  /** Refuses a line after it was read, as what it says in another one's company. */
  refuse(line: number, field: string, reason: string): void {
    if (this.#refusals.length < REFUSALS_MAX) this.#refusals.push({ line, field, reason });
  }

  /** Throws TANDEM_IMPORT_REFUSED with all refusals when there are any. */
  throwIfRefused(): void {
    if (this.#refusals.length > 0) throw this.#refused();
  }

  #open(firstBytes: Uint8Array): Parser {
    const parser = parse({
      bom: true,
      delimiter: delimiterOf(firstBytes),
      max_record_size: ROW_BYTES_MAX,
      // The width of a row is checked here, with a sentence of ours.
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (cells: string[], { lines }: Info) => {
        this.#receive(cells, lines);
        return null;
      },
    });
    parser.on('error', (error) => {
      this.#fault ??= error;
    });
    return parser.resume();
  }

  #receive(cells: readonly string[], line: number): void {
    if (this.#row === null) {
      this.#row = new CsvRow(this.#placesOf(cells, line), (at, field, reason) => this.refuse(at, field, reason));
      this.#width = cells.length;
      this.#isUnreadable = this.#refusals.length > 0;
      return;
    }
    if (this.#isUnreadable || this.#refusals.length >= REFUSALS_MAX) return;
    this.rowCount++;
    if (this.rowCount > this.#rowsMax) {
      if (this.rowCount === this.#rowsMax + 1) this.refuse(line, '', `is one row more than the ${this.#rowsMax} taken`);
      return;
    }
    if (cells.length !== this.#width) {
      this.refuse(line, '', `has ${cells.length} fields, the first line has ${this.#width}`);
      return;
    }
    if (cells.some((cell) => cell.includes(UNREADABLE))) {
      this.refuse(line, '', NOT_UTF_8);
      return;
    }
    this.#row.become(cells, line);
    this.#take(this.#row);
  }

  #placesOf(names: readonly string[], line: number): ReadonlyMap<string, number> {
    const { needed, optional } = this.#columns;
    const allowed = [...needed, ...optional];
    const places = new Map<string, number>();
    for (const [place, written] of names.entries()) {
      const name = allowed.find((one) => one.toLowerCase() === written.toLowerCase());
      if (name === undefined) this.refuse(line, written, unknownColumn(written, allowed));
      else if (places.has(name)) this.refuse(line, name, 'is a column twice');
      else places.set(name, place);
    }
    for (const name of needed) if (!places.has(name)) this.refuse(line, name, 'is a column that is missing');
    return places;
  }

  #throwIfBroken(): void {
    if (this.#fault === null) return;
    const { message, lines } = this.#fault as Partial<CsvError> & Error;
    this.#refusals.push({ line: typeof lines === 'number' ? lines : 0, field: '', reason: message });
    this.#fault = null;
    throw this.#refused();
  }

  #refused(): TandemError {
    const [first] = this.#refusals;
    const place = `line ${first?.line}${first?.field === '' ? '' : `, ${first?.field}`}: ${first?.reason}`;
    const more = this.#refusals.length > 1 ? ` (and ${this.#refusals.length - 1} more)` : '';
    const sentence = `${this.#name} was refused: ${place}${more}`;
    return new TandemError('TANDEM_IMPORT_REFUSED', sentence, { refusals: this.#refusals });
  }
}

/** What stands between the fields: the first line tells. */
function delimiterOf(bytes: Uint8Array): string {
  const [line = ''] = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, ROW_BYTES_MAX))
    .toString('latin1')
    .split(/[\r\n]/, 1);
  return ['\t', ';', '|'].find((sign) => line.includes(sign)) ?? ',';
}

function unknownColumn(name: string, allowed: readonly string[]): string {
  const near = nearestName(name, allowed);
  return near === null
    ? `is no column here; there are ${allowed.join(', ')}`
    : `is no column here; did you mean ${near}?`;
}
