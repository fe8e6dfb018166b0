import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { schemeOf } from '../../../src/core/sip/absolute-uri.ts';
import { escapeUser, parseUri, unescapeText, uriParam } from '../../../src/core/sip/uri.ts';

test('19.1.1: all parts of a URI', () => {
  assert.deepEqual(parseUri('SIPS:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?subject=a&priority=urgent'), {
    scheme: 'sips',
    user: 'alice',
    password: 'secret',
    host: '[2001:db8::1]',
    port: 5061,
    params: ';transport=tcp;lr',
    headers: '?subject=a&priority=urgent',
  });
});

test('19.1.1: the least of a URI', () => {
  const uri = parseUri('sip:example.com');
  assert.deepEqual([uri?.user, uri?.host, uri?.port, uri?.params, uri?.headers], ['', 'example.com', 0, '', '']);
});

test('RFC 3966: a tel URI is a number and parameters', () => {
  const uri = parseUri('tel:+1-201-555-0123;phone-context=example.com');
  assert.deepEqual([uri?.scheme, uri?.user, uri?.host], ['tel', '+1-201-555-0123', '']);
  assert.equal(uri && uriParam(uri, 'Phone-Context'), 'example.com');
});

test('carriers: # in a dialled number and an empty user are let pass', () => {
  assert.equal(parseUri('sip:9011#4420@192.0.2.1')?.user, '9011#4420');
  assert.equal(parseUri('sip:@192.0.2.1')?.user, '');
});

test('25.1: what is no SIP URI is null', () => {
  for (const text of [
    '',
    'sip:',
    'sip',
    'http://example.com',
    'sip:a@',
    'sip:a@b@c',
    'sip:a@b:',
    'sip:a@b:x',
    'sip:a@b:65536',
    'sip:a@b:5060x',
    'sip:a@b c',
    'sip:a@b/',
    'sip:a@b;',
    'sip:a@b;;lr',
    'sip:2001:db8::10',
    'sip:a@[2001:db8::10',
    'sip:a@[]',
    'sip:a@b;x=c@d',
    '<sip:a@b>',
    'sip:a@b;x="y"',
    'sip:\x00@b',
    'tel:',
    'tel:;x',
  ]) {
    assert.equal(parseUri(text), null, JSON.stringify(text));
  }
});

test('19.1.1: parameters are found by name in any case, escapes undone', () => {
  const uri = parseUri('sip:a@b;Transport=UDP;%6cr;maddr=[::1];x=%41%2541');
  assert.ok(uri);
  assert.equal(uriParam(uri, 'transport'), 'UDP');
  assert.equal(uriParam(uri, 'lr'), '');
  assert.equal(uriParam(uri, 'maddr'), '[::1]');
  assert.equal(uriParam(uri, 'x'), 'A%41');
  assert.equal(uriParam(uri, 'y'), undefined);
});

test('19.1.2: what is no escape stays', () => {
  for (const text of ['%', '%4', '%zz', '100%', '%%41x', '%G1']) {
    assert.equal(unescapeText(text), text === '%%41x' ? '%Ax' : text);
  }
});

test('19.1.2: escaping a user part and undoing it gives it back, whatever bytes it holds', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const user = Buffer.from(bytes).toString('latin1');
      const escaped = escapeUser(user);
      assert.equal(unescapeText(escaped), user);
      assert.equal(parseUri(`sip:${escaped}@h`)?.user, escaped);
    }),
  );
});

test('8.2.2.1: any scheme can be told', () => {
  assert.deepEqual(['SIP:a', 'sips:a', 'Tel:1', 'nobodyKnows:x', 'x'].map(schemeOf), [
    'sip',
    'sips',
    'tel',
    'nobodyknows',
    '',
  ]);
});
