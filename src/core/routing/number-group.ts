// Exact numbers, up to millions, in a trie in shared memory: one copy for all shards. Each number's row is its place in
// the order of the group.

import { PrefixTrie } from './prefix-trie.ts';
import { type PrefixRow, packTrie } from './prefix-trie-packer.ts';

/** A group as a snapshot carries it. */
export interface NumberGroupImage {
  readonly name: string;
  readonly image: SharedArrayBuffer;
}

/** A reader of one group. */
export class NumberGroup {
  readonly #trie: PrefixTrie;

  constructor(image: SharedArrayBuffer) {
    this.#trie = new PrefixTrie(image);
  }

  /** Numbers in it. */
  get count(): number {
    return this.#trie.prefixCount;
  }

  /** Whether `digits` is one of them, whole. */
  has(digits: string): boolean {
    return this.#trie.exact(digits) >= 0;
  }

  /** The number at `place`, 0 to `count` - 1, in the order of their characters: to draw from the group. */
  at(place: number): string {
    return this.#trie.prefixAt(place);
  }
}

/** The image of `numbers`, in any order, each `isPrefix`; one that stands twice counts once. */
export function packNumberGroup(numbers: Iterable<string>): SharedArrayBuffer {
  const trie = packTrie(distinct([...numbers].sort()));
  const image = new SharedArrayBuffer(trie.length);
  new Uint8Array(image).set(trie);
  return image;
}

function* distinct(sorted: readonly string[]): Generator<PrefixRow> {
  let row = 0;
  for (let place = 0; place < sorted.length; place++) {
    if (sorted[place] !== sorted[place - 1]) yield { prefix: sorted[place] as string, row: row++ };
  }
}

/** Readers by name. */
export function numberGroupsOf(images: readonly NumberGroupImage[]): ReadonlyMap<string, NumberGroup> {
  return new Map(images.map(({ name, image }) => [name, new NumberGroup(image)]));
}
