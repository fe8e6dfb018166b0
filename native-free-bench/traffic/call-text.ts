// The requests of the calling end, as text.

import { createHash } from 'node:crypto';
import { stampMicros } from './end-clock.ts';

/** What the requests of one call are printed from. */
export interface CallFace {
  readonly callId: string;
  /** Host and port of the caller's socket. */
  readonly here: string;
  readonly fromTag: string;
  readonly sessionExpiresSeconds: number | null;
  /** Of the dialog: Request-URI and Route lines of what follows the answer, To with its tag. */
  remoteUri: string;
  routeLines: string;
  to: string;
}

const SDP =
  'v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
  'm=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n' +
  'a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n';

const CALLER_NUMBER = '12125550100';

/** An INVITE of about 600 bytes. */
export function printInvite(face: CallFace, sequence: number, branch: string, more = ''): string {
  const timer = face.sessionExpiresSeconds === null ? '' : `Session-Expires: ${face.sessionExpiresSeconds}\r\n`;
  const lines =
    `Contact: <sip:alice@${face.here}>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK\r\n` +
    `Supported: replaces${timer === '' ? '' : ', timer'}\r\n${timer}User-Agent: tandem-bench\r\n` +
    `X-Stamp: ${stampMicros()}\r\n${more}Content-Type: application/sdp\r\n`;
  return print(face, 'INVITE', sequence, branch, lines, SDP);
}

/** Any other request, of about 400 bytes. */
export function printRequest(face: CallFace, method: string, sequence: number, branch: string, lines = ''): string {
  return print(face, method, sequence, branch, lines, '');
}

function print(face: CallFace, method: string, sequence: number, branch: string, lines: string, body: string): string {
  const { callId, here, fromTag, remoteUri, routeLines, to } = face;
  return (
    `${method} ${remoteUri} SIP/2.0\r\n` +
    `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${branch}.${fromTag}\r\n${routeLines}Max-Forwards: 70\r\n` +
    `From: "Alice" <sip:${CALLER_NUMBER}@${here}>;tag=${fromTag}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\n` +
    `CSeq: ${sequence} ${method}\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** An answer of ours to an INVITE or UPDATE inside the call: the body repeats what was offered first. */
export const ANSWER_BODY = SDP;

/** Who registers. */
export interface Registrant {
  readonly user: string;
  readonly password: string;
}

/** The Authorization line that answers `challenge` (RFC 3261 22, RFC 8760), or '' when it cannot. */
export function authorizationOf(
  challenge: string,
  { user, password }: Registrant,
  method: string,
  uri: string,
): string {
  const part = (name: string): string => new RegExp(`[ ,]${name}="?([^",]*)"?`, 'i').exec(` ${challenge}`)?.[1] ?? '';
  const algorithm = part('algorithm') || 'MD5';
  const hashName = algorithm === 'SHA-256' ? 'sha256' : 'md5';
  const hash = (text: string): string => createHash(hashName).update(text).digest('hex');
  const [realm, nonce, isQualified] = [part('realm'), part('nonce'), part('qop').includes('auth')];
  if (nonce === '') return '';
  const secret = hash(`${user}:${realm}:${password}`);
  const asked = hash(`${method}:${uri}`);
  const response = isQualified
    ? hash(`${secret}:${nonce}:00000001:bench:auth:${asked}`)
    : hash(`${secret}:${nonce}:${asked}`);
  const qualified = isQualified ? ', qop=auth, nc=00000001, cnonce="bench"' : '';
  return (
    `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=${algorithm}${qualified}\r\n`
  );
}
