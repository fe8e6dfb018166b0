// How a record becomes a line of a file, and which record a line was.

import type { Cdr } from '../../core/cdr/cdr.ts';
import type { FileFormatName } from '../../sink-settings.ts';
import { CSV_HEAD, csvOf, jsonOf, vos3000Of } from './cdr-columns.ts';

/** One kind of file. */
export interface FileFormat {
  /** End of its name. */
  readonly extension: string;
  /** Its first line; '' for none. */
  readonly head: string;
  lineOf(cdr: Cdr): string;
  /** The id of the record that `line` is; null when somebody else wrote it. */
  idOf(line: string): string | null;
}

/** All kinds, by the name that the start file has for them. */
export const FILE_FORMATS: Readonly<Record<FileFormatName, FileFormat>> = {
  'json-lines': { extension: 'jsonl', head: '', lineOf: jsonOf, idOf: idOfJson },
  csv: { extension: 'csv', head: CSV_HEAD, lineOf: csvOf, idOf: (line) => firstCell(line, ',') },
  vos3000: { extension: 'txt', head: '', lineOf: vos3000Of, idOf: (line) => firstCell(line, '|') },
};

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
