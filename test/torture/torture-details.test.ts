// What RFC 4475 and RFC 5118 say must be read out of their messages, and what must be echoed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkRequest } from '../../src/core/sip/check-request.ts';
import { Header } from '../../src/core/sip/header-name.ts';
import { maxForwardsOf } from '../../src/core/sip/max-forwards.ts';
import { SipMessage } from '../../src/core/sip/message.ts';
import { parseNameAddr } from '../../src/core/sip/name-addr.ts';
import { paramOf } from '../../src/core/sip/parameter-reader.ts';
import { ParseFailure, parseMessage } from '../../src/core/sip/parse-message.ts';
import { printResponse } from '../../src/core/sip/print-response.ts';
import { parseUri, type SipUri, unescapeText, uriParam } from '../../src/core/sip/uri.ts';
import { isUniqueBranch } from '../../src/core/sip/via.ts';
import { tortureCases, tortureMessage, tortureText } from './torture-cases.ts';

const ANSWER = {
  toTag: 'tandem',
  received: '',
  receivedPort: 0,
  headers: '',
  contentType: '',
  body: '',
};

test('4475 3.1.1.1: folds, odd case, compact forms and blanks around separators change nothing', () => {
  const message = tortureMessage('rfc4475/wsinv');
  assert.equal(message.cseq, 9);
  assert.equal(message.method, 'INVITE');
  assert.equal(maxForwardsOf(message), 68);
  assert.equal(message.toTag, '1918181833n');
  assert.equal(message.fromTag, '98asjd8');
  assert.equal(message.from.display, '"J Rosenberg \\\\\\""');
  assert.equal(message.topVia.transport, 'UDP');
  assert.equal(message.topVia.host, '192.0.2.2');
  assert.equal(message.topVia.branch, '390skdjuw');
  assert.equal(message.values(Header.Via).length, 3);
  assert.equal(message.value(Header.Subject), '');
  assert.equal(message.value(Header.Contact)?.includes('\r'), false);
  const contact = parseNameAddr(message.value(Header.Contact) ?? '');
  assert.equal(contact && paramOf(contact.params, 'newparam'), 'newvalue');
  assert.equal(contact && paramOf(contact.params, 'q'), '0.33');
  assert.equal(contact && paramOf(contact.params, 'secondparam'), '');
  assert.equal(message.body.length, 150);
});

test('4475 3.1.1.2: every token character is read as written, and NUL in quotes ends nothing', () => {
  const message = tortureMessage('rfc4475/intmeth');
  assert.equal(message.method, "!interesting-Method0123456789_*+`.%indeed'~");
  assert.equal(message.callId, 'intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{');
  assert.equal(message.fromTag, "_token~1'+`*%!-.");
  assert.equal(message.topVia.branch, "z9hG4bK-.!%66*_+`'~");
  assert.ok(message.to.display.includes('\0'));
  const uri = uriOf(message.uri);
  assert.equal(uri.user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  assert.equal(uri.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  assert.equal(uri.host, 'example.com');
});

test('4475 3.1.1.3: escapes are undone once, and an escaped @ does not end the user part', () => {
  const message = tortureMessage('rfc4475/esc01');
  const uri = uriOf(message.uri);
  assert.equal(unescapeText(uri.user), 'sips:user@example.com');
  assert.equal(uri.host, 'example.net');
  const contact = uriOf(parseNameAddr(message.value(Header.Contact) ?? '')?.uri ?? '');
  assert.equal(unescapeText(contact.user), 'caller');
  assert.equal(uriParam(contact, 'lr'), '');
  assert.equal(uriParam(contact, 'name'), 'value%41');
});

test('4475 3.1.1.4: an escaped NUL neither cuts a user part nor makes two contacts one', () => {
  const message = tortureMessage('rfc4475/escnull');
  assert.equal(unescapeText(uriOf(message.to.uri).user), 'null-\0-null');
  assert.deepEqual(message.values(Header.Contact), ['<sip:%00@host5.example.com>', '<sip:%00%00@host5.example.com>']);
});

test('4475 3.1.1.5: a percent sign in a method or a header name is no escape', () => {
  const message = tortureMessage('rfc4475/esc02');
  assert.equal(message.method, 'RE%47IST%45R');
  assert.equal(message.count(Header.Contact), 2);
  assert.equal(message.from.display, '"%Z%45"');
});

test('4475 3.1.1.6: a display name may touch its angle bracket', () => {
  const message = tortureMessage('rfc4475/lwsdisp');
  assert.equal(message.from.display, 'caller');
  assert.equal(message.fromTag, '323');
});

test('4475 3.1.1.7: long values are neither cut nor lost, and each of 34 Vias is echoed', () => {
  const message = tortureMessage('rfc4475/longreq');
  const answer = parsed(printResponse(message, 200, ANSWER));
  assert.equal(message.count(Header.Via), 34);
  assert.deepEqual(answer.values(Header.Via), message.values(Header.Via));
  assert.equal(answer.callId, message.callId);
  assert.equal(answer.fromTag, message.fromTag);
  assert.equal(message.fromTag.length, 155);
});

test('4475 3.1.1.8: what follows the body in a datagram is not looked at', () => {
  const message = tortureMessage('rfc4475/dblreq');
  assert.equal(message.method, 'REGISTER');
  assert.equal(message.body, '');
  assert.equal(message.count(Header.CallId), 1);
});

test('4475 3.1.1.9: a semicolon in the user part is no URI parameter', () => {
  const uri = uriOf(tortureMessage('rfc4475/semiuri').uri);
  assert.equal(unescapeText(uri.user), 'user;par=u@example.net');
  assert.equal(uriParam(uri, 'par'), undefined);
  assert.equal(tortureMessage('rfc4475/semiuri').values(Header.Accept).length, 6);
});

test('4475 3.1.1.10: Vias of any transport are echoed in their order', () => {
  const message = tortureMessage('rfc4475/transports');
  const answer = parsed(printResponse(message, 200, ANSWER));
  assert.deepEqual(answer.values(Header.Via), message.values(Header.Via));
  assert.equal(message.count(Header.Via), 5);
});

test('4475 3.1.1.11: a binary body is framed by Content-Length, byte for byte', () => {
  const message = tortureMessage('rfc4475/mpart01');
  const text = tortureText('rfc4475/mpart01');
  assert.equal(message.body.length, 553);
  assert.equal(message.body, text.slice(text.indexOf('\r\n\r\n') + 4));
});

test('4475 3.1.1.12 and 13: a reason phrase may be UTF-8 or empty', () => {
  assert.equal(tortureMessage('rfc4475/unreason').status, 200);
  const phrase = Buffer.from(tortureMessage('rfc4475/unreason').reasonPhrase, 'latin1').toString('utf8');
  assert.ok(phrase.startsWith('= 2**3 * 5**2 но сто'));
  assert.equal(tortureMessage('rfc4475/noreason').status, 100);
  assert.equal(tortureMessage('rfc4475/noreason').reasonPhrase, '');
});

test('4475 3.1.2: the reason phrase of a 400 names the header that is broken', () => {
  const sentences: Readonly<Record<string, string>> = {
    badinv01: 'Bad Via',
    clerr: 'Bad Content-Length',
    ncl: 'Bad Content-Length',
    scalar02: 'Bad CSeq',
    quotbal: 'Bad To',
    ltgtruri: 'Bad Request-URI',
    lwsruri: 'Bad Start Line',
    escruri: 'Bad Request-URI',
    regbadct: 'Bad Contact',
    badaspec: 'Bad To',
    baddn: 'Bad From',
    mismatch01: 'CSeq Method Mismatch',
    insuf: 'Missing From',
    multi01: 'Repeated From',
    mcl01: 'Repeated Content-Length',
  };
  const found = Object.keys(sentences).map((name) => [name, sentenceOf(tortureText(`rfc4475/${name}`))]);
  assert.deepEqual(Object.fromEntries(found), sentences);
});

test('4475: every request that is refused with a status can be answered with it, and the answer parses', () => {
  for (const { file } of tortureCases('rfc4475')) {
    const failure = parseMessage(tortureText(`rfc4475/${file.replace('.dat', '')}`));
    if (!(failure instanceof ParseFailure) || failure.request === null) continue;
    const answer = printResponse(failure.request, failure.status, { ...ANSWER, reasonPhrase: failure.sentence });
    assert.ok(answer.startsWith(`SIP/2.0 ${failure.status} ${failure.sentence}\r\nV`), file);
    assert.ok(!answer.slice(0, answer.indexOf('\r\n\r\n')).replaceAll('\r\n', '').includes('\n'), file);
  }
});

test('4475 3.2.1: the bare magic cookie is no unique branch', () => {
  const via = tortureMessage('rfc4475/badbranch').topVia;
  assert.equal(via.branch, 'z9hG4bK');
  assert.equal(isUniqueBranch(via.branch), false);
  assert.equal(isUniqueBranch(tortureMessage('rfc4475/dblreq').topVia.branch), true);
});

test('4475 3.3.9: both Vias of the response to broadcast are seen', () => {
  assert.equal(tortureMessage('rfc4475/bcast').values(Header.Via).length, 2);
});

test('4475 3.3.13 and 14: a parameter belongs to the URI only inside angle brackets', () => {
  const outside = parseNameAddr(tortureMessage('rfc4475/cparam01').value(Header.Contact) ?? '');
  const inside = parseNameAddr(tortureMessage('rfc4475/cparam02').value(Header.Contact) ?? '');
  assert.equal(outside?.params, ';unknownparam');
  assert.equal(outside?.uri, 'sip:+19725552222@gw1.example.net');
  assert.equal(inside?.params, '');
  assert.equal(inside?.uri, 'sip:+19725552222@gw1.example.net;unknownparam');
});

test('4475 3.4.1: an RFC 2543 INVITE has no branch, no From tag, and a body to the end of the datagram', () => {
  const message = tortureMessage('rfc4475/inv2543');
  assert.equal(message.topVia.branch, '');
  assert.equal(message.fromTag, '');
  assert.equal(maxForwardsOf(message), -1);
  assert.ok(message.body.endsWith('RTP/AVP 0\r\n'));
});

test('5118 4.1-4.4: an IPv6 reference ends at its bracket, and only then is there a port', () => {
  const ambiguous = uriOf(tortureMessage('rfc5118/port-ambiguous').uri);
  const unambiguous = uriOf(tortureMessage('rfc5118/port-unambiguous').uri);
  assert.deepEqual([ambiguous.host, ambiguous.port], ['[2001:db8::10:5070]', 0]);
  assert.deepEqual([unambiguous.host, unambiguous.port], ['[2001:db8::10]', 5070]);
  assert.equal(tortureMessage('rfc5118/ipv6-good').topVia.host, '[2001:db8::9:1]');
});

test('5118 4.5: an IPv6 address in received is read with brackets and without', () => {
  assert.equal(tortureMessage('rfc5118/via-received-param-with-delim').topVia.received, '2001:db8::9:255');
  assert.equal(tortureMessage('rfc5118/via-received-param-no-delim').topVia.received, '2001:db8::9:255');
});

test('5118 4.7: Vias of both address families are echoed', () => {
  const message = tortureMessage('rfc5118/mult-ip-in-header');
  const answer = parsed(printResponse(message, 481, ANSWER));
  assert.deepEqual(answer.values(Header.Via), message.values(Header.Via));
  assert.equal(message.topVia.port, 6050);
});

test('5118 4.8 and 4.9: a Content-Length that cuts the body is obeyed', () => {
  assert.equal(tortureMessage('rfc5118/mult-ip-in-sdp.rfc-literal-length').body.length, 181);
  assert.equal(tortureMessage('rfc5118/ipv4-mapped-ipv6.rfc-literal-length').body.length, 236);
});

function uriOf(text: string): SipUri {
  const uri = parseUri(text);
  assert.ok(uri, `${text} is a URI`);
  return uri;
}

function parsed(text: string): SipMessage {
  const message = parseMessage(text);
  assert.ok(message instanceof SipMessage, 'what is printed parses');
  return message;
}

function sentenceOf(text: string): string | undefined {
  const message = parseMessage(text);
  return message instanceof SipMessage ? checkRequest(message)?.sentence : message.sentence;
}
