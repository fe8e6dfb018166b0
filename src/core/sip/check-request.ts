// The grammar a UAS insists on before it acts on a request: RFC 3261 8.2.2, 16.3 and 20; RFC 4475 3.1.2. What it
// finds is answered with the status and the sentence as reason phrase. Methods, extensions and body types are decided
// above it.

import { isAbsoluteUri, schemeOf } from './absolute-uri.ts';
import { COMMA, isBlank, isControl, skipBlanks } from './characters.ts';
import { Header, type HeaderId, headerName } from './header-name.ts';
import { maxForwardsOf } from './max-forwards.ts';
import type { SipMessage } from './message.ts';
import { type NameAddr, parseNameAddr } from './name-addr.ts';
import { VIAS_MAX } from './sip-limits.ts';
import { parseUri } from './uri.ts';
import { parseViaAt } from './via.ts';

/** What to answer: 400 or 416, and a reason phrase without a word of the peer's. */
export interface RequestFault {
  readonly status: number;
  readonly sentence: string;
}

/**
 * Null when the request keeps to the grammar in all that routing, dialogs and answers depend on. Linear in its
 * length.
 */
export function checkRequest(request: SipMessage): RequestFault | null {
  return (
    checkVias(request) ??
    checkAddress(request.from, Header.From) ??
    checkAddress(request.to, Header.To) ??
    checkCallId(request.callId) ??
    checkMaxForwards(request) ??
    checkContacts(request) ??
    checkRoutes(request, Header.Route) ??
    checkRoutes(request, Header.RecordRoute) ??
    checkSingles(request) ??
    checkRequestUri(request.uri)
  );
}

// All of them: each is echoed, and a broken one below the top would break the answer on its way back.
function checkVias(request: SipMessage): RequestFault | null {
  let count = 0;
  for (let line = request.find(Header.Via); line >= 0; line = request.find(Header.Via, line + 1)) {
    const end = request.lineEnd(line);
    let at = request.valueStart(line);
    do {
      const via = parseViaAt(request.text, at, end);
      if (via === null) return bad(Header.Via);
      if (++count > VIAS_MAX) return { status: 400, sentence: 'Too Many Vias' };
      at = skipBlanks(request.text, via.end, end) + 1;
    } while (at <= end && request.text.charCodeAt(at - 1) === COMMA);
  }
  return null;
}

// A URI of a scheme that is not ours is let pass (RFC 4475 3.3.4): only a registrar has to understand it.
function checkAddress(address: NameAddr | null, id: HeaderId): RequestFault | null {
  if (address === null || address.uri === '') return bad(id);
  return isOurScheme(schemeOf(address.uri)) && parseUri(address.uri) === null ? bad(id) : null;
}

// 25.1: word [ "@" word ]. Insisted on is what matters: nothing in it ends a line, a column or a C string.
function checkCallId(callId: string): RequestFault | null {
  for (let at = 0; at < callId.length; at++) {
    const code = callId.charCodeAt(at);
    if (isBlank(code) || isControl(code)) return bad(Header.CallId);
  }
  return null;
}

function checkMaxForwards(request: SipMessage): RequestFault | null {
  return request.has(Header.MaxForwards) && maxForwardsOf(request) < 0 ? bad(Header.MaxForwards) : null;
}

// 8.1.1.8: an INVITE names one remote target. '*' is for REGISTER alone (10.2.2).
function checkContacts(request: SipMessage): RequestFault | null {
  if (!request.has(Header.Contact)) return null;
  const contacts = request.values(Header.Contact);
  if (request.method === 'INVITE' && contacts.length !== 1) return bad(Header.Contact);
  for (const contact of contacts) {
    if (contact === '*' && request.method === 'REGISTER') continue;
    const fault = checkAddress(parseNameAddr(contact), Header.Contact);
    if (fault !== null) return fault;
  }
  return null;
}

function checkRoutes(request: SipMessage, id: HeaderId): RequestFault | null {
  if (!request.has(id)) return null;
  for (const route of request.values(id)) {
    const fault = checkAddress(parseNameAddr(route), id);
    if (fault !== null) return fault;
  }
  return null;
}

// Singles of extensions that would act on the call; parseMessage has seen to those of RFC 3261.
const SINGLES: readonly HeaderId[] = [Header.ReferTo, Header.Replaces, Header.Event];

function checkSingles(request: SipMessage): RequestFault | null {
  for (const id of SINGLES) {
    if (request.count(id) > 1) return { status: 400, sentence: `Repeated ${headerName(id)}` };
  }
  return null;
}

// 8.2.2.1 and 19.1.1: another scheme is 416; headers are not allowed in a Request-URI, and never obeyed.
function checkRequestUri(text: string): RequestFault | null {
  if (!isAbsoluteUri(text, 0, text.length)) return BAD_REQUEST_URI;
  if (!isOurScheme(schemeOf(text))) return { status: 416, sentence: 'Unsupported URI Scheme' };
  const uri = parseUri(text);
  return uri === null || uri.headers !== '' ? BAD_REQUEST_URI : null;
}

const BAD_REQUEST_URI: RequestFault = { status: 400, sentence: 'Bad Request-URI' };

function isOurScheme(scheme: string): boolean {
  return scheme === 'sip' || scheme === 'sips' || scheme === 'tel';
}

function bad(id: HeaderId): RequestFault {
  return { status: 400, sentence: `Bad ${headerName(id)}` };
}
