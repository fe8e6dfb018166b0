// Digest authentication as the server has it: RFC 3261 22.2 and 22.3, RFC 7616 3.4, RFC 8760. The credentials of a
// request are read and checked, challenges printed. Which nonces are good, and who may call, is decided elsewhere.

import type { HashFunction } from '../base/digest-algorithms.ts';
import { detach } from './detach.ts';
import { type Digest, isKnownAlgorithm, readDigestFields, responseOf } from './digest.ts';
import { Header, headerName } from './header-name.ts';
import type { SipMessage } from './message.ts';
import { unquote } from './parameter-reader.ts';
import { CHALLENGE_VALUE_MAX } from './sip-limits.ts';
import { parseUri } from './uri.ts';

/** Credentials for one realm, escapes undone. It keeps nothing of the request. */
export interface DigestAnswer {
  readonly user: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: string;
  readonly qop: '' | 'auth';
  readonly clientNonce: string;
  /** nc; 1 without qop: such an answer is good once. */
  readonly nonceCount: number;
  /** nc as it is written, which is what is hashed. */
  readonly countText: string;
}

/** The credentials for `realm` in that header; null when there are none that can be checked. */
export function digestAnswerOf(request: SipMessage, isProxy: boolean, realm: string): DigestAnswer | null {
  for (const value of request.values(isProxy ? Header.ProxyAuthorization : Header.Authorization)) {
    for (const fields of readDigestFields(value)) {
      const text = (name: string): string => textOf(fields.get(name));
      if (text('realm') !== realm) continue;
      const qop = text('qop').toLowerCase();
      const algorithm = text('algorithm');
      const nonceCount = qop === '' ? 1 : readCount(text('nc'));
      const isWhole = text('username') !== '' && text('nonce') !== '' && text('response') !== '' && text('uri') !== '';
      if (!isWhole || (qop !== '' && qop !== 'auth') || nonceCount < 1 || !isKnownAlgorithm(algorithm)) continue;
      return {
        user: text('username'),
        nonce: text('nonce'),
        uri: text('uri'),
        response: text('response').toLowerCase(),
        algorithm,
        qop,
        clientNonce: text('cnonce'),
        nonceCount,
        countText: text('nc'),
      };
    }
  }
  return null;
}

/** Whether `answer` was made with `password` for this request, in a time that tells nothing of where it differs. */
export function isRightAnswer(
  answer: DigestAnswer,
  { realm, password }: { readonly realm: string; readonly password: string },
  request: SipMessage,
  digest: Digest,
): boolean {
  const { user, nonce, uri, response, algorithm, qop, clientNonce, countText } = answer;
  const input = { user, password, method: request.method, uri, body: '', clientNonce, countText };
  const wanted = responseOf({ realm, nonce, algorithm, qop }, input, digest);
  return isEqual(wanted, response) && isSameResource(uri, request.uri);
}

/** What a challenge says. */
export interface Offer {
  /** 407, not 401. */
  readonly isProxy: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly isStale: boolean;
  /** In the order of preference (RFC 8760 2.4). */
  readonly algorithms: readonly HashFunction[];
}

/** The lines of a challenge, one an algorithm, each with its CRLF. */
export function challengeLines({ isProxy, realm, nonce, isStale, algorithms }: Offer): string {
  const name = headerName(isProxy ? Header.ProxyAuthenticate : Header.WwwAuthenticate);
  const stale = isStale ? ', stale=true' : '';
  let lines = '';
  for (const algorithm of algorithms) {
    lines += `${name}: Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale}\r\n`;
  }
  return lines;
}

/** Whether `answer` keeps to what was offered: a weaker algorithm, or the "-sess" kind of one, was not asked for. */
export function isOffered({ algorithm }: DigestAnswer, offered: readonly HashFunction[]): boolean {
  const name = algorithm === '' ? 'MD5' : algorithm.toUpperCase();
  return offered.some((one) => one === name);
}

/**
 * 7616 3.4.6: what was signed is what is asked. Hosts are rewritten on the way; who is called is not to be: an answer
 * for one number does not pay for another.
 */
function isSameResource(signed: string, asked: string): boolean {
  return signed === asked || parseUri(signed)?.user === parseUri(asked)?.user;
}

function isEqual(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}

function textOf(value: string | undefined): string {
  return value === undefined || value.length > CHALLENGE_VALUE_MAX ? '' : detach(unquote(value));
}

/** Eight hexadecimal digits; -1 when they are none. */
function readCount(text: string): number {
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : -1;
}
