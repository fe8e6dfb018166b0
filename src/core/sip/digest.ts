// Digest authentication as the client has it: RFC 3261 22.4, RFC 2617 3.2, RFC 7616 3, RFC 8760. Challenges are read,
// credentials printed; the hash functions are the host's and come in as one function.

import type { HashFunction } from '../base/digest-algorithms.ts';
import { COMMA, EQUALS, isControl, QUOTE, skipBlanks, skipQuoted, skipToken, skipValue } from './characters.ts';
import { detach } from './detach.ts';
import { Header, headerName } from './header-name.ts';
import type { SipMessage } from './message.ts';
import { unquote } from './parameter-reader.ts';
import { CHALLENGE_REALMS_MAX, CHALLENGE_VALUE_MAX } from './sip-limits.ts';

/** The hash of `text`, one byte a character, in lower-case hexadecimal digits. */
export type Digest = (hash: HashFunction, text: string) => string;

/** A challenge that can be answered. It keeps nothing of the message it came in. */
export interface Challenge {
  /** Answered by Proxy-Authorization instead of Authorization. */
  readonly isProxy: boolean;
  /** Quoted texts as received, escapes kept, quotes not: they go back byte for byte. */
  readonly realm: string;
  readonly nonce: string;
  /** Null when absent. */
  readonly opaque: string | null;
  /** As written; '' when absent, which means MD5. */
  readonly algorithm: string;
  /** Quality of protection; '' when the server offers none. */
  readonly qop: '' | 'auth' | 'auth-int';
  /** The credentials were right, only their nonce had become too old. */
  readonly isStale: boolean;
}

/** What credentials are made of besides their challenge. */
export interface CredentialsInput {
  readonly user: string;
  readonly password: string;
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  readonly body: string;
  readonly clientNonce: string;
  /** Requests sent with this nonce, this one included. */
  readonly nonceCount: number;
}

interface Algorithm {
  readonly lower: string;
  readonly hash: HashFunction;
  /** The "-sess" kind: both nonces go into the key. */
  readonly hashesNonces: boolean;
}

/** The strongest first. */
const ALGORITHMS: readonly Algorithm[] = [
  { lower: 'sha-512-256-sess', hash: 'SHA-512-256', hashesNonces: true },
  { lower: 'sha-512-256', hash: 'SHA-512-256', hashesNonces: false },
  { lower: 'sha-256-sess', hash: 'SHA-256', hashesNonces: true },
  { lower: 'sha-256', hash: 'SHA-256', hashesNonces: false },
  { lower: 'md5-sess', hash: 'MD5', hashesNonces: true },
  { lower: 'md5', hash: 'MD5', hashesNonces: false },
];

/**
 * The challenges of a 401 or 407 that can be answered, one a realm. Departs from RFC 8760 2.4 (the topmost that is
 * supported): the strongest, the topmost of equals, so that nobody on the way brings us down to MD5 by a line on top.
 */
export function challengesOf(response: SipMessage): Challenge[] {
  const chosen: Challenge[] = [];
  for (const header of [Header.WwwAuthenticate, Header.ProxyAuthenticate] as const) {
    for (const value of response.values(header)) {
      for (const fields of readDigestFields(value)) {
        const challenge = challengeOf(fields, header === Header.ProxyAuthenticate);
        if (challenge !== null) choose(challenge, chosen);
      }
    }
  }
  return chosen;
}

/** Whether both are answered by the same line. */
export function isSameRealm(one: Challenge, other: Challenge): boolean {
  return one.isProxy === other.isProxy && one.realm === other.realm;
}

/** The Authorization or Proxy-Authorization line that answers `challenge`, with its CRLF. */
export function printCredentials(challenge: Challenge, input: CredentialsInput, digest: Digest): string {
  const { isProxy, realm, nonce, opaque, algorithm, qop } = challenge;
  const name = headerName(isProxy ? Header.ProxyAuthorization : Header.Authorization);
  const countText = hexCount(input.nonceCount);
  const response = responseOf(challenge, { ...input, countText }, digest);
  let line =
    `${name}: Digest username="${escaped(input.user)}", realm="${realm}", nonce="${nonce}", ` +
    `uri="${escaped(input.uri)}", response="${response}"`;
  if (algorithm !== '') line += `, algorithm=${algorithm}`;
  if (qop !== '') line += `, qop=${qop}, nc=${countText}`;
  if (qop !== '' || algorithmOf(challenge).hashesNonces) line += `, cnonce="${input.clientNonce}"`;
  if (opaque !== null) line += `, opaque="${opaque}"`;
  return `${line}\r\n`;
}

/** What of a challenge its answer is made of. */
export type Challenged = Pick<Challenge, 'realm' | 'nonce' | 'algorithm' | 'qop'>;

/** What of credentials is hashed; `countText`: nc as it is written. */
export type HashedInput = Omit<CredentialsInput, 'nonceCount'> & { readonly countText: string };

/** RFC 7616 3.4.1 to 3.4.3; without qop RFC 2617 3.2.2.1. */
export function responseOf(challenge: Challenged, input: HashedInput, digest: Digest): string {
  const { qop } = challenge;
  const { method, uri, body, clientNonce } = input;
  const { hash, hashesNonces } = algorithmOf(challenge);
  const realm = unquote(`"${challenge.realm}"`);
  const nonce = unquote(`"${challenge.nonce}"`);
  let key = digest(hash, `${input.user}:${realm}:${input.password}`);
  if (hashesNonces) key = digest(hash, `${key}:${nonce}:${clientNonce}`);
  const asked = qop === 'auth-int' ? `${method}:${uri}:${digest(hash, body)}` : `${method}:${uri}`;
  const protection = qop === '' ? '' : `${input.countText}:${clientNonce}:${qop}:`;
  return digest(hash, `${key}:${nonce}:${protection}${digest(hash, asked)}`);
}

function hexCount(count: number): string {
  return count.toString(16).padStart(8, '0');
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

function choose(challenge: Challenge, chosen: Challenge[]): void {
  const index = chosen.findIndex((other) => isSameRealm(other, challenge));
  if (index < 0 && chosen.length < CHALLENGE_REALMS_MAX) chosen.push(challenge);
  const rival = chosen[index];
  if (rival !== undefined && rankOf(challenge) < rankOf(rival)) chosen[index] = challenge;
}

function rankOf(challenge: Challenge): number {
  return ALGORITHMS.indexOf(algorithmOf(challenge));
}

function algorithmOf({ algorithm }: Pick<Challenge, 'algorithm'>): Algorithm {
  return findAlgorithm(algorithm) as Algorithm;
}

/** Whether an algorithm of that name can be answered and checked. */
export function isKnownAlgorithm(name: string): boolean {
  return findAlgorithm(name) !== undefined;
}

function findAlgorithm(name: string): Algorithm | undefined {
  const lower = name === '' ? 'md5' : name.toLowerCase();
  return ALGORITHMS.find((algorithm) => algorithm.lower === lower);
}

/** Fields of one challenge, or of credentials, by lower-case name, values as they stand. */
export type Fields = ReadonlyMap<string, string>;

function challengeOf(fields: Fields, isProxy: boolean): Challenge | null {
  const algorithm = detach(unquote(fields.get('algorithm') ?? ''));
  const realm = quotableText(fields.get('realm'));
  const nonce = quotableText(fields.get('nonce'));
  const opaque = fields.has('opaque') ? quotableText(fields.get('opaque')) : '';
  const qop = qopOf(unquote(fields.get('qop') ?? ''));
  if (realm === null || nonce === null || opaque === null || qop === null) return null;
  if (findAlgorithm(algorithm) === undefined) return null;
  const isStale = unquote(fields.get('stale') ?? '').toLowerCase() === 'true';
  return { isProxy, realm, nonce, opaque: fields.has('opaque') ? opaque : null, algorithm, qop, isStale };
}

/** What may stand between quotes in our line: no control character, no stray escape, nothing endless; else null. */
function quotableText(value: string | undefined): string | null {
  if (value === undefined || value.length > CHALLENGE_VALUE_MAX) return null;
  const isQuoted = value.charCodeAt(0) === QUOTE;
  if (!isQuoted && value.includes('\\')) return null;
  const text = isQuoted ? value.slice(1, -1) : value;
  for (let at = 0; at < text.length; at++) if (isControl(text.charCodeAt(at))) return null;
  return detach(text);
}

/** `auth` where it is offered, for a body that something on the way changes breaks `auth-int`; null when neither is. */
function qopOf(offer: string): Challenge['qop'] | null {
  const offered = offer
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  if (offered.includes('auth')) return 'auth';
  if (offered.includes('auth-int')) return 'auth-int';
  return offer.trim() === '' ? '' : null;
}

/**
 * The Digest challenges of one header line. A word before '=' is a field, any other a scheme that begins a challenge;
 * other schemes' fields are passed over. Where the line cannot be read any further it ends.
 */
export function readDigestFields(text: string): Fields[] {
  const challenges: Fields[] = [];
  let fields = new Map<string, string>();
  let at = 0;
  for (;;) {
    at = skipBlanks(text, at, text.length);
    if (text.charCodeAt(at) === COMMA) {
      at += 1;
      continue;
    }
    const end = skipToken(text, at, text.length);
    if (end === at) return challenges;
    const name = text.slice(at, end).toLowerCase();
    const equals = skipBlanks(text, end, text.length);
    if (text.charCodeAt(equals) === EQUALS) {
      const start = skipBlanks(text, equals + 1, text.length);
      at = endOfValue(text, start);
      if (at < 0) return challenges;
      // A field that comes twice is a trick or a mistake: the first stands.
      if (!fields.has(name)) fields.set(name, text.slice(start, at));
    } else {
      fields = new Map();
      if (name === 'digest') challenges.push(fields);
      at = end;
    }
  }
}

/** Past a quoted string or a plain value; -1 when a quote is not closed. */
function endOfValue(text: string, start: number): number {
  const isQuoted = text.charCodeAt(start) === QUOTE;
  return isQuoted ? skipQuoted(text, start, text.length) : skipValue(text, start, text.length);
}
