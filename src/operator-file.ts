// Reading what an operator wrote: YAML (JSON is YAML too) into checked values, with the line and the
// field of everything that cannot be taken. The file is refused whole, and all its faults are told at once.
//
// Every scalar is taken as text (YAML's failsafe schema) until a field says what it wants: so 0044 stays
// 0044, and On is neither true nor false until a switch is asked for. Anchors, aliases and tags are refused:
// nobody needs them here and they are how a small file becomes a large one.

import { createRequire } from 'node:module';
import type { CST, LineCounter, Node, YAMLMap } from 'yaml';
import { nearestName } from './core/base/nearest-name.ts';
import { type Refusal, TandemError, type TandemErrorCode } from './tandem-error.ts';

const load = createRequire(import.meta.url);

let library: typeof import('yaml') | null = null;

/** Loaded with the first file: control has the words for fields, and begins without reading any. */
function yaml(): typeof import('yaml') {
  library ??= load('yaml') as typeof import('yaml');
  return library;
}

/** A value a field does not take, with the reason: "takes a port from 1 to 65535". */
export class Refused {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Turns the text of a scalar into a value, or says why not. */
export type Reader<T> = (text: string) => T | Refused;

/** What stands for bytes that are no text. Kept, it would be on bills and in what peers are sent. */
export const UNREADABLE = '\ufffd';
export const NOT_UTF_8 = 'is not in UTF-8; save the file in that encoding';

/** More are not told: the rest of a broken file is mostly echo. */
const REFUSALS_MAX = 50;

/** More names are no advice: gateways have a hundred fields, and so many system parameters there are. */
const NAMES_TOLD_MAX = 40;

/** Tables and lists inside one another; no file has ten. */
const DEPTH_MAX = 32;

/**
 * Reads `text` with `read`, which is given the table at the top of the file.
 * Throws a TandemError with `code` and all refusals when anything in it was refused.
 */
export function readOperatorFile<T>(
  text: string,
  options: { readonly name: string; readonly code: TandemErrorCode; readonly fields: readonly string[] },
  read: (root: Table) => T,
): T {
  const lines = new (yaml().LineCounter)();
  const report = new Report(lines);
  const root = rootOf(text, lines, report);
  let value: T | null = null;
  if (report.isEmpty) {
    if (yaml().isMap(root)) value = read(new Table(report, root, '', options.fields));
    else report.add(0, '', `the file is empty or no table; it may have ${options.fields.join(', ')}`);
  }
  if (!report.isEmpty || value === null) throw refusalOf(report.refusals(), options);
  return value;
}

/** What the file holds; its faults go to `report`. */
function rootOf(text: string, lines: LineCounter, report: Report): Node | null {
  const { Composer, Parser } = yaml();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const deepAt = tooDeepAt(tokens);
  if (deepAt >= 0) {
    report.add(deepAt, '', `is more than ${DEPTH_MAX} levels deep`);
    return null;
  }
  // Tables look for names that come twice: the library compares each with every other.
  const options = { schema: 'failsafe', lineCounter: lines, prettyErrors: false, uniqueKeys: false } as const;
  const [document, second] = new Composer(options).compose(tokens, true, text.length);
  for (const error of document?.errors ?? []) report.add(error.pos[0], '', firstLineOf(error.message));
  if (second !== undefined) report.add(second.range[0], '', 'is a second document; a file holds one');
  return document?.contents ?? null;
}

/** Where `tokens` go deeper than DEPTH_MAX, or -1: the library calls itself for each level, until the stack ends. */
function tooDeepAt(tokens: readonly CST.Token[]): number {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > DEPTH_MAX) return token.offset;
    if (token.type === 'document' && token.value) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return -1;
}

function refusalOf(
  refusals: readonly Refusal[],
  options: { readonly name: string; readonly code: TandemErrorCode },
): TandemError {
  const first = refusals[0];
  const place =
    first === undefined ? '' : ` line ${first.line}${first.field === '' ? '' : `, ${first.field}`}: ${first.reason}`;
  const more = refusals.length > 1 ? ` (and ${refusals.length - 1} more)` : '';
  return new TandemError(options.code, `${options.name} was refused:${place}${more}`, { refusals });
}

function firstLineOf(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

/** Collects refusals of one file. */
class Report {
  readonly #found: { readonly offset: number; readonly refusal: Refusal }[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  /** In the order of the file. */
  refusals(): Refusal[] {
    return this.#found.sort((one, other) => one.offset - other.offset).map(({ refusal }) => refusal);
  }

  add(offset: number, field: string, reason: string): void {
    if (this.#found.length >= REFUSALS_MAX) return;
    this.#found.push({ offset, refusal: { line: this.#lines.linePos(offset).line, field, reason } });
  }
}

interface Field {
  readonly offset: number;
  readonly value: Node | null;
}

/** A YAML mapping being read field by field. Unknown fields were refused when it was made. */
export class Table {
  readonly #report: Report;
  readonly #path: string;
  readonly #offset: number;
  readonly #fields = new Map<string, Field>();

  /** Made by `readOperatorFile`, `rows` and `table` only. */
  constructor(report: Report, node: YAMLMap, path: string, allowed: readonly string[] | null) {
    this.#report = report;
    this.#path = path;
    this.#offset = offsetOf(node);
    for (const pair of node.items) {
      const key = yaml().isScalar(pair.key) ? String(pair.key.value) : '';
      const offset = offsetOf(pair.key);
      if (allowed !== null && !allowed.includes(key)) report.add(offset, this.pathOf(key), unknownField(key, allowed));
      else if (this.#fields.has(key)) report.add(offset, this.pathOf(key), 'is given twice');
      else this.#fields.set(key, { offset, value: isNode(pair.value) ? pair.value : null });
    }
  }

  /** The path of a field of this table, as refusals name it. */
  pathOf(field: string): string {
    return this.#path === '' ? field : `${this.#path}.${field}`;
  }

  /** Names of the fields that the file gives, in its order. */
  names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /** True when the file gives `field` a value. */
  has(field: string): boolean {
    const given = this.#fields.get(field);
    return given !== undefined && !isAbsent(given.value);
  }

  /** Refuses `field` (or, when the file lacks it, the table) with `reason`. */
  refuse(field: string, reason: string): void {
    const given = this.#fields.get(field);
    this.#report.add(given === undefined ? this.#offset : offsetOf(given.value ?? given), this.pathOf(field), reason);
  }

  /** The value of a field that must be there; `standIn` keeps the reading going after a refusal. */
  need<T>(field: string, reader: Reader<T>, standIn: T): T {
    if (this.has(field)) return this.optional(field, reader, standIn);
    this.refuse(field, 'is missing');
    return standIn;
  }

  /** The value of a field, or `absent` when the file does not give it. */
  optional<T>(field: string, reader: Reader<T>, absent: T): T {
    const given = this.#fields.get(field);
    if (given === undefined || isAbsent(given.value)) return absent;
    return this.#scalar(given.value, this.pathOf(field), reader) ?? absent;
  }

  /**
   * A list of scalars: a YAML list, or one text with commas. An absent field is an empty list. A comma too many is
   * refused: what it makes, an empty prefix, is one that every number begins with.
   */
  many<T>(field: string, reader: Reader<T>): T[] {
    const node = this.#fields.get(field)?.value ?? null;
    const values: T[] = [];
    if (isAbsent(node)) return values;
    if (yaml().isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const value = this.#scalar(isNode(item) ? item : null, `${this.pathOf(field)}[${index}]`, reader);
        if (value !== null) values.push(value);
      }
      return values;
    }
    const parts = this.#scalar(node, this.pathOf(field), (text) => text.split(',')) ?? [];
    for (const part of parts) {
      const entry = part.trim();
      const isSpare = entry === '' && parts.length > 1;
      const value = isSpare ? new Refused('has an empty entry: a comma too many?') : reader(entry);
      if (value instanceof Refused) this.refuse(field, value.reason);
      else values.push(value);
    }
    return values;
  }

  /** A list of texts as they are: a YAML list, or one text. An absent field is an empty list. */
  texts(field: string): string[] {
    const node = this.#fields.get(field)?.value ?? null;
    if (isAbsent(node)) return [];
    if (yaml().isSeq(node)) return this.many(field, (text) => text);
    const text = this.#scalar(node, this.pathOf(field), (whole) => whole);
    return text === null ? [] : [text];
  }

  /** A list of tables, each with the `allowed` fields, read by `read`. An absent field is an empty list. */
  rows<T>(field: string, allowed: readonly string[], read: (row: Table) => T): T[] {
    const node = this.#fields.get(field)?.value ?? null;
    const rows: T[] = [];
    if (isAbsent(node)) return rows;
    if (!yaml().isSeq(node)) {
      this.refuse(field, 'takes a list: one line with "- " for each entry');
      return rows;
    }
    for (const [index, item] of node.items.entries()) {
      const path = `${this.pathOf(field)}[${index}]`;
      if (yaml().isMap(item)) rows.push(read(new Table(this.#report, item, path, allowed)));
      else
        this.#report.add(
          isNode(item) ? offsetOf(item) : offsetOf(node),
          path,
          `takes a table with ${allowed.join(', ')}`,
        );
    }
    return rows;
  }

  /** A table inside this one; null when absent or refused. `allowed` null: any names. */
  table(field: string, allowed: readonly string[] | null): Table | null {
    const node = this.#fields.get(field)?.value ?? null;
    if (isAbsent(node)) return null;
    if (yaml().isMap(node)) return new Table(this.#report, node, this.pathOf(field), allowed);
    this.refuse(field, 'takes a table of name: value');
    return null;
  }

  #scalar<T>(node: Node | null, path: string, reader: Reader<T>): T | null {
    const reason = scalarFault(node);
    const value = reason === null && yaml().isScalar(node) ? reader(String(node.value)) : new Refused(reason ?? '');
    if (!(value instanceof Refused)) return value;
    this.#report.add(node === null ? this.#offset : offsetOf(node), path, value.reason);
    return null;
  }
}

function scalarFault(node: Node | null): string | null {
  if (yaml().isAlias(node)) return 'is an alias; write the value out';
  if (!yaml().isScalar(node)) return 'takes one value';
  if (node.anchor !== undefined) return 'has an anchor; write it without';
  return String(node.value).includes(UNREADABLE) ? NOT_UTF_8 : null;
}

/** Nothing after the colon, `~` and `null` (unquoted) all mean: not given. */
function isAbsent(node: Node | null): node is null {
  if (node === null) return true;
  if (!yaml().isScalar(node) || node.type !== 'PLAIN') return false;
  return node.value === '' || node.value === '~' || node.value === 'null' || node.value === null;
}

function isNode(value: unknown): value is Node {
  return yaml().isScalar(value) || yaml().isMap(value) || yaml().isSeq(value) || yaml().isAlias(value);
}

function offsetOf(node: unknown): number {
  if (isNode(node)) return node.range?.[0] ?? 0;
  return typeof node === 'object' && node !== null && 'offset' in node && typeof node.offset === 'number'
    ? node.offset
    : 0;
}

function unknownField(given: string, allowed: readonly string[]): string {
  const near = nearestName(given, allowed);
  if (near !== null) return `is not a field here; did you mean ${near}?`;
  const all = allowed.length > NAMES_TOLD_MAX ? 'all are in config/PARAMETERS.md' : `there are ${allowed.join(', ')}`;
  return `is not a field here; ${all}`;
}
