// The price of one answer: printResponse for a 100, a 180 and a 200 with SDP, flattened as a socket write flattens it.
// Run: node dist/native-free-bench/micro/core/sip/print-response.js

import { SipMessage } from '../../../../src/core/sip/message.ts';
import { parseMessage } from '../../../../src/core/sip/parse-message.ts';
import { printResponse, type ResponseOptions } from '../../../../src/core/sip/print-response.ts';
import { report } from './measure.ts';
import { INVITE } from './samples.ts';

const request = parseMessage(Buffer.from(INVITE, 'latin1').toString('latin1'));
if (!(request instanceof SipMessage)) throw new Error('the sample is a request');

const wire = Buffer.alloc(2048);
const contact = 'Contact: <sip:+4930123456@198.51.100.5:5060>\r\n';
const trying = optionsOf({ toTag: '', headers: '' });
const ringing = optionsOf({ toTag: 'b7c1f0a96d22', headers: contact });
const ok: ResponseOptions = { ...ringing, contentType: 'application/sdp', body: request.body };

report('100 Trying', ['100'], () => wire.write(printResponse(request, 100, trying), 'latin1'));
report('180 Ringing', ['180'], () => wire.write(printResponse(request, 180, ringing), 'latin1'));
report('200 OK with SDP', ['200'], () => wire.write(printResponse(request, 200, ok), 'latin1'));

function optionsOf(part: { readonly toTag: string; readonly headers: string }): ResponseOptions {
  return { ...part, received: '203.0.113.1', receivedPort: 5060, contentType: '', body: '' };
}
