// tandem cdr fields: what a CDR says, under the names that each store has for it. config/CDR.md is this page.

import { CDR_COLUMNS } from '../control/cdr/cdr-columns.ts';
import { alignedTable } from './aligned-table.ts';
import { markdownTable } from './markdown-table.ts';
import { EXIT_OK, print, type Terminal } from './terminal.ts';

const HEADS = ['field', 'column', 'VOS3000', 'kind', 'meaning'];

/** Prints the fields; `isMarkdown`: as the page of the documentation. */
export function cdrFields(isMarkdown: boolean, terminal: Terminal): number {
  if (isMarkdown) for (const line of cdrFieldsPage()) terminal.say(line);
  else print(terminal, CDR_COLUMNS, () => alignedTable(HEADS, rows()));
  return EXIT_OK;
}

/** The lines of the page. */
export function cdrFieldsPage(): string[] {
  return [
    '# Fields of a CDR',
    '',
    'Printed by `tandem cdr fields --markdown` from the table that the switch itself writes by. JSON has the names of',
    'the first column; CSV and SQL have those of the second; the VOS3000 text has the columns that have a name in the',
    "third, in this order, separated by `|`. VOS3000's own text file has 18 columns whose order is not published.",
    '',
    'Times are milliseconds since 1970 UTC everywhere, so that no time zone can be got wrong; durations are',
    'milliseconds. What did not happen is `null` in JSON and SQL, and empty in text.',
    '',
    'These texts are for machines, and say what was received: a User-Agent, a Reason or a number may be one that a',
    'spreadsheet takes for a formula. Open a CSV file of CDRs there by importing its columns as text. `--csv` of',
    '`tandem report`, `bill` and `rerate` is for people: an apostrophe stands before such a text, and numbers stay.',
    '',
    ...markdownTable(
      HEADS,
      rows().map(([field, column, ...others]) => [`\`${field}\``, `\`${column}\``, ...others]),
    ),
  ];
}

function rows(): string[][] {
  return CDR_COLUMNS.map(({ field, name, vos3000, kind, help }) => [field, name, vos3000, kind, help]);
}
