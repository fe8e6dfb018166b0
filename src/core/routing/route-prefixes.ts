// Which routing gateways take which numbers, in shared memory: a trie whose rows are lists of gateways. Many prefixes
// have the same gateways, so each list stands once.
//
//   word 0  magic
//   word 1  lists
//   word 2  gateways in all lists
//   word 3  where each list begins, one word more than there are lists; then the gateways of all lists; then the trie
//
// A layer numbers its gateways as it likes and says beside the image which gateway of the snapshot each one is: so a
// large image stays as it is while the network around it changes. `route-prefix-packer.ts` makes it.

import { assert } from '../base/assert.ts';
import { PREFIX_DIGITS_MAX } from '../base/limits.ts';
import { PrefixTrie } from './prefix-trie.ts';

/** 'RPX1' on a machine of the same byte order. */
export const ROUTE_PREFIX_MAGIC = 0x31585052;
export const ROUTE_PREFIX_HEADER_WORDS = 3;

/** One image of prefixes and what its gateways are in the snapshot. */
export interface PrefixLayer {
  readonly image: SharedArrayBuffer;
  /** By the layer's own number of a gateway: its index among the snapshot's routing gateways, -1 where it is gone. */
  readonly gateways: Int32Array;
}

/** An image and room for what a number matches in it. */
class LayerReader {
  readonly #trie: PrefixTrie;
  readonly #words: Int32Array;
  readonly #listCount: number;
  readonly #gateways: Int32Array;
  readonly #rows = new Int32Array(PREFIX_DIGITS_MAX + 1);
  readonly #lengths = new Uint8Array(PREFIX_DIGITS_MAX + 1);
  #left = 0;

  constructor({ image, gateways }: PrefixLayer) {
    this.#words = new Int32Array(image);
    assert(this.#words[0] === ROUTE_PREFIX_MAGIC, 'route prefixes are read from an image that the packer made');
    this.#listCount = this.#words[1] as number;
    this.#gateways = gateways;
    const trieAt = ROUTE_PREFIX_HEADER_WORDS + this.#listCount + 1 + (this.#words[2] as number);
    this.#trie = new PrefixTrie(image, trieAt * 4);
  }

  find(callee: string): void {
    this.#left = this.#trie.matches(callee, this.#rows, this.#lengths);
  }

  /** Digits of the longest match that was not taken yet; -1 when there is none. */
  get length(): number {
    return this.#left === 0 ? -1 : (this.#lengths[this.#left - 1] as number);
  }

  /** Takes that match: passes its gateways on, by their index in the snapshot. */
  take(into: FoundGateways): void {
    const list = this.#rows[--this.#left] as number;
    const firstList = ROUTE_PREFIX_HEADER_WORDS;
    const firstGateway = firstList + this.#listCount + 1;
    const end = this.#words[firstList + list + 1] as number;
    for (let place = this.#words[firstList + list] as number; place < end; place++) {
      into.add(this.#gateways[this.#words[firstGateway + place] as number] as number);
    }
  }
}

/** What a word of 32 bits can number; then numbering begins anew. */
const QUESTIONS_MAX = 2 ** 32 - 1;

/** Gateways of one match; each gateway once in all matches of a number. */
class FoundGateways {
  readonly indexes: Int32Array;
  count = 0;
  /** By gateway: the number of the last question it was found by. */
  readonly #foundBy: Uint32Array;
  #question = 0;

  constructor(gatewayCount: number) {
    this.indexes = new Int32Array(gatewayCount);
    this.#foundBy = new Uint32Array(gatewayCount);
  }

  begin(): void {
    this.count = 0;
    if (this.#question === QUESTIONS_MAX) this.#foundBy.fill(0);
    this.#question = (this.#question % QUESTIONS_MAX) + 1;
  }

  add(index: number): void {
    if (index < 0 || this.#foundBy[index] === this.#question) return;
    this.#foundBy[index] = this.#question;
    this.indexes[this.count++] = index;
  }
}

/**
 * The walk of a route plan: `find` a number, then `next` from the longest match to the shortest. Nothing is allocated;
 * what a step found is overwritten by the next one.
 */
export class RoutePrefixes {
  readonly #layers: readonly LayerReader[];
  readonly #found: FoundGateways;
  #length = 0;

  /** `gatewayCount`: routing gateways of the snapshot. */
  constructor(layers: readonly PrefixLayer[], gatewayCount: number) {
    this.#layers = layers.map((layer) => new LayerReader(layer));
    this.#found = new FoundGateways(gatewayCount);
  }

  /** Looks `callee` up; `next` moves to its longest match. */
  find(callee: string): void {
    for (const layer of this.#layers) layer.find(callee);
    this.#found.begin();
  }

  /**
   * Moves to the next shorter match that has a gateway which no longer one had; false after the last. It lists only
   * such gateways: one with several prefixes of a number stands with the longest.
   */
  next(): boolean {
    this.#found.count = 0;
    while (this.#found.count === 0) {
      this.#length = -1;
      for (const layer of this.#layers) this.#length = Math.max(this.#length, layer.length);
      if (this.#length < 0) return false;
      for (const layer of this.#layers) if (layer.length === this.#length) layer.take(this.#found);
    }
    return true;
  }

  /** Digits of the match. */
  get length(): number {
    return this.#length;
  }

  /** Indexes of its gateways among the snapshot's routing gateways: the first `count` of `gateways`, in no order. */
  get gateways(): Int32Array {
    return this.#found.indexes;
  }

  get count(): number {
    return this.#found.count;
  }
}
