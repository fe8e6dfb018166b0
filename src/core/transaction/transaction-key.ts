// Which message belongs to which transaction: RFC 3261 17.1.3 for responses, 17.2.3 for requests, 8.2.2.2 for requests
// that come by two ways.
//
// A key is joined from windows on its datagram: good for a look-up as it is, to be made flat by whoever keeps it.

import type { SipMessage } from '../sip/message.ts';
import { isUniqueBranch, type Via } from '../sip/via.ts';

/** Key of a client transaction. A CANCEL has the branch of its INVITE, so the method is part of it (17.1.3). */
export function clientKey(method: string, branch: string): string {
  return `${method} ${branch}`;
}

/**
 * Key of the server transaction that `request` creates or repeats; `method` is the request's own, or INVITE to find the
 * INVITE that it acknowledges or cancels.
 *
 * By RFC 3261: branch, sent-by and method. By RFC 2543, when the branch is missing or was not made to be unique:
 * Request-URI, tags, Call-ID, CSeq and top Via; of INVITE without the To tag, which its ACK has and it has not.
 */
export function serverKey(request: SipMessage, method: string): string {
  const via = request.topVia;
  if (isUniqueBranch(via.branch)) return `${method} ${sentBy(via)} ${via.branch}`;
  const toTag = method === 'INVITE' ? '' : request.toTag;
  const dialog = `${request.fromTag} ${toTag} ${request.callId}`;
  return `${method} ${sentBy(via)} ${request.cseq} ${request.uri} ${dialog} ${via.branch}`;
}

/** The branch in the key of a transaction, which ends with it. */
export function branchOf(key: string): string {
  return key.slice(key.lastIndexOf(' ') + 1);
}

/** What one request has in common on every way it takes to us (8.2.2.2). */
export function mergeKey(request: SipMessage): string {
  return `${request.cseq} ${request.fromTag} ${request.callId}`;
}

/** 18.2.2, 19.1.1: host names have no case, and an absent port is the transport's default. */
function sentBy(via: Via): string {
  const port = via.port === 0 ? defaultPort(via.transport) : via.port;
  return `${via.host.toLowerCase()}:${port}`;
}

function defaultPort(transport: string): number {
  return transport === 'TLS' ? 5061 : 5060;
}
