// Networks for tests: one customer, some vendors.

import type { Place } from './peer.ts';

/** A routing gateway and where it is; the first one is tried first. Further fields as in the network file. */
export interface Vendor {
  readonly name: string;
  readonly at: Place;
  readonly fields?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** Accounts, `acme` among them, and rate tables; fields as in the network file. */
export interface Money {
  readonly accounts: readonly object[];
  readonly rateTables?: readonly object[];
  readonly packages?: readonly object[];
}

/**
 * The network file of a customer that calls from `customers` and reaches everything through `vendors`, in that order.
 */
export function networkOf(
  customers: readonly string[],
  vendors: readonly Vendor[],
  systemParameters: Readonly<Record<string, string | number>> = {},
  money: Money = { accounts: [{ account: 'acme' }] },
): string {
  // JSON is YAML.
  return JSON.stringify({
    ...money,
    mappingGateways: [{ name: 'customer', account: 'acme', remoteIps: customers, capacity: 100_000 }],
    routingGateways: vendors.map(({ name, at, fields }, index) => ({
      name,
      prefix: '',
      remoteIp: at.address,
      signalPort: at.port,
      priority: index + 1,
      capacity: 100_000,
      ...fields,
    })),
    systemParameters,
  });
}
