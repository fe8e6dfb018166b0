// What the fuzzers start from: the torture messages, ordinary messages, and every input that once showed a fault or was
// made to be hostile (test/fuzz/corpus).

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TEST = join(process.cwd(), 'test');
const FOLDERS: readonly string[] = ['torture/rfc4475', 'torture/rfc5118', 'fuzz/corpus'];

/** A text to start from, and the file it came from. */
export interface Seed {
  readonly name: string;
  readonly text: string;
}

/** All seeds, in an order that does not depend on the file system. */
export function seeds(): readonly Seed[] {
  const kept = FOLDERS.flatMap((folder) => readdirSync(join(TEST, folder)).map((file) => join(folder, file)));
  const files = kept.filter((file) => file.endsWith('.dat')).sort();
  const torture = files.map((name) => ({ name, text: readFileSync(join(TEST, name), 'latin1') }));
  return [...torture, ...ORDINARY];
}

const DIALOG =
  'From: "4922" <sip:+442079460000@203.0.113.1>;tag=9fxced76sl\r\n' +
  'To: <sip:+4930123456@198.51.100.5>;tag=314159\r\n' +
  'Call-ID: 843817637684230@998sdasdh09\r\n';
const VIA = 'Via: SIP/2.0/UDP 203.0.113.1:5060;branch=z9hG4bK74bf9;rport\r\n';
const SDP =
  'v=0\r\no=- 20518 0 IN IP4 203.0.113.1\r\ns=-\r\nc=IN IP4 203.0.113.1\r\nt=0 0\r\nm=audio 54400 RTP/AVP 0\r\n';
const BODY = `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`;
const EMPTY = 'Content-Length: 0\r\n\r\n';

const ORDINARY: readonly Seed[] = [
  {
    name: 'INVITE',
    text:
      `INVITE sip:+4930123456@198.51.100.5;user=phone SIP/2.0\r\n${VIA}Max-Forwards: 70\r\n${DIALOG}` +
      'CSeq: 1 INVITE\r\nContact: <sip:+442079460000@203.0.113.1:5060>\r\nRoute: <sip:p1;lr>, <sip:p2;lr>\r\n' +
      `Diversion: "x, y" <sip:1@h>;reason=no-answer\r\nSession-Expires: 1800;refresher=uac\r\n${BODY}`,
  },
  { name: '200', text: `SIP/2.0 200 OK\r\n${VIA}${DIALOG}CSeq: 1 INVITE\r\nContact: <sip:c@192.0.2.9>\r\n${BODY}` },
  { name: '183', text: `SIP/2.0 183 Session Progress\r\n${VIA}${DIALOG}CSeq: 1 INVITE\r\nRSeq: 1\r\n${BODY}` },
  { name: 'ACK', text: `ACK sip:c@192.0.2.9 SIP/2.0\r\n${VIA}Max-Forwards: 70\r\n${DIALOG}CSeq: 1 ACK\r\n${EMPTY}` },
  { name: 'BYE', text: `BYE sip:c@192.0.2.9 SIP/2.0\r\n${VIA}Max-Forwards: 70\r\n${DIALOG}CSeq: 2 BYE\r\n${EMPTY}` },
  { name: 'CANCEL', text: `CANCEL sip:c@192.0.2.9 SIP/2.0\r\n${VIA}${DIALOG}CSeq: 1 CANCEL\r\n${EMPTY}` },
  { name: 'PRACK', text: `PRACK sip:c@h SIP/2.0\r\n${VIA}${DIALOG}CSeq: 2 PRACK\r\nRAck: 1 1 INVITE\r\n${EMPTY}` },
];
