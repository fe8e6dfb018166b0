// The price of reading one message: parseMessage on a 600-byte INVITE with 12 headers and SDP, with all that a B2BUA
// reads of every message (top Via, both tags, Call-ID, CSeq). Run: node
// dist/native-free-bench/micro/core/sip/parse-message.js

import { checkRequest } from '../../../../src/core/sip/check-request.ts';
import { SipMessage } from '../../../../src/core/sip/message.ts';
import { parseMessage } from '../../../../src/core/sip/parse-message.ts';
import { report } from './measure.ts';
import { INVITE, OK } from './samples.ts';

// Texts differ and come from bytes, as from a socket: V8 can neither hoist the work nor meet a cons string.
function datagrams(text: string): string[] {
  const texts: string[] = [];
  for (let i = 0; i < 1024; i++) {
    const bytes = Buffer.from(text.replace('843817637684230', String(843_817_637_684_230 + i)), 'latin1');
    texts.push(bytes.toString('latin1'));
  }
  return texts;
}

// What every message costs: the sum keeps V8 from dropping any of it.
function readAsB2bua(text: string): number {
  const message = parseMessage(text);
  if (!(message instanceof SipMessage)) return 0;
  const via = message.topVia;
  return (
    via.branch.length + via.port + message.fromTag.length + message.toTag.length + message.callId.length + message.cseq
  );
}

function parseOnly(text: string): number {
  const message = parseMessage(text);
  return message instanceof SipMessage ? message.cseq : 0;
}

function readAndCheck(text: string): number {
  const message = parseMessage(text);
  return message instanceof SipMessage && checkRequest(message) === null ? readAsB2bua(text) : 0;
}

report(`INVITE ${INVITE.length} bytes, parse`, datagrams(INVITE), parseOnly);
report(`INVITE ${INVITE.length} bytes, parse and read`, datagrams(INVITE), readAsB2bua);
report(`INVITE ${INVITE.length} bytes, parse twice, check, read`, datagrams(INVITE), readAndCheck);
report(`200 OK ${OK.length} bytes, parse and read`, datagrams(OK), readAsB2bua);
