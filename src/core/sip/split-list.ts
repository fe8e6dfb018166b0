// Header values that are comma lists: RFC 3261 7.3.1. A comma inside quotes or angle brackets separates nothing.

import { BACKSLASH, COMMA, GREATER, isWord, LESS, QUOTE, skipBlanks, trimEnd } from './characters.ts';

/**
 * Adds the trimmed elements of a comma list to `into`, in order; empty ones are left out. A quote or bracket that is
 * never closed takes the rest of the text into its element.
 */
export function splitList(text: string, into: string[]): void {
  let start = 0;
  let isQuoted = false;
  let isBracketed = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isQuoted) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) isQuoted = false;
    } else if (code === QUOTE) isQuoted = !isBracketed;
    else if (code === LESS) isBracketed = true;
    else if (code === GREATER) isBracketed = false;
    else if (code === COMMA && !isBracketed) {
      addElement(text, start, at, into);
      start = at + 1;
    }
  }
  addElement(text, start, text.length, into);
}

/** Whether a comma list of tokens has one that is `lower` in lower case. */
export function hasToken(list: string, lower: string): boolean {
  for (let start = 0; start < list.length; ) {
    const comma = list.indexOf(',', start);
    const end = comma < 0 ? list.length : comma;
    const from = skipBlanks(list, start, end);
    if (isWord(list, from, trimEnd(list, from, end), lower)) return true;
    start = end + 1;
  }
  return false;
}

function addElement(text: string, start: number, end: number, into: string[]): void {
  const from = skipBlanks(text, start, end);
  const to = trimEnd(text, from, end);
  if (to > from) into.push(text.slice(from, to));
}
