// CDRs as columns: what SQL, CSV and the VOS3000 text call each field, and how they write its value. JSON has the names
// of the fields themselves.

import { END_REASONS } from '../../core/base/end-reason.ts';
import { exactNumber, jsonText } from '../../core/base/json-text.ts';
import type { Cdr } from '../../core/cdr/cdr.ts';
import { CDR_FIELD_NAMES, CDR_FIELD_TABLE, type CdrField, type CdrFieldKind } from '../../core/cdr/cdr-fields.ts';

/** One column. */
export interface CdrColumn {
  readonly field: keyof Cdr;
  /** In SQL and at the head of CSV: call_id for callId. */
  readonly name: string;
  readonly kind: CdrFieldKind;
  /** Column of VOS3000; '' where it has none. */
  readonly vos3000: string;
  readonly help: string;
}

/** All columns, in the order of the table. */
export const CDR_COLUMNS: readonly CdrColumn[] = CDR_FIELD_NAMES.map((field) => {
  const { kind, vos3000, help }: CdrField = CDR_FIELD_TABLE[field];
  return { field, name: columnName(field), kind, vos3000, help };
});

/** Columns of the VOS3000 text, in its order. */
export const VOS3000_COLUMNS: readonly CdrColumn[] = CDR_COLUMNS.filter(({ vos3000 }) => vos3000 !== '');

/** What a database is given: a text, a whole number, or nothing. */
export type SqlValue = string | number | null;

const NANOS_FIELDS = CDR_COLUMNS.filter(({ kind }) => kind === 'nanos').map(({ field }) => field);

/** `cdr` as one JSON object. Money is a whole number of nanos; one that JSON's readers would round is a string. */
export function jsonOf(cdr: Cdr): string {
  if (cdr.agentFees.length > 0) return jsonText(cdr);
  // What jsonText comes to, in half the time: it has to look at every value.
  const plain: Record<string, unknown> = { ...cdr };
  for (const field of NANOS_FIELDS) plain[field] = exactNumber(plain[field]);
  return JSON.stringify(plain);
}

/** The value of `column` as a database takes it. No text has a NUL, which PostgreSQL refuses. */
export function sqlValueOf(cdr: Cdr, { field, kind }: CdrColumn): SqlValue {
  const value: unknown = cdr[field];
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return kind === 'count' || kind === 'nanos' ? value : Math.round(value);
  if (typeof value !== 'string') return listText(value);
  return value.includes('\0') ? value.replaceAll('\0', '') : value;
}

/** A list as JSON. A backslash that is escaped itself escapes nothing. */
function listText(list: unknown): string {
  const text = jsonText(list);
  return text.includes('\\u0000') ? text.replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1') : text;
}

/** The first line of a CSV file. */
export const CSV_HEAD = CDR_COLUMNS.map(({ name }) => name).join(',');

/**
 * `columns` of `cdr` as one line of CSV (RFC 4180), without its end. It is for machines, which find in it what JSON and
 * SQL have: nothing is put before a text that a spreadsheet would take for a formula.
 */
export function csvOf(cdr: Cdr, columns = CDR_COLUMNS): string {
  return columns.map((column) => csvCell(sqlValueOf(cdr, column))).join(',');
}

/**
 * `cells` as a line of CSV for people, who open it with a spreadsheet: what that would take for a formula, such as an
 * area of somebody else's deck, has an apostrophe before it. Numbers stay, those that begin with + too.
 */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => csvCell(isFormula(cell) ? `'${cell}` : cell)).join(',');
}

function isFormula(cell: string): boolean {
  return /^\s*[=+\-@]|^[\t\r]/.test(cell) && !/^[+-]?[\d.]*$/.test(cell);
}

/** A line must stay a line: it is counted, followed and cut at line ends. */
function csvCell(value: SqlValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (!/[\r\n",]/.test(value)) return value;
  const flat = value.replaceAll(/[\r\n]+/g, ' ');
  return /[",]/.test(flat) ? `"${flat.replaceAll('"', '""')}"` : flat;
}

const DIRECTIONS = ['caller', 'callee', 'server'];

/** `cdr` as one line of pipe-separated text with the columns of VOS3000, without its end. */
export function vos3000Of(cdr: Cdr): string {
  let line = '';
  for (const column of VOS3000_COLUMNS) {
    line += `${column === VOS3000_COLUMNS[0] ? '' : '|'}${vos3000Value(cdr, column).replaceAll(/[|\r\n]/g, ' ')}`;
  }
  return line;
}

function vos3000Value(cdr: Cdr, column: CdrColumn): string {
  if (column.field === 'holdMs') return String(Math.round(cdr.holdMs / 1000));
  if (column.field === 'endReason') return cdr.endReason === null ? '' : String(END_REASONS[cdr.endReason].number);
  if (column.field === 'endedBy') return cdr.endedBy === null ? '' : String(DIRECTIONS.indexOf(cdr.endedBy));
  const value: unknown = cdr[column.field];
  if (column.kind === 'nanos' && value !== null && value !== undefined) return decimalOf(BigInt(value as number));
  return String(sqlValueOf(cdr, column) ?? '');
}

/** Money as VOS3000 writes it: a decimal number of the currency, exact. */
function decimalOf(nanos: bigint): string {
  const digits = String(nanos < 0n ? -nanos : nanos).padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${nanos < 0n ? '-' : ''}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}

function columnName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
