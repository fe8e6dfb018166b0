// Parameters of a header value, RFC 3261 25.1: *( SEMI generic-param ). One reader walks one value; it keeps offsets
// and copies nothing.

import {
  COMMA,
  EQUALS,
  isWord,
  QUOTE,
  SEMICOLON,
  skipBlanks,
  skipQuoted,
  skipToken,
  skipValue,
  trimEnd,
} from './characters.ts';

/**
 * Walks the parameters in text[at, end). After `next()` said true the fields tell where the parameter's parts are.
 * When it says false, `isMalformed` tells a syntax error from the end, and `at` where the reader stopped: at a comma
 * (another value follows), or at `end`.
 */
export class ParameterReader {
  /** Offset of the semicolon. */
  start = 0;
  nameStart = 0;
  nameEnd = 0;
  /** -1 when the parameter has no '='. Quotes are part of the value. */
  valueStart = -1;
  valueEnd = -1;
  isQuoted = false;
  at: number;
  isMalformed = false;
  readonly #text: string;
  readonly #end: number;

  constructor(text: string, at: number, end: number) {
    this.#text = text;
    this.at = at;
    this.#end = end;
  }

  /** Steps to the next parameter. */
  next(): boolean {
    const text = this.#text;
    const end = this.#end;
    const at = skipBlanks(text, this.at, end);
    if (at >= end || text.charCodeAt(at) === COMMA) {
      this.at = at;
      return false;
    }
    this.start = at;
    if (text.charCodeAt(at) !== SEMICOLON) return this.#fail();
    this.nameStart = skipBlanks(text, at + 1, end);
    this.nameEnd = skipToken(text, this.nameStart, end);
    if (this.nameEnd === this.nameStart) return this.#fail();
    return this.#readValue();
  }

  /** Whether the parameter just read has this name. `lower`: lower case. */
  isNamed(lower: string): boolean {
    return isWord(this.#text, this.nameStart, this.nameEnd, lower);
  }

  /** The value just read as it stands, quotes included; '' when there is none. */
  value(): string {
    return this.valueStart < 0 ? '' : this.#text.slice(this.valueStart, this.valueEnd);
  }

  #readValue(): boolean {
    const text = this.#text;
    const end = this.#end;
    this.valueStart = -1;
    this.valueEnd = -1;
    this.isQuoted = false;
    this.at = this.nameEnd;
    const equals = skipBlanks(text, this.nameEnd, end);
    if (equals >= end || text.charCodeAt(equals) !== EQUALS) return true;
    const start = skipBlanks(text, equals + 1, end);
    this.isQuoted = start < end && text.charCodeAt(start) === QUOTE;
    const stop = this.isQuoted ? skipQuoted(text, start, end) : skipValue(text, start, end);
    if (stop < 0) return this.#fail();
    this.valueStart = start;
    this.valueEnd = stop;
    this.at = stop;
    return true;
  }

  #fail(): boolean {
    this.isMalformed = true;
    return false;
  }
}

/**
 * The value of a parameter in raw ';name=value' text, its name in any case, its quotes removed; '' for a parameter
 * without value, undefined when absent or when the text before it is malformed.
 */
export function paramOf(params: string, name: string): string | undefined {
  const reader = new ParameterReader(params, 0, params.length);
  const lower = name.toLowerCase();
  while (reader.next()) {
    if (reader.isNamed(lower)) return unquote(reader.value());
  }
  return undefined;
}

/** A quoted-string without its quotes and with its escapes undone (25.1); any other text trimmed at the end. */
export function unquote(text: string): string {
  if (text.charCodeAt(0) !== QUOTE) return text.slice(0, trimEnd(text, 0, text.length));
  const last = text.length - 1;
  const inner = text.slice(1, last > 0 && text.charCodeAt(last) === QUOTE ? last : text.length);
  return inner.includes('\\') ? withoutEscapes(inner) : inner;
}

function withoutEscapes(text: string): string {
  let plain = '';
  let from = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', from + 1)) {
    plain += text.slice(from, at);
    from = at + 1;
  }
  return plain + text.slice(from);
}
