// Digits in SIP: the number inside a URI, and a URI made from a number.

import { withoutSeparators } from '../base/telephone-number.ts';
import { escapeUser, parseUri, unescapeText } from '../sip/uri.ts';

/**
 * The number a SIP or tel URI names: the user part without its parameters, escapes undone once, so that nobody slips
 * past a prefix by writing %34 for 4, and without the visual separators of a telephone number, for 4930-123 is 4930123.
 * Empty when the URI names none.
 */
export function numberOf(uri: string): string {
  const parsed = parseUri(uri);
  if (parsed === null) {
    return /^tel:/i.test(uri) ? withoutSeparators(beforeSemicolon(uri.slice(4))) : '';
  }
  return withoutSeparators(unescapeText(beforeSemicolon(parsed.user)));
}

function beforeSemicolon(text: string): string {
  const semicolon = text.indexOf(';');
  return semicolon < 0 ? text : text.slice(0, semicolon);
}

/** The SIP URI of `number` at `hostPort`; without a number, of the host itself. */
export function uriOf(number: string, hostPort: string): string {
  return number === '' ? `sip:${hostPort}` : `sip:${escapeUser(number)}@${hostPort}`;
}

/** The SIP URI of `number` where `contact` is, its parameters included; '' when `contact` is no SIP URI. */
export function uriAtContact(number: string, contact: string): string {
  const parsed = parseUri(contact);
  if (parsed === null || parsed.host === '') return '';
  const { host, port, params } = parsed;
  return uriOf(number, port === 0 ? host : `${host}:${port}`) + params;
}
