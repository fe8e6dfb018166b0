// The configuration of a data directory that an earlier build wrote.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSnapshot } from '../../../src/control/tables/compile.ts';
import { Configuration } from '../../../src/control/tables/configuration.ts';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { assignSlots } from '../../../src/control/tables/slots.ts';
import { openLmdbStores } from '../../../src/store/lmdb.ts';
import type { Network } from '../../../src/store/network.ts';
import { temporaryDirectory } from '../../store/temporary-directory.ts';

const LISTENERS = [{ address: '192.0.2.1' }];

const FILE = `
accounts: [{ account: alpha }]
mappingGateways: [{ name: Alpha, account: alpha, remoteIps: 198.51.100.7, capacity: 5 }]
routingGateways: [{ name: One, remoteIp: 203.0.113.9, switchAllowSdp: On }]
systemParameters: { SS_CAPACITY: 100 }`;

/** What 0.1.0 wrote for FILE: entries with fewer fields. */
const STORED = {
  accounts: [{ account: 'alpha' }],
  mappingGateways: [
    {
      name: 'Alpha',
      account: 'alpha',
      remoteIps: ['198.51.100.7'],
      calleePrefix: '',
      priority: 0,
      capacity: 5,
      cps: null,
      locked: false,
      timeoutCallProceedingMs: null,
    },
  ],
  routingGateways: [
    {
      name: 'One',
      prefixes: [''],
      prefixStyle: 'terminate',
      remoteIp: '203.0.113.9',
      signalPort: 5060,
      localIp: null,
      priority: 0,
      capacity: null,
      cps: null,
      locked: false,
      timeoutInviteMs: null,
      timeoutTryingMs: null,
      timeoutSessionProgressMs: null,
      timeoutSessionProgressSdpMs: null,
      timeoutRingingMs: null,
      switchAllowSdp: true,
      switchAllowBusy: null,
      switchAllowRing: null,
      switchUntilConnect: null,
      stopSwitchAfterInviteTimeout: null,
      stopSwitchSipCodes: [],
    },
  ],
  systemParameters: [{ name: 'SS_CAPACITY', value: '100' }],
} as unknown as Network;

test('an upgrade starts: what an earlier build stored gets the new fields at what they are when left out', async () => {
  const path = temporaryDirectory();
  const earlier = openLmdbStores(path);
  const slots = [
    { kind: 'mapping', name: 'Alpha', slot: 1 },
    { kind: 'routing', name: 'One', slot: 2 },
  ] as const;
  earlier.configuration.commit({ version: 1, author: '', note: '', atWallMs: 0, network: STORED, slots });
  await earlier.close();
  const stores = openLmdbStores(path);
  const { snapshot } = new Configuration(stores.configuration, LISTENERS, 0);
  const written = parseNetwork(FILE, 'net.yaml');
  const fresh = compileSnapshot(written, 1, assignSlots(slots, written), LISTENERS, 0);
  assert.deepEqual(snapshot.routingGateways, fresh.routingGateways);
  assert.deepEqual(snapshot.mappingGateways, fresh.mappingGateways);
  await stores.close();
});

test('after an upgrade the same network file changes nothing', async () => {
  const stores = openLmdbStores(temporaryDirectory());
  stores.configuration.commit({ version: 1, author: '', note: '', atWallMs: 0, network: STORED, slots: [] });
  const configuration = new Configuration(stores.configuration, LISTENERS, 0);
  const request = { text: FILE, name: 'net.yaml', author: '', note: '', atWallMs: 0, dryRun: false };
  assert.deepEqual(configuration.apply(request).changes, []);
  await stores.close();
});
