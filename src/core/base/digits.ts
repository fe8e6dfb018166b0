// The alphabet of numbers and prefixes: digits, * # +, and the letters a to s, which VOS3000's operators put before a
// number to steer it. 32 symbols, so that a node of a trie names its children in one word.

import { PREFIX_DIGITS_MAX } from './limits.ts';

/** `#*+0123456789a..s` in the order of their codes: texts sorted by symbol are texts sorted by code. */
const ALPHABET = '#*+0123456789abcdefghijklmnopqrs';

/** What stands for a character that is in no number. */
export const NO_SYMBOL = 255;

/** Symbol by character code. */
const SYMBOLS = new Uint8Array(128).fill(NO_SYMBOL);
for (let symbol = 0; symbol < ALPHABET.length; symbol++) SYMBOLS[ALPHABET.charCodeAt(symbol)] = symbol;

/** The symbol of a character code, 0 to 31; NO_SYMBOL for any other character. */
export function symbolOf(code: number): number {
  return code < 128 ? (SYMBOLS[code] as number) : NO_SYMBOL;
}

/** The character of a symbol. */
export function characterOf(symbol: number): string {
  return ALPHABET.charAt(symbol);
}

/** Whether `text` can be a prefix, or a number of a group. The empty text can: it is the prefix of every number. */
export function isPrefix(text: string): boolean {
  if (text.length > PREFIX_DIGITS_MAX) return false;
  for (let at = 0; at < text.length; at++) if (symbolOf(text.charCodeAt(at)) === NO_SYMBOL) return false;
  return true;
}
