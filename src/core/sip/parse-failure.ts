// Why a datagram did not become a message, and what to answer: RFC 3261 8.2, 16.3, 18.3 and 21.

import type { SipMessage } from './message.ts';

/** The closed list of reasons; each is a counter. */
export type ParseFailureWhy =
  | 'empty'
  | 'keepAlive'
  | 'startLine'
  | 'version'
  | 'headerLine'
  | 'unterminated'
  | 'missingHeader'
  | 'duplicateHeader'
  | 'headerSyntax'
  | 'methodMismatch'
  | 'contentLength'
  | 'tooManyHeaders'
  | 'tooManyVias'
  | 'bodyTooLarge'
  | 'datagramTooLarge';

/** The first thing found wrong while reading. `offset` counts characters of the datagram. */
export interface Fault {
  readonly why: ParseFailureWhy;
  readonly offset: number;
  readonly sentence: string;
}

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
    const isAnswerable = message !== null && message.mayBeAnswered;
    this.why = fault.why;
    this.offset = fault.offset;
    this.sentence = fault.sentence;
    this.status = isAnswerable ? statusOf(fault.why) : 0;
    this.request = isAnswerable ? message : null;
  }
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
