import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { Header } from '../../../src/core/sip/header-name.ts';
import { inviteText, inviteWith, parsed, textOf } from './messages.ts';

test('7.3.1: a fold and the blanks around it read as one space, and the line keeps them', () => {
  const line = 'Subject: one \r\n\t two\r\n  three  ';
  const message = parsed(inviteText([line]));
  const at = message.find(Header.Subject);
  assert.equal(message.lineValue(at), 'one two three');
  assert.equal(message.lineText(at), line);
  assert.equal(message.lineName(at), 'Subject');
  assert.equal(message.lineCount, at + 1);
});

test('7.3.1: a value that begins in its fold, and one that is nothing but folds', () => {
  const message = parsed(inviteText(['Subject:\r\n  later', 'Organization: \r\n \r\n\t']));
  assert.equal(message.value(Header.Subject), 'later');
  assert.equal(message.value(Header.Organization), '');
});

test('7.3.1: names keep their spelling, with blanks before the colon or without', () => {
  const message = parsed(inviteText(['sUbJeCt \t : x', 'X-Any:y']));
  assert.equal(message.lineName(message.find(Header.Subject)), 'sUbJeCt');
  assert.equal(message.lineName(message.lineCount - 1), 'X-Any');
  assert.equal(message.lineId(message.lineCount - 1), Header.Other);
});

test('7.3.1: lists are split at commas outside quotes and angle brackets, over all their lines', () => {
  const message = parsed(
    inviteText([
      'Diversion: "a, \\"b" <sip:1@h,x>;reason=no-answer , <sip:2@h>',
      'Diversion: ,sip:3@h,,',
      'Supported: a,b',
    ]),
  );
  assert.deepEqual(message.values(Header.Diversion), [
    '"a, \\"b" <sip:1@h,x>;reason=no-answer',
    '<sip:2@h>',
    'sip:3@h',
  ]);
  assert.deepEqual(message.values(Header.Supported), ['a', 'b']);
  assert.deepEqual(message.values(Header.Warning), []);
});

test('7.3.1: the first value is that of the whole list, whatever lines and commas it is written with', () => {
  const lists = [
    ['Supported:', 'Supported: a'],
    ['Supported: ,, a ,b'],
    ['Supported: a', 'Supported: b'],
    ['Diversion: "a, b" <sip:1@h,x>;reason=x , <sip:2@h>'],
    ['Diversion:'],
    ['Subject: a, b'],
  ];
  for (const lines of lists) {
    const message = parsed(inviteText(lines));
    for (const id of [Header.Supported, Header.Diversion, Header.Subject]) {
      assert.equal(message.firstValue(id), message.values(id)[0], lines.join());
    }
  }
});

test('20.37: a token stands in a list in any case, on any line, and never within another', () => {
  const message = parsed(inviteText(['Supported: path ,\r\n TIMER', 'Supported:', 'k: 100rel,,x-timer2']));
  for (const token of ['path', 'timer', '100rel', 'x-timer2']) {
    assert.equal(message.listsToken(Header.Supported, token), true, token);
  }
  for (const token of ['time', 'timer2', 'path ', 'rel']) {
    assert.equal(message.listsToken(Header.Supported, token), false, token);
  }
  assert.equal(message.listsToken(Header.Require, 'timer'), false);
});

test('20.7, 20.17: commas of credentials and dates split nothing', () => {
  const digest = 'Digest username="a", realm="b"';
  const message = parsed(inviteText([`Authorization: ${digest}`, 'Date: Sat, 13 Nov 2010 23:29:00 GMT']));
  assert.deepEqual(message.values(Header.Authorization), [digest]);
  assert.deepEqual(message.values(Header.Date), ['Sat, 13 Nov 2010 23:29:00 GMT']);
});

test('value, has, count and find agree about what is there', () => {
  const message = parsed(inviteText(['Warning: 1', 'Warning: 2']));
  assert.equal(message.value(Header.Warning), '1');
  assert.equal(message.count(Header.Warning), 2);
  assert.equal(message.find(Header.Warning, message.find(Header.Warning) + 1), message.lineCount - 1);
  assert.equal(message.value(Header.Reason), undefined);
  assert.equal(message.has(Header.Reason), false);
  assert.equal(message.find(Header.Reason), -1);
});

test('From, To and the top Via are read once', () => {
  const message = parsed(inviteText());
  assert.equal(message.topVia, message.topVia);
  assert.equal(message.from, message.from);
  assert.equal(message.to, message.to);
  assert.deepEqual([message.fromTag, message.toTag], ['1928301774', '']);
});

test('what cannot be read is empty, and matches nothing', () => {
  assert.equal(parsed(inviteWith('Via', 'Via: nonsense')).topVia.host, '');
  assert.equal(parsed(inviteWith('From', 'From: "x <sip:a@b>;tag=1')).from.uri, '');
  assert.equal(parsed(inviteWith('To', 'To: ')).toTag, '');
});

test('start line, header lines and body together are the datagram, byte for byte', () => {
  const name = fc.constantFrom('Subject', 'X-Any', 'i-not', 's ', 'Diversion\t');
  const value = fc.string({
    unit: fc.constantFrom('a', ' ', '\t', '\r\n ', '"', ',', ';', '<', '>', '\\', '\xe9', '\0', ':'),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), fc.string(), (headers, ending) => {
      const body = Buffer.from(ending, 'utf8').toString('latin1');
      const text = inviteText(
        headers.map(([left, right]) => `${left}:${right}`),
        body,
      );
      const message = parsed(text);
      const lines = Array.from({ length: message.lineCount }, (_, line) => message.lineText(line));
      assert.equal(textOf([text.slice(0, text.indexOf('\r\n')), ...lines], message.body), text);
    }),
  );
});
