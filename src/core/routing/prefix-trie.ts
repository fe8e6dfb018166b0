// The longest prefix of a number, in shared memory: one image that every shard reads and nobody copies. A million
// prefixes take 12 to 30 bytes each and a lookup a few cache misses.
//
//   word 0  magic                        node, three words, in breadth-first order:
//   word 1  prefixes                       0  which symbols have a child, one bit each
//   word 2  nodes                          1  node of the first child; the others stand after it
//   word 3  0                              2  row of the prefix that ends here, or -1
//   word 4  node 0, the empty prefix
//
// Most prefixes of a large table end in a branch of their own. Such a branch is one node, the tail: word 1 is
// negative, and it and word 0 hold up to 11 symbols of 5 bits each; the row is that of the prefix where they end.
//
// A row is the caller's number for what it keeps beside the trie. `prefix-trie-packer.ts` makes the image.

import { assert } from '../base/assert.ts';
import { characterOf, NO_SYMBOL, symbolOf } from '../base/digits.ts';

/** 'TRI1' on a machine of the same byte order; anything else is no image of ours. */
export const TRIE_MAGIC = 0x31495254;
export const TRIE_HEADER_WORDS = 4;
export const NODE_WORDS = 3;

/** Symbols of a tail in word 0 and in both words, 5 bits each. */
export const TAIL_FIRST_SYMBOLS = 6;
export const TAIL_SYMBOLS_MAX = 11;
/** Where word 1 of a tail has its length. */
export const TAIL_LENGTH_SHIFT = 27;

/** A reader of one image. */
export class PrefixTrie {
  readonly prefixCount: number;
  /** Bytes of the image. */
  readonly sizeBytes: number;
  readonly #words: Int32Array;

  /** `byteOffset` (a multiple of 4): where in `image` the trie begins. */
  constructor(image: SharedArrayBuffer, byteOffset = 0) {
    const header = new Int32Array(image, byteOffset, TRIE_HEADER_WORDS);
    assert(header[0] === TRIE_MAGIC, 'a trie is read from an image that the packer made');
    const wordCount = TRIE_HEADER_WORDS + (header[2] as number) * NODE_WORDS;
    this.prefixCount = header[1] as number;
    this.sizeBytes = wordCount * 4;
    this.#words = new Int32Array(image, byteOffset, wordCount);
  }

  /** Row of the longest prefix of `digits`; -1 when none is one. */
  longest(digits: string): number {
    const words = this.#words;
    let node = TRIE_HEADER_WORDS;
    let row = -1;
    for (let at = 0; ; at++) {
      const link = words[node + 1] as number;
      if (link < 0) return this.#tailEnd(node, digits, at) < 0 ? row : (words[node + 2] as number);
      const own = words[node + 2] as number;
      if (own >= 0) row = own;
      node = childOf(words, node, digits, at);
      if (node < 0) return row;
    }
  }

  /** Row of `digits` itself as a prefix; -1 when it is none. */
  exact(digits: string): number {
    const words = this.#words;
    let node = TRIE_HEADER_WORDS;
    for (let at = 0; ; at++) {
      if ((words[node + 1] as number) < 0) {
        return this.#tailEnd(node, digits, at) === digits.length ? (words[node + 2] as number) : -1;
      }
      if (at === digits.length) return words[node + 2] as number;
      node = childOf(words, node, digits, at);
      if (node < 0) return -1;
    }
  }

  /**
   * Every prefix of `digits`, the shortest first: their rows and lengths into the two arrays, which must have room for
   * PREFIX_DIGITS_MAX + 1. Answers how many.
   */
  matches(digits: string, rows: Int32Array, lengths: Uint8Array): number {
    const words = this.#words;
    let node = TRIE_HEADER_WORDS;
    let count = 0;
    for (let at = 0; ; at++) {
      const isTail = (words[node + 1] as number) < 0;
      const end = isTail ? this.#tailEnd(node, digits, at) : at;
      const row = words[node + 2] as number;
      if (end >= 0 && row >= 0) {
        rows[count] = row;
        lengths[count++] = end;
      }
      if (isTail) return count;
      node = childOf(words, node, digits, at);
      if (node < 0) return count;
    }
  }

  /** The prefix of `row`, 0 to `prefixCount` - 1, in a trie whose rows are the places of their prefixes in order. */
  prefixAt(row: number): string {
    const words = this.#words;
    let node = TRIE_HEADER_WORDS;
    let text = '';
    let symbol = 0;
    while ((words[node + 1] as number) >= 0 && words[node + 2] !== row) {
      let children = words[node] as number;
      let child = TRIE_HEADER_WORDS + ((words[node + 1] as number) + bitCount(children)) * NODE_WORDS;
      do {
        child -= NODE_WORDS;
        symbol = 31 - Math.clz32(children);
        children ^= 1 << symbol;
      } while (children !== 0 && this.#firstRow(child) > row);
      node = child;
      text += characterOf(symbol);
    }
    return text + this.#tailText(node);
  }

  /** The row of the first prefix at or under `node`. */
  #firstRow(node: number): number {
    const words = this.#words;
    let first = node;
    while ((words[first + 1] as number) >= 0 && (words[first + 2] as number) < 0) {
      first = TRIE_HEADER_WORDS + (words[first + 1] as number) * NODE_WORDS;
    }
    return words[first + 2] as number;
  }

  #tailText(node: number): string {
    let text = '';
    for (let index = 0; index < this.#tailLength(node); index++) text += characterOf(this.#tailSymbol(node, index));
    return text;
  }

  /** Where in `digits` the tail `node`, begun at `at`, ends; -1 when they differ before. */
  #tailEnd(node: number, digits: string, at: number): number {
    const length = this.#tailLength(node);
    if (at + length > digits.length) return -1;
    for (let index = 0; index < length; index++) {
      if (symbolOf(digits.charCodeAt(at + index)) !== this.#tailSymbol(node, index)) return -1;
    }
    return at + length;
  }

  /** 0 where `node` is no tail. */
  #tailLength(node: number): number {
    const second = this.#words[node + 1] as number;
    return second < 0 ? (second >>> TAIL_LENGTH_SHIFT) & 15 : 0;
  }

  #tailSymbol(node: number, index: number): number {
    const inFirst = index < TAIL_FIRST_SYMBOLS;
    const word = this.#words[inFirst ? node : node + 1] as number;
    return (word >>> ((inFirst ? index : index - TAIL_FIRST_SYMBOLS) * 5)) & 31;
  }
}

/** The child of `node` for the symbol at `at`; -1 when there is none, or no symbol. */
function childOf(words: Int32Array, node: number, digits: string, at: number): number {
  if (at === digits.length) return -1;
  const symbol = symbolOf(digits.charCodeAt(at));
  if (symbol === NO_SYMBOL) return -1;
  const children = words[node] as number;
  const bit = 1 << symbol;
  if ((children & bit) === 0) return -1;
  const child = (words[node + 1] as number) + bitCount(children & (bit - 1));
  return TRIE_HEADER_WORDS + child * NODE_WORDS;
}

function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
