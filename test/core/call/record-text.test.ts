// What of a text a record keeps, and what it reads it as.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { agentOf } from '../../../src/core/call/call-record.ts';
import { recordText } from '../../../src/core/call/record-text.ts';
import { Header } from '../../../src/core/sip/header-name.ts';
import { inviteText, parsed } from '../sip/messages.ts';
import { PricedBench } from './priced-bench.ts';

/** Bytes as they come from the wire. */
function wire(text: string): string {
  return Buffer.from(text).toString('latin1');
}

describe('3261 7: text in a message is UTF-8', () => {
  const TEXTS = ['', 'plain 100%', '%C3%BC', 'Grüße \u2013 电话', '\u{1f4de}\u{1f4de}', 'tab\tand \x01'];
  for (const text of TEXTS) test(JSON.stringify(text), () => assert.equal(recordText(wire(text), 64), text));

  const OTHERS = ['Gr\xfc\xdfe', '\xc3', '\xc3\xbc\xfc', '\xc0\xaf', '\xed\xa0\x80', '\xf4\x90\x80\x80', 'a\xbf%41'];
  for (const text of OTHERS) {
    test(`${JSON.stringify(text)} is none, and stays latin1`, () => assert.equal(recordText(text, 64), text));
  }

  test('a long text with one byte that is none is looked through once', () => {
    const text = `${'a'.repeat(1_000)}\xfc`;
    assert.equal(recordText(text, 1_024), text);
  });

  test('what is cut has as many characters as have room, and no half of one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, bytesMax) => {
        const whole = [...text].filter((_, at, all) => wire(all.slice(0, at + 1).join('')).length <= bytesMax);
        assert.equal(recordText(wire(text), bytesMax), whole.join(''));
      }),
    );
  });
});

const NETWORK = `
accounts: [{ account: alpha }]
mappingGateways: [{ name: in, account: alpha, remoteIps: 198.51.100.1 }]
routingGateways: [{ name: out, remoteIp: 203.0.113.1 }]
`;

test('the record has the characters of a Reason, of numbers and of a user agent, the wire their bytes', () => {
  const bench = new PricedBench(NETWORK);
  const agent = 'Türsprechanlage';
  const reason = 'SIP;cause=200;text="Aufgelegt \u2013 Grüße"';
  bench.call('call', wire('büro'), 0);
  assert.ok(bench.lastToTrunk.includes('\r\nTo: <sip:b%C3%BCro@'));
  bench.hangUp('call', 1_000, [wire(`Reason: ${reason}`)]);
  assert.ok(bench.lastToTrunk.includes(wire(`\r\nReason: ${reason}\r\n`)));
  const [cdr] = bench.switch.cdrs;
  assert.ok(cdr !== undefined);
  const { callee, calleeSent, calleeBilled, reasonHeader } = cdr;
  assert.deepEqual([callee, calleeSent, calleeBilled, reasonHeader], ['büro', 'büro', 'büro', reason]);
  const invite = parsed(inviteText([wire(`User-Agent: ${agent}`)]));
  assert.equal(agentOf(invite, Header.UserAgent), agent);
});
