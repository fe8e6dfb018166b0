// Reads flow files: Markdown in which each heading is a rule and the table under it a ladder of one call, the switch in
// the middle. README.md of this folder says how a ladder is written.

import assert from 'node:assert/strict';

/** One message in a cell, or a record in the switch's own column. */
export interface FlowItem {
  readonly column: string;
  /** Sent by the peer of the column, or received by it; the switch's column writes records. */
  readonly direction: 'sent' | 'received' | 'written';
  /** A method, a status, or what is written. */
  readonly name: string;
  /** Method that a response answers; '' in a request. */
  readonly of: string;
  /** '+SDP' or '+body'; '' without. */
  readonly body: string;
  /** 'again', 'merged', 'stray'; '' for a plain one. */
  readonly manner: string;
  /** Name of a tag; '' when it does not matter. */
  readonly tag: string;
  /** Header lines to send, or to find. */
  readonly headers: readonly string[];
}

/** One row of a ladder. */
export interface FlowRow {
  readonly line: number;
  readonly atMs: number;
  readonly items: readonly FlowItem[];
}

/** A setting that differs from its default: a system parameter, or a field of a gateway. */
export interface FlowSetting {
  readonly of: string;
  readonly field: string;
  readonly value: string;
}

/** One ladder with its rule. */
export interface Flow {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly settings: readonly FlowSetting[];
  readonly columns: readonly string[];
  readonly rows: readonly FlowRow[];
}

/** All flows of the file `file` with the text `markdown`. */
export function readFlows(file: string, markdown: string): Flow[] {
  const lines = markdown.split('\n');
  const starts = lines.flatMap((line, at) => (line.startsWith('## ') ? [at] : []));
  return starts.map((start, i) => readFlow(file, lines.slice(start, starts[i + 1]), start + 1));
}

function readFlow(file: string, lines: readonly string[], firstLine: number): Flow {
  const where = `${file}:${firstLine}`;
  const tableAt = lines.findIndex((line) => line.startsWith('|'));
  assert.ok(tableAt > 0, `${where}: a flow has a ladder`);
  const columns = cellsOf(lines[tableAt] ?? '').map((cell) => cell.toLowerCase());
  assert.equal(columns[0], 'at ms', `${where}: the first column says when`);
  const rows: FlowRow[] = [];
  for (let at = tableAt + 2; lines[at]?.startsWith('|'); at++) {
    const previousMs = rows.at(-1)?.atMs ?? 0;
    rows.push(
      readRow(lines[at] ?? '', { columns, line: firstLine + at, where: `${file}:${firstLine + at}`, previousMs }),
    );
  }
  const settings = lines.slice(1, tableAt).flatMap((line) => readSetting(line));
  return { rule: (lines[0] ?? '').slice(3).trim(), file, line: firstLine, settings, columns: columns.slice(1), rows };
}

interface RowPlace {
  readonly columns: readonly string[];
  readonly line: number;
  readonly where: string;
  readonly previousMs: number;
}

function readRow(text: string, { columns, line, where, previousMs }: RowPlace): FlowRow {
  const cells = cellsOf(text);
  assert.equal(cells.length, columns.length, `${where}: a row has as many cells as the head`);
  const [when = '', ...others] = cells;
  const atMs = when === '' ? previousMs : Number(when.replaceAll(' ', ''));
  assert.ok(atMs >= previousMs, `${where}: time goes on`);
  const items = others.flatMap((cell, i) => {
    const column = columns[i + 1] ?? '';
    return splitCell(cell).map((part) => readItem(part, column, where));
  });
  return { line, atMs, items };
}

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Items of a cell are separated by commas; commas in braces belong to a header. */
function splitCell(cell: string): string[] {
  return cell
    .split(/,(?![^{]*\})/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const MARKS = '(?: (?:\\+SDP|\\+body|again|merged|stray|#\\w+|\\{[^}]*\\}))*';
const ITEM = new RegExp(`^(DIP(?: \\d+)*|[A-Z]+|\\d{3}|unreachable|rtp|silence)(?: \\(([A-Z]+)\\))?(${MARKS})$`);

/** The peers left of the switch send to the right, those right of it to the left. */
function readItem(text: string, column: string, where: string): FlowItem {
  const none = { of: '', body: '', manner: '', tag: '', headers: [] };
  if (column === 'switch') return { ...none, column, direction: 'written', name: text };
  const arrow = text.includes('→') ? '→' : '←';
  assert.ok(text.includes(arrow), `${where}: "${text}" has an arrow`);
  const outward = column.startsWith('trunk') || column === 'lrn' ? '←' : '→';
  const match = ITEM.exec(text.replace(arrow, '').trim());
  assert.ok(match !== null, `${where}: "${text}" is a message`);
  const [, name = '', of = '', rest = ''] = match;
  const marks = rest.match(/\{[^}]*\}|\S+/g) ?? [];
  const isResponse = /^\d/.test(name);
  return {
    column,
    direction: arrow === outward ? 'sent' : 'received',
    name,
    of: isResponse ? of || 'INVITE' : '',
    body: marks.find((mark) => mark.startsWith('+')) ?? '',
    manner: marks.find((mark) => /^(again|merged|stray)$/.test(mark)) ?? '',
    tag: marks.find((mark) => mark.startsWith('#')) ?? '',
    headers: marks.filter((mark) => mark.startsWith('{')).map((mark) => mark.slice(1, -1)),
  };
}

/** `- SS_NAME is value` or `- trunk-1 field is value`. */
function readSetting(line: string): FlowSetting[] {
  const match = /^- ((?:SS|SERVER)_\w+|caller|trunk-\d+|group)(?: (\w+))? is `?(.+?)[`.]?$/.exec(line);
  if (match === null) return [];
  const [, of = '', field = '', value = ''] = match;
  return [{ of, field, value }];
}
