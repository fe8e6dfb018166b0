// The networks that Tandem is given for the profiles: one customer, and vendors that are sockets of the answering end.
// That of wholesale is in wholesale-tables.ts.

import type { NetworkKind } from './profiles.ts';

/** Where the vendors are. */
export interface VendorPlaces {
  readonly address: string;
  readonly port: number;
  /** Says 503 to every call. */
  readonly refusingPort: number;
  /** Says 500 to every call. */
  readonly failingPort: number;
  readonly deadPort: number;
}

/** One that a network file says whole. */
export type PlainNetworkKind = Exclude<NetworkKind, 'wholesale'>;

/** A limit that is counted and that no load reaches. */
export const CAPACITY = 100_000;

/** A network file, as JSON. */
export function networkFile(kind: PlainNetworkKind, callerAddress: string, places: VendorPlaces): string {
  return JSON.stringify({
    ...MONEY[kind === 'rated' ? 'rated' : 'plain'],
    mappingGateways: [{ name: 'caller', account: 'bench', remoteIps: [callerAddress], capacity: CAPACITY }],
    routingGateways: vendorsOf(kind, places),
    systemParameters: PARAMETERS[kind] ?? {},
  });
}

/** Who pays, by which rates. */
const MONEY = {
  plain: { accounts: [{ account: 'bench' }] },
  rated: {
    accounts: [
      { account: 'bench', rateTable: 'retail', creditLimit: 'None' },
      { account: 'carrier', type: 'settlement', rateTable: 'wholesale', creditLimit: 'None' },
    ],
    rateTables: [
      { name: 'retail', currency: 'EUR', rates: [{ prefix: '', price: 0.01, period: 1 }] },
      { name: 'wholesale', currency: 'EUR', rates: [{ prefix: '', price: 0.004, period: 6 }] },
    ],
  },
};

const PARAMETERS: Readonly<Partial<Record<PlainNetworkKind, object>>> = {
  impatient: { SS_SIP_TIMEOUT_RINGING: 2 },
  // The caller asks for no more: both sides of a call refresh as often.
  refreshing: { SS_SIP_SESSION_TTL: 120 },
};

function vendorsOf(kind: PlainNetworkKind, places: VendorPlaces): object[] {
  const { address, port, refusingPort, deadPort } = places;
  const vendor = (name: string, signalPort: number, priority: number, more: object = {}): object => {
    return { name, prefix: '', remoteIp: address, signalPort, priority, capacity: CAPACITY, ...more };
  };
  switch (kind) {
    case 'failover':
      return [
        vendor('dead', deadPort, 1, { timeoutInvite: 1 }),
        vendor('refusing', refusingPort, 2),
        vendor('answerer', port, 3),
      ];
    case 'rated':
      return [vendor('answerer', port, 1, { clearingAccount: 'carrier' })];
    default:
      return [vendor('answerer', port, 1)];
  }
}
