import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { Header, type HeaderId, headerIdOf, headerName } from '../../../src/core/sip/header-name.ts';

const KNOWN = Object.values(Header).filter((id) => id !== Header.Other);

test('every name of the vocabulary has an id of its own and a spelling that leads back to it', () => {
  assert.equal(new Set(KNOWN).size, Object.keys(Header).length - 1);
  for (const id of KNOWN) assert.equal(headerIdOf(headerName(id)), id);
});

test('7.3.1: header names are told apart in any case', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KNOWN), fc.infiniteStream(fc.boolean()), (id, flips) => {
      const name = Array.from(headerName(id), (letter) =>
        flips.next().value ? letter.toUpperCase() : letter.toLowerCase(),
      );
      assert.equal(headerIdOf(name.join('')), id);
    }),
  );
});

test('7.3.3: each compact form is its long name', () => {
  const long: Readonly<Record<string, HeaderId>> = {
    i: Header.CallId,
    m: Header.Contact,
    e: Header.ContentEncoding,
    l: Header.ContentLength,
    c: Header.ContentType,
    f: Header.From,
    s: Header.Subject,
    k: Header.Supported,
    t: Header.To,
    v: Header.Via,
    o: Header.Event,
    u: Header.AllowEvents,
    r: Header.ReferTo,
    b: Header.ReferredBy,
    x: Header.SessionExpires,
    y: Header.Identity,
  };
  for (const [letter, id] of Object.entries(long)) {
    assert.equal(headerIdOf(letter), id);
    assert.equal(headerIdOf(letter.toUpperCase()), id);
  }
});

test('a name outside the vocabulary is Other, however near it comes', () => {
  for (const name of [
    '',
    'z',
    'Vias',
    'Vi',
    'Call_ID',
    'CallID',
    'C%6Fntact',
    'Content-Lengtg',
    '\x10\x09\x01',
    'Call\rID',
  ]) {
    assert.equal(headerIdOf(name), Header.Other, name);
  }
  fc.assert(
    fc.property(fc.string(), (name) => {
      const id = headerIdOf(name);
      assert.ok(id === Header.Other || name.length === 1 || headerName(id).toLowerCase() === name.toLowerCase());
    }),
  );
});

test('words of Object.prototype are names like any other', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    assert.equal(headerIdOf(name), Header.Other);
  }
});
