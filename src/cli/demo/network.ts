// Who takes part in the demo: two customers known by their addresses, three vendors of which one is dead and one is
// busy half the time. Everything stands on loopback addresses, which Linux has without any set-up.

import type { Temper } from './vendor.ts';

/** One simulated customer; its mapping gateway has the same name. */
export interface CustomerPlace {
  readonly name: string;
  readonly address: string;
}

/** One simulated vendor; its routing gateway has the same name. */
export interface VendorPlace {
  readonly name: string;
  readonly address: string;
  readonly temper: Temper;
  /** Prefix it is chosen for. Where it fails, gateways of shorter prefixes follow. */
  readonly prefix: string;
}

/** The switch's own address. */
export const SWITCH_ADDRESS = '127.0.0.1';

/** The customers. */
export const CUSTOMERS: readonly CustomerPlace[] = [
  { name: 'blue-telecom', address: '127.0.0.2' },
  { name: 'orange-voice', address: '127.0.0.3' },
];

/** The vendors. */
export const VENDORS: readonly VendorPlace[] = [
  { name: 'dead-vendor', address: '127.0.0.4', temper: 'dead', prefix: '49' },
  { name: 'busy-vendor', address: '127.0.0.5', temper: 'halfBusy', prefix: '44' },
  { name: 'good-vendor', address: '127.0.0.6', temper: 'good', prefix: '' },
];

/** Called numbers by how often they are called: the share of each prefix. */
export const DESTINATIONS: readonly { readonly prefix: string; readonly share: number }[] = [
  { prefix: '49', share: 0.3 },
  { prefix: '44', share: 0.35 },
  { prefix: '1', share: 0.35 },
];

/** Seconds a silent vendor is waited for: short, so that the demo shows the next one taking the call. */
const TIMEOUT_INVITE_SECONDS = 1;

/** The network file of the demo (JSON is YAML). `ports`: where each vendor listens, in the order of VENDORS. */
export function networkFile(ports: readonly number[]): string {
  return JSON.stringify({
    accounts: CUSTOMERS.map(({ name }) => ({ account: name })),
    mappingGateways: CUSTOMERS.map(({ name, address }) => ({ name, account: name, remoteIps: [address] })),
    routingGateways: VENDORS.map(({ name, address, prefix }, index) => ({
      name,
      prefix,
      prefixStyle: 'continue',
      remoteIp: address,
      signalPort: ports[index],
      priority: 1,
      timeoutInvite: TIMEOUT_INVITE_SECONDS,
    })),
  });
}
