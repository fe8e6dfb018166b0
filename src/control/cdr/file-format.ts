// How a record becomes a line of a file, and which record a line was.

import type { Cdr } from '../../core/cdr/cdr.ts';
import type { FileFormatName } from '../../sink-settings.ts';
import { CDR_COLUMNS, CSV_HEAD, csvOf, jsonOf, vos3000Of } from './cdr-columns.ts';

/** One kind of file. */
export interface FileFormat {
  /** End of its name. */
  readonly extension: string;
  /** Its first line; '' for none. */
  readonly head: string;
  lineOf(cdr: Cdr): string;
  /** The id of the record that `line` is; null when somebody else wrote it. */
  idOf(line: string): string | null;
  /** That of a file whose first line is `line`: one that an earlier release began keeps its columns. */
  begunWith(line: string): FileFormat;
}

/** All kinds, by the name that the start file has for them. */
export const FILE_FORMATS: Readonly<Record<FileFormatName, FileFormat>> = {
  'json-lines': headless('jsonl', jsonOf, idOfJson),
  csv: csvFormat(CSV_HEAD),
  vos3000: headless('txt', vos3000Of, (line) => firstCell(line, '|')),
};

function headless(extension: string, lineOf: FileFormat['lineOf'], idOf: FileFormat['idOf']): FileFormat {
  const format: FileFormat = { extension, head: '', lineOf, idOf, begunWith: () => format };
  return format;
}

/** With the columns of `head`, which are the first ones of CSV_HEAD, or all: columns are appended, never moved. */
function csvFormat(head: string): FileFormat {
  const columns = CDR_COLUMNS.slice(0, head.split(',').length);
  return {
    extension: 'csv',
    head,
    lineOf: (cdr) => csvOf(cdr, columns),
    idOf: (line) => firstCell(line, ','),
    begunWith: (line) => csvFormat(CSV_HEAD.startsWith(`${line},`) ? line : CSV_HEAD),
  };
}

function idOfJson(line: string): string | null {
  try {
    const { id } = JSON.parse(line) as { readonly id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null; // A line that somebody else wrote.
  }
}

/** The id is the first column of all. */
function firstCell(line: string, separator: string): string | null {
  const end = line.indexOf(separator);
  return end < 0 ? null : line.slice(0, end);
}
