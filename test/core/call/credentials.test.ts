import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHALLENGE_ANSWERS_MAX } from '../../../src/core/base/limits.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import { Credentials } from '../../../src/core/call/credentials.ts';
import { CHALLENGE_REALMS_MAX } from '../../../src/core/sip/sip-limits.ts';
import { nodeDigest } from '../../../src/shard-host/node-digest.ts';
import { challenged, credentialsOf } from '../sip/challenges.ts';

const INVITE = { method: 'INVITE', uri: 'sip:2@203.0.113.1', body: 'v=0\r\n' };
const BYE = { method: 'BYE', uri: 'sip:2@203.0.113.1:5070', body: '' };

function credentials(user = 'tandem'): Credentials {
  const prng = new Prng(1);
  return new Credentials({ draw: (bound) => prng.below(bound), digest: nodeDigest }, user, 'secret');
}

const challenge = (nonce: string, more = '', realm = 'r') =>
  challenged([`WWW-Authenticate: Digest realm="${realm}", nonce="${nonce}", qop="auth"${more}`]);

/** Parameters of each line. */
function fieldsOf(lines: string): Record<string, string>[] {
  return lines.match(/.*\r\n/g)?.map(credentialsOf) ?? [];
}

/** 'nonce count' of each line. */
function usesOf(lines: string): string[] {
  return fieldsOf(lines).map(({ nonce, nc }) => `${nonce?.slice(1, -1)} ${Number(nc)}`);
}

describe('one request', () => {
  test('22.2: goes without credentials until it is challenged, then with them', () => {
    const invite = credentials().authorize(INVITE);
    assert.equal(invite.lines, '');
    assert.equal(invite.answer(challenge('1')), true);
    const [fields] = fieldsOf(invite.lines);
    const key = nodeDigest('MD5', 'tandem:r:secret');
    const asked = nodeDigest('MD5', 'INVITE:sip:2@203.0.113.1');
    const clientNonce = fields?.['cnonce']?.slice(1, -1);
    assert.match(clientNonce ?? '', /^[0-9a-f]{16}$/);
    assert.equal(fields?.['response'], `"${nodeDigest('MD5', `${key}:1:00000001:${clientNonce}:auth:${asked}`)}"`);
  });

  test('a second challenge says that the credentials are wrong', () => {
    const invite = credentials().authorize(INVITE);
    assert.equal(invite.answer(challenge('1')), true);
    assert.equal(invite.answer(challenge('2')), false);
  });

  test('RFC 7616 3.3: unless the first nonce was stale', () => {
    const invite = credentials().authorize(INVITE);
    assert.equal(invite.answer(challenge('1')), true);
    assert.equal(invite.answer(challenge('2', ', stale=true')), true);
    assert.deepEqual(usesOf(invite.lines), ['2 1']);
    assert.equal(invite.answer(challenge('3')), false);
  });

  test('the same nonce again is no new one, stale or not', () => {
    const invite = credentials().authorize(INVITE);
    assert.equal(invite.answer(challenge('1')), true);
    assert.equal(invite.answer(challenge('1', ', stale=true')), false);
  });

  test('CHALLENGE_ANSWERS_MAX bounds a server for which every nonce is stale', () => {
    const invite = credentials().authorize(INVITE);
    for (let nonce = 0; nonce < CHALLENGE_ANSWERS_MAX; nonce++) {
      assert.equal(invite.answer(challenge(`${nonce}`, ', stale=true')), true);
    }
    assert.equal(invite.answer(challenge('last', ', stale=true')), false);
  });

  test('22.3: what a second server on the way asks comes beside the first, not instead', () => {
    const invite = credentials().authorize(INVITE);
    assert.equal(invite.answer(challenged(['Proxy-Authenticate: Digest realm="r", nonce="p", qop="auth"'], 407)), true);
    assert.equal(invite.answer(challenge('1')), true);
    assert.deepEqual(usesOf(invite.lines), ['p 2', '1 1']);
    assert.deepEqual(
      fieldsOf(invite.lines).map(({ header }) => header),
      ['Proxy-Authorization', 'Authorization'],
    );
  });

  test('without a user, or without a challenge that can be read, there is no answer', () => {
    assert.equal(credentials('').authorize(INVITE).answer(challenge('1')), false);
    assert.equal(credentials().authorize(INVITE).answer(challenged([])), false);
    assert.equal(credentials().authorize(INVITE).answer(challenge('1', ', algorithm=unknown')), false);
  });
});

describe('later requests of the call', () => {
  test('22.3: carry the credentials unasked, the count grows, the client nonce stays', () => {
    const ours = credentials();
    const invite = ours.authorize(INVITE);
    invite.answer(challenge('1', ', algorithm=MD5-sess'));
    const { lines } = ours.authorize(BYE);
    assert.deepEqual(usesOf(lines), ['1 2']);
    assert.deepEqual(usesOf(ours.authorize(BYE).lines), ['1 3']);
    const [first, second] = [fieldsOf(invite.lines)[0], fieldsOf(lines)[0]];
    assert.equal(second?.['cnonce'], first?.['cnonce']);
    assert.notEqual(second?.['response'], first?.['response']);
    assert.equal(second?.['uri'], `"${BYE.uri}"`);
  });

  test('what was sent unasked may be refused once: a server may want a new nonce each time', () => {
    const ours = credentials();
    ours.authorize(INVITE).answer(challenge('1'));
    const bye = ours.authorize(BYE);
    assert.equal(bye.answer(challenge('2')), true);
    assert.deepEqual(usesOf(bye.lines), ['2 1']);
    assert.equal(bye.answer(challenge('3')), false);
  });

  test('but not with the nonce that it carried', () => {
    const ours = credentials();
    ours.authorize(INVITE).answer(challenge('1'));
    assert.equal(ours.authorize(BYE).answer(challenge('1')), false);
  });

  test('a call answers CHALLENGE_REALMS_MAX realms', () => {
    const ours = credentials();
    for (let realm = 0; realm < CHALLENGE_REALMS_MAX; realm++) {
      assert.equal(ours.authorize(INVITE).answer(challenge('1', '', `r${realm}`)), true);
    }
    assert.equal(ours.authorize(BYE).answer(challenge('1', '', 'one more')), false);
    assert.equal(usesOf(ours.authorize(BYE).lines).length, CHALLENGE_REALMS_MAX);
  });
});
