// How one kind of table is read from CSV: rows in, an image out. A new kind is a file like `prefix-reader.ts` and a
// line in `readerOf`.

import type { CsvColumns, CsvRow } from '../../operator-csv.ts';
import type { ImportedTable } from '../tables/table-images.ts';
import { NumberReader } from './number-reader.ts';
import { PrefixReader } from './prefix-reader.ts';
import { RateReader } from './rate-reader.ts';

/** What is imported, and what reading it needs to know of the network. */
export type ImportTask =
  | { readonly kind: 'prefixes'; readonly gateways: readonly string[] }
  | { readonly kind: 'numbers'; readonly name: string }
  | { readonly kind: 'rates'; readonly name: string; readonly currency: string; readonly calendars: readonly string[] };

export const IMPORT_KINDS = ['prefixes', 'numbers', 'rates'] as const satisfies readonly ImportTask['kind'][];

/** Refuses a line of the file. */
export type RefuseLine = (line: number, field: string, reason: string) => void;

/** Reads the rows of one file. */
export interface TableReader {
  readonly columns: CsvColumns;
  /** Takes a row, or refuses it. */
  take(row: CsvRow): void;
  /** All rows are there: the table, or null after refusing those that do not go together. */
  finish(refuse: RefuseLine): ImportedTable | null;
}

/** The reader of a task. */
export function readerOf(task: ImportTask): TableReader {
  switch (task.kind) {
    case 'prefixes':
      return new PrefixReader(task.gateways);
    case 'numbers':
      return new NumberReader(task.name);
    case 'rates':
      return new RateReader(task);
  }
}
