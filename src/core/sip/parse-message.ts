// Text to message: RFC 3261 7 and 18.3. One pass over start line and header lines, then the framing. The grammar inside
// the other values is checkRequest's affair.

import { assert } from '../base/assert.ts';
import { CR, isBlank, LF } from './characters.ts';
import { Framing } from './framing.ts';
import { readHeaderBlock } from './header-block.ts';
import { SipMessage } from './message.ts';
import type { Fault, ParseFailureWhy } from './parse-fault.ts';
import { readStartLine } from './start-line.ts';

/** A datagram that is not a message the switch may act on. A value, never thrown. */
export class ParseFailure {
  readonly why: ParseFailureWhy;
  /** Where in the datagram. */
  readonly offset: number;
  /** 400, 505 or 513; 0: answer nothing (a response, an ACK, a request without a Via to answer to, no message). */
  readonly status: number;
  /** Short words for the reason phrase, such as 'Missing Call-ID'. Never holds text of the peer. */
  readonly sentence: string;
  /** What could be read: enough for printResponse when `status` is not 0. */
  readonly request: SipMessage | null;

  constructor(fault: Fault, message: SipMessage | null) {
    const isAnswerable = message?.mayBeAnswered === true;
    this.why = fault.why;
    this.offset = fault.offset;
    this.sentence = fault.sentence;
    this.status = isAnswerable ? statusOf(fault.why) : 0;
    this.request = isAnswerable ? message : null;
  }
}

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
  const framing = new Framing(startLine, block);
  const message = new SipMessage(startLine, block, framing);
  const fault = startLine.fault ?? block.fault ?? framing.fault;
  return fault === null ? message : new ParseFailure(fault, message);
}

/** A request as we have printed it: with what we add it may have more header lines than one that is taken. */
export function readBack(text: string): SipMessage {
  const read = parseMessage(text);
  const request = read instanceof SipMessage ? read : read.request;
  assert(request !== null, 'a request that we printed can be read back');
  return request;
}

function statusOf(why: ParseFailureWhy): number {
  switch (why) {
    case 'version':
      return 505;
    case 'bodyTooLarge':
    case 'datagramTooLarge':
      return 513;
    default:
      return 400;
  }
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
