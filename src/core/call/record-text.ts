// Texts of messages as a record keeps them. A header may be as long as a datagram, and a record goes to stores with
// bounds of their own: one record that a store refuses would hold all that come after it. A message is read as latin1,
// a character for each byte, so that it goes on byte for byte; its text is UTF-8 (RFC 3261 7), and that is what a
// reader of records wants to see.

import { NUMBER_CHARACTERS_MAX } from '../base/limits.ts';
import { detach } from '../sip/detach.ts';

const BEYOND_ASCII = /[\x80-\xff]/;
const TO_ESCAPE = /[%\x80-\xff]/g;

/** RFC 3629 4: the characters of UTF-8. No two begin alike, so that a text is looked through once. */
const CHARACTERS = [
  /[\x00-\x7f]/,
  /[\xc2-\xdf][\x80-\xbf]/,
  /\xe0[\xa0-\xbf][\x80-\xbf]/,
  /[\xe1-\xec\xee\xef][\x80-\xbf]{2}/,
  /\xed[\x80-\x9f][\x80-\xbf]/,
  /\xf0[\x90-\xbf][\x80-\xbf]{2}/,
  /[\xf1-\xf3][\x80-\xbf]{3}/,
  /\xf4[\x80-\x8f][\x80-\xbf]{2}/,
];
const UTF8 = new RegExp(`^(?:${CHARACTERS.map(({ source }) => source).join('|')})*$`);

/** Bytes of a character in UTF-8. */
const CHARACTER_BYTES_MAX = 4;

/**
 * The first `bytesMax` bytes of `text`, which has a latin1 character for each; where they are UTF-8, the characters
 * that they stand for, else as they are: an older device means latin1. Where it is cut, a text of its own.
 */
export function recordText(text: string, bytesMax: number): string {
  const kept = text.length > bytesMax ? detach(text.slice(0, endBefore(text, bytesMax))) : text;
  return BEYOND_ASCII.test(kept) && UTF8.test(kept) ? fromUtf8(kept) : kept;
}

/** `number` as a record keeps it. */
export function recordNumber(number: string): string {
  return recordText(number, NUMBER_CHARACTERS_MAX);
}

/** Where to cut `text` so that at most `bytesMax` are left, and no character in UTF-8 is cut in two. */
function endBefore(text: string, bytesMax: number): number {
  let end = bytesMax;
  while (end > bytesMax - CHARACTER_BYTES_MAX && isContinuation(text.charCodeAt(end))) end--;
  return end;
}

/** RFC 3629 3: any byte of a character but its first. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** `bytes` are UTF-8. */
function fromUtf8(bytes: string): string {
  return decodeURIComponent(bytes.replace(TO_ESCAPE, (byte) => `%${byte.charCodeAt(0).toString(16)}`));
}
