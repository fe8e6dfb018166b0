// Hostile texts out of honest ones. The same seed gives the same texts.

import type { Prng } from '../../src/core/base/prng.ts';

const LENGTH_MAX = 66_000;
const CHANGES_MAX = 4;
const HUGE_SHARE = 0.002;

// What the grammar turns on, and what readers of numbers, quotes and folds stumble over.
const PIECES: readonly string[] = [
  ...'\r\n \t,;:=<>"\\@/?&%[]()\0\x7f\x80\xff'.split(''),
  '\r\n',
  '\r\n\r\n',
  '\r\n ',
  '%00',
  '%0d%0a',
  '4294967296',
  '-1',
  '0',
  '99999999999999999999',
  'SIP/2.0',
  'SIP/7.0',
  'Via: SIP/2.0/UDP x',
  ';branch=z9hG4bK',
  ';tag=',
  ';rport',
  ';received=[::1]',
  'Content-Length: 5',
  'f: <sip:a@b>',
  '__proto__',
];

/** Makes texts by changing seeds. */
export class Mutator {
  readonly #random: Prng;
  readonly #seeds: readonly string[];

  constructor(random: Prng, seeds: readonly string[]) {
    this.#random = random;
    this.#seeds = seeds;
  }

  /** The next text, 66 000 characters at most. */
  next(): string {
    let text = this.#seed();
    const changes = 1 + this.#random.below(CHANGES_MAX);
    for (let change = 0; change < changes; change++) text = this.#change(text);
    // A new buffer, as from a socket: slices of seeds and ropes of pieces would measure something else.
    return Buffer.from(text.slice(0, LENGTH_MAX), 'latin1').toString('latin1');
  }

  #change(text: string): string {
    const at = this.#random.below(text.length + 1);
    const length = this.#random.below(Math.min(text.length - at, 80) + 1);
    const before = text.slice(0, at);
    const after = text.slice(at);
    if (this.#random.chance(HUGE_SHARE)) return before + this.#piece().repeat(this.#random.below(20_000)) + after;
    switch (this.#random.below(9)) {
      case 0: // overwrite a byte
        return before + String.fromCharCode(this.#random.below(256)) + after.slice(1);
      case 1: // insert a piece
        return before + this.#piece() + after;
      case 2: // a run of it
        return before + this.#piece().repeat(2 + this.#random.below(30)) + after;
      case 3: // take out
        return before + after.slice(length);
      case 4: // double
        return before + after.slice(0, length) + after;
      case 5: // cut short
        return this.#random.chance(0.3) ? before : text;
      case 6: // the end of another one
        return before + this.#tailOfAnother();
      case 7: // a line of another one
        return this.#withLineOfAnother(text);
      default: // flip the case
        return before + flipCase(after.slice(0, length)) + after.slice(length);
    }
  }

  #seed(): string {
    return this.#seeds[this.#random.below(this.#seeds.length)] ?? '';
  }

  #piece(): string {
    return PIECES[this.#random.below(PIECES.length)] ?? '';
  }

  #tailOfAnother(): string {
    const other = this.#seed();
    return other.slice(this.#random.below(other.length + 1));
  }

  #withLineOfAnother(text: string): string {
    const lines = this.#seed().split('\r\n');
    const line = lines[this.#random.below(lines.length)] ?? '';
    const at = text.indexOf('\r\n', this.#random.below(text.length + 1));
    return at < 0 ? text : `${text.slice(0, at)}\r\n${line}${text.slice(at)}`;
  }
}

function flipCase(text: string): string {
  const lower = text.toLowerCase();
  return lower === text ? text.toUpperCase() : lower;
}
