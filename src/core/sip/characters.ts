// The smallest words of the grammar, RFC 3261 25.1: token, LWS, quoted-string, digits. Every function walks a range
// [at, end) of a latin1 string, returns an offset, and never looks at a character twice.

export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS = 60;
export const EQUALS = 61;
export const GREATER = 62;
export const QUESTION = 63;
export const AT = 64;
export const LEFT_BRACKET = 91;
export const BACKSLASH = 92;
const RIGHT_BRACKET = 93;
const DELETE = 127;

const TOKEN = 1;
const BLANK = 2;
const VALUE = 4;
const HOST = 8;
const HEX = 16;
const URI = 32;
const SCHEME = 64;
const PRINTABLE = 128;
const CLASSES = classTable();

function classTable(): Uint8Array {
  const table = new Uint8Array(256);
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const digits = '0123456789';
  mark(table, `${letters}${digits}-.!%*_+\`'~`, TOKEN);
  mark(table, ' \t\r\n', BLANK);
  // '_' is in no grammar of host names, and in many a carrier's.
  mark(table, `${letters}${digits}-._`, HOST);
  mark(table, `${digits}abcdefABCDEF:.`, HEX);
  mark(table, `${letters}${digits}+-.`, SCHEME);
  for (let code = SPACE + 1; code < table.length; code++) {
    if (code === DELETE) continue;
    const character = String.fromCharCode(code);
    mark(table, character, PRINTABLE);
    if (!'"<>'.includes(character)) mark(table, character, URI);
    if (!'",;<>'.includes(character)) mark(table, character, VALUE);
  }
  return table;
}

function mark(table: Uint8Array, characters: string, bit: number): void {
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)]! |= bit;
}

/** Past the token that begins at `at`; `at` itself when none does. */
export function skipToken(text: string, at: number, end: number): number {
  while (at < end && (CLASSES[text.charCodeAt(at)]! & TOKEN) !== 0) at++;
  return at;
}

/** Past linear white space. A folded line's CRLF counts as white space: the header block has none else. */
export function skipBlanks(text: string, at: number, end: number): number {
  while (at < end && (CLASSES[text.charCodeAt(at)]! & BLANK) !== 0) at++;
  return at;
}

/** The end of [start, end) without trailing white space. */
export function trimEnd(text: string, start: number, end: number): number {
  while (end > start && (CLASSES[text.charCodeAt(end - 1)]! & BLANK) !== 0) end--;
  return end;
}

/**
 * Past an unquoted parameter value. Departs from 25.1 (token / host): everything printable up to a separator is taken,
 * because bare IPv6 addresses (RFC 5118 4.5), base64 and '@' are found there and hurt nobody.
 */
export function skipValue(text: string, at: number, end: number): number {
  while (at < end && (CLASSES[text.charCodeAt(at)]! & VALUE) !== 0) at++;
  return at;
}

/** Past the characters that a URI of any kind can be made of: printable, and neither quote nor angle bracket. */
export function skipUri(text: string, at: number, end: number): number {
  while (at < end && (CLASSES[text.charCodeAt(at)]! & URI) !== 0) at++;
  return at;
}

/** Past the characters of a URI scheme, without its colon. */
export function skipScheme(text: string, at: number, end: number): number {
  while (at < end && (CLASSES[text.charCodeAt(at)]! & SCHEME) !== 0) at++;
  return at;
}

/** Past all that is neither white space nor a control character. */
export function skipPrintable(text: string, at: number, end: number): number {
  while (at < end && (CLASSES[text.charCodeAt(at)]! & PRINTABLE) !== 0) at++;
  return at;
}

/** Past printable characters, spaces and tabs: text that may be shown, logged and passed on. */
export function skipText(text: string, at: number, end: number): number {
  while (at < end && (CLASSES[text.charCodeAt(at)]! & (PRINTABLE | BLANK)) !== 0) at++;
  return at;
}

/** Past the quoted string whose opening quote is at `at`; -1 when it is not closed before `end`. */
export function skipQuoted(text: string, at: number, end: number): number {
  for (at++; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return -1;
}

/** Past a host: an IPv6 reference with its brackets, an IPv4 address or a name; -1 when there is none. */
export function skipHost(text: string, at: number, end: number): number {
  const start = at;
  if (at < end && text.charCodeAt(at) === LEFT_BRACKET) {
    at++;
    while (at < end && (CLASSES[text.charCodeAt(at)]! & HEX) !== 0) at++;
    return at < end && at > start + 2 && text.charCodeAt(at) === RIGHT_BRACKET ? at + 1 : -1;
  }
  while (at < end && (CLASSES[text.charCodeAt(at)]! & HOST) !== 0) at++;
  return at > start ? at : -1;
}

/** Past decimal digits. */
export function skipDigits(text: string, at: number, end: number): number {
  while (at < end && isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** The number that [start, end) is, in decimal, leading zeros allowed; -1 when it is not digits or is above `max`. */
export function readDecimal(text: string, start: number, end: number, max: number): number {
  if (start >= end) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return -1;
    value = value * 10 + (code - 48);
    if (value > max) return -1;
  }
  return value;
}

/** Whether [start, end) is `lower` in any case. `lower` holds no upper-case letters. */
export function isWord(text: string, start: number, end: number, lower: string): boolean {
  if (end - start !== lower.length) return false;
  for (let i = 0; i < lower.length; i++) {
    const code = text.charCodeAt(start + i);
    const wanted = lower.charCodeAt(i);
    if (code !== wanted && lowerCode(code) !== wanted) return false;
  }
  return true;
}

/** An upper-case ASCII letter's lower-case code; any other code unchanged. */
export function lowerCode(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

/** Whether the code is an ASCII decimal digit. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Whether the code is an ASCII letter or digit. */
export function isAlphanumeric(code: number): boolean {
  const lower = lowerCode(code);
  return isDigit(code) || (lower >= 97 && lower <= 122);
}

/** Whether the code is white space inside a header: SP, HTAB or part of a fold. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === CR || code === LF;
}

/** Whether the code is a control character: it may stand in quoted text and nowhere else. */
export function isControl(code: number): boolean {
  return code < SPACE || code === DELETE;
}
