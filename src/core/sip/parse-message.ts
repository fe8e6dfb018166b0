// Text to message: RFC 3261 7, 18.3 and 20. One pass over start line and header lines; then what every element must be
// sure of before it can match a transaction: one From, To, Call-ID, CSeq, a Via, a method that agrees with CSeq's, and
// where the body ends. The grammar inside the other values is checkRequest's affair.

import { CR, isBlank, LF, readDecimal, skipBlanks, skipDigits, skipToken, trimEnd } from './characters.ts';
import { type HeaderBlock, readHeaderBlock } from './header-block.ts';
import { Header, type HeaderId, headerName } from './header-name.ts';
import { type Framing, SipMessage } from './message.ts';
import { methodAt } from './method.ts';
import { type Fault, ParseFailure, type ParseFailureWhy } from './parse-failure.ts';
import { BODY_BYTES_MAX, CSEQ_MAX, DATAGRAM_BYTES_MAX, VIAS_MAX } from './sip-limits.ts';
import { readStartLine, type StartLine } from './start-line.ts';

/**
 * Reads one datagram, a latin1 string: each character one byte. Never throws; linear in the length of the text.
 * Empty lines before the start line are skipped (7.5). What follows the body is ignored (18.3).
 */
export function parseMessage(text: string): SipMessage | ParseFailure {
  const start = skipEmptyLines(text);
  if (start === text.length) return notAMessage(text.length === 0 ? 'empty' : 'keepAlive');
  if (isKeepAlive(text, start)) return notAMessage('keepAlive');
  const startLine = readStartLine(text, start);
  const block = readHeaderBlock(text, startLine.next);
  const framing = new FramingReader(startLine, block);
  const message = new SipMessage(startLine, block, framing);
  const fault = startLine.fault ?? block.fault ?? framing.fault;
  return fault === null ? message : new ParseFailure(fault, message);
}

// Headers that may stand once. Only those whose repetition could make two elements read two different messages.
const SINGLES: readonly HeaderId[] = [
  Header.From,
  Header.To,
  Header.CallId,
  Header.CSeq,
  Header.MaxForwards,
  Header.ContentLength,
  Header.ContentType,
  Header.Expires,
  Header.SessionExpires,
  Header.MinSe,
  Header.RSeq,
  Header.RAck,
];
const MANDATORY: readonly HeaderId[] = [Header.Via, Header.From, Header.To, Header.CallId, Header.CSeq];
const SINGLES_MASK = maskOf(SINGLES);
const MANDATORY_MASK = maskOf(MANDATORY);

function maskOf(ids: readonly HeaderId[]): number {
  let mask = 0;
  for (const id of ids) mask |= 1 << id;
  return mask;
}

class FramingReader implements Framing {
  method: string;
  cseq = 0;
  callId = '';
  bodyEnd: number;
  fault: Fault | null = null;
  readonly #startLine: StartLine;
  readonly #block: HeaderBlock;

  constructor(startLine: StartLine, block: HeaderBlock) {
    this.#startLine = startLine;
    this.#block = block;
    this.method = startLine.method;
    this.bodyEnd = block.text.length;
    this.#checkPresence();
    this.#readCallId();
    this.#readCSeq();
    this.#readContentLength();
    this.#checkSize();
  }

  #checkPresence(): void {
    const block = this.#block;
    const missing = MANDATORY_MASK & ~block.seen;
    if (missing !== 0) this.#refuse('missingHeader', block.bodyStart, `Missing ${nameOfLowest(missing)}`);
    const repeated = SINGLES_MASK & block.repeated;
    if (repeated !== 0) this.#refuse('duplicateHeader', block.bodyStart, `Repeated ${nameOfLowest(repeated)}`);
    if ((block.repeated & (1 << Header.Via)) !== 0 && countLines(block, Header.Via) > VIAS_MAX) {
      this.#refuse('tooManyVias', block.bodyStart, 'Too Many Vias');
    }
  }

  #readCallId(): void {
    const line = this.#block.find(Header.CallId, 0);
    if (line < 0) return;
    this.callId = this.#block.lineValue(line);
    if (this.callId === '') this.#refuse('headerSyntax', this.#block.valueStart(line), 'Bad Call-ID');
  }

  // 20.16: 1*DIGIT LWS Method. Methods compare as they are written (7.1).
  #readCSeq(): void {
    const line = this.#block.find(Header.CSeq, 0);
    if (line < 0) return;
    const text = this.#block.text;
    const start = this.#block.valueStart(line);
    const end = trimEnd(text, start, this.#block.lineEnd(line));
    const digitsEnd = skipDigits(text, start, end);
    const methodStart = skipBlanks(text, digitsEnd, end);
    const cseq = readDecimal(text, start, digitsEnd, CSEQ_MAX);
    const isMethod = methodStart > digitsEnd && methodStart < end && skipToken(text, methodStart, end) === end;
    if (cseq < 0 || !isMethod) return this.#refuse('headerSyntax', start, 'Bad CSeq');
    this.cseq = cseq;
    const method = methodAt(text, methodStart, end);
    if (this.#startLine.kind === 'response') this.method = method;
    else if (method !== this.method) this.#refuse('methodMismatch', methodStart, 'CSeq Method Mismatch');
  }

  // 18.3: over UDP a body longer than the datagram is an error of the request; a shorter one leaves a rest to ignore.
  #readContentLength(): void {
    const line = this.#block.find(Header.ContentLength, 0);
    if (line < 0) return;
    const start = this.#block.valueStart(line);
    const end = trimEnd(this.#block.text, start, this.#block.lineEnd(line));
    const available = this.#block.text.length - this.#block.bodyStart;
    const stated = readDecimal(this.#block.text, start, end, available);
    if (stated < 0) return this.#refuse('contentLength', start, 'Bad Content-Length');
    this.bodyEnd = this.#block.bodyStart + stated;
  }

  #checkSize(): void {
    if (this.bodyEnd - this.#block.bodyStart > BODY_BYTES_MAX) {
      this.#refuse('bodyTooLarge', this.#block.bodyStart, 'Body Too Large');
    } else if (this.#block.text.length > DATAGRAM_BYTES_MAX) {
      this.#refuse('datagramTooLarge', DATAGRAM_BYTES_MAX, 'Message Too Large');
    }
  }

  #refuse(why: ParseFailureWhy, offset: number, sentence: string): void {
    this.fault ??= { why, offset, sentence };
  }
}

function countLines(block: HeaderBlock, id: HeaderId): number {
  let count = 0;
  for (let line = block.find(id, 0); line >= 0; line = block.find(id, line + 1)) count++;
  return count;
}

function nameOfLowest(mask: number): string {
  return headerName((31 - Math.clz32(mask & -mask)) as HeaderId);
}

// 7.5: CRLFs before the start line mean nothing; alone in a datagram they keep a NAT binding open (RFC 5626 4.4.1).
function skipEmptyLines(text: string): number {
  let at = 0;
  while (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) at += 2;
  return at;
}

// Keep-alives as they are met: blanks or NULs only, or the four letters of one make of phone.
function isKeepAlive(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  if (first !== 0 && !isBlank(first)) return text.length - start <= 4 && text.startsWith('jaK', start);
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0 && !isBlank(code)) return false;
  }
  return true;
}

function notAMessage(why: ParseFailureWhy): ParseFailure {
  return new ParseFailure({ why, offset: 0, sentence: 'No Message' }, null);
}
