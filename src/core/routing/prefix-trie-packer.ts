// Makes the image of a prefix trie from sorted prefixes, level by level: a node is a run of prefixes that begin alike,
// its children are the runs within it that differ in the next symbol.

import { assert } from '../base/assert.ts';
import { isPrefix, symbolOf } from '../base/digits.ts';
import {
  NODE_WORDS,
  TAIL_FIRST_SYMBOLS,
  TAIL_LENGTH_SHIFT,
  TAIL_SYMBOLS_MAX,
  TRIE_HEADER_WORDS,
  TRIE_MAGIC,
} from './prefix-trie.ts';

/** One prefix and the caller's number for what belongs to it, 0 to 2^31 - 1. */
export interface PrefixRow {
  readonly prefix: string;
  readonly row: number;
}

/**
 * The image, to be copied into shared memory at a multiple of 4 bytes. `sorted`: by character code (the order of
 * `Array.sort`), each prefix once, each `isPrefix`.
 */
export function packTrie(sorted: Iterable<PrefixRow>): Uint8Array {
  const prefixes: string[] = [];
  const rows: number[] = [];
  for (const { prefix, row } of sorted) {
    const last = prefixes.at(-1);
    assert(last === undefined || last < prefix, 'prefixes are packed in order, each once');
    assert(isPrefix(prefix) && row >= 0, 'what is packed is a prefix with a row');
    prefixes.push(prefix);
    rows.push(row);
  }
  const nodes = new Nodes();
  nodes.push(0, prefixes.length, 0);
  for (let node = 0; node < nodes.count; node++) nodes.fill(node, prefixes, rows);
  return nodes.image(prefixes.length);
}

/** Nodes that are filled, followed by those that only know which run of prefixes they stand for. */
class Nodes {
  count = 0;
  #words = new Int32Array(1024 * NODE_WORDS);

  /** Until it is filled a node's words are its run, from `first` to before `end`, and how deep it lies. */
  push(first: number, end: number, depth: number): void {
    const at = this.count++ * NODE_WORDS;
    if (at === this.#words.length) {
      const larger = new Int32Array(this.#words.length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[at] = first;
    this.#words[at + 1] = end;
    this.#words[at + 2] = depth;
  }

  fill(node: number, prefixes: readonly string[], rows: readonly number[]): void {
    const at = node * NODE_WORDS;
    let first = this.#words[at] as number;
    const end = this.#words[at + 1] as number;
    const depth = this.#words[at + 2] as number;
    const tailLength = (prefixes[first] ?? '').length - depth;
    if (end - first === 1 && tailLength > 0 && tailLength <= TAIL_SYMBOLS_MAX) {
      this.#fillTail(at, prefixes[first] as string, depth, rows[first] as number);
      return;
    }
    let row = -1;
    if (first < end && tailLength === 0) row = rows[first++] as number;
    const firstChild = this.count;
    let children = 0;
    while (first < end) {
      const code = (prefixes[first] as string).charCodeAt(depth);
      const runEnd = endOfRun(prefixes, first, end, depth);
      children |= 1 << symbolOf(code);
      this.push(first, runEnd, depth + 1);
      first = runEnd;
    }
    this.#words[at] = children;
    this.#words[at + 1] = firstChild;
    this.#words[at + 2] = row;
  }

  #fillTail(at: number, prefix: string, depth: number, row: number): void {
    const length = prefix.length - depth;
    let first = 0;
    let second = (1 << 31) | (length << TAIL_LENGTH_SHIFT);
    for (let index = 0; index < length; index++) {
      const symbol = symbolOf(prefix.charCodeAt(depth + index));
      if (index < TAIL_FIRST_SYMBOLS) first |= symbol << (index * 5);
      else second |= symbol << ((index - TAIL_FIRST_SYMBOLS) * 5);
    }
    this.#words[at] = first;
    this.#words[at + 1] = second;
    this.#words[at + 2] = row;
  }

  image(prefixCount: number): Uint8Array {
    const words = new Int32Array(TRIE_HEADER_WORDS + this.count * NODE_WORDS);
    words.set([TRIE_MAGIC, prefixCount, this.count, 0]);
    words.set(this.#words.subarray(0, this.count * NODE_WORDS), TRIE_HEADER_WORDS);
    return new Uint8Array(words.buffer);
  }
}

/** The first prefix after `first` whose character at `depth` is another; `end` when there is none. */
function endOfRun(prefixes: readonly string[], first: number, end: number, depth: number): number {
  const code = (prefixes[first] as string).charCodeAt(depth);
  let low = first + 1;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((prefixes[middle] as string).charCodeAt(depth) === code) low = middle + 1;
    else high = middle;
  }
  return low;
}
