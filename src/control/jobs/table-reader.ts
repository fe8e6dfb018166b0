// How one kind of table is read from CSV: rows in, an image out. A new kind is a file like `prefix-reader.ts` and a
// line in `readerOf`.

import type { CsvColumns, CsvRow } from '../../operator-csv.ts';
import type { ImportedTable } from '../tables/table-images.ts';
import { NumberReader } from './number-reader.ts';
import { PrefixReader } from './prefix-reader.ts';

/** What is imported, and what reading it needs to know of the network. */
export type ImportTask =
  | { readonly kind: 'prefixes'; readonly gateways: readonly string[] }
  | { readonly kind: 'numbers'; readonly name: string };

/** Refuses a line of the file. */
export type RefuseLine = (line: number, field: string, reason: string) => void;

/** Reads the rows of one file. */
export interface TableReader {
  readonly columns: CsvColumns;
  /** Takes a row, or refuses it. */
  take(row: CsvRow): void;
  /** All rows are there: refuses those that do not go together, and makes the table of the others. */
  finish(refuse: RefuseLine): ImportedTable;
}

/** The reader of a task. */
export function readerOf(task: ImportTask): TableReader {
  return task.kind === 'prefixes' ? new PrefixReader(task.gateways) : new NumberReader(task.name);
}
