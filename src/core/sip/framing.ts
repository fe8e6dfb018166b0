// What every element must be sure of before a message can match a transaction: one From, To, Call-ID and CSeq, a Via, a
// method that agrees with CSeq's, and where the body ends. RFC 3261 8.1.1, 18.3, 20.14 and 20.16.

import { readDecimal, skipBlanks, skipDigits, skipToken, trimEnd } from './characters.ts';
import type { HeaderBlock } from './header-block.ts';
import { Header, type HeaderId, headerName } from './header-name.ts';
import { methodAt } from './method.ts';
import type { Fault, ParseFailureWhy } from './parse-fault.ts';
import { BODY_BYTES_MAX, CSEQ_MAX, DATAGRAM_BYTES_MAX, VIAS_MAX } from './sip-limits.ts';
import type { StartLine } from './start-line.ts';

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

/** The framing of a message. After a fault the fields hold what could still be told. */
export class Framing {
  /** A request's method; a response's CSeq method. */
  method: string;
  cseq = 0;
  callId = '';
  /** Where the body ends: by Content-Length, else with the datagram. */
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
    if ((block.repeated & (1 << Header.Via)) !== 0 && block.count(Header.Via) > VIAS_MAX) {
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
    if (cseq < 0 || !isMethod) {
      this.#refuse('headerSyntax', start, 'Bad CSeq');
      return;
    }
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
    if (stated < 0) {
      this.#refuse('contentLength', start, 'Bad Content-Length');
      return;
    }
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

function nameOfLowest(mask: number): string {
  return headerName((31 - Math.clz32(mask & -mask)) as HeaderId);
}
