// Header lines that one message repeats from another, byte for byte: RFC 3261 8.2.6.2, 9.1 and 17.1.1.3.

import { Header, type HeaderId } from './header-name.ts';
import type { SipMessage } from './message.ts';

/** The first line with that id and its CRLF; '' when there is none. */
export function copiedLine(message: SipMessage, id: HeaderId): string {
  const line = message.find(id);
  return line < 0 ? '' : `${message.lineText(line)}\r\n`;
}

/** All lines with that id, from line `from` on, each with its CRLF. */
export function copiedLines(message: SipMessage, id: HeaderId, from = 0): string {
  let lines = '';
  for (let line = message.find(id, from); line >= 0; line = message.find(id, line + 1)) {
    lines += `${message.lineText(line)}\r\n`;
  }
  return lines;
}

/** The top Via's line without the values that may follow on it, and its CRLF. */
export function topViaLine(message: SipMessage): string {
  const line = message.find(Header.Via);
  return line < 0 ? '' : `${message.text.slice(message.lineStart(line), message.topVia.end)}\r\n`;
}
