// The ACK that an INVITE client transaction sends for a 300-699 response: RFC 3261 17.1.1.3.

import { copiedLine, copiedLines, topViaLine } from './copied-lines.ts';
import { Header } from './header-name.ts';
import type { SipMessage } from './message.ts';

/**
 * The ACK for a failure of our own INVITE: its Request-URI, top Via, Route, From, Call-ID and CSeq number; To with
 * the tag of the response. An ACK for a 2xx is another thing (13.2.2.4): the dialog makes that one.
 */
export function printAck(invite: SipMessage, response: SipMessage): string {
  return (
    `ACK ${invite.uri} SIP/2.0\r\n` +
    topViaLine(invite) +
    'Max-Forwards: 70\r\n' +
    copiedLines(invite, Header.Route) +
    copiedLine(invite, Header.From) +
    copiedLine(response, Header.To) +
    copiedLine(invite, Header.CallId) +
    `CSeq: ${invite.cseq} ACK\r\n` +
    'Content-Length: 0\r\n\r\n'
  );
}
