// CANCEL: RFC 3261 9.1.

import { copiedLine, copiedLines, topViaLine } from './copied-lines.ts';
import { Header } from './header-name.ts';
import type { SipMessage } from './message.ts';

/**
 * The CANCEL of our own INVITE: its Request-URI, top Via (so that the branch matches), Route, From, To, Call-ID and
 * CSeq number. `headers` are more lines, each with its CRLF, such as Reason (RFC 3326 2).
 */
export function printCancel(invite: SipMessage, headers = ''): string {
  return (
    `CANCEL ${invite.uri} SIP/2.0\r\n` +
    topViaLine(invite) +
    'Max-Forwards: 70\r\n' +
    copiedLines(invite, Header.Route) +
    copiedLine(invite, Header.From) +
    copiedLine(invite, Header.To) +
    copiedLine(invite, Header.CallId) +
    `CSeq: ${invite.cseq} CANCEL\r\n` +
    `${headers}Content-Length: 0\r\n\r\n`
  );
}
