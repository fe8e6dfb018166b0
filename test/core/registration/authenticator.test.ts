// What ladders do not show: algorithms, forged nonces, several shards, the log.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HashFunction } from '../../../src/core/base/digest-algorithms.ts';
import { AUTH_LOG_LINES_MAX } from '../../../src/core/base/limits.ts';
import { Authenticator, type Verdict } from '../../../src/core/registration/authenticator.ts';
import { FailureBook } from '../../../src/core/registration/failure-book.ts';
import { NonceUses } from '../../../src/core/registration/nonce-uses.ts';
import { type User, Users } from '../../../src/core/registration/users.ts';
import { challengesOf, printCredentials } from '../../../src/core/sip/digest.ts';
import type { SipMessage } from '../../../src/core/sip/message.ts';
import { parseMessage } from '../../../src/core/sip/parse-message.ts';
import { nodeDigest } from '../../../src/shard-host/node-digest.ts';
import { mappingGateway, parameters } from '../../simulator/trunks.ts';

const REALM = '192.0.2.1';
const WHERE = { address: '198.51.100.1', port: 5060, listener: 0 };
const gateway = mappingGateway(1, { requireDigest: true, registerUser: 'ada', registerPassword: 'secret' });
const USERS = new Users({ mappingGateways: [gateway], routingGateways: [] });

/** An authenticator, and what it has said. */
function openAuthenticator(
  shared = { uses: NonceUses.allocate(), failures: FailureBook.allocate() },
  users = USERS,
  wanted: User | null = null,
  retryMax = 0,
) {
  const log: string[] = [];
  const around = {
    nowMs: 5_000,
    digest: nodeDigest,
    draw: (bound: number) => bound - 1,
    countAuth: () => undefined,
    tellAuthFailed: (address: string, user: string) => void log.push(`${address} ${user}`),
  };
  const nonceUses = new NonceUses(shared.uses);
  const failures = new FailureBook(shared.failures);
  const authenticator = new Authenticator(around, { nonceUses, failures, secret: 'key' });
  const judge = (request: SipMessage, source = WHERE): Verdict =>
    authenticator.judge({
      request,
      source,
      realm: REALM,
      code: 407,
      users,
      wanted,
      parameters: parameters({ SS_AUTHENTICATION_MAX_RETRY: String(retryMax) }),
    });
  return { judge, log, shared, around };
}

function inviteWith(line: string, uri = 'sip:4930@192.0.2.1', from = 'a'): SipMessage {
  const text =
    `INVITE ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK1\r\nFrom: <sip:${from}@b>;tag=1\r\n` +
    `To: <${uri}>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n${line}Content-Length: 0\r\n\r\n`;
  return parseMessage(text) as SipMessage;
}

function challengeOf(verdict: Verdict, strength = 0) {
  assert.ok(verdict.kind === 'refused' && verdict.status === 407, JSON.stringify(verdict));
  const lines = verdict.lines.split('\r\n').filter((line) => line !== '');
  const response = `SIP/2.0 407 No\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n`;
  const rest = `Call-ID: c1\r\nCSeq: 1 INVITE\r\n${lines[strength]}\r\nContent-Length: 0\r\n\r\n`;
  return challengesOf(parseMessage(response + rest) as SipMessage)[0] ?? assert.fail();
}

const INPUT = {
  user: 'ada',
  password: 'secret',
  method: 'INVITE',
  uri: 'sip:4930@192.0.2.1',
  body: '',
  clientNonce: 'c',
  nonceCount: 1,
};

function answerTo(verdict: Verdict, part: { user?: string; uri?: string; strength?: number } = {}): string {
  const { user = INPUT.user, uri = INPUT.uri, strength = 0 } = part;
  return printCredentials(challengeOf(verdict, strength), { ...INPUT, user, uri }, nodeDigest);
}

describe('who proves himself', () => {
  test('RFC 8760: SHA-512-256, SHA-256 and MD5 are offered in this order, and each is taken', () => {
    const { judge } = openAuthenticator();
    for (const [strength, algorithm] of ['SHA-512-256', 'SHA-256', 'MD5'].entries()) {
      const asked = openAuthenticator().judge(inviteWith(''));
      assert.equal(challengeOf(asked, strength).algorithm, algorithm);
    }
    assert.equal(judge(inviteWith(answerTo(judge(inviteWith('')), { strength: 2 }))).kind, 'passed');
    assert.equal(
      openAuthenticator().judge(inviteWith(answerTo(judge(inviteWith('')), { strength: 1 }))).kind,
      'passed',
    );
  });

  describe('registerAlgorithms', () => {
    const user = (slot: number, registerUser: string, registerAlgorithms: readonly HashFunction[]) =>
      mappingGateway(slot, { requireDigest: true, registerUser, registerPassword: 'secret', registerAlgorithms });
    const users = new Users({
      mappingGateways: [user(1, 'ada', ['MD5']), user(2, 'bob', ['SHA-256', 'SHA-512-256'])],
      routingGateways: [],
    });
    const open = (wanted: User | null = null) => openAuthenticator(undefined, users, wanted);
    const offered = (verdict: Verdict) =>
      verdict.kind === 'refused' ? [...verdict.lines.matchAll(/algorithm=([\w-]+)/g)].map(([, name]) => name) : [];
    const askAs = (name: string) => open().judge(inviteWith('', undefined, name));

    test('a user is challenged with those of its gateway, in that order, whether From or the gateway tells him', () => {
      assert.deepEqual(offered(askAs('ada')), ['MD5']);
      assert.deepEqual(offered(askAs('bob')), ['SHA-256', 'SHA-512-256']);
      assert.deepEqual(offered(open(users.find('bob')).judge(inviteWith('', undefined, 'ada'))), [
        'SHA-256',
        'SHA-512-256',
      ]);
    });

    test('what was not offered is refused though the password is right: MD5, and the "-sess" kind', () => {
      for (const [algorithm, kind] of [
        ['MD5', 'refused'],
        ['', 'refused'],
        ['SHA-256-sess', 'refused'],
        ['sha-512-256', 'passed'],
      ] as const) {
        const { judge, log } = open();
        const challenge = { ...challengeOf(judge(inviteWith('', undefined, 'bob'))), algorithm };
        const line = printCredentials(challenge, { ...INPUT, user: 'bob' }, nodeDigest);
        const verdict = judge(inviteWith(line));
        assert.equal(verdict.kind, kind, algorithm);
        assert.equal(log.length, kind === 'refused' ? 1 : 0, 'it counts as a failure');
        if (kind === 'refused') assert.deepEqual(offered(verdict), ['SHA-256', 'SHA-512-256'], 'and is asked again');
      }
    });

    test('MD5 is taken where it is what was offered', () => {
      const { judge } = open();
      assert.equal(judge(inviteWith(answerTo(judge(inviteWith('', undefined, 'ada'))))).kind, 'passed');
    });

    test('a name that nobody has is challenged as some user is, and always alike', () => {
      const kinds = new Set<string>();
      for (let index = 0; index < 32; index++) {
        const kind = String(offered(askAs(`nobody-${index}`)));
        assert.equal(String(offered(askAs(`nobody-${index}`))), kind);
        kinds.add(kind);
      }
      assert.deepEqual([...kinds].sort(), ['MD5', 'SHA-256,SHA-512-256']);
    });
  });

  test('7616 3.4: nc is hashed as it is written, in capitals or without zeros, and counts all the same', () => {
    const { judge } = openAuthenticator();
    const challenge = challengeOf(judge(inviteWith('')));
    const hash = (text: string) => nodeDigest('SHA-512-256', text);
    const lineWith = (nc: string) => {
      const key = hash(`ada:${REALM}:secret`);
      const response = hash(`${key}:${challenge.nonce}:${nc}:c:auth:${hash(`INVITE:${INPUT.uri}`)}`);
      const line = printCredentials(challenge, INPUT, nodeDigest);
      return line.replace('nc=00000001', `nc=${nc}`).replace(/response="\w+"/, `response="${response}"`);
    };
    for (const nc of ['1', '0000000A', '000000b']) assert.equal(judge(inviteWith(lineWith(nc))).kind, 'passed', nc);
    assert.equal(judge(inviteWith(lineWith('0000000B'))).kind, 'refused', 'used before');
  });

  test('an answer is good for the number it was made for, at the address that was challenged', () => {
    const { judge } = openAuthenticator();
    const line = answerTo(judge(inviteWith('')));
    assert.equal(judge(inviteWith(line, 'sip:900@192.0.2.1')).kind, 'refused');
    const elsewhere = judge(inviteWith(line), { ...WHERE, address: '198.51.100.2' });
    assert.ok(elsewhere.kind === 'refused' && elsewhere.lines.includes('stale=true'));
    assert.equal(judge(inviteWith(line)).kind, 'passed');
  });

  test('a nonce that was changed in any place is none of ours', () => {
    const { judge } = openAuthenticator();
    const line = answerTo(judge(inviteWith('')));
    const nonce = /nonce="(\w+)"/.exec(line)?.[1] ?? '';
    for (const at of [0, 9, 15, 20, 30, 49]) {
      const changed = nonce.slice(0, at) + (nonce[at] === '0' ? '1' : '0') + nonce.slice(at + 1);
      const verdict = judge(inviteWith(line.replace(nonce, changed)));
      assert.ok(verdict.kind === 'refused' && verdict.lines.includes('stale=true'), `changed at ${at}`);
    }
  });

  describe('SS_SIP_AUTHENTICATION_RETRY counts stale answers up to a right one', () => {
    const refreshed = (waitMs: number) => {
      const { judge, around } = openAuthenticator();
      let line = answerTo(judge(inviteWith('')));
      const kinds = [judge(inviteWith(line)).kind];
      for (let refresh = 0; refresh < 10; refresh++) {
        around.nowMs += waitMs;
        const asked = judge(inviteWith(line));
        line = answerTo(asked);
        kinds.push(judge(inviteWith(line)).kind);
      }
      return kinds;
    };
    const all = Array<string>(11).fill('passed');

    test('a device that goes on with its last nonce, which is too old each time, is challenged each time', () => {
      assert.deepEqual(refreshed(3_000_000), all);
    });

    test('so is one that says no nc, or the same one, while the nonce is young', () => {
      assert.deepEqual(refreshed(10_000), all);
      assert.deepEqual(refreshed(100_000), all);
    });

    test('and one whose nonce has made room for those of others meanwhile', () => {
      const { judge, around, shared } = openAuthenticator();
      let line = answerTo(judge(inviteWith('')));
      for (let refresh = 0; refresh < 10; refresh++) {
        assert.equal(judge(inviteWith(line)).kind, 'passed');
        new Uint8Array(shared.uses).fill(0);
        around.nowMs += 100_000;
        line = answerTo(judge(inviteWith(line)));
      }
    });
  });

  test('one shard challenges, another takes the answer, and a third refuses it the second time', () => {
    const first = openAuthenticator();
    const line = answerTo(first.judge(inviteWith('')));
    assert.equal(openAuthenticator(first.shared).judge(inviteWith(line)).kind, 'passed');
    assert.equal(openAuthenticator(first.shared).judge(inviteWith(line)).kind, 'refused');
  });

  describe('6 failures suspend (SS_AUTHENTICATION_MAX_RETRY)', () => {
    const open = () => openAuthenticator(undefined, USERS, null, 6);
    const victim = { ...WHERE, address: '198.51.100.7' };
    const isServed = (judge: ReturnType<typeof open>['judge'], source = WHERE) =>
      judge(inviteWith(answerTo(judge(inviteWith(''), source))), source).kind === 'passed';
    const failAs = (judge: ReturnType<typeof open>['judge'], user: string) => {
      for (let count = 0; count < 6; count++) judge(inviteWith(answerTo(judge(inviteWith('')), { user })));
    };

    test('the address and the name that failed, nobody else', () => {
      const { judge } = open();
      failAs(judge, 'bob');
      assert.deepEqual(judge(inviteWith('')), { kind: 'refused', status: 403, lines: '' });
      const fromElsewhere = judge(inviteWith(answerTo(judge(inviteWith(''), victim), { user: 'bob' })), victim);
      assert.deepEqual(fromElsewhere, { kind: 'refused', status: 403, lines: '' });
      assert.ok(isServed(judge, victim));
    });

    test('a name chosen so that without a key its mark is that of an address, or of a user, suspends neither', () => {
      for (const name of ['71rbaaxo', 'hllyacqr']) {
        const { judge } = open();
        failAs(judge, name);
        assert.ok(isServed(judge, victim), name);
      }
    });

    test('answers that come with a forged source count against nobody: it has never seen a challenge', () => {
      const { judge } = open();
      const line = answerTo(judge(inviteWith('')), { user: 'bob' });
      for (let count = 0; count < 6; count++) judge(inviteWith(line), victim);
      assert.ok(isServed(judge, victim));
    });
  });

  test('AUTH_LOG_LINES_MAX: failures are told to the log, so many in a second', () => {
    const { judge, log } = openAuthenticator();
    for (let count = 0; count <= AUTH_LOG_LINES_MAX; count++) {
      judge(inviteWith(answerTo(judge(inviteWith('')), { user: 'bob' })));
    }
    assert.equal(log.length, AUTH_LOG_LINES_MAX);
    assert.equal(log[0], '198.51.100.1 bob');
  });
});
