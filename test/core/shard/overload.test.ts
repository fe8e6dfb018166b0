// What the edge needs of SIP under load: the class of a datagram, the mark of a transaction, the 503 without state.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { classOf } from '../../../src/core/shard/datagram-class.ts';
import { printOverloadRefusal, readRequest, refusalTarget } from '../../../src/core/shard/overload-refusal.ts';
import { isInDialog, markOf, RECENT_MARKS_MAX, RecentMarks } from '../../../src/core/shard/transaction-mark.ts';
import type { SipMessage } from '../../../src/core/sip/message.ts';
import { inviteText } from '../sip/messages.ts';

const SOURCE = { address: '192.0.2.77', port: 5099, listener: 1 };

function request(text = inviteText()): SipMessage {
  const found = readRequest(text);
  assert.ok(found !== null);
  return found;
}

describe('the class of a datagram', () => {
  const classes: readonly (readonly [string, string])[] = [
    ['INVITE sip:a@b SIP/2.0', 'invite'],
    ['\r\n\r\nINVITE sip:a@b SIP/2.0', 'invite'],
    ['ACK sip:a@b SIP/2.0', 'ack'],
    ['invite sip:a@b SIP/2.0', 'other'],
    ['INVITES sip:a@b SIP/2.0', 'other'],
    ['INFO sip:a@b SIP/2.0', 'other'],
    ['BYE sip:a@b SIP/2.0', 'bye'],
    ['BYES sip:a@b SIP/2.0', 'other'],
    ['CANCEL sip:a@b SIP/2.0', 'cancel'],
    ['CANCELS sip:a@b SIP/2.0', 'other'],
    ['SIP/2.0 200 OK', 'other'],
    ['SUBSCRIBE sip:a@b SIP/2.0', 'other'],
    ['INV', 'other'],
    ['\r\n\r\n', 'other'],
    ['', 'other'],
  ];
  for (const [text, expected] of classes) {
    test(`${JSON.stringify(text)} is ${expected}`, () => assert.equal(classOf(Buffer.from(text)), expected));
  }
});

describe('the mark of a transaction', () => {
  const mark = (text: string, seed = 7): number => markOf(text, seed);
  const invite = inviteText();

  test('17.1.1.3: the ACK of a failure has the mark of its INVITE', () => {
    const ack = invite
      .replace(/^INVITE/, 'ACK')
      .replace('314159 INVITE', '314159 ACK')
      .replace(/^(To:.*)$/m, '$1;tag=x');
    assert.notEqual(ack, invite);
    assert.equal(mark(ack), mark(invite));
  });

  test('another branch, Call-ID or CSeq is another transaction', () => {
    const { callId, cseq } = request();
    const others = [
      invite.replace('branch=', 'branch=z9hG4bKother'),
      invite.replace(callId, `${callId}x`),
      invite.replace(`CSeq: ${cseq}`, `CSeq: ${cseq + 1}`),
    ];
    assert.equal(new Set([invite, ...others].map((text) => mark(text))).size, 4);
  });

  test('17.1.1.3: of several Vias only the top one counts, on one line or on two, by either name', () => {
    const marks = ['Via: A\r\nVia: B', 'v:A, B', 'via : A,C'].map((vias) => {
      return mark(`INVITE sip:b@x SIP/2.0\r\n${vias}\r\ni: c@x\r\nCSeq: 4 INVITE\r\n\r\n`);
    });
    assert.equal(new Set(marks).size, 1);
  });

  test('it depends on a secret', () => assert.notEqual(mark(invite, 7), mark(invite, 8)));

  test('RECENT_MARKS_MAX: each of the latest is remembered, whatever it is; what came long before is forgotten', () => {
    const marks = new RecentMarks();
    const of = (index: number): number => mark(invite.replace('Call-ID: ', `Call-ID: ${index}-`));
    for (let index = 0; index <= 2 * RECENT_MARKS_MAX; index++) marks.add(of(index));
    for (let age = 0; age < RECENT_MARKS_MAX; age++) {
      assert.ok(marks.has(of(2 * RECENT_MARKS_MAX - age)), `the one that is ${age} marks old`);
    }
    assert.equal(marks.has(of(0)), false);
    marks.clear();
    assert.ok(!marks.has(of(2 * RECENT_MARKS_MAX)));
  });
});

describe('a request inside a dialog', () => {
  const tos: readonly (readonly [string, boolean])[] = [
    ['To: <sip:b@x>;tag=1', true],
    ['t:sip:b@x;x=y ; TAG = 1', true],
    ['To: "a > b" <sip:b@x;tag=1>;x="y";tag=1', true],
    ['To: <sip:b@x>', false],
    ['To: <sip:b@x;tag=1>', false],
    ['To: "B;tag=1" <sip:b@x>;stag=1', false],
    ['From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nFoo: a;tag=1', false],
  ];
  for (const [to, expected] of tos) {
    test(`${JSON.stringify(to)}: ${expected}`, () => {
      assert.equal(isInDialog(`INVITE sip:b@x;tag=1 SIP/2.0\r\nVia: A\r\n${to}\r\ni: c@x\r\n\r\n`), expected);
    });
  }
});

describe('looking without parsing', () => {
  const head =
    'INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nCall-ID: c@x\r\nCSeq: 1 INVITE\r\n';

  test('finds in every request that parses what the parser finds, the tortured and the fuzzed included', () => {
    let seenCount = 0;
    for (const folder of ['test/torture/rfc4475', 'test/torture/rfc5118', 'test/fuzz/corpus']) {
      for (const name of readdirSync(folder).filter((file) => file.endsWith('.dat'))) {
        const text = readFileSync(join(folder, name), 'latin1');
        const message = readRequest(text);
        if (message === null) continue;
        seenCount += 1;
        assert.equal(isInDialog(text), message.toTag !== '', name);
        assert.ok(!Number.isNaN(markOf(text, 7)), name);
      }
    }
    assert.ok(seenCount > 30, `${seenCount}`);
  });

  test('a body that looks like headers is none', () => {
    const body = 'To: <sip:b@x>;tag=1\r\nVia: y\r\n';
    assert.equal(isInDialog(`${head}To: <sip:b@x>\r\n\r\n${body}`), false);
    assert.equal(isInDialog(`${head}\r\n${body}`), false);
    assert.equal(markOf(`${head}\r\n${body}`, 7), markOf(`${head}\r\n`, 7));
  });

  test('7.3.1: a folded value is read whole', () => {
    assert.equal(isInDialog(`${head}To: <sip:b@x>\r\n ;tag=1\r\n\r\n`), true);
    assert.equal(markOf(head.replace('Call-ID: ', 'i :\r\n\t'), 7), markOf(head, 7));
  });

  test('a request without Via, Call-ID or CSeq is no repetition of another one', () => {
    const marks = new RecentMarks();
    const mark = markOf('INVITE sip:b@x SIP/2.0\r\nMax-Forwards: 70\r\n\r\n', 7);
    marks.add(mark);
    assert.equal(marks.has(mark), false);
  });

  // Anybody can send these, and they are looked at before the source is: 64 KB took 1.5 s when a pattern did it.
  const hostile: Readonly<Record<string, (size: number) => string>> = {
    'tags that are none': (size) => `${head}To: ${';tag='.repeat(size / 5)}>\r\n\r\n`,
    'brackets between': (size) => `${head}To: ${';tag >'.repeat(size / 6)}\r\n\r\n`,
    blanks: (size) => `${head}To${' '.repeat(size)}\r\n\r\n`,
    'blanks behind semicolons': (size) => `${head}To: ${`;${' '.repeat(99)}`.repeat(size / 100)}\r\n\r\n`,
    folds: (size) => `${head}To:${'\r\n '.repeat(size / 3)}\r\n\r\n`,
    'names that begin alike': (size) => `${head}${'t \r\n'.repeat(size / 4)}\r\n`,
  };
  for (const [name, make] of Object.entries(hostile)) {
    test(`64 KB of ${name} cost no more than a parse would`, () => {
      const text = make(64_000);
      // Time of the processor: a busy machine must not make it look longer.
      const since = process.cpuUsage();
      for (let count = 0; count < 10; count++) {
        isInDialog(text);
        markOf(text, 7);
      }
      const { user, system } = process.cpuUsage(since);
      const tookMs = (user + system) / 1000 / 10;
      assert.ok(tookMs < 20, `${tookMs} ms`);
    });
  }
});

describe('503 under load', () => {
  const refusal = (mark: number): string => printOverloadRefusal(request(), SOURCE, mark);

  test('8.2.7: the same INVITE is always refused with the same words', () => assert.equal(refusal(123), refusal(123)));

  test('21.5.4: Retry-After lies between 5 and 15 seconds, every one of them is drawn', () => {
    const drawn = new Set(
      Array.from({ length: 1_000 }, (_, mark) => /^Retry-After: (\d+)\r$/m.exec(refusal(mark))?.[1]),
    );
    assert.deepEqual(
      [...drawn].map(Number).sort((one, other) => one - other),
      [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    );
  });

  test('8.2.6, 3581 4: Via, From, Call-ID and CSeq come back, To has a tag, received and rport say whence', () => {
    const invite = request(
      'INVITE sip:b@x SIP/2.0\r\nv: SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKa;rport\r\nVia: SIP/2.0/UDP 10.0.0.2\r\n' +
        'f: "A, \\"B\\"" <sip:a@x>;tag=1\r\nt: <sip:b@x>\r\ni: c@x\r\nCSeq: 4 INVITE\r\nMax-Forwards: 70\r\n\r\n',
    );
    const text = printOverloadRefusal(invite, SOURCE, 1295);
    assert.deepEqual(text.split('\r\n'), [
      'SIP/2.0 503 Service Unavailable',
      'v: SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKa;received=192.0.2.77;rport=5099',
      'Via: SIP/2.0/UDP 10.0.0.2',
      'f: "A, \\"B\\"" <sip:a@x>;tag=1',
      't: <sip:b@x>;tag=zz',
      'i: c@x',
      'CSeq: 4 INVITE',
      `Retry-After: ${5 + (1295 % 11)}`,
      'Content-Length: 0',
      '',
      '',
    ]);
    assert.deepEqual(refusalTarget(invite, SOURCE, null), SOURCE);
  });

  test('what is no request cannot be refused', () => {
    assert.equal(readRequest('INVITE sip:b@x SIP/2.0\r\n\r\n'), null);
    assert.equal(readRequest('SIP/2.0 200 OK\r\n\r\n'), null);
  });
});
