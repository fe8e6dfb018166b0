// Messages that the tests of core/sip share.

import assert from 'node:assert/strict';

import { SipMessage } from '../../../src/core/sip/message.ts';
import { ParseFailure, parseMessage } from '../../../src/core/sip/parse-message.ts';

/** Text of lines: each gets its CRLF, then comes the empty line and the body. */
export function textOf(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** An INVITE with the mandatory headers; `more` header lines come after them. */
export function inviteText(more: readonly string[] = [], body = ''): string {
  return textOf([...INVITE_LINES, ...more], body);
}

export const INVITE_LINES: readonly string[] = [
  'INVITE sip:bob@example.com SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport',
  'Max-Forwards: 70',
  'From: "Alice" <sip:alice@example.org>;tag=1928301774',
  'To: <sip:bob@example.com>',
  'Call-ID: a84b4c76e66710@example.org',
  'CSeq: 314159 INVITE',
  'Contact: <sip:alice@192.0.2.1>',
];

/** The INVITE with one of its lines replaced, found by how it begins; null takes it out. */
export function inviteWith(prefix: string, line: string | null): string {
  const at = INVITE_LINES.findIndex((candidate) => candidate.startsWith(prefix));
  assert.ok(at >= 0, `a line begins with ${prefix}`);
  return textOf([...INVITE_LINES.slice(0, at), ...(line === null ? [] : [line]), ...INVITE_LINES.slice(at + 1)]);
}

/** The message; fails the test when the text is none. */
export function parsed(text: string): SipMessage {
  const message = parseMessage(text);
  if (message instanceof SipMessage) return message;
  return assert.fail(`not parsed: ${message.why} at ${message.offset}, ${message.sentence}`);
}

/** The failure; fails the test when the text parses. */
export function refused(text: string): ParseFailure {
  const failure = parseMessage(text);
  assert.ok(failure instanceof ParseFailure, 'parsed, but should not');
  return failure;
}
