import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Prng } from '../../../src/core/base/prng.ts';
import { mintCallId, peekCallId, peeked, shardOfBytes, shardOfText } from '../../../src/core/shard/placement.ts';
import { SipMessage } from '../../../src/core/sip/message.ts';
import { parseMessage } from '../../../src/core/sip/parse-message.ts';
import { inviteText, inviteWith } from '../sip/messages.ts';

/** The Call-ID that a peek finds in `text`; null when it finds none. */
function peek(text: string): string | null {
  const bytes = Buffer.from(text, 'latin1');
  return peekCallId(bytes, bytes.length) ? bytes.toString('latin1', peeked.start, peeked.end) : null;
}

describe('placement', () => {
  test('a Call-ID minted for a shard comes home to it, with any number of shards', () => {
    const prng = new Prng(1);
    for (let shardCount = 1; shardCount <= 64; shardCount++) {
      for (let shard = 0; shard < shardCount; shard++) {
        const stem = prng.hex(3);
        const callId = mintCallId(stem, shard, shardCount);
        assert.ok(callId.startsWith(stem));
        assert.equal(shardOfText(callId, shardCount), shard);
      }
    }
  });

  test('bytes and text place alike', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii', maxLength: 60 }),
        fc.integer({ min: 1, max: 64 }),
        (callId, shardCount) => {
          const bytes = Buffer.from(`xx${callId}yy`, 'latin1');
          assert.equal(shardOfBytes(bytes, 2, 2 + callId.length, shardCount), shardOfText(callId, shardCount));
        },
      ),
    );
  });

  test('every shape of Call-ID spreads evenly', () => {
    const prng = new Prng(2);
    const shapes: Record<string, (i: number) => string> = {
      counted: (i) => `${i}@192.0.2.1`,
      countedFirst: (i) => `call-${i}`,
      random: () => prng.hex(4),
      'last character only': (i) => `a84b4c76e66710@${String.fromCharCode(33 + (i % 90))}${Math.floor(i / 90)}`,
      sipp: (i) => `${i}-12345@127.0.0.1`,
    };
    for (const shardCount of [2, 3, 7, 16]) {
      for (const [shape, make] of Object.entries(shapes)) {
        const counts = new Array<number>(shardCount).fill(0);
        const total = 20_000;
        for (let i = 0; i < total; i++) {
          const shard = shardOfText(make(i), shardCount);
          counts[shard] = (counts[shard] as number) + 1;
        }
        for (const count of counts) {
          assert.ok(Math.abs(count * shardCount - total) < total * 0.1, `${shape} over ${shardCount}: ${counts}`);
        }
      }
    }
  });

  test('minting needs a few more characters at most', () => {
    const prng = new Prng(3);
    let longest = 0;
    for (let i = 0; i < 5000; i++) longest = Math.max(longest, mintCallId(prng.hex(3), i % 16, 16).length - 24);
    assert.ok(longest <= 6, `${longest}`);
  });
});

describe('the peek', () => {
  const SPELLINGS = [
    'Call-ID: a@b',
    'call-id: a@b',
    'CALL-ID: a@b',
    'cAlL-iD:a@b',
    'Call-ID : a@b',
    'Call-ID\t:\ta@b\t ',
    'i: a@b',
    'I: a@b',
    'i :a@b',
    'Call-ID:\r\n a@b',
    'Call-ID: \r\n\t a@b',
    'i:\r\n  a@b  ',
    'Call-ID: a@b\r\n ',
  ];

  for (const line of SPELLINGS) {
    test(`finds ${JSON.stringify(line)}`, () => assert.equal(peek(inviteWith('Call-ID', line)), 'a@b'));
  }

  test('is not deceived by names that begin alike', () => {
    const more = ['In-Reply-To: x@y', 'Call-Info: <http://x>', 'Call-IDs: x', 'Identity: x', 'I-: x', 'Call-I: x'];
    const text = inviteText().replace('Call-ID', `${more.join('\r\n')}\r\nCall-ID`);
    assert.equal(peek(text), 'a84b4c76e66710@example.org');
  });

  test('is not deceived by a value or a body that looks like the header', () => {
    assert.equal(peek(inviteWith('Call-ID', 'Subject: a\r\n Call-ID: folded@x\r\nCall-ID: real@x')), 'real@x');
    assert.equal(peek(inviteWith('Call-ID', null).concat('Call-ID: body@x\r\n')), null);
  });

  test('skips empty lines before the start line, as the parser does', () => {
    assert.equal(peek(`\r\n\r\n${inviteText()}`), 'a84b4c76e66710@example.org');
  });

  test('reads no byte beyond the length it was given', () => {
    const bytes = Buffer.from(inviteText(), 'latin1');
    assert.equal(peekCallId(bytes, bytes.indexOf('Call-ID')), false);
    assert.equal(peekCallId(bytes, 0), false);
  });

  test('finds in every message that parses the Call-ID that the parser finds, the tortured ones included', () => {
    const folder = join(process.cwd(), 'test', 'torture', 'rfc4475');
    let foundCount = 0;
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.dat'))) {
      const text = readFileSync(join(folder, name), 'latin1');
      const message = parseMessage(text);
      if (!(message instanceof SipMessage)) continue;
      assert.equal(peek(text), message.callId, name);
      foundCount += 1;
    }
    assert.ok(foundCount > 20);
  });

  test('ends on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        if (peekCallId(bytes, bytes.length)) assert.ok(peeked.start < peeked.end && peeked.end <= bytes.length);
      }),
    );
  });
});
