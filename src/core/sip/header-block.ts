// The header lines of a message as offsets into its text: RFC 3261 7.3. Read in one pass; nothing is copied until
// asked.

import { COLON, CR, SPACE, skipBlanks, skipToken, TAB, trimEnd } from './characters.ts';
import { type HeaderId, headerIdAt } from './header-name.ts';
import { endOfLine, isFolded } from './line.ts';
import type { Fault, ParseFailureWhy } from './parse-fault.ts';
import { HEADERS_MAX } from './sip-limits.ts';

// One line is four numbers: id (with FOLDED set when it is), where it starts, where its value starts, where it ends.
const STRIDE = 4;
const FOLDED = 256;

/** Header lines in their order. Offsets count from the start of the text. */
export class HeaderBlock {
  readonly text: string;
  /** Past the empty line; the text's length when there is none. */
  bodyStart = 0;
  /** The first broken line. Broken lines are left out, so that nothing of them can be echoed or obeyed. */
  fault: Fault | null = null;
  /** Bit `id` of a header name below 32: seen, and seen more than once. */
  seen = 0;
  repeated = 0;
  readonly #lines: number[] = [];

  constructor(text: string) {
    this.text = text;
  }

  get lineCount(): number {
    return this.#lines.length / STRIDE;
  }

  lineId(line: number): HeaderId {
    return (this.#lines[line * STRIDE]! & (FOLDED - 1)) as HeaderId;
  }

  isFolded(line: number): boolean {
    return this.#lines[line * STRIDE]! >= FOLDED;
  }

  lineStart(line: number): number {
    return this.#lines[line * STRIDE + 1]!;
  }

  /** Where the value starts, white space skipped. */
  valueStart(line: number): number {
    return this.#lines[line * STRIDE + 2]!;
  }

  /** Where the line ends: its last CRLF. */
  lineEnd(line: number): number {
    return this.#lines[line * STRIDE + 3]!;
  }

  /** The next line with that id, from line `from` on; -1 when there is none. */
  find(id: HeaderId, from: number): number {
    const lines = this.#lines;
    for (let at = from * STRIDE; at < lines.length; at += STRIDE) {
      if ((lines[at]! & (FOLDED - 1)) === id) return at / STRIDE;
    }
    return -1;
  }

  /** Lines with that id. */
  count(id: HeaderId): number {
    let count = 0;
    for (let line = this.find(id, 0); line >= 0; line = this.find(id, line + 1)) count++;
    return count;
  }

  /** The name as written. */
  lineName(line: number): string {
    const start = this.lineStart(line);
    return this.text.slice(start, skipToken(this.text, start, this.valueStart(line)));
  }

  /** The value, trimmed, each fold replaced by one space. */
  lineValue(line: number): string {
    const start = this.valueStart(line);
    const end = trimEnd(this.text, start, this.lineEnd(line));
    return this.isFolded(line) ? unfold(this.text, start, end) : this.text.slice(start, end);
  }

  /** Adds a line. */
  add(id: HeaderId, isLineFolded: boolean, start: number, valueStart: number, end: number): void {
    this.#lines.push(isLineFolded ? id | FOLDED : id, start, valueStart, end);
    if (id >= 32) return;
    const bit = 1 << id;
    this.repeated |= this.seen & bit;
    this.seen |= bit;
  }

  /** Keeps the first fault. */
  refuse(why: ParseFailureWhy, offset: number, sentence: string): void {
    this.fault ??= { why, offset, sentence };
  }
}

/** Reads the header lines from `at`, the start of a line, to the empty line. Every character is met once. */
export function readHeaderBlock(text: string, at: number): HeaderBlock {
  const block = new HeaderBlock(text);
  while (at < text.length) {
    if (text.charCodeAt(at) === CR && text.startsWith('\r\n', at)) {
      block.bodyStart = at + 2;
      return block;
    }
    if (block.lineCount === HEADERS_MAX) {
      block.refuse('tooManyHeaders', at, 'Too Many Headers');
      at = text.length;
    } else {
      at = readLine(block, text, at);
    }
  }
  block.bodyStart = text.length;
  block.refuse('unterminated', text.length, 'Unterminated Header Block');
  return block;
}

// message-header = field-name HCOLON value CRLF. Returns the start of the next line.
function readLine(block: HeaderBlock, text: string, start: number): number {
  const nameEnd = skipToken(text, start, text.length);
  let colon = nameEnd;
  while (text.charCodeAt(colon) === SPACE || text.charCodeAt(colon) === TAB) colon++;
  if (nameEnd === start || text.charCodeAt(colon) !== COLON) return skipBrokenLine(block, text, colon);
  let end = endOfLine(text, colon + 1);
  const isLineFolded = end >= 0 && isFolded(text, end);
  while (end >= 0 && isFolded(text, end)) end = endOfLine(text, end + 2);
  if (end < 0) return skipBrokenLine(block, text, ~end);
  block.add(headerIdAt(text, start, nameEnd), isLineFolded, start, skipBlanks(text, colon + 1, end), end);
  return end + 2;
}

// Reading goes on after the next CRLF. What it skips is not read again, however the line is broken.
function skipBrokenLine(block: HeaderBlock, text: string, offset: number): number {
  const crlf = text.indexOf('\r\n', offset);
  if (crlf >= 0) block.refuse('headerLine', offset, 'Bad Header Line');
  return crlf < 0 ? text.length : crlf + 2;
}

// 7.3.1: a fold and the white space around it mean one space.
function unfold(text: string, start: number, end: number): string {
  let unfolded = '';
  let from = start;
  for (let cr = text.indexOf('\r', from); cr >= 0 && cr < end; cr = text.indexOf('\r', from)) {
    unfolded += `${text.slice(from, trimEnd(text, from, cr))} `;
    from = skipBlanks(text, cr, end);
  }
  return unfolded + text.slice(from, end);
}
