// Makes the image of route prefixes: gateways by prefix become lists, equal lists become one, and a trie leads to them.

import { type PrefixRow, packTrie } from './prefix-trie-packer.ts';
import { type PrefixLayer, ROUTE_PREFIX_HEADER_WORDS, ROUTE_PREFIX_MAGIC } from './route-prefixes.ts';

/** What packing needs of a gateway. */
interface PrefixedGateway {
  readonly prefixes: readonly string[];
}

/**
 * The image of `gatewaysOf`: for each prefix the layer's numbers of its gateways, each once. Prefixes are `isPrefix`.
 */
export function packRoutePrefixes(gatewaysOf: ReadonlyMap<string, readonly number[]>): SharedArrayBuffer {
  const lists = new Lists();
  const rows: PrefixRow[] = [];
  for (const prefix of [...gatewaysOf.keys()].sort()) {
    rows.push({ prefix, row: lists.rowOf(gatewaysOf.get(prefix) ?? []) });
  }
  const trie = packTrie(rows);
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
  return { image: packRoutePrefixes(gatewaysOf), gateways: Int32Array.from(gateways.keys()) };
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
