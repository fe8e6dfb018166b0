// Prefixes of routing gateways from CSV: a gateway and a prefix a row. An empty prefix takes every number.

import { type PrefixGateways, packRoutePrefixes } from '../../core/routing/route-prefix-packer.ts';
import type { CsvRow } from '../../operator-csv.ts';
import { type Reader, Refused } from '../../operator-file.ts';
import { prefixDigits } from '../../operator-values.ts';
import type { ImportedTable } from '../tables/table-images.ts';
import type { RefuseLine, TableReader } from './table-reader.ts';

export class PrefixReader implements TableReader {
  readonly columns = { needed: ['gateway', 'prefix'], optional: [] };
  /** Routing gateways of the network; the image numbers those that the file names, as they come. */
  readonly #known: ReadonlySet<string>;
  readonly #numbers = new Map<string, number>();
  readonly #prefixes: string[] = [];
  readonly #gateways: number[] = [];
  readonly #lines: number[] = [];

  constructor(gateways: readonly string[]) {
    this.#known = new Set(gateways);
  }

  take(row: CsvRow): void {
    this.#gateways.push(row.need('gateway', this.#gateway, 0));
    this.#prefixes.push(row.optional('prefix', prefixDigits, ''));
    this.#lines.push(row.line);
  }

  finish(refuse: RefuseLine): ImportedTable | null {
    const order = Uint32Array.from(this.#prefixes.keys()).sort((one, other) => this.#compare(one, other));
    if (this.#hasRepeats(order, refuse)) return null;
    const image = packRoutePrefixes(this.#grouped(order));
    return { kind: 'prefixes', image, gateways: [...this.#numbers.keys()] };
  }

  readonly #gateway: Reader<number> = (name) => {
    const number = this.#numbers.get(name);
    if (number !== undefined) return number;
    if (!this.#known.has(name)) return new Refused(`names "${name}", which is no routing gateway of the network`);
    this.#numbers.set(name, this.#numbers.size);
    return this.#numbers.size - 1;
  };

  #compare(one: number, other: number): number {
    const prefix = this.#prefixes[one] as string;
    const otherPrefix = this.#prefixes[other] as string;
    if (prefix !== otherPrefix) return prefix < otherPrefix ? -1 : 1;
    return (this.#gateways[one] as number) - (this.#gateways[other] as number) || one - other;
  }

  /** Refuses rows that stand twice. */
  #hasRepeats(order: Uint32Array, refuse: RefuseLine): boolean {
    let isTwice = false;
    for (let place = 1; place < order.length; place++) {
      const [before, row] = [order[place - 1] as number, order[place] as number];
      const isRepeat = this.#prefixes[row] === this.#prefixes[before] && this.#gateways[row] === this.#gateways[before];
      if (!isRepeat) continue;
      const reason = `"${this.#prefixes[row]}" of this gateway stands in line ${this.#lines[before]} already`;
      refuse(this.#lines[row] as number, 'prefix', reason);
      isTwice = true;
    }
    return isTwice;
  }

  /** Each prefix once, with its gateways. */
  *#grouped(order: Uint32Array): Generator<PrefixGateways> {
    for (let place = 0; place < order.length; ) {
      const prefix = this.#prefixes[order[place] as number] as string;
      const gateways: number[] = [];
      for (; place < order.length && this.#prefixes[order[place] as number] === prefix; place++) {
        gateways.push(this.#gateways[order[place] as number] as number);
      }
      yield { prefix, gateways };
    }
  }
}
