// What can be told of a request without parsing it: whether it is inside a dialog, and a number that stands for its
// transaction, which repetitions and the ACK of a failure have in common (RFC 3261 17.1.1.2, 17.1.1.3: the top Via, the
// Call-ID, the number in CSeq). And a memory of recent ones. Whoever sends reaches this before anything is known of
// them, so each look is one walk over the header lines, whatever stands in them, and none goes into the body.

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COMMA = 44;
const LOWER = 32;

const FNV_PRIME = 0x01000193;
const OTHER_PRIME = 0x01000197;
const TWO_TO_32 = 0x1_0000_0000;

/** Bits of the second hash that fit beside the first in a number without loss. */
const SECOND_BITS = 21;

/** Of a request without Via, Call-ID or CSeq: equal to nothing, not even to itself. */
const NO_MARK = Number.NaN;

/** The value that `findHeader` found: set by it, read at once. */
const found = { start: 0, end: 0 };

/** Whether the request in `text` has a tag in To. 20: what stands in angle brackets belongs to the URI. */
export function isInDialog(text: string): boolean {
  if (!findHeader(text, 'to', 't')) return false;
  const { start, end } = found;
  let at = Math.max(start, text.lastIndexOf('>', end - 1));
  for (at = text.indexOf(';', at); at >= 0 && at < end; at = text.indexOf(';', at)) {
    at = pastBlanks(text, at + 1, end);
    if (!isName(text, at, 'tag')) continue;
    at = pastBlanks(text, at + 3, end);
    if (text[at] === '=' && at < end) return true;
  }
  return false;
}

/** The mark of a request's transaction, below 2^53. `seed`: secret, so that nobody can aim at another's mark. */
export function markOf(text: string, seed: number): number {
  let first = seed;
  let second = ~seed;
  for (const [name, compact, isWord] of PARTS) {
    if (!findHeader(text, name, compact)) return NO_MARK;
    const { start, end } = found;
    for (let at = start; at < end; at++) {
      const code = text.charCodeAt(at);
      if (isWord ? isBlank(code) : code === COMMA) break;
      first = Math.imul(first ^ code, FNV_PRIME);
      second = Math.imul(second ^ code, OTHER_PRIME);
    }
  }
  return (second >>> (32 - SECOND_BITS)) * TWO_TO_32 + ((first ^ (first >>> 15)) >>> 0);
}

/** Name, compact form, and whether the first word counts (CSeq: not the method) or all up to a comma (the top Via). */
const PARTS = [
  ['via', 'v', false],
  ['call-id', 'i', true],
  ['cseq', '', true],
] as const;

/** Finds the first header of that name, folded or not; false when there is none, or nothing in it. */
function findHeader(text: string, name: string, compact: string): boolean {
  for (let line = lineAfter(text, pastEmptyLines(text)); line < text.length; line = lineAfter(text, line)) {
    const code = text.charCodeAt(line);
    if (code === CR || code === LF) return false;
    const size = isName(text, line, name) ? name.length : isName(text, line, compact) ? compact.length : 0;
    if (size === 0) continue;
    const colon = pastBlanks(text, line + size, text.length);
    if (text[colon] !== ':') continue;
    found.end = endOfValue(text, colon);
    found.start = pastBlanks(text, colon + 1, found.end);
    return found.start < found.end;
  }
  return false;
}

/** 7.5: empty lines before the start line mean nothing. */
function pastEmptyLines(text: string): number {
  let at = 0;
  while (text.charCodeAt(at) === CR || text.charCodeAt(at) === LF) at++;
  return at;
}

function lineAfter(text: string, line: number): number {
  const lineEnd = text.indexOf('\n', line);
  return lineEnd < 0 ? text.length : lineEnd + 1;
}

/** 7.3.1: a line that begins with a blank goes on the one before it. Blanks behind the value do not belong to it. */
function endOfValue(text: string, colon: number): number {
  let end = lineAfter(text, colon);
  while (text.charCodeAt(end) === SPACE || text.charCodeAt(end) === TAB) end = lineAfter(text, end);
  while (end > colon + 1 && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

function pastBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** 7.3.1: names in any case. `name`: small letters and dashes. */
function isName(text: string, from: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    if ((text.charCodeAt(from + index) | LOWER) !== name.charCodeAt(index)) return false;
  }
  return name.length > 0;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === CR || code === LF;
}

/** Marks it remembers for certain: a repetition comes within 32 s, and so many calls do not begin in that time. */
export const RECENT_MARKS_MAX = 65_536;

/** Remembers the latest RECENT_MARKS_MAX marks, each of them, and some of those before: bounded, in two halves. */
export class RecentMarks {
  #latest = new Set<number>();
  #earlier = new Set<number>();

  add(mark: number): void {
    if (Number.isNaN(mark)) return;
    if (this.#latest.size === RECENT_MARKS_MAX) {
      this.#earlier = this.#latest;
      this.#latest = new Set();
    }
    this.#latest.add(mark);
  }

  get isEmpty(): boolean {
    return this.#latest.size === 0;
  }

  has(mark: number): boolean {
    return this.#latest.has(mark) || this.#earlier.has(mark);
  }

  clear(): void {
    this.#latest.clear();
    this.#earlier.clear();
  }
}
