import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseNameAddr } from '../../../src/core/sip/name-addr.ts';
import { paramOf, unquote } from '../../../src/core/sip/parameter-reader.ts';

test('20.20: display name, URI, parameters and tag', () => {
  assert.deepEqual(parseNameAddr('"A. G. Bell" <sip:agb@bell-telephone.com;x=y> ;tag=a48s;n="v;\\""'), {
    display: '"A. G. Bell"',
    uri: 'sip:agb@bell-telephone.com;x=y',
    params: ';tag=a48s;n="v;\\""',
    tag: 'a48s',
  });
  assert.deepEqual(parseNameAddr('Anonymous Caller<sip:c8oqz84zk7z@privacy.org>;tag=hyh8'), {
    display: 'Anonymous Caller',
    uri: 'sip:c8oqz84zk7z@privacy.org',
    params: ';tag=hyh8',
    tag: 'hyh8',
  });
});

test('20.10: without brackets parameters belong to the header', () => {
  assert.deepEqual(parseNameAddr('sip:+12125551212@server.phone2net.com ; TAG = 887s '), {
    display: '',
    uri: 'sip:+12125551212@server.phone2net.com',
    params: '; TAG = 887s',
    tag: '887s',
  });
});

test('20.10: any URI is an address', () => {
  for (const uri of ['tel:+1-212-555-0100', 'isbn:2983792873', 'http://www.example.com', 'urn:service:sos']) {
    assert.equal(parseNameAddr(`<${uri}>`)?.uri, uri);
    assert.equal(parseNameAddr(uri)?.uri, uri);
  }
});

test('25.1: a display name may be empty, escaped, UTF-8, or a sloppy sequence of printable characters', () => {
  assert.equal(parseNameAddr('<sip:a@b>')?.display, '');
  assert.equal(parseNameAddr('"" <sip:a@b>')?.display, '""');
  assert.equal(parseNameAddr('"\\"\\\\" <sip:a@b>')?.display, '"\\"\\\\"');
  assert.equal(parseNameAddr('A.\tBell\t<sip:a@b>')?.display, 'A.\tBell');
  assert.equal(parseNameAddr('M\xc3\xbcller <sip:a@b>')?.display, 'M\xc3\xbcller');
  assert.equal(parseNameAddr('0049 (30) 12@34 <sip:a@b>')?.display, '0049 (30) 12@34');
});

test('25.1: what is not one address is null', () => {
  for (const text of [
    '',
    'alice',
    'alice@example.com',
    '"alice" sip:a@b',
    '"alice',
    '"alice <sip:a@b>',
    'alice" <sip:a@b>',
    'Bell, A <sip:a@b>',
    '<sip:a@b',
    '<sip:a@b>>',
    '< sip:a@b >',
    '<sip:a b@c>',
    '<<sip:a@b>>',
    '<>',
    '<sip:>',
    '<:a>',
    'sip:a@b?x=y',
    'sip:a@b,sip:c@d',
    '<sip:a@b>,<sip:c@d>',
    '<sip:a@b> tag=1',
    '<sip:a@b>;',
    '<sip:a@b>;;tag=1',
    '<sip:a@b>;tag="1',
    '<sip:a@b>;tag=1;tag=1',
    '<sip:a@b>;tag',
    '<sip:a@b>;tag=',
    '<sip:a@b>;tag="1"',
    '<sip:a@b>;tag=1 2',
    '<sip:\x00@b>',
    'sip:\x01@b',
  ]) {
    assert.equal(parseNameAddr(text), null, JSON.stringify(text));
  }
});

test('25.1: a parameter is found by its name in any case, quotes and escapes undone', () => {
  const params = '; A=1;b ; c = "x;\\"y" ;d=;e=[2001:db8::1]';
  assert.equal(paramOf(params, 'a'), '1');
  assert.equal(paramOf(params, 'B'), '');
  assert.equal(paramOf(params, 'c'), 'x;"y');
  assert.equal(paramOf(params, 'd'), '');
  assert.equal(paramOf(params, 'e'), '[2001:db8::1]');
  assert.equal(paramOf(params, 'y'), undefined);
  assert.equal(paramOf('', 'a'), undefined);
  assert.equal(paramOf('a=1', 'a'), undefined);
});

test('25.1: unquote undoes each escape once', () => {
  assert.equal(unquote('"a\\\\\\"b"'), 'a\\"b');
  assert.equal(unquote('plain '), 'plain');
  assert.equal(unquote('"'), '');
  assert.equal(unquote('""'), '');
});
