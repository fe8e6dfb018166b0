// The first line of a message: Request-Line and Status-Line, RFC 3261 7.1, 7.2 and 25.1.

import { isDigit, isWord, readDecimal, SPACE, skipDigits, skipPrintable, skipText, skipToken } from './characters.ts';
import { endOfLine } from './line.ts';
import { methodAt } from './method.ts';
import type { Fault } from './parse-fault.ts';

/** What a start line says. After a fault the fields hold what could still be told. */
export class StartLine {
  kind: 'request' | 'response' = 'request';
  method = '';
  uri = '';
  status = 0;
  reasonPhrase = '';
  /** Offset of the line's first character. */
  readonly start: number;
  /** Offset past the line's CRLF; the text's length when it has none. */
  next = 0;
  fault: Fault | null = null;

  constructor(start: number) {
    this.start = start;
  }
}

/** Reads the line that begins at `start`. */
export function readStartLine(text: string, start: number): StartLine {
  const line = new StartLine(start);
  const end = endOfLine(text, start);
  if (end < 0) return refuseBrokenLine(line, text, ~end);
  line.next = end + 2;
  // 7.1: versions compare in any case. A method cannot hold a slash, so this prefix tells a response.
  if (isWord(text, start, start + 4, 'sip/')) readStatusLine(line, text, end);
  else readRequestLine(line, text, end);
  return line;
}

// Request-Line = Method SP Request-URI SP SIP-Version, with single spaces and nothing around them.
function readRequestLine(line: StartLine, text: string, end: number): void {
  const methodEnd = skipToken(text, line.start, end);
  line.method = methodAt(text, line.start, methodEnd);
  if (methodEnd === line.start || text.charCodeAt(methodEnd) !== SPACE) {
    refuse(line, methodEnd);
    return;
  }
  const uriEnd = skipPrintable(text, methodEnd + 1, end);
  line.uri = text.slice(methodEnd + 1, uriEnd);
  if (line.uri === '' || uriEnd >= end || text.charCodeAt(uriEnd) !== SPACE) {
    refuse(line, uriEnd);
    return;
  }
  const at = uriEnd + 1;
  if (text.startsWith('SIP/2.0', at) && at + 7 === end) return;
  const versionEnd = skipVersion(text, at, end);
  if (versionEnd !== end) {
    refuse(line, at);
    return;
  }
  if (!isWord(text, at, end, 'sip/2.0')) {
    line.fault = { why: 'version', offset: at, sentence: 'Version Not Supported' };
  }
}

// Status-Line = SIP-Version SP Status-Code SP Reason-Phrase. The phrase may be empty and is UTF-8.
function readStatusLine(line: StartLine, text: string, end: number): void {
  line.kind = 'response';
  const versionEnd = skipVersion(text, line.start, end);
  const codeEnd = versionEnd + 4;
  if (versionEnd < 0 || codeEnd > end || text.charCodeAt(versionEnd) !== SPACE) {
    refuse(line, line.start);
    return;
  }
  if (!isWord(text, line.start, versionEnd, 'sip/2.0')) {
    line.fault = { why: 'version', offset: line.start, sentence: 'Version Not Supported' };
    return;
  }
  line.status = readDecimal(text, versionEnd + 1, codeEnd, 699);
  // 25.1 wants the space even before an empty phrase; some peers leave both out.
  const isCut = codeEnd !== end && text.charCodeAt(codeEnd) !== SPACE;
  if (line.status < 100 || isCut || skipText(text, codeEnd, end) !== end) {
    refuse(line, versionEnd + 1);
    return;
  }
  line.reasonPhrase = text.slice(codeEnd + 1, end);
}

// Past 'SIP/' 1*DIGIT '.' 1*DIGIT; -1 when it is not there.
function skipVersion(text: string, at: number, end: number): number {
  if (!isWord(text, at, at + 4, 'sip/')) return -1;
  const dot = skipDigits(text, at + 4, end);
  if (dot === at + 4 || text.charAt(dot) !== '.' || !isDigit(text.charCodeAt(dot + 1))) return -1;
  return skipDigits(text, dot + 1, end);
}

function refuse(line: StartLine, offset: number): void {
  line.fault = { why: 'startLine', offset, sentence: 'Bad Start Line' };
}

// A bare CR or LF, or no line end at all. The method is told if it can be: an ACK is not answered whatever it is like.
function refuseBrokenLine(line: StartLine, text: string, offset: number): StartLine {
  const crlf = text.indexOf('\r\n', offset);
  line.next = crlf < 0 ? text.length : crlf + 2;
  if (isWord(text, line.start, line.start + 4, 'sip/')) line.kind = 'response';
  else line.method = methodAt(text, line.start, skipToken(text, line.start, offset));
  refuse(line, offset);
  return line;
}
