// Responses: RFC 3261 8.2.6 and 18.2.1, RFC 3581 4. What a response must repeat it repeats byte for byte.

import { assert } from '../base/assert.ts';
import { copiedLine, copiedLines } from './copied-lines.ts';
import { Header } from './header-name.ts';
import type { SipMessage } from './message.ts';
import { reasonPhraseOf } from './status.ts';
import type { Via } from './via.ts';

/** What a response holds beyond what it copies. */
export interface ResponseOptions {
  /** Given to To when the request's had no tag; '' in a 100 (8.2.6.2). */
  readonly toTag: string;
  /** The source address of the request, IPv6 without brackets; '' leaves the top Via as it is. */
  readonly received: string;
  readonly receivedPort: number;
  /** More header lines, each with its CRLF: Contact, Record-Route, Allow ... */
  readonly headers: string;
  /** '' for none. */
  readonly contentType: string;
  /** latin1, each character one byte. */
  readonly body: string;
  /** Instead of the status code's own; holds no line end. */
  readonly reasonPhrase?: string;
}

/**
 * The response to a request, or to what could be read of one (ParseFailure.request). Throws a Defect when `headers` or
 * `reasonPhrase` would break the line structure.
 *
 * The result keeps the request's text alive until it is first written out, which flattens it.
 */
export function printResponse(request: SipMessage, status: number, options: ResponseOptions): string {
  const phrase = options.reasonPhrase ?? reasonPhraseOf(status);
  assert(phrase.indexOf('\n') < 0 && phrase.indexOf('\r') < 0, 'a reason phrase is one line');
  assert(options.headers === '' || options.headers.endsWith('\r\n'), 'added header lines end with CRLF');
  return (
    `SIP/2.0 ${status} ${phrase}\r\n` +
    viaLines(request, options) +
    copiedLine(request, Header.From) +
    toLine(request, options.toTag) +
    copiedLine(request, Header.CallId) +
    copiedLine(request, Header.CSeq) +
    (status === 100 ? copiedLine(request, Header.Timestamp) : '') + // 8.2.6.1
    options.headers +
    (options.contentType === '' ? '' : `Content-Type: ${options.contentType}\r\n`) +
    `Content-Length: ${options.body.length}\r\n\r\n${options.body}`
  );
}

// 8.2.6.2: a tag is added to a To that has none.
function toLine(request: SipMessage, tag: string): string {
  if (tag === '' || request.toTag !== '' || !request.has(Header.To)) return copiedLine(request, Header.To);
  return `${request.lineText(request.find(Header.To))};tag=${tag}\r\n`;
}

function viaLines(request: SipMessage, options: ResponseOptions): string {
  const top = request.find(Header.Via);
  if (top < 0) return '';
  return `${stampedViaLine(request, top, options)}\r\n${copiedLines(request, Header.Via, top + 1)}`;
}

// 18.2.1: received says where the request came from when that is not what the Via says; 3581 4: when rport was asked,
// it is always said, with the port. What the peer itself wrote there is replaced. All else in the line stays.
function stampedViaLine(request: SipMessage, line: number, options: ResponseOptions): string {
  const via = request.topVia;
  const source = options.received;
  const isAsked = via.rport >= 0;
  const isTrue = sameAddress(via.host, source) && via.receivedStart < 0;
  if (source === '' || via.host === '' || (isTrue && !isAsked)) return request.lineText(line);
  const rport = isAsked ? `;rport=${options.receivedPort}` : '';
  const head = request.text.slice(request.lineStart(line), firstEdit(via));
  const tail = request.text.slice(via.end, request.lineEnd(line));
  return `${head}${keptParams(request.text, via)};received=${source}${rport}${tail}`;
}

function sameAddress(host: string, address: string): boolean {
  return host === address || (host.length === address.length + 2 && host.slice(1, -1) === address);
}

// Where the first parameter to be replaced starts; the value's end when none is.
function firstEdit(via: Via): number {
  const received = via.receivedStart < 0 ? via.end : via.receivedStart;
  const rport = via.rportStart < 0 ? via.end : via.rportStart;
  return Math.min(received, rport);
}

// What stands after the first replaced parameter and is not the other one.
function keptParams(text: string, via: Via): string {
  const { receivedStart, receivedEnd, rportStart, rportEnd } = via;
  if (receivedStart < 0 && rportStart < 0) return '';
  if (receivedStart < 0) return text.slice(rportEnd, via.end);
  if (rportStart < 0) return text.slice(receivedEnd, via.end);
  return receivedStart < rportStart
    ? text.slice(receivedEnd, rportStart) + text.slice(rportEnd, via.end)
    : text.slice(rportEnd, receivedStart) + text.slice(receivedEnd, via.end);
}
