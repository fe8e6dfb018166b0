// What can be told of a request without parsing it: whether it is inside a dialog, and a number that stands for its
// transaction, which repetitions and the ACK of a failure have in common (RFC 3261 17.1.1.2, 17.1.1.3: the top Via, the
// Call-ID, the number in CSeq). And a memory of recent ones. Each is one pass of a compiled pattern: a tenth of what
// parsing costs, and every call pays for it.

const TOP_VIA = /^(?:Via|v)[ \t]*:[ \t]*([^\r\n,]*)/im;
const CALL_ID = /^(?:Call-ID|i)[ \t]*:[ \t]*([^\r\n\t ]*)/im;
const SEQUENCE = /^CSeq[ \t]*:[ \t]*(\d*)/im;

/** 20: what stands in angle brackets belongs to the URI. */
const TO_TAG = /^(?:To|t)[ \t]*:[^\r\n]*;[ \t]*tag[ \t]*=[^\r\n>]*$/im;

const FNV_PRIME = 0x01000193;
const OTHER_PRIME = 0x01000197;
const TWO_TO_32 = 0x1_0000_0000;

/** Bits of the second hash that fit beside the first in a number without loss. */
const SECOND_BITS = 21;

/** Whether the request in `text` has a tag in To. A folded line is not looked at. */
export function isInDialog(text: string): boolean {
  return TO_TAG.test(text);
}

/** The mark of a request's transaction, below 2^53. `seed`: secret, so that nobody can aim at another's mark. */
export function markOf(text: string, seed: number): number {
  let first = seed;
  let second = ~seed;
  for (const pattern of [TOP_VIA, CALL_ID, SEQUENCE]) {
    const part = pattern.exec(text)?.[1] ?? '';
    for (let at = 0; at < part.length; at++) {
      const code = part.charCodeAt(at);
      first = Math.imul(first ^ code, FNV_PRIME);
      second = Math.imul(second ^ code, OTHER_PRIME);
    }
  }
  return (second >>> (32 - SECOND_BITS)) * TWO_TO_32 + ((first ^ (first >>> 15)) >>> 0);
}

/** Marks it holds at most; a newer one may take the place of an older. */
export const RECENT_MARKS_MAX = 65_536;

/** Remembers marks, the latest of each place: bounded, and never asked to forget but as a whole. */
export class RecentMarks {
  readonly #marks = new Float64Array(RECENT_MARKS_MAX);

  add(mark: number): void {
    this.#marks[placeOf(mark)] = mark;
  }

  has(mark: number): boolean {
    return this.#marks[placeOf(mark)] === mark;
  }

  clear(): void {
    this.#marks.fill(0);
  }
}

function placeOf(mark: number): number {
  return (mark >>> 0) % RECENT_MARKS_MAX;
}
