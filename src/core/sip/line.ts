// Where a line of the header block ends: RFC 3261 7. CRLF ends it; a CR or LF alone is never let into a value, because
// the next element may take it for a line end and read another header there.

import { SPACE, TAB } from './characters.ts';

/**
 * The offset of the CRLF that ends the line at `at`; ~offset of a bare CR or LF, or of the text's end, met before
 * it.
 */
export function endOfLine(text: string, at: number): number {
  const cr = text.indexOf('\r', at);
  const lf = text.indexOf('\n', at);
  if (cr >= 0 && lf === cr + 1) return cr;
  if (cr < 0 && lf < 0) return ~text.length;
  return ~(cr < 0 || (lf >= 0 && lf < cr) ? lf : cr);
}

/** Whether the CRLF at `end` is followed by white space, so that the header goes on in the next line (7.3.1). */
export function isFolded(text: string, end: number): boolean {
  const code = text.charCodeAt(end + 2);
  return code === SPACE || code === TAB;
}
