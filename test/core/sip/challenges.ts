// Responses that challenge, for the tests of digest authentication.

import type { SipMessage } from '../../../src/core/sip/message.ts';
import { parsed, textOf } from './messages.ts';

/** A 401 (or `status`) with `lines`. */
export function challenged(lines: readonly string[], status = 401): SipMessage {
  return parsed(
    textOf([
      `SIP/2.0 ${status} Who Are You`,
      'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
      'From: <sip:1@192.0.2.1>;tag=a',
      'To: <sip:2@203.0.113.1>;tag=b',
      'Call-ID: c',
      'CSeq: 1 INVITE',
      ...lines,
      'Content-Length: 0',
    ]),
  );
}

/** Parameters of a credentials line by name, quotes kept; `header` is its name. */
export function credentialsOf(line: string): Record<string, string> {
  const [, header = '', rest = ''] = /^([\w-]+): Digest (.*)\r\n$/.exec(line) ?? [];
  const pairs = rest.match(/[\w-]+=(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? [];
  return { header, ...Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2))) };
}
