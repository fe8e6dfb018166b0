import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkRequest } from '../../../src/core/sip/check-request.ts';
import { maxForwardsOf } from '../../../src/core/sip/max-forwards.ts';
import { MAX_FORWARDS_MAX, PORT_MAX, VIAS_MAX } from '../../../src/core/sip/sip-limits.ts';
import { inviteText, inviteWith, parsed } from './messages.ts';

const verdict = (text: string) => {
  const fault = checkRequest(parsed(text));
  return fault === null ? 'passes' : `${fault.status} ${fault.sentence}`;
};

test('an ordinary INVITE passes', () => {
  assert.equal(verdict(inviteText()), 'passes');
  assert.equal(verdict(inviteText(['Route: <sip:p;lr>, <sip:q;lr>', 'Record-Route: <sip:r;lr>'])), 'passes');
});

test('20.42: each Via is insisted on, on whatever line it stands', () => {
  assert.equal(verdict(inviteText(['Via: SIP/2.0/UDP a;;x'])), '400 Bad Via');
  assert.equal(verdict(inviteText(['Via: SIP/2.0/UDP a, SIP/2.0/UDP'])), '400 Bad Via');
  assert.equal(verdict(inviteText(['Via: SIP/2.0/UDP a,'])), '400 Bad Via');
  assert.equal(verdict(inviteText([`Via: SIP/2.0/UDP a:${PORT_MAX}, SIP/2.0/TCP b`])), 'passes');
  assert.equal(verdict(inviteText([`Via: SIP/2.0/UDP a:${PORT_MAX + 1}`])), '400 Bad Via');
});

test('VIAS_MAX: values on one line count like lines', () => {
  const most = Array.from({ length: VIAS_MAX - 1 }, () => 'SIP/2.0/UDP h').join(',');
  assert.equal(verdict(inviteText([`v: ${most}`])), 'passes');
  assert.equal(verdict(inviteText([`v: ${most},SIP/2.0/UDP h`])), '400 Too Many Vias');
});

test('20.20, 20.39: From and To are addresses, and a SIP URI in them is whole', () => {
  assert.equal(verdict(inviteWith('From', 'From: "x <sip:a@b>')), '400 Bad From');
  assert.equal(verdict(inviteWith('From', 'From: <sip:a@b:x>')), '400 Bad From');
  assert.equal(verdict(inviteWith('To', 'To: Bell, A <sip:a@b>')), '400 Bad To');
  assert.equal(verdict(inviteWith('To', 'To: <isbn:2983792873>')), 'passes');
  assert.equal(verdict(inviteWith('From', 'From: <tel:+4930>;tag=1')), 'passes');
});

test('20.8: a Call-ID holds neither blanks nor control characters', () => {
  for (const callId of ['a b', 'a\0b', 'a\tb', 'a\x7f']) {
    assert.equal(verdict(inviteWith('Call-ID', `Call-ID: ${callId}`)), '400 Bad Call-ID');
  }
});

test('20.22: Max-Forwards is a number, and what is too great is read as the greatest', () => {
  for (const value of ['', '-1', 'x', '7 0']) {
    assert.equal(verdict(inviteWith('Max-Forwards', `Max-Forwards: ${value}`)), '400 Bad Max-Forwards');
  }
  const hops = (line: string | null) => maxForwardsOf(parsed(inviteWith('Max-Forwards', line)));
  assert.equal(hops('Max-Forwards: 0'), 0);
  assert.equal(hops('Max-Forwards: 300'), MAX_FORWARDS_MAX);
  assert.equal(hops(null), -1);
  assert.equal(verdict(inviteWith('Max-Forwards', null)), 'passes');
});

test('8.1.1.8: an INVITE names one contact, and * is for REGISTER', () => {
  assert.equal(verdict(inviteText(['m: <sip:c@d>'])), '400 Bad Contact');
  assert.equal(verdict(inviteWith('Contact', 'Contact: *')), '400 Bad Contact');
  assert.equal(verdict(inviteWith('Contact', 'Contact: ')), '400 Bad Contact');
  assert.equal(verdict(inviteWith('Contact', 'Contact: <sip:a@b>;;')), '400 Bad Contact');
  assert.equal(verdict(inviteWith('Contact', null)), 'passes');
  const register = (contact: string) =>
    inviteWith('Contact', `Contact: ${contact}`)
      .replace('INVITE', 'REGISTER')
      .replace('314159 INVITE', '314159 REGISTER');
  assert.equal(verdict(register('*')), 'passes');
  assert.equal(verdict(register('<sip:a@b>, sip:c@d;expires=5')), 'passes');
});

test('20.30, 20.34: routes are addresses', () => {
  assert.equal(verdict(inviteText(['Route: <sip:p;lr>, nonsense'])), '400 Bad Route');
  assert.equal(verdict(inviteText(['Record-Route: <sip:p;lr'])), '400 Bad Record-Route');
});

test('RFC 3515, 3891, 6665: what acts on a call stands once', () => {
  for (const [line, name] of [
    ['r: <sip:a@b>', 'Refer-To'],
    ['Replaces: x', 'Replaces'],
    ['o: x', 'Event'],
  ] as const) {
    assert.equal(verdict(inviteText([line, line])), `400 Repeated ${name}`);
  }
});

test('8.2.2.1: a scheme that is not ours is 416, a broken Request-URI 400', () => {
  const uri = (text: string) => verdict(inviteWith('INVITE', `INVITE ${text} SIP/2.0`));
  assert.equal(uri('http://example.com'), '416 Unsupported URI Scheme');
  assert.equal(uri('tel:+4930'), 'passes');
  assert.equal(uri('sips:a@b'), 'passes');
  assert.equal(uri('*'), '400 Bad Request-URI');
  assert.equal(uri('sip:a@'), '400 Bad Request-URI');
  assert.equal(uri('<sip:a@b>'), '400 Bad Request-URI');
  assert.equal(uri('sip:a@b?Subject=x'), '400 Bad Request-URI');
});
