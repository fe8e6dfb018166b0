// SIP, SIPS and tel URIs: RFC 3261 19.1 and 25.1, RFC 3966, RFC 5118 4.1-4.4. Parts stay as written; escapes are undone
// when asked, once (RFC 4475 3.1.1.3).

import { isAbsoluteUri, schemeOf } from './absolute-uri.ts';
import {
  AT,
  COLON,
  isAlphanumeric,
  isControl,
  lowerCode,
  QUESTION,
  readDecimal,
  SEMICOLON,
  skipDigits,
  skipHost,
} from './characters.ts';
import { PORT_MAX } from './sip-limits.ts';

/** The parts of a URI, as written. Slices of the text it was read from. */
export interface SipUri {
  /** In lower case: 'sip', 'sips' or 'tel'. */
  readonly scheme: string;
  /** Escaped as it came, see unescapeText; the number in a tel URI; '' when absent. */
  readonly user: string;
  /** '' when absent. */
  readonly password: string;
  /** As written; an IPv6 reference keeps its brackets; '' in a tel URI. */
  readonly host: string;
  /** 0 when absent. */
  readonly port: number;
  /** Raw ';name=value' text after the host; '' when absent. */
  readonly params: string;
  /** Raw '?name=value' text; '' when absent. Never to be sent or obeyed in a Request-URI (19.1.1). */
  readonly headers: string;
}

/**
 * Reads a sip:, sips: or tel: URI. Null for another scheme (see schemeOf) or one outside the grammar. Two departures
 * are let pass because carriers depend on them: '#' in the user part (dialled prefixes), and an empty user before
 * '@'.
 */
export function parseUri(text: string): SipUri | null {
  const scheme = schemeOf(text);
  if (!isAbsoluteUri(text, 0, text.length)) return null;
  if (scheme === 'tel') return parseTel(text);
  if (scheme !== 'sip' && scheme !== 'sips') return null;
  const start = scheme.length + 1;
  const at = text.indexOf('@', start);
  const hostStart = at < 0 ? start : at + 1;
  const hostEnd = skipHost(text, hostStart, text.length);
  if (hostEnd < 0) return null;
  const portEnd = text.charCodeAt(hostEnd) === COLON ? skipDigits(text, hostEnd + 1, text.length) : hostEnd;
  const port = portEnd === hostEnd ? 0 : readDecimal(text, hostEnd + 1, portEnd, PORT_MAX);
  const paramsEnd = endOfParams(text, portEnd);
  if (port < 0 || paramsEnd < 0) return null;
  const userEnd = at < 0 ? start : at;
  const colon = text.indexOf(':', start);
  const hasPassword = colon >= 0 && colon < userEnd;
  return {
    scheme,
    user: text.slice(start, hasPassword ? colon : userEnd),
    password: hasPassword ? text.slice(colon + 1, userEnd) : '',
    host: text.slice(hostStart, hostEnd),
    port,
    params: text.slice(portEnd, paramsEnd),
    headers: text.slice(paramsEnd),
  };
}

/** The value of a URI parameter, escapes undone in name and value; '' for one without value, undefined when absent. */
export function uriParam(uri: SipUri, name: string): string | undefined {
  const lower = name.toLowerCase();
  for (const pair of uri.params.split(';')) {
    const equals = pair.indexOf('=');
    const nameEnd = equals < 0 ? pair.length : equals;
    if (unescapeText(pair.slice(0, nameEnd)).toLowerCase() === lower) return unescapeText(pair.slice(nameEnd + 1));
  }
  return undefined;
}

/** Undoes %HH once (19.1.2). A '%' that is no escape stays. The result may hold any byte: never print it unescaped. */
export function unescapeText(text: string): string {
  let percent = text.indexOf('%');
  if (percent < 0) return text;
  let plain = '';
  let from = 0;
  while (percent >= 0) {
    const code = escapedCode(text, percent);
    if (code >= 0) {
      plain += text.slice(from, percent) + String.fromCharCode(code);
      from = percent + 3;
    }
    percent = text.indexOf('%', code >= 0 ? from : percent + 1);
  }
  return plain + text.slice(from);
}

/** Escapes what a user part may not hold as it is (25.1: user): the inverse of unescapeText. One code a byte. */
export function escapeUser(text: string): string {
  let escaped = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isAlphanumeric(code) || USER_MARKS.includes(text.charAt(at))) continue;
    escaped += `${text.slice(from, at)}%${HEX_DIGITS.charAt(code >> 4)}${HEX_DIGITS.charAt(code & 15)}`;
    from = at + 1;
  }
  return from === 0 ? text : escaped + text.slice(from);
}

// mark and user-unreserved of 25.1.
const USER_MARKS = "-_.!~*'()&=+$,;?/";
const HEX_DIGITS = '0123456789ABCDEF';

// RFC 3966: tel:number;params. No host and no port.
function parseTel(text: string): SipUri | null {
  const semicolon = text.indexOf(';');
  const end = semicolon < 0 ? text.length : semicolon;
  if (end === 4) return null;
  return {
    scheme: 'tel',
    user: text.slice(4, end),
    password: '',
    host: '',
    port: 0,
    params: text.slice(end),
    headers: '',
  };
}

// Past uri-parameters: ';' opens each and none is empty. -1 when what follows the host is neither ';' nor '?', or
// when a second '@' shows that the first one did not end the user part.
function endOfParams(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) === SEMICOLON) {
    const nameStart = at + 1;
    for (at = nameStart; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === SEMICOLON || code === QUESTION) break;
      if (code === AT || isControl(code)) return -1;
    }
    if (at === nameStart) return -1;
  }
  if (at === text.length) return at;
  return text.charCodeAt(at) === QUESTION && text.indexOf('@', at) < 0 ? at : -1;
}

function escapedCode(text: string, percent: number): number {
  const high = hexDigit(text.charCodeAt(percent + 1));
  const low = hexDigit(text.charCodeAt(percent + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = lowerCode(code);
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
