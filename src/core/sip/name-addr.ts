// From, To, Contact, Route and their kin: ( name-addr / addr-spec ) *( SEMI generic-param ). RFC 3261 20.10 and 25.1.

import { isAbsoluteUri } from './absolute-uri.ts';
import {
  COMMA,
  GREATER,
  isControl,
  LESS,
  QUESTION,
  QUOTE,
  SEMICOLON,
  skipBlanks,
  skipQuoted,
  skipUri,
  TAB,
  trimEnd,
} from './characters.ts';
import { ParameterReader } from './parameter-reader.ts';

/** An address with its display name and header parameters. Slices of the text it was read from. */
export interface NameAddr {
  /** As written, quotes and escapes kept, blanks around it dropped; '' when absent. */
  readonly display: string;
  /** Without angle brackets; '' in an address that could not be read. */
  readonly uri: string;
  /** Raw ';name=value' text; '' when absent. See paramOf. */
  readonly params: string;
  /** The tag parameter; '' when absent. */
  readonly tag: string;
}

/** Stands for an address that could not be read. */
export const UNREADABLE_ADDRESS: NameAddr = { display: '', uri: '', params: '', tag: '' };

/**
 * Reads one address: not a list, see splitList. Null when it departs from the grammar: unbalanced quotes or brackets,
 * a display name that needed quotes, blanks inside the URI, no scheme, an empty parameter, an empty tag, two tags.
 * One departure is let pass: an unquoted display name may hold any printable character that does not end or quote it.
 */
export function parseNameAddr(text: string): NameAddr | null {
  return parseNameAddrAt(text, 0, text.length);
}

/** As parseNameAddr, for text[start, end), which must not be folded. */
export function parseNameAddrAt(text: string, start: number, end: number): NameAddr | null {
  const from = skipBlanks(text, start, end);
  const isQuoted = from < end && text.charCodeAt(from) === QUOTE;
  const plainEnd = isQuoted ? skipQuoted(text, from, end) : skipPlain(text, from, end);
  if (plainEnd < 0) return null;
  const less = isQuoted ? skipBlanks(text, plainEnd, end) : plainEnd;
  const displayEnd = trimEnd(text, from, plainEnd);
  if (less < end && text.charCodeAt(less) === LESS) {
    const uriEnd = skipUri(text, less + 1, end);
    if (uriEnd >= end || text.charCodeAt(uriEnd) !== GREATER) return null;
    return address(text, from, displayEnd, less + 1, uriEnd, uriEnd + 1, end);
  }
  if (isQuoted) return null;
  return address(text, from, from, from, displayEnd, plainEnd, end);
}

// Past a display name, or past an addr-spec: up to '<', ';', ',' or '?'. A comma and a question mark force brackets on
// an addr-spec (20.10), and a comma forces quotes on a display name, so neither can be passed: -1.
function skipPlain(text: string, at: number, end: number): number {
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === LESS || code === SEMICOLON) return at;
    if (code === COMMA || code === QUESTION || code === QUOTE || code === GREATER) return -1;
    if (isControl(code) && code !== TAB) return -1;
  }
  return at;
}

function address(
  text: string,
  displayStart: number,
  displayEnd: number,
  uriStart: number,
  uriEnd: number,
  paramsStart: number,
  end: number,
): NameAddr | null {
  if (!isAbsoluteUri(text, uriStart, uriEnd)) return null;
  const reader = new ParameterReader(text, paramsStart, end);
  let tag = '';
  while (reader.next()) {
    if (!reader.isNamed('tag')) continue;
    // tag-param = "tag" EQUAL token. Without a value it names no dialog, and keeps an answer from getting its own.
    if (tag !== '' || reader.isQuoted || reader.valueStart === reader.valueEnd) return null;
    tag = reader.value();
  }
  if (reader.isMalformed || reader.at < end) return null;
  return {
    display: text.slice(displayStart, displayEnd),
    uri: text.slice(uriStart, uriEnd),
    params: text.slice(skipBlanks(text, paramsStart, end), trimEnd(text, paramsStart, end)),
    tag,
  };
}
