// Seeded pseudo-random numbers (sfc32, Chris Doty-Humphrey, PractRand). The shard's only source of
// chance, so that one seed replays one day. Not for secrets: hosts seed it from the system's
// generator, and nothing that must not be guessed is derived from it alone.

import { flat } from './flat.ts';

const HEX = '0123456789abcdef';

/** The two digits of each byte, the lower one first. */
const BYTES = Array.from({ length: 256 }, (_, byte) => `${HEX[byte & 15]}${HEX[byte >>> 4]}`);

/** A deterministic generator; two with the same seed give the same sequence. */
export class Prng {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** `seed`: up to three 32-bit words. */
  constructor(seed: number, seed2 = 0x9e3779b9, seed3 = 0x243f6a88) {
    this.#a = seed | 0;
    this.#b = seed2 | 0;
    this.#c = seed3 | 0;
    for (let round = 0; round < 12; round++) this.uint32();
  }

  /** The next number, 0 to 2^32 - 1. */
  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * bound);
  }

  /** True with probability `share` (0 to 1). */
  chance(share: number): boolean {
    return this.uint32() / 0x1_0000_0000 < share;
  }

  /** Eight hexadecimal digits per word: 32 bits of tag, branch or Call-ID each. */
  hex(words: number): string {
    let text = '';
    for (let word = 0; word < words; word++) {
      const bits = this.uint32();
      text += `${BYTES[bits & 255]}${BYTES[(bits >>> 8) & 255]}${BYTES[(bits >>> 16) & 255]}${BYTES[bits >>> 24]}`;
    }
    return flat(text);
  }
}
