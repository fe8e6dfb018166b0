// The closed vocabulary of header field names as small integers: RFC 3261 20 and 7.3.3 (compact forms), and the IANA
// registry for the extensions a carrier meets. A name outside it is Header.Other and is told by its text.

import { isWord, lowerCode } from './characters.ts';

/** Header field names as integers. The first 32 fit a bit mask: all that the parser checks for repetition are there. */
export const Header = {
  Other: 0,
  Via: 1,
  From: 2,
  To: 3,
  CallId: 4,
  CSeq: 5,
  MaxForwards: 6,
  Contact: 7,
  ContentLength: 8,
  ContentType: 9,
  Route: 10,
  RecordRoute: 11,
  Require: 12,
  ProxyRequire: 13,
  Supported: 14,
  Unsupported: 15,
  Allow: 16,
  Expires: 17,
  SessionExpires: 18,
  MinSe: 19,
  RSeq: 20,
  RAck: 21,
  Reason: 22,
  RetryAfter: 23,
  WwwAuthenticate: 24,
  ProxyAuthenticate: 25,
  Authorization: 26,
  ProxyAuthorization: 27,
  UserAgent: 28,
  Server: 29,
  Date: 30,
  Subject: 31,
  Privacy: 32,
  PAssertedIdentity: 33,
  PPreferredIdentity: 34,
  RemotePartyId: 35,
  Diversion: 36,
  HistoryInfo: 37,
  Identity: 38,
  Event: 39,
  AllowEvents: 40,
  ReferTo: 41,
  ReferredBy: 42,
  Replaces: 43,
  ContentEncoding: 44,
  ContentDisposition: 45,
  Accept: 46,
  Warning: 47,
  AcceptEncoding: 48,
  AcceptLanguage: 49,
  AcceptContact: 50,
  AlertInfo: 51,
  AuthenticationInfo: 52,
  CallInfo: 53,
  ContentLanguage: 54,
  ErrorInfo: 55,
  IdentityInfo: 56,
  InReplyTo: 57,
  Join: 58,
  MaxBreadth: 59,
  MimeVersion: 60,
  MinExpires: 61,
  Organization: 62,
  PAccessNetworkInfo: 63,
  PCalledPartyId: 64,
  PChargingFunctionAddresses: 65,
  PChargingVector: 66,
  PEarlyMedia: 67,
  PVisitedNetworkId: 68,
  Path: 69,
  Priority: 70,
  ProxyAuthenticationInfo: 71,
  ReferSub: 72,
  RejectContact: 73,
  ReplyTo: 74,
  RequestDisposition: 75,
  SecurityClient: 76,
  SecurityServer: 77,
  SecurityVerify: 78,
  ServiceRoute: 79,
  SipEtag: 80,
  SipIfMatch: 81,
  SubscriptionState: 82,
  SuppressIfMatch: 83,
  TargetDialog: 84,
  Timestamp: 85,
  UserToUser: 86,
  Geolocation: 87,
} as const;

export type HeaderId = (typeof Header)[keyof typeof Header];

// Canonical spellings, by id.
const NAMES: readonly string[] = [
  '',
  'Via',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Max-Forwards',
  'Contact',
  'Content-Length',
  'Content-Type',
  'Route',
  'Record-Route',
  'Require',
  'Proxy-Require',
  'Supported',
  'Unsupported',
  'Allow',
  'Expires',
  'Session-Expires',
  'Min-SE',
  'RSeq',
  'RAck',
  'Reason',
  'Retry-After',
  'WWW-Authenticate',
  'Proxy-Authenticate',
  'Authorization',
  'Proxy-Authorization',
  'User-Agent',
  'Server',
  'Date',
  'Subject',
  'Privacy',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Remote-Party-ID',
  'Diversion',
  'History-Info',
  'Identity',
  'Event',
  'Allow-Events',
  'Refer-To',
  'Referred-By',
  'Replaces',
  'Content-Encoding',
  'Content-Disposition',
  'Accept',
  'Warning',
  'Accept-Encoding',
  'Accept-Language',
  'Accept-Contact',
  'Alert-Info',
  'Authentication-Info',
  'Call-Info',
  'Content-Language',
  'Error-Info',
  'Identity-Info',
  'In-Reply-To',
  'Join',
  'Max-Breadth',
  'MIME-Version',
  'Min-Expires',
  'Organization',
  'P-Access-Network-Info',
  'P-Called-Party-ID',
  'P-Charging-Function-Addresses',
  'P-Charging-Vector',
  'P-Early-Media',
  'P-Visited-Network-ID',
  'Path',
  'Priority',
  'Proxy-Authentication-Info',
  'Refer-Sub',
  'Reject-Contact',
  'Reply-To',
  'Request-Disposition',
  'Security-Client',
  'Security-Server',
  'Security-Verify',
  'Service-Route',
  'SIP-ETag',
  'SIP-If-Match',
  'Subscription-State',
  'Suppress-If-Match',
  'Target-Dialog',
  'Timestamp',
  'User-to-User',
  'Geolocation',
];

// 7.3.3 and the registry: one letter, one name.
const COMPACT: readonly (readonly [string, HeaderId])[] = [
  ['a', Header.AcceptContact],
  ['b', Header.ReferredBy],
  ['c', Header.ContentType],
  ['d', Header.RequestDisposition],
  ['e', Header.ContentEncoding],
  ['f', Header.From],
  ['i', Header.CallId],
  ['j', Header.RejectContact],
  ['k', Header.Supported],
  ['l', Header.ContentLength],
  ['m', Header.Contact],
  ['n', Header.IdentityInfo],
  ['o', Header.Event],
  ['r', Header.ReferTo],
  ['s', Header.Subject],
  ['t', Header.To],
  ['u', Header.AllowEvents],
  ['v', Header.Via],
  ['x', Header.SessionExpires],
  ['y', Header.Identity],
];

const LOWER = NAMES.map((name) => name.toLowerCase());
const LETTERS = letterTable();
const SLOT_MASK = 511;
const SLOTS = slotTable();

/** The id of a header name in any case or compact form; Header.Other when it is not in the vocabulary. */
export function headerIdOf(name: string): HeaderId {
  return headerIdAt(name, 0, name.length);
}

/** The id of the header name in text[start, end), which must be a token. Cost: one probe, one comparison. */
export function headerIdAt(text: string, start: number, end: number): HeaderId {
  if (end - start === 1) return LETTERS[lowerCode(text.charCodeAt(start))] as HeaderId;
  if (end <= start) return Header.Other;
  let slot = slotOf(text, start, end);
  while (SLOTS[slot] !== 0) {
    const id = SLOTS[slot]!;
    if (isWord(text, start, end, LOWER[id]!)) return id as HeaderId;
    slot = (slot + 1) & SLOT_MASK;
  }
  return Header.Other;
}

/** The canonical spelling of a header name; '' for Header.Other. */
export function headerName(id: HeaderId): string {
  return NAMES[id]!;
}

function letterTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const [letter, id] of COMPACT) table[letter.charCodeAt(0)] = id;
  return table;
}

function slotTable(): Uint8Array {
  const table = new Uint8Array(SLOT_MASK + 1);
  for (let id = 1; id < LOWER.length; id++) {
    const name = LOWER[id]!;
    let slot = slotOf(name, 0, name.length);
    while (table[slot] !== 0) slot = (slot + 1) & SLOT_MASK;
    table[slot] = id;
  }
  return table;
}

// Setting bit 5 lowers letters and leaves '-' and digits alone; what else it does to a token only costs a probe.
function slotOf(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start) | 32;
  const middle = text.charCodeAt((start + end) >> 1) | 32;
  const last = text.charCodeAt(end - 1) | 32;
  return ((end - start) * 37 + first * 5 + middle * 71 + last * 19) & SLOT_MASK;
}
