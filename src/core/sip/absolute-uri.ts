// A URI of any scheme, told apart and bounded, not taken apart: RFC 3261 25.1 (absoluteURI, scheme).

import { COLON, isWord, skipScheme, skipUri } from './characters.ts';

/** Whether text[start, end) is a scheme, a colon and at least one character more, all fit for a URI. */
export function isAbsoluteUri(text: string, start: number, end: number): boolean {
  // A digit in front of a scheme is let pass: it meets no scheme that is ours.
  const colon = skipScheme(text, start, end);
  if (colon === start || colon + 1 >= end || text.charCodeAt(colon) !== COLON) return false;
  return skipUri(text, colon + 1, end) === end;
}

/** The scheme in lower case, without its colon; '' when there is none. */
export function schemeOf(uri: string): string {
  if (isWord(uri, 0, 4, 'sip:')) return 'sip';
  if (isWord(uri, 0, 5, 'sips:')) return 'sips';
  const colon = uri.indexOf(':');
  return colon < 0 ? '' : uri.slice(0, colon).toLowerCase();
}
