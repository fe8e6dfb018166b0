import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Challenge, type CredentialsInput, challengesOf, printCredentials } from '../../../src/core/sip/digest.ts';
import { CHALLENGE_REALMS_MAX, CHALLENGE_VALUE_MAX } from '../../../src/core/sip/sip-limits.ts';
import { nodeDigest } from '../../../src/shard-host/node-digest.ts';
import { challenged, credentialsOf } from './challenges.ts';

const WHO: CredentialsInput = {
  user: 'Mufasa',
  password: 'Circle Of Life',
  method: 'GET',
  uri: '/dir/index.html',
  body: '',
  clientNonce: '0a4f113b',
  nonceCount: 1,
};

/** Parameters with closed quotes and without control characters, nothing else. */
const FIELD = /\w+=(?:"(?:[^"\\\p{Cc}]|\\\P{Cc})*"|[\w-]+)/u.source;
const ONE_LINE = new RegExp(`^Authorization: Digest ${FIELD}(?:, ${FIELD})*\r\n$`, 'u');

/** The one challenge in `value`; undefined when it cannot be answered. */
function read(value: string): Challenge | undefined {
  const challenges = challengesOf(challenged([`WWW-Authenticate: ${value}`]));
  assert.ok(challenges.length < 2);
  return challenges[0];
}

/** Parameters of the answer to `value`. */
function answer(value: string, part: Partial<CredentialsInput> = {}): Record<string, string> {
  return credentialsOf(printCredentials(read(value) as Challenge, { ...WHO, ...part }, nodeDigest));
}

function realmsOf(lines: readonly string[]): string[] {
  return challengesOf(challenged(lines)).map(({ realm, algorithm }) => `${realm} ${algorithm}`);
}

describe('the examples of the RFCs', () => {
  const RFC_2617 =
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"';
  const RFC_7616 =
    'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const CLIENT_NONCE_7616 = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

  test('RFC 2617 3.5: the whole line', () => {
    assert.equal(
      printCredentials(read(RFC_2617) as Challenge, WHO, nodeDigest),
      'Authorization: Digest username="Mufasa", realm="testrealm@host.com", ' +
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
        'response="6629fae49393a05397450978507c4ef1", qop=auth, nc=00000001, cnonce="0a4f113b", ' +
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"\r\n',
    );
  });

  test('RFC 7616 3.9.1: MD5 and SHA-256', () => {
    const part = { password: 'Circle of Life', clientNonce: CLIENT_NONCE_7616 };
    const md5 = answer(`Digest ${RFC_7616}, algorithm=MD5`, part);
    assert.equal(md5['response'], '"8ca523f5e9506fed4657c9700eebdbec"');
    assert.equal(md5['algorithm'], 'MD5');
    const sha256 = answer(`Digest ${RFC_7616}, algorithm=SHA-256`, part);
    assert.equal(sha256['response'], '"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"');
    assert.equal(sha256['algorithm'], 'SHA-256');
  });

  test('RFC 7616 3.9.2 with erratum 4897: SHA-512-256, and a name in UTF-8', () => {
    const { response } = answer(
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, charset=UTF-8, userhash=true, ' +
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"',
      {
        user: Buffer.from('J\u00e4s\u00f8n Doe', 'utf8').toString('latin1'),
        password: 'Secret, or not?',
        uri: '/doe.json',
        clientNonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      },
    );
    assert.equal(response, '"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"');
  });
});

describe('the kinds of digest', () => {
  const PLAIN = 'Digest realm="r", nonce="n"';
  const md5 = (text: string): string => nodeDigest('MD5', text);
  const key = md5('Mufasa:r:Circle Of Life');
  const asked = md5('GET:/dir/index.html');

  test('RFC 2617 3.2.2.1: without qop neither count nor client nonce is told or hashed', () => {
    const { header, ...fields } = answer(PLAIN);
    assert.equal(header, 'Authorization');
    assert.deepEqual(fields, {
      username: '"Mufasa"',
      realm: '"r"',
      nonce: '"n"',
      uri: '"/dir/index.html"',
      response: `"${md5(`${key}:n:${asked}`)}"`,
    });
  });

  test('RFC 7616 3.4.2: "-sess" hashes both nonces into the key', () => {
    const { response, algorithm } = answer(`${PLAIN}, algorithm=MD5-sess, qop="auth"`);
    assert.equal(algorithm, 'MD5-sess');
    assert.equal(response, `"${md5(`${md5(`${key}:n:0a4f113b`)}:n:00000001:0a4f113b:auth:${asked}`)}"`);
  });

  test('the client nonce of "-sess" is told even without qop, or the server could not know the key', () => {
    assert.equal(answer(`${PLAIN}, algorithm=MD5-sess`)['cnonce'], '"0a4f113b"');
  });

  test('RFC 7616 3.4.3: auth-int, where nothing else is offered, covers the body', () => {
    const { response, qop } = answer(`${PLAIN}, qop="auth-int"`, { body: 'v=0\r\n' });
    assert.equal(qop, 'auth-int');
    assert.equal(
      response,
      `"${md5(`${key}:n:00000001:0a4f113b:auth-int:${md5(`GET:/dir/index.html:${md5('v=0\r\n')}`)}`)}"`,
    );
    assert.equal(answer(`${PLAIN}, qop="auth-int, auth"`)['qop'], 'auth');
  });

  test('RFC 7616 3.4: the count has eight hexadecimal digits', () => {
    assert.equal(answer(`${PLAIN}, qop=auth`, { nonceCount: 27 })['nc'], '0000001b');
  });

  test('a 407 is answered by Proxy-Authorization (RFC 3261 22.3)', () => {
    const [challenge] = challengesOf(challenged(['Proxy-Authenticate: Digest realm="r", nonce="n"'], 407));
    assert.match(printCredentials(challenge as Challenge, WHO, nodeDigest), /^Proxy-Authorization: Digest /);
  });
});

describe('which challenge', () => {
  const line = (realm: string, algorithm: string): string =>
    `WWW-Authenticate: Digest realm="${realm}", nonce="n", algorithm=${algorithm}`;

  test('RFC 8760 2.4: the strongest of a realm, wherever it stands', () => {
    const algorithms = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'sha-512-256-SESS'];
    for (let count = 1; count <= algorithms.length; count++) {
      const lines = algorithms.slice(0, count).map((algorithm) => line('r', algorithm));
      assert.deepEqual(realmsOf(lines), [`r ${algorithms[count - 1]}`]);
      assert.deepEqual(realmsOf(lines.toReversed()), [`r ${algorithms[count - 1]}`]);
    }
  });

  test('RFC 8760 2.4: the topmost of equals', () => {
    const [first] = challengesOf(
      challenged(['WWW-Authenticate: Digest realm="r", nonce="1"', 'WWW-Authenticate: Digest realm="r", nonce="2"']),
    );
    assert.equal(first?.nonce, '1');
  });

  test('algorithms and schemes that are not known are passed over', () => {
    assert.deepEqual(realmsOf([line('r', 'SHA3-512'), line('r', 'MD5')]), ['r MD5']);
    assert.deepEqual(realmsOf([line('r', 'AKAv1-MD5')]), []);
    assert.deepEqual(realmsOf(['WWW-Authenticate: Basic realm="r"', 'WWW-Authenticate: Negotiate YII=']), []);
  });

  test('several on one line, between other schemes', () => {
    const value =
      'Basic realm="a, Digest", Digest realm="b", nonce="1", algorithm=MD5, Negotiate YWJj==, ' +
      'Digest  nonce="2" , realm="c",opaque="", Bearer';
    assert.deepEqual(realmsOf([`WWW-Authenticate: ${value}`]), ['b MD5', 'c ']);
  });

  test('RFC 3261 22.3: each realm has its own, a proxy and a server of one name are two', () => {
    const lines = [line('a', 'MD5'), line('b', 'MD5'), line('a', 'MD5').replace('WWW', 'Proxy')];
    assert.deepEqual(realmsOf(lines), ['a MD5', 'b MD5', 'a MD5']);
  });

  test('of more realms than CHALLENGE_REALMS_MAX the first are answered', () => {
    const lines = Array.from({ length: CHALLENGE_REALMS_MAX + 5 }, (_, realm) => line(`r${realm}`, 'MD5'));
    assert.equal(realmsOf(lines).length, CHALLENGE_REALMS_MAX);
  });
});

describe('hostile and broken challenges', () => {
  test('stale is true in any case, quoted or not', () => {
    for (const stale of ['true', 'TRUE', '"true"']) {
      assert.equal(read(`Digest realm="r", nonce="n", stale=${stale}`)?.isStale, true);
    }
    for (const stale of ['false', '', 'yes']) {
      assert.equal(read(`Digest realm="r", nonce="n", stale=${stale}`)?.isStale, false);
    }
  });

  test('what is missing makes it none', () => {
    for (const value of ['Digest', 'Digest realm="r"', 'Digest nonce="n"', 'Digest realm, nonce="n"', '']) {
      assert.equal(read(value), undefined, value);
    }
    assert.equal(read('Digest realm="r", nonce="n", qop="token"'), undefined);
  });

  test('commas and escaped quotes in quotes are text: hashed without escapes, sent back with them', () => {
    const fields = answer('Digest realm="a \\"b\\", c=d", nonce="n,\\\\", opaque="x\\"y"');
    assert.equal(fields['realm'], '"a \\"b\\", c=d"');
    assert.equal(fields['nonce'], '"n,\\\\"');
    assert.equal(fields['opaque'], '"x\\"y"');
    const key = nodeDigest('MD5', 'Mufasa:a "b", c=d:Circle Of Life');
    assert.equal(
      fields['response'],
      `"${nodeDigest('MD5', `${key}:n,\\:${nodeDigest('MD5', 'GET:/dir/index.html')}`)}"`,
    );
  });

  test('a quote that is not closed, or stands where none may, ends the line', () => {
    assert.equal(read('Digest realm="r, nonce="n"'), undefined);
    assert.equal(read('Digest realm="r", nonce="n\\"'), undefined);
    assert.equal(read('Digest realm="r", nonce="n", opaque="never')?.opaque, null);
    assert.equal(read('Digest realm=r\\, nonce=n'), undefined);
  });

  test('a field that comes twice counts once, the first', () => {
    assert.equal(read('Digest realm="r", nonce="1", nonce="2"')?.nonce, '1');
  });

  test('NUL and other control characters never come out again', () => {
    for (const code of [0, 1, 9, 127]) {
      const text = `x${String.fromCharCode(code)}\\${String.fromCharCode(code)}`;
      for (const value of [`realm="${text}", nonce="n"`, `realm="r", nonce="${text}"`]) {
        assert.equal(read(`Digest ${value}`), undefined);
      }
      assert.equal(read(`Digest realm="r", nonce="n", opaque="${text}"`), undefined);
    }
  });

  test('a folded line is read, and its fold does not go back', () => {
    const challenge = read('Digest realm="a\r\n b",\r\n\tnonce="n"');
    assert.equal(challenge?.realm, 'a b');
  });

  test('a text longer than CHALLENGE_VALUE_MAX makes it none', () => {
    const quoted = (length: number): string => `"${'x'.repeat(length - 2)}"`;
    assert.notEqual(read(`Digest realm="r", nonce=${quoted(CHALLENGE_VALUE_MAX)}`), undefined);
    assert.equal(read(`Digest realm="r", nonce=${quoted(CHALLENGE_VALUE_MAX + 1)}`), undefined);
  });

  test('whatever the challenge, the answer is one line, and its quotes are closed', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(...'Digest realm="r", nonce="n"\\\0\t;<>/', 'realm=', 'nonce=', ', opaque=', 'Digest '),
      maxLength: 60,
    });
    fc.assert(
      fc.property(hostile, (text) => {
        for (const challenge of challengesOf(challenged([`WWW-Authenticate: Digest realm="r", nonce=n, ${text}`]))) {
          const line = printCredentials(challenge, { ...WHO, uri: 'sip:a"b\\' }, nodeDigest);
          assert.match(line, ONE_LINE);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
