// Tables of numbers and words as bytes, one column after the other: what is asked of millions of records is read
// without the rest of them. A column of numbers takes 0, 1, 2, 4 or 8 bytes a row, whatever its values need; one of
// words has each of them once, and a column of numbers that say which.
//
//   head     2 + MARKS 64-bit floats: magic, bytes of the directory, then what the writer wants at hand
//   directory  of each table its row count, of each column its name, kind, base, place, words (records.ts)
//   columns  each at a multiple of eight bytes

import { assert } from '../core/base/assert.ts';
import { pack, unpack } from './records.ts';

/** 'COL1'; anything else is no table of ours. */
const MAGIC = 0x314c4f43;
/** Numbers that stand in front, for who asks about nothing else. */
export const MARKS = 4;
const HEAD_BYTES = 8 * (2 + MARKS);
const ALIGNMENT = 8;

/** Kinds of stored column: all rows equal, unsigned of so many bits, floats. */
const KINDS = { same: null, u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array } as const;
type Kind = keyof typeof KINDS;

interface StoredColumn {
  readonly name: string;
  readonly kind: Kind;
  /** What is stored is the value less this. */
  readonly base: number;
  /** From the end of the directory, in bytes. */
  readonly at: number;
  /** Of a column of words; null of one of numbers. */
  readonly words: readonly string[] | null;
}

/** A column that the release which stored the table did not have: 0 or '' in each row. */
const ABSENT: Omit<StoredColumn, 'name'> = { kind: 'same', base: 0, at: 0, words: [''] };

interface StoredTable {
  readonly name: string;
  readonly rowCount: number;
  readonly columns: readonly StoredColumn[];
}

/** A column that grows. */
class OpenColumn {
  values = new Float64Array(1_024);

  push(value: number, row: number): void {
    if (row === this.values.length) {
      const larger = new Float64Array(2 * row);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[row] = value;
  }
}

/** A table that rows are added to. */
export class OpenTable {
  readonly name: string;
  rowCount = 0;
  readonly #numbers: readonly string[];
  readonly #words: readonly string[];
  readonly #columns: readonly OpenColumn[];
  readonly #places: readonly Map<string, number>[];

  /** `numbers` and `words`: names of its columns, in the order in which a row gives them. */
  constructor(name: string, numbers: readonly string[], words: readonly string[]) {
    this.name = name;
    this.#numbers = numbers;
    this.#words = words;
    this.#columns = [...numbers, ...words].map(() => new OpenColumn());
    this.#places = words.map(() => new Map<string, number>());
  }

  /** Adds a row: a value for each column. Numbers are safe integers, or floats that nobody adds up exactly. */
  add(numbers: readonly number[], words: readonly string[]): void {
    const row = this.rowCount++;
    let column = 0;
    for (const value of numbers) this.#columns[column++]?.push(value, row);
    for (let word = 0; word < words.length; word++) {
      this.#columns[column++]?.push(placeOf(this.#places[word] as Map<string, number>, words[word] as string), row);
    }
  }

  /** Adds all rows of `table`, which has the same columns. */
  addAll(table: ClosedTable): void {
    const numbers = this.#numbers.map((name) => table.numbers(name));
    const words = this.#words.map((name) => table.words(name));
    const ids = this.#words.map((name) => table.numbers(name));
    for (let row = 0; row < table.rowCount; row++) {
      this.add(
        numbers.map((column) => column[row] as number),
        ids.map((column, word) => words[word]?.[column[row] as number] as string),
      );
    }
  }

  /** Its columns, and the bytes of each. */
  close(start: number): { readonly table: StoredTable; readonly parts: readonly Uint8Array[]; readonly end: number } {
    const parts: Uint8Array[] = [];
    let at = start;
    const columns = [...this.#numbers, ...this.#words].map((name, column): StoredColumn => {
      const places = this.#places[column - this.#numbers.length];
      const { kind, base, bytes } = narrowed((this.#columns[column] as OpenColumn).values.subarray(0, this.rowCount));
      const stored = { name, kind, base, at, words: places === undefined ? null : [...places.keys()] };
      parts.push(bytes);
      at += bytes.length;
      return stored;
    });
    return { table: { name: this.name, rowCount: this.rowCount, columns }, parts, end: at };
  }
}

/** `tables` as bytes; `marks`: MARKS numbers to stand in front. */
export function bytesOfTables(tables: readonly OpenTable[], marks: readonly number[]): Uint8Array {
  assert(marks.length === MARKS, 'a table has its marks');
  const stored: StoredTable[] = [];
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const table of tables) {
    const closed = table.close(sizeBytes);
    stored.push(closed.table);
    parts.push(...closed.parts);
    sizeBytes = closed.end;
  }
  const directory = pack(stored);
  const columnsAt = aligned(HEAD_BYTES + directory.length);
  const bytes = new Uint8Array(columnsAt + sizeBytes);
  new Float64Array(bytes.buffer, 0, 2 + MARKS).set([MAGIC, directory.length, ...marks]);
  bytes.set(directory, HEAD_BYTES);
  let at = columnsAt;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The numbers in front of a table's bytes. */
export function marksOf(bytes: Uint8Array): readonly number[] {
  return [...new Float64Array(bytes.buffer, bytes.byteOffset, 2 + MARKS).subarray(2)];
}

/** A table to read. */
export class ClosedTable {
  readonly rowCount: number;
  readonly #columns: ReadonlyMap<string, StoredColumn>;
  readonly #bytes: Uint8Array;
  readonly #columnsAt: number;

  constructor({ rowCount, columns }: StoredTable, bytes: Uint8Array, columnsAt: number) {
    this.rowCount = rowCount;
    this.#columns = new Map(columns.map((column) => [column.name, column]));
    this.#bytes = bytes;
    this.#columnsAt = columnsAt;
  }

  /**
   * The values of a column, or of a column of words their places in `words`. They are written into `into`, where that
   * has the room.
   */
  numbers(name: string, into?: Float64Array): Float64Array {
    const isRoomy = into !== undefined && into.length >= this.rowCount;
    const values = isRoomy ? into.subarray(0, this.rowCount) : new Float64Array(this.rowCount);
    const { kind, base, at } = this.#column(name);
    const Kind = KINDS[kind];
    if (Kind === null) return values.fill(base);
    const { buffer, byteOffset } = this.#bytes;
    const stored = new Kind(buffer as ArrayBuffer, byteOffset + this.#columnsAt + at, this.rowCount);
    for (let row = 0; row < values.length; row++) values[row] = base + (stored[row] as number);
    return values;
  }

  /** Whether all its values are 0. */
  isZero(name: string): boolean {
    const { kind, base } = this.#column(name);
    return kind === 'same' && base === 0;
  }

  /** Whether `other` has the same rows. `unsaid`: columns of numbers in which a 0 of its is like anything. */
  isLike(other: ClosedTable, unsaid: readonly string[] = []): boolean {
    if (this.rowCount !== other.rowCount) return false;
    return [...this.#columns.values()].every(({ name, words }) => {
      const [own, its] = [this.numbers(name), other.numbers(name)];
      const isUnsaid = unsaid.includes(name);
      if (words === null) return own.every((value, row) => value === its[row] || (isUnsaid && its[row] === 0));
      const others = other.words(name);
      return own.every((id, row) => words[id] === others[its[row] as number]);
    });
  }

  /** The words of a column of words, each once. */
  words(name: string): readonly string[] {
    return this.#column(name).words ?? [];
  }

  #column(name: string): StoredColumn {
    return this.#columns.get(name) ?? { ...ABSENT, name };
  }
}

/** The tables in `bytes`, by name. `bytes` begin at a multiple of eight in their buffer. */
export function tablesIn(bytes: Uint8Array): ReadonlyMap<string, ClosedTable> {
  const [magic, directoryBytes = 0] = new Float64Array(bytes.buffer, bytes.byteOffset, 2);
  assert(magic === MAGIC, 'tables are read from bytes that were made here');
  const stored = unpack(bytes.subarray(HEAD_BYTES, HEAD_BYTES + directoryBytes)) as readonly StoredTable[];
  const columnsAt = aligned(HEAD_BYTES + directoryBytes);
  return new Map(stored.map((table) => [table.name, new ClosedTable(table, bytes, columnsAt)]));
}

function placeOf(places: Map<string, number>, word: string): number {
  const known = places.get(word);
  if (known !== undefined) return known;
  places.set(word, places.size);
  return places.size - 1;
}

/** `values` in the fewest bytes that keep them as they are. */
function narrowed(values: Float64Array): { readonly kind: Kind; readonly base: number; readonly bytes: Uint8Array } {
  let [least, most] = [values[0] ?? 0, values[0] ?? 0];
  let areWhole = true;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
    if (!Number.isSafeInteger(value)) areWhole = false;
  }
  if (least === most) return { kind: 'same', base: least, bytes: new Uint8Array() };
  const kind = areWhole ? kindFor(most - least) : 'f64';
  const base = kind === 'f64' ? 0 : least;
  const stored = new (KINDS[kind] as NonNullable<(typeof KINDS)[Kind]>)(
    aligned(values.length * sizeOf(kind)) / sizeOf(kind),
  );
  for (let row = 0; row < values.length; row++) stored[row] = (values[row] as number) - base;
  return { kind, base, bytes: new Uint8Array(stored.buffer) };
}

function kindFor(range: number): Exclude<Kind, 'same'> {
  if (range < 2 ** 8) return 'u8';
  if (range < 2 ** 16) return 'u16';
  return range < 2 ** 32 ? 'u32' : 'f64';
}

function sizeOf(kind: Exclude<Kind, 'same'>): number {
  return KINDS[kind].BYTES_PER_ELEMENT;
}

function aligned(place: number): number {
  return Math.ceil(place / ALIGNMENT) * ALIGNMENT;
}
