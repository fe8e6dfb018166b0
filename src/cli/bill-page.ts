// A bill as a page to print: no script, nothing from elsewhere, rows that are not torn between sheets, heads on each of
// them, and sums once, behind the last row (a foot of a table would stand on every sheet).

import type { Bill } from '../control/api/bill-question.ts';

const STYLE = `
  body { font: 10pt sans-serif; margin: 2cm; color: #000; }
  h1 { font-size: 14pt; }
  h2 { font-size: 11pt; break-after: avoid; }
  .contact { white-space: pre-line; }
  table { border-collapse: collapse; width: 100%; }
  th, td { padding: 2pt 6pt; border-bottom: 0.5pt solid #999; text-align: right; }
  .lines th:nth-child(-n + 3), .lines td:nth-child(-n + 3) { text-align: left; }
  .entries th:not(:nth-child(3)), .entries td:not(:nth-child(3)) { text-align: left; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  tfoot { display: table-row-group; font-weight: bold; }
  @page { size: A4; margin: 1.5cm; }
  @media print { body { margin: 0; } }
  @media screen and (max-width: 60em) { body { margin: 1em; } table { display: block; overflow-x: auto; } }`;

/** The page. `time`: of the bill in words; rows under `heads`, then the sums. */
export function billPage({ account, name, contact, currency }: Bill, table: BillTable): string {
  const { time, heads, rows, sums, payments, balances, corrections, gap } = table;
  const title = `${account}, ${time}`;
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(name === '' ? account : `${name} (${account})`)}</h1>`,
    contact === '' ? '' : `<p class="contact">${escaped(contact)}</p>`,
    `<p>${escaped(time)}${currency === '' ? '' : `, in ${escaped(currency)}`}</p>`,
    '<table class="lines">',
    `<thead>${rowOf(heads, 'th')}</thead>`,
    `<tbody>${rows.map((row) => rowOf(row, 'td')).join('\n')}</tbody>`,
    `<tfoot>${sums.map((row) => rowOf(row, 'td')).join('\n')}</tfoot>`,
    '</table>',
    ...partOf('Payments', payments, 'entries'),
    ...partOf('Balance', balances, 'balance'),
    ...partOf('Corrections of these calls, entered at another time', corrections, 'entries'),
    gap === '' ? '' : `<p><strong>${escaped(gap)}</strong></p>`,
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
  /** Of its calls, that are not among the payments. */
  readonly corrections: BillPart;
  /** Why it is not whole; '' when it is. */
  readonly gap: string;
}

/** A table of its own beneath it; without rows it is left out. */
export interface BillPart {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function partOf(title: string, { heads, rows }: BillPart, look: string): string[] {
  if (rows.length === 0) return [];
  const body = rows.map((row) => rowOf(row, 'td')).join('\n');
  return [`<h2>${title}</h2><table class="${look}"><thead>${rowOf(heads, 'th')}</thead><tbody>${body}</tbody></table>`];
}

function rowOf(cells: readonly string[], tag: 'th' | 'td'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
