// All that the switch may do with one datagram at the layer of core/sip, and what must hold whatever the datagram is.

import assert from 'node:assert/strict';

import { checkRequest } from '../../src/core/sip/check-request.ts';
import { Header, type HeaderId } from '../../src/core/sip/header-name.ts';
import { maxForwardsOf } from '../../src/core/sip/max-forwards.ts';
import { SipMessage } from '../../src/core/sip/message.ts';
import { parseNameAddr } from '../../src/core/sip/name-addr.ts';
import { paramOf } from '../../src/core/sip/parameter-reader.ts';
import { ParseFailure, parseMessage } from '../../src/core/sip/parse-message.ts';
import { printAck } from '../../src/core/sip/print-ack.ts';
import { printCancel } from '../../src/core/sip/print-cancel.ts';
import { printResponse } from '../../src/core/sip/print-response.ts';
import { CSEQ_MAX } from '../../src/core/sip/sip-limits.ts';
import { parseUri, unescapeText, uriParam } from '../../src/core/sip/uri.ts';

const IDS: readonly HeaderId[] = Object.values(Header);
const STATUSES: readonly number[] = [0, 400, 505, 513];
const SOURCE = '198.51.100.77';
const ANSWER = { toTag: 'tandem', received: SOURCE, receivedPort: 9, headers: '', contentType: '', body: '' };

/** Runs a datagram through everything; throws when a law is broken. Returns what became of it, to be counted. */
export function runParserTarget(text: string): string {
  const message = parseMessage(text);
  if (message instanceof ParseFailure) return checkFailure(message);
  checkMessage(message, text);
  if (message.kind === 'response') return 'response';
  const fault = checkRequest(message);
  checkAnswer(message, fault === null);
  if (fault !== null) return `checkRequest: ${fault.sentence}`;
  checkHops(message);
  return 'request';
}

function checkFailure(failure: ParseFailure): string {
  assert.ok(STATUSES.includes(failure.status));
  assert.match(failure.sentence, /^[A-Za-z -]+$/);
  assert.equal(failure.status === 0, failure.request === null);
  if (failure.request !== null) {
    readAll(failure.request);
    const answer = printResponse(failure.request, failure.status, { ...ANSWER, reasonPhrase: failure.sentence });
    const parsed = parseMessage(answer);
    // What was missing or twice in the request is so in its answer; the lines are whole.
    if (parsed instanceof ParseFailure) assert.ok(!BROKEN.includes(parsed.why), `${parsed.why}: ${answer}`);
  }
  return failure.why;
}

const BROKEN: readonly string[] = ['startLine', 'version', 'headerLine', 'unterminated', 'contentLength'];

function checkMessage(message: SipMessage, text: string): void {
  assert.ok(message.cseq >= 0 && message.cseq <= CSEQ_MAX && message.callId !== '');
  let length = 0;
  for (let line = 0; line < message.lineCount; line++) length += message.lineText(line).length + 2;
  const headerStart = message.lineStart(0);
  assert.equal(text.slice(headerStart + length, headerStart + length + 2), '\r\n');
  assert.ok(text.startsWith(message.body, headerStart + length + 2));
  readAll(message);
}

// Every getter, and every value as every header that could be made of it.
function readAll(message: SipMessage): void {
  assert.equal(typeof message.topVia.branch, 'string');
  assert.ok(maxForwardsOf(message) <= 255);
  for (let line = 0; line < message.lineCount; line++) checkOneLine(message.lineName(line) + message.lineValue(line));
  checkOneLine(message.callId + message.from.params + message.to.params + message.fromTag + message.toTag);
  checkOneLine(message.uri + message.method + message.reasonPhrase + message.topVia.host + message.topVia.branch);
  for (const id of IDS) {
    if (!message.has(id)) continue;
    assert.ok(message.count(id) > 0 && message.value(id) !== undefined);
    for (const value of message.values(id)) readValue(value);
  }
}

function readValue(value: string): void {
  checkOneLine(value);
  paramOf(value, 'tag');
  const address = parseNameAddr(value);
  if (address === null) return;
  assert.notEqual(address.uri, '');
  const uri = parseUri(address.uri);
  if (uri === null) return;
  uriParam(uri, 'transport');
  assert.ok(unescapeText(uri.user).length <= uri.user.length);
  assert.ok(uri.port >= 0 && uri.port <= 65_535);
}

function checkAnswer(request: SipMessage, isSound: boolean): void {
  const answer = parseMessage(printResponse(request, 486, ANSWER));
  assert.ok(answer instanceof SipMessage, 'what is printed parses');
  assert.deepEqual([answer.status, answer.callId, answer.cseq], [486, request.callId, request.cseq]);
  assert.equal(answer.fromTag, request.fromTag);
  assert.equal(answer.count(Header.Via), request.count(Header.Via));
  if (!isSound) return;
  assert.equal(answer.topVia.branch, request.topVia.branch);
  assert.equal(answer.topVia.received, request.topVia.host === SOURCE ? answer.topVia.received : SOURCE);
  assert.equal(answer.topVia.rport, request.topVia.rport < 0 ? -1 : 9);
  assert.notEqual(answer.toTag, '');
}

function checkHops(request: SipMessage): void {
  const ack = parseMessage(printAck(request, request));
  const cancel = parseMessage(printCancel(request));
  assert.ok(ack instanceof SipMessage && cancel instanceof SipMessage, 'ACK and CANCEL parse');
  assert.deepEqual([ack.method, ack.uri, ack.cseq], ['ACK', request.uri, request.cseq]);
  assert.equal(cancel.topVia.branch, request.topVia.branch);
  assert.equal(cancel.values(Header.Via).length, 1);
}

function checkOneLine(text: string): void {
  assert.ok(!text.includes('\r') && !text.includes('\n'), 'no line end in a value');
}
