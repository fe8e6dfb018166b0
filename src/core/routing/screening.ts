// Who is calling: the mapping gateway of a source address. Exact addresses and networks are looked up by
// masked value, one lookup for each prefix length in use, so the cost is the same with ten gateways and
// with ten thousand. Several gateways may share an address: the longest callee prefix, then the lower
// priority number, then the older slot decides.

import { type IpWords, ipKey, parseIp, parseNetwork } from '../base/ip-address.ts';
import type { MappingGateway } from './snapshot.ts';

/** An index of mapping gateways by source address. */
export class Screening {
  readonly #byLength: { readonly bits: number; readonly gateways: Map<string, MappingGateway[]> }[] = [];
  /** Found gateways of recent addresses, so that a busy customer costs one lookup by text. */
  readonly #recent = new Map<string, readonly MappingGateway[]>();

  constructor(gateways: readonly MappingGateway[]) {
    const lengths = new Map<number, Map<string, MappingGateway[]>>();
    for (const gateway of gateways) {
      for (const text of gateway.remoteIps) {
        const network = parseNetwork(text);
        if (network === null) continue; // refused when the configuration was written
        const { words, bits } = network;
        const table = lengths.get(bits) ?? new Map<string, MappingGateway[]>();
        lengths.set(bits, table);
        const key = ipKey(words, bits);
        table.set(key, [...(table.get(key) ?? []), gateway].sort(byClosestFit));
      }
    }
    for (const bits of [...lengths.keys()].sort((a, b) => b - a)) {
      this.#byLength.push({ bits, gateways: lengths.get(bits) as Map<string, MappingGateway[]> });
    }
  }

  /** The mapping gateway that calls `callee` from `address`; null when none may. */
  find(address: string, callee: string): MappingGateway | null {
    for (const gateway of this.#gatewaysAt(address)) {
      if (callee.startsWith(gateway.calleePrefix)) return gateway;
    }
    return null;
  }

  /** Whether any mapping gateway calls from `address`. */
  knows(address: string): boolean {
    return this.#gatewaysAt(address).length > 0;
  }

  /** Whose address it is, whatever is called; null when nobody's. */
  firstAt(address: string): MappingGateway | null {
    return this.#gatewaysAt(address)[0] ?? null;
  }

  #gatewaysAt(address: string): readonly MappingGateway[] {
    const known = this.#recent.get(address);
    if (known !== undefined) return known;
    const words = parseIp(address);
    const found = words === null ? [] : this.#lookup(words);
    if (this.#recent.size >= RECENT_MAX) this.#recent.clear();
    this.#recent.set(address, found);
    return found;
  }

  #lookup(words: IpWords): readonly MappingGateway[] {
    for (const { bits, gateways } of this.#byLength) {
      const found = gateways.get(ipKey(words, bits));
      if (found !== undefined) return found;
    }
    return [];
  }
}

/** Addresses remembered; a flood from more sources than this only costs the lookup again. */
const RECENT_MAX = 16_384;

function byClosestFit(a: MappingGateway, b: MappingGateway): number {
  return b.calleePrefix.length - a.calleePrefix.length || a.priority - b.priority || a.slot - b.slot;
}
