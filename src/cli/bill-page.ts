// A bill as a page to print: no script, nothing from elsewhere, rows that are not torn between sheets.

import type { Bill } from '../control/api/bill-question.ts';

const STYLE = `
  body { font: 10pt sans-serif; margin: 2cm; color: #000; }
  h1 { font-size: 14pt; }
  h2 { font-size: 11pt; }
  table { border-collapse: collapse; width: 100%; }
  th, td { padding: 2pt 6pt; border-bottom: 0.5pt solid #999; text-align: right; }
  th:nth-child(-n + 3), td:nth-child(-n + 3) { text-align: left; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  tfoot { font-weight: bold; }
  @page { size: A4; margin: 1.5cm; }
  @media print { body { margin: 0; } }`;

/** The page. `time`: of the bill in words; rows under `heads`, then the sums. */
export function billPage({ account, currency }: Bill, table: BillTable): string {
  const { time, heads, rows, sums, payments, balances } = table;
  const title = `${account}, ${time}`;
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(account)}</h1><p>${escaped(time)}${currency === '' ? '' : `, in ${escaped(currency)}`}</p>`,
    '<table>',
    `<thead>${rowOf(heads, 'th')}</thead>`,
    `<tbody>${rows.map((row) => rowOf(row, 'td')).join('\n')}</tbody>`,
    `<tfoot>${sums.map((row) => rowOf(row, 'td')).join('\n')}</tfoot>`,
    '</table>',
    ...partOf('Payments', payments),
    ...partOf('Balance', balances),
    '</body></html>',
  ].join('\n');
}

/** What stands in it. */
export interface BillTable {
  readonly time: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly sums: readonly (readonly string[])[];
  readonly payments: BillPart;
  readonly balances: BillPart;
}

/** A table of its own beneath it; without rows it is left out. */
export interface BillPart {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function partOf(title: string, { heads, rows }: BillPart): string[] {
  if (rows.length === 0) return [];
  const body = rows.map((row) => rowOf(row, 'td')).join('\n');
  return [`<h2>${title}</h2><table><thead>${rowOf(heads, 'th')}</thead><tbody>${body}</tbody></table>`];
}

function rowOf(cells: readonly string[], tag: 'th' | 'td'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
