// Header lines and bodies that are within the grammar, whatever they mean where they stand.

import type { Prng } from '../../src/core/base/prng.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 10.99.0.1\r\ns=-\r\nc=IN IP4 10.99.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

function pick<T>(random: Prng, list: readonly T[]): T {
  return list[random.below(list.length)] as T;
}

/** A Contact of the peer at `address`, mostly; '' for none. */
export function looseContact(random: Prng, address: string, other: string): string {
  return pick(random, [
    '',
    `Contact: <sip:${address}>\r\n`,
    `Contact: <sip:${address}>\r\n`,
    `Contact: <sip:u@${address}:5060>\r\n`,
    `m: <sip:${address};transport=udp>;q=0.5\r\n`,
    `Contact: sip:${address}\r\n`,
    `Contact: <sip:${other}>\r\n`,
    `Contact: "a, b" <sip:x@${address}>\r\n`,
    `Contact: <sip:u%20x@${address};a=b>\r\n`,
    `Contact: <sip:u@${address}>,\r\n <sip:v@${other}>\r\n`,
    'Contact: <sip:host.example>\r\n',
    'Contact: <sip:u@[2001:db8::1]:5070>\r\n',
    'Contact: <tel:+4930>\r\n',
    `Contact: <sips:u@${address}>\r\n`,
  ]);
}

/** The last lines of a message, and its body. */
export function looseBody(random: Prng): string {
  const body = pick(random, [SDP, SDP, SDP, '', '', 'Signal=5\r\n']);
  const type = body === '' ? '' : `Content-Type: application/${body === SDP ? 'sdp' : 'dtmf-relay'}\r\n`;
  return `${type}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** Further lines of a message of the peer at `address`. `status`: 0 for a request. */
export function headersFor(random: Prng, address: string, method: string, status: number): string {
  let lines = '';
  const add = (share: number, name: string, values: readonly (string | number)[]): void => {
    if (random.chance(share)) lines += `${name}: ${pick(random, values)}\r\n`;
  };
  add(0.25, 'Supported', ['timer', '100rel', '100rel, timer', 'timer\r\n ,100rel', 'replaces']);
  if (method === 'INVITE' || method === 'UPDATE') {
    const refresher = pick(random, ['', ';refresher=uac', ';refresher=uas', ' ; refresher = UAC', ';refresher=me']);
    const interval = pick(random, [90, 91, 120, 300, 30, 1800, 0, 100_000]);
    add(0.35, pick(random, ['Session-Expires', 'x']), [`${interval}${refresher}`]);
    add(status === 422 ? 0.8 : 0.1, 'Min-SE', [90, 120, 200, 1000, 5000, 0, 100_000]);
    add(0.3, 'Allow', ['INVITE, ACK, BYE', 'INVITE,ACK,BYE,CANCEL,UPDATE,PRACK', 'UPDATE']);
  }
  if (status === 0) add(0.07, 'Require', ['timer', '100rel', 'foo', 'timer, 100rel']);
  const hop = `<sip:${address};lr>`;
  add(0.1, 'Record-Route', [hop, `<sip:${address}>`, `<sip:proxy.example;lr>,${hop}`]);
  if (status > 100 && status < 200 && method === 'INVITE' && random.chance(0.5)) {
    lines += `Require: 100rel\r\nRSeq: ${pick(random, [1, 2, 3, 1, 2, 0, 4_294_967_295])}\r\n`;
  }
  if (status === 401 || status === 407) add(0.9, CHALLENGES[status], [challenge(random)]);
  if (status >= 300) add(0.2, 'Retry-After', [0, 5, 20]);
  add(0.1, 'Reason', ['Q.850;cause=16', 'SIP;cause=200;text="x, y"', 'Q.850 ;cause=17']);
  add(0.08, 'P-Asserted-Identity', ['"x" <sip:77@a.example>, <tel:77>']);
  add(0.05, 'X-Folded', ['\r\n once\r\n\tmore']);
  return lines;
}

const CHALLENGES = { 401: 'WWW-Authenticate', 407: 'Proxy-Authenticate' } as const;

function challenge(random: Prng): string {
  const more = ['', ', stale=true', ', qop="auth"', ', qop="auth-int,auth", algorithm=MD5-sess'];
  return `Digest realm="${pick(random, ['r', 's', 'a,b'])}", nonce="n${random.below(6)}"${pick(random, more)}`;
}
