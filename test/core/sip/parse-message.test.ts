import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Header } from '../../../src/core/sip/header-name.ts';
import {
  BODY_BYTES_MAX,
  CSEQ_MAX,
  DATAGRAM_BYTES_MAX,
  HEADERS_MAX,
  VIAS_MAX,
} from '../../../src/core/sip/sip-limits.ts';
import { INVITE_LINES, inviteText, inviteWith, parsed, refused, textOf } from './messages.ts';

test('7.1: a request line gives method and Request-URI as written', () => {
  const message = parsed(inviteText());
  assert.equal(message.kind, 'request');
  assert.equal(message.method, 'INVITE');
  assert.equal(message.uri, 'sip:bob@example.com');
  assert.equal(message.status, 0);
});

test('7.2: a status line gives code and phrase, and the method comes from CSeq', () => {
  const message = parsed(inviteWith('INVITE', 'SIP/2.0 183 Session Progress'));
  assert.equal(message.kind, 'response');
  assert.equal(message.status, 183);
  assert.equal(message.reasonPhrase, 'Session Progress');
  assert.equal(message.method, 'INVITE');
  assert.equal(message.uri, '');
});

test('7.1: methods compare as written, versions in any case', () => {
  assert.equal(refused(inviteWith('CSeq', 'CSeq: 1 invite')).why, 'methodMismatch');
  assert.equal(parsed(inviteWith('INVITE', 'INVITE sip:bob@example.com sip/2.0')).method, 'INVITE');
  assert.equal(parsed(inviteWith('INVITE', 'Sip/2.0 200 OK')).status, 200);
});

test('7.1: single spaces part a request line, and nothing surrounds it', () => {
  for (const line of [
    'INVITE  sip:bob@example.com SIP/2.0',
    'INVITE sip:bob@example.com  SIP/2.0',
    'INVITE sip:bob@example.com SIP/2.0 ',
    'INVITE\tsip:bob@example.com SIP/2.0',
    'INVITE sip:bob@example.com',
    'INVITE sip:b\0b@example.com SIP/2.0',
    'INVITE',
    'IN(VITE sip:bob@example.com SIP/2.0',
    'INVITE sip:bob@example.com SIP/2',
    'INVITE sip:bob@example.com SIP/x.0',
  ]) {
    assert.equal(refused(inviteWith('INVITE', line)).why, 'startLine', line);
  }
});

test('21.5.6: another version is 505', () => {
  const failure = refused(inviteWith('INVITE', 'INVITE sip:bob@example.com SIP/3.0'));
  assert.equal(failure.why, 'version');
  assert.equal(failure.status, 505);
});

test('7.2: a status code has three digits from 100 to 699', () => {
  for (const code of ['200 O\0K', '200 O\x1bK', '99', '1000', '700', '099', '4294967301', '2x0', '-20', '']) {
    const failure = refused(inviteWith('INVITE', `SIP/2.0 ${code} OK`));
    assert.equal(failure.why, 'startLine', code);
    assert.equal(failure.status, 0);
  }
  assert.equal(parsed(inviteWith('INVITE', 'SIP/2.0 200')).reasonPhrase, '');
  assert.equal(parsed(inviteWith('INVITE', 'SIP/2.0 200 ')).reasonPhrase, '');
});

test('7.5: empty lines before the start line are skipped', () => {
  assert.equal(parsed(`\r\n\r\n${inviteText()}`).method, 'INVITE');
});

test('a datagram without a message is a keep-alive or empty, and is not answered', () => {
  const why = (text: string) => [refused(text).why, refused(text).status, refused(text).request];
  assert.deepEqual(why(''), ['empty', 0, null]);
  for (const text of ['\r\n\r\n', '\r\n', '\0', '\0\0\0\0', '  ', 'jaK', 'jaK\0', '\r\n\0\0']) {
    assert.deepEqual(why(text), ['keepAlive', 0, null], JSON.stringify(text));
  }
});

test('7.3: a CR or LF that is no line end is refused, and its line is not echoed', () => {
  for (const line of [
    'Subject: a\nInjected: b',
    'Subject: a\rInjected: b',
    'Subject: a\n\r b',
    'To: <sip:x@y>\n;tag=1',
  ]) {
    const failure = refused(inviteText([line]));
    assert.equal(failure.why, 'headerLine', JSON.stringify(line));
    assert.equal(failure.status, 400);
    assert.equal(failure.request?.lineCount, INVITE_LINES.length - 1);
  }
  assert.equal(refused(inviteText().replace('\r\n', '\n')).why, 'startLine');
});

test('7.3.1: a line without a name or without a colon is refused', () => {
  for (const line of ['no colon here', ': nameless', 'two words: x', 'Näme: x', ' : x', '(x): y']) {
    const text = textOf([INVITE_LINES[0] ?? '', line, ...INVITE_LINES.slice(1)]);
    assert.equal(refused(text).why, 'headerLine', line);
  }
});

test('7.3.1: a fold needs a header to go on with', () => {
  assert.equal(refused(textOf([INVITE_LINES[0] ?? '', ' folded: x', ...INVITE_LINES.slice(1)])).why, 'headerLine');
});

test('an unfinished header block is refused', () => {
  const text = inviteText();
  assert.equal(refused(text.slice(0, -2)).why, 'unterminated');
  assert.equal(refused(text.slice(0, -3)).why, 'unterminated');
  assert.equal(refused(text.slice(0, -2)).status, 400);
  assert.equal(refused('INVITE sip:bob@example.com SIP/2.0').why, 'startLine');
});

test('8.1.1: a request without one of the mandatory headers is refused by name', () => {
  for (const name of ['From', 'To', 'Call-ID', 'CSeq']) {
    const failure = refused(inviteWith(name, null));
    assert.deepEqual([failure.why, failure.status, failure.sentence], ['missingHeader', 400, `Missing ${name}`]);
  }
});

test('18.2.2: without a Via there is nowhere to answer to', () => {
  const failure = refused(inviteWith('Via', null));
  assert.deepEqual([failure.why, failure.status, failure.request], ['missingHeader', 0, null]);
});

test('17: nothing answers a broken ACK or a broken response', () => {
  const broken = ['ACK sip:bob@example.com SIP/2.0', ...INVITE_LINES.slice(1)];
  assert.deepEqual([refused(textOf(broken)).why, refused(textOf(broken)).status], ['methodMismatch', 0]);
  assert.equal(refused(textOf(['SIP/2.0 200 OK', ...INVITE_LINES.slice(2)])).status, 0);
});

test('7.3.1: a header that may stand once and stands twice is refused, compact or equal', () => {
  const repeats: readonly (readonly [string, string])[] = [
    ['f: <sip:mallory@example.net>;tag=2', 'From'],
    ['t: <sip:bob@example.com>', 'To'],
    ['I: another', 'Call-ID'],
    ['cseq: 314159 INVITE', 'CSeq'],
    ['Max-Forwards: 70', 'Max-Forwards'],
  ];
  for (const [line, name] of repeats) {
    const failure = refused(inviteText([line]));
    assert.deepEqual([failure.why, failure.status, failure.sentence], ['duplicateHeader', 400, `Repeated ${name}`]);
  }
  for (const line of ['l: 0', 'c: a/b', 'Expires: 1', 'x: 90', 'Min-SE: 90', 'RSeq: 1', 'RAck: 1 1 INVITE']) {
    assert.equal(refused(inviteText([line, line])).why, 'duplicateHeader', line);
  }
});

test('20.16: CSeq is a 32-bit number and a method', () => {
  assert.equal(parsed(inviteWith('CSeq', `CSeq: ${CSEQ_MAX} INVITE`)).cseq, CSEQ_MAX);
  assert.equal(parsed(inviteWith('CSeq', 'CSeq:0009\t\r\n  INVITE')).cseq, 9);
  for (const value of [
    '4294967296 INVITE',
    '-1 INVITE',
    'INVITE',
    '1',
    '1INVITE',
    '1 INVITE x',
    '',
    '1 IN(VITE',
    '0x1 INVITE',
  ]) {
    const failure = refused(inviteWith('CSeq', `CSeq: ${value}`));
    assert.deepEqual([failure.why, failure.sentence], ['headerSyntax', 'Bad CSeq'], value);
  }
});

test('20.8: an empty Call-ID is refused', () => {
  assert.equal(refused(inviteWith('Call-ID', 'Call-ID:  ')).sentence, 'Bad Call-ID');
});

test('18.3: the body is as long as Content-Length says, the rest is ignored', () => {
  assert.equal(parsed(inviteText(['Content-Length: 3'], 'abcdef')).body, 'abc');
  assert.equal(parsed(inviteText(['l: 000'], 'abcdef')).body, '');
  assert.equal(parsed(inviteText([], 'abc\0def')).body, 'abc\0def');
});

test('18.3: a Content-Length beyond the datagram is 400 in a request and silence in a response', () => {
  for (const length of ['7', '-1', 'five', '', '99999999999999999999999', '+1', '1 1', '1,1']) {
    const failure = refused(inviteText([`Content-Length: ${length}`], 'abcdef'));
    assert.deepEqual([failure.why, failure.status], ['contentLength', 400], length);
  }
  const lines = ['SIP/2.0 200 OK', ...INVITE_LINES.slice(1), 'Content-Length: 7'];
  assert.deepEqual([refused(textOf(lines)).why, refused(textOf(lines)).status], ['contentLength', 0]);
});

test('HEADERS_MAX: one header line more is 400', () => {
  const most = Array.from({ length: HEADERS_MAX - INVITE_LINES.length + 1 }, (_, i) => `X-${i}: x\r\n y`);
  assert.equal(parsed(inviteText(most)).lineCount, HEADERS_MAX);
  const failure = refused(inviteText([...most, 'X: x']));
  assert.deepEqual([failure.why, failure.status], ['tooManyHeaders', 400]);
});

test('VIAS_MAX: one Via line more is 400', () => {
  const most = Array.from({ length: VIAS_MAX - 1 }, () => 'v: SIP/2.0/UDP h');
  assert.equal(parsed(inviteText(most)).count(Header.Via), VIAS_MAX);
  const failure = refused(inviteText([...most, 'v: SIP/2.0/UDP h']));
  assert.deepEqual([failure.why, failure.status], ['tooManyVias', 400]);
});

test('BODY_BYTES_MAX and DATAGRAM_BYTES_MAX: more is 513', () => {
  const room = DATAGRAM_BYTES_MAX - inviteText().length;
  assert.equal(parsed(inviteText([], 'x'.repeat(room))).body.length, room);
  const long = refused(inviteText([], 'x'.repeat(room + 1)));
  assert.deepEqual([long.why, long.status], ['datagramTooLarge', 513]);
  const body = refused(inviteText([], 'x'.repeat(BODY_BYTES_MAX + 1)));
  assert.deepEqual([body.why, body.status], ['bodyTooLarge', 513]);
});

test('a failure keeps what could be read, so that it can be answered', () => {
  const request = refused(inviteText(['Content-Length: 99'])).request;
  assert.equal(request?.topVia.branch, 'z9hG4bK776asdhds');
  assert.equal(request?.fromTag, '1928301774');
  assert.equal(request?.callId, 'a84b4c76e66710@example.org');
  assert.equal(request?.cseq, 314159);
});
