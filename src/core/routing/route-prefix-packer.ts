// Makes the image of route prefixes: gateways by prefix become lists, equal lists become one, and a trie leads to them.

import { type PrefixRow, packTrie } from './prefix-trie-packer.ts';
import { type PrefixLayer, ROUTE_PREFIX_HEADER_WORDS, ROUTE_PREFIX_MAGIC } from './route-prefixes.ts';

/** What packing needs of a gateway. */
interface PrefixedGateway {
  readonly prefixes: readonly string[];
}

/** A prefix and who takes the numbers that begin with it. */
export interface PrefixGateways {
  readonly prefix: string;
  /** By the layer's own numbers, each once. */
  readonly gateways: readonly number[];
}

/** The image of `sorted`: by character code, each prefix once, each `isPrefix`. */
export function packRoutePrefixes(sorted: Iterable<PrefixGateways>): SharedArrayBuffer {
  const lists = new Lists();
  const trie = packTrie(rowsOf(sorted, lists));
  const head = lists.words();
  const image = new SharedArrayBuffer(head.byteLength + trie.length);
  new Int32Array(image).set(head);
  new Uint8Array(image).set(trie, head.byteLength);
  return image;
}

/** The layer of the gateways' own prefixes, numbered as they stand. */
export function prefixLayerOf(gateways: readonly PrefixedGateway[]): PrefixLayer {
  const gatewaysOf = new Map<string, number[]>();
  for (const [index, { prefixes }] of gateways.entries()) {
    for (const prefix of prefixes) {
      const list = gatewaysOf.get(prefix);
      if (list === undefined) gatewaysOf.set(prefix, [index]);
      else list.push(index);
    }
  }
  const sorted = [...gatewaysOf].map(([prefix, list]) => ({ prefix, gateways: list }));
  sorted.sort((one, other) => (one.prefix < other.prefix ? -1 : 1));
  return { image: packRoutePrefixes(sorted), gateways: Int32Array.from(gateways.keys()) };
}

function* rowsOf(sorted: Iterable<PrefixGateways>, lists: Lists): Generator<PrefixRow> {
  for (const { prefix, gateways } of sorted) yield { prefix, row: lists.rowOf(gateways) };
}

/** Lists of gateways, equal ones once. */
class Lists {
  readonly #rows = new Map<string | number, number>();
  readonly #starts: number[] = [0];
  readonly #gateways: number[] = [];

  rowOf(gateways: readonly number[]): number {
    const key = gateways.length === 1 ? (gateways[0] as number) : gateways.join();
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.#rows.size;
    this.#rows.set(key, row);
    for (const gateway of gateways) this.#gateways.push(gateway);
    this.#starts.push(this.#gateways.length);
    return row;
  }

  words(): Int32Array {
    const head = [ROUTE_PREFIX_MAGIC, this.#rows.size, this.#gateways.length];
    const words = new Int32Array(ROUTE_PREFIX_HEADER_WORDS + this.#starts.length + this.#gateways.length);
    words.set(head);
    words.set(this.#starts, head.length);
    words.set(this.#gateways, head.length + this.#starts.length);
    return words;
  }
}
