import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { numberOf, uriAtContact, uriOf } from '../../../src/core/call/numbers.ts';

test('the number is the user part, whatever stands around it', () => {
  const spellings = [
    'sip:4930123@host',
    'sip:4930123:secret@host:5070;transport=udp?a=b',
    'sips:4930123@[2001:db8::1]',
    'tel:4930123',
    'tel:4930123;phone-context=+49',
    'sip:4930123;npdi=yes@host;user=phone',
    'sip:49%330123@host',
    'sip:%34930123@host',
  ];
  for (const uri of spellings) assert.equal(numberOf(uri), '4930123', uri);
  assert.equal(numberOf('sip:+4930123@host'), '+4930123');
  assert.equal(numberOf('sip:host'), '');
  assert.equal(numberOf('http://host'), '');
});

test('escapes are undone once only', () => {
  assert.equal(numberOf('sip:%2534@host'), '%34');
});

test('visual separators are no part of a telephone number (RFC 3966 5.1.1), and no disguise of one', () => {
  const spellings = [
    'sip:4930-123@host',
    'sip:(49)30.123@host',
    'sip:-4930123@host',
    'sip:4930123.@host',
    'sip:4930%2D123@host',
    'sip:49-30-123;npdi=yes@host;user=phone',
    'tel:4930-123',
    'tel:49(30)123;phone-context=+49',
  ];
  for (const uri of spellings) assert.equal(numberOf(uri), '4930123', uri);
  assert.equal(numberOf('tel:+49-(30)-123'), '+4930123');
  assert.equal(numberOf('sip:*31#4930-123@host'), '*31#4930123');
  assert.equal(numberOf('sip:12p#4930-123@host'), '12p#4930123');
  assert.equal(numberOf('sip:4930-123A@host'), '4930123A');
});

test('a user that is no telephone number keeps its dots and dashes', () => {
  for (const user of ['jane.doe', 'fax-2', 'b-a', '4930-123x', '-', '4930-123%40host'])
    assert.equal(numberOf(`sip:${user}@host`), user.replace('%40', '@'));
});

test('a number goes into a URI and out again, whatever it is made of', () => {
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 30 }), (bytes) => {
      // What follows a semicolon is a parameter of the user part, and separators are no part of a number.
      const number = bytes.join('').replace(/[;().-]/g, '');
      if (number !== '') assert.equal(numberOf(uriOf(number, 'host:5060')), number);
    }),
  );
});

test('a URI without a number is the host itself', () => {
  assert.equal(uriOf('', '192.0.2.1:5070'), 'sip:192.0.2.1:5070');
});

test('a number at a contact has its host, port and parameters, and neither its user nor its headers', () => {
  assert.equal(uriAtContact('49', 'sip:a:b@h.example:5070;transport=udp?x=y'), 'sip:49@h.example:5070;transport=udp');
  assert.equal(uriAtContact('49', 'sip:[2001:db8::1]'), 'sip:49@[2001:db8::1]');
  for (const contact of ['', 'tel:49', 'h.example', 'sip:']) assert.equal(uriAtContact('49', contact), '', contact);
});
