// 503 for an INVITE that the switch has no time for, without any state: RFC 3261 8.2.7 and 21.5.4. Everything in it
// follows from the INVITE, so that a repetition is answered alike.

import type { AddressMethod, Target } from '../base/target.ts';
import type { Source } from '../call/incoming-request.ts';
import { SipMessage } from '../sip/message.ts';
import { parseMessage } from '../sip/parse-message.ts';
import { printResponse } from '../sip/print-response.ts';
import { targetOf } from './reception.ts';

/** When the caller may come again, seconds: spread, so that those refused together do not come back together. */
const RETRY_AFTER_MIN_SECONDS = 5;
const RETRY_AFTER_MAX_SECONDS = 15;

/** A request whose lines can be read; null for anything else. */
export function readRequest(text: string): SipMessage | null {
  const message = parseMessage(text);
  return message instanceof SipMessage && message.kind === 'request' ? message : null;
}

/** The refusal of `invite`, whose transaction has `mark`. */
export function printOverloadRefusal(invite: SipMessage, source: Source, mark: number): string {
  const retryAfter = RETRY_AFTER_MIN_SECONDS + (mark % (RETRY_AFTER_MAX_SECONDS - RETRY_AFTER_MIN_SECONDS + 1));
  return printResponse(invite, 503, {
    toTag: mark.toString(36),
    received: source.address,
    receivedPort: source.port,
    headers: `Retry-After: ${retryAfter}\r\n`,
    contentType: '',
    body: '',
  });
}

/** Where it goes. `method`: of the gateway whose INVITE it is. */
export function refusalTarget(invite: SipMessage, source: Source, method: AddressMethod | null): Target {
  return targetOf(invite, source, method);
}
