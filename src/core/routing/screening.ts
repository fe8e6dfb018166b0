// Who is calling: the mapping gateway of a source address. First the static addresses and networks that have it, narrow
// ones before wider ones; an address with its port is narrower than without. Then the addresses that host names stand
// for now. All are looked up by masked value, one look for each prefix length in use, so the cost is the same with ten
// gateways and with ten thousand. The first place with a gateway that takes the callee has the call; of several there
// the longest callee prefix, then the lower priority number, then the older slot decides.

import { type IpNetwork, type IpWords, ipKey, parseIp, parseNetwork, splitPort } from '../base/ip-address.ts';
import type { HostAddresses, MappingGateway } from './snapshot.ts';

/** Port of a gateway that is told by address and port, where its address says none. */
const SIP_PORT = 5060;

/** All places of one width: networks of `bits` bits, with a port or without. */
interface Level {
  readonly bits: number;
  readonly hasPort: boolean;
  readonly gateways: Map<string, MappingGateway[]>;
}

/** An index of mapping gateways by source. */
export class Screening {
  readonly #static = new Levels();
  readonly #hosts = new Levels();
  /** Found gateways of recent sources, so that a busy customer costs one lookup by text. */
  readonly #recent = new Map<string, readonly MappingGateway[]>();
  readonly #usesPorts: boolean;

  constructor(gateways: readonly MappingGateway[], hosts: readonly HostAddresses[] = []) {
    const addressesOf = new Map(hosts.map(({ host, addresses }) => [host, addresses]));
    for (const gateway of gateways) {
      // Whose place is not fixed is known by its registration or its credentials only.
      if (gateway.registerType !== 'static') continue;
      for (const text of gateway.remoteIps) this.#static.add(gateway, text, 0);
      for (const name of gateway.remoteHosts) {
        const { text: host, port } = splitPort(name);
        for (const address of addressesOf.get(host) ?? []) this.#hosts.add(gateway, address, port);
      }
    }
    this.#usesPorts = this.#static.usesPorts || this.#hosts.usesPorts;
  }

  /** The mapping gateway that calls `callee` from there; null when none may. */
  find(address: string, port: number, callee: string): MappingGateway | null {
    for (const gateway of this.#gatewaysAt(address, port)) {
      if (callee.startsWith(gateway.calleePrefix)) return gateway;
    }
    return null;
  }

  /** Whether any mapping gateway calls from there. */
  knows(address: string, port: number): boolean {
    return this.#gatewaysAt(address, port).length > 0;
  }

  /** Whose place it is, whatever is called; null when nobody's. */
  firstAt(address: string, port: number): MappingGateway | null {
    return this.#gatewaysAt(address, port)[0] ?? null;
  }

  #gatewaysAt(address: string, port: number): readonly MappingGateway[] {
    const place = this.#usesPorts ? `${address} ${port}` : address;
    const known = this.#recent.get(place);
    if (known !== undefined) return known;
    const words = parseIp(address);
    const found = words === null ? NOBODY : [...this.#static.find(words, port), ...this.#hosts.find(words, port)];
    if (this.#recent.size >= RECENT_MAX) this.#recent.clear();
    this.#recent.set(place, found);
    return found;
  }
}

const NOBODY: readonly MappingGateway[] = [];

/** Sources remembered; a flood from more sources than this only costs the lookup again. */
const RECENT_MAX = 16_384;

/** Places by their width, the narrowest first. */
class Levels {
  readonly #levels: Level[] = [];
  usesPorts = false;

  /** `port`: stands in for one that `text` does not say. */
  add(gateway: MappingGateway, text: string, port: number): void {
    const hasPort = gateway.sipAuthenticationMethod === 'ipPort';
    const ported = hasPort ? splitPort(text) : { text, port: 0 };
    const network = parseNetwork(ported.text);
    if (network === null) return; // refused when the configuration was written
    const { gateways } = this.#levelOf(network, hasPort);
    const key = keyOf(network.words, network.bits, hasPort ? ported.port || port || SIP_PORT : 0);
    gateways.set(key, [...(gateways.get(key) ?? []), gateway].sort(byClosestFit));
  }

  /** The gateways of all places that have the source, those of the narrowest first. */
  find(words: IpWords, port: number): MappingGateway[] {
    return this.#levels.flatMap(
      ({ bits, hasPort, gateways }) => gateways.get(keyOf(words, bits, hasPort ? port : 0)) ?? [],
    );
  }

  #levelOf({ bits }: IpNetwork, hasPort: boolean): Level {
    const known = this.#levels.find((level) => level.bits === bits && level.hasPort === hasPort);
    if (known !== undefined) return known;
    const level = { bits, hasPort, gateways: new Map<string, MappingGateway[]>() };
    this.#levels.push(level);
    this.#levels.sort((a, b) => b.bits - a.bits || Number(b.hasPort) - Number(a.hasPort));
    this.usesPorts ||= hasPort;
    return level;
  }
}

function keyOf(words: IpWords, bits: number, port: number): string {
  return ipKey(words, bits) + (port === 0 ? '' : String.fromCharCode(port));
}

/** Of gateways that call from one place: who has a call is the first of them that takes its callee. */
export function byClosestFit(a: MappingGateway, b: MappingGateway): number {
  return b.calleePrefix.length - a.calleePrefix.length || a.priority - b.priority || a.slot - b.slot;
}
