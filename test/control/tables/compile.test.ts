// Network to snapshot: slots, listeners, parameters, differences.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesBetween } from '../../../src/control/tables/changes.ts';
import { compileSnapshot } from '../../../src/control/tables/compile.ts';
import { Configuration } from '../../../src/control/tables/configuration.ts';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { assignSlots, forgetSlots } from '../../../src/control/tables/slots.ts';
import { ADMISSION_SLOTS_MAX } from '../../../src/core/base/limits.ts';
import { numberGroupsOf } from '../../../src/core/routing/number-group.ts';
import { NO_PRICES } from '../../../src/core/routing/route-conditions.ts';
import { RouteTable } from '../../../src/core/routing/route-plan.ts';
import { openMemoryStores } from '../../../src/store/memory.ts';
import type { Network } from '../../../src/store/network.ts';
import { TandemError } from '../../../src/tandem-error.ts';
import { momentOf, UNLISTED } from '../../core/routing/route-moment.ts';
import { mappingGateway } from '../../simulator/trunks.ts';

const V4 = { address: '192.0.2.1' };
const V4_SECOND = { address: '192.0.2.2' };
const V6 = { address: '2001:db8::1' };

function network(gateways: string): Network {
  return parseNetwork(`routingGateways:\n${gateways}`, 'net.yaml');
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof TandemError ? error.code : String(error);
  }
  return '';
}

test('a gateway is called from the listener it names, else from the first of its address family', () => {
  const found = network(`
  - { name: A, remoteIp: 203.0.113.9 }
  - { name: B, remoteIp: 203.0.113.9, localIp: 192.0.2.2 }
  - { name: C, remoteIp: "2001:db8::9" }`);
  const { routingGateways } = compileSnapshot(found, 4, assignSlots([], found), [V6, V4, V4_SECOND], 0);
  assert.deepEqual(
    routingGateways.map(({ name, listener, slot }) => [name, listener, slot]),
    [
      ['A', 1, 1],
      ['B', 2, 2],
      ['C', 0, 3],
    ],
  );
  assert.equal('localIp' in (routingGateways[0] ?? {}), false);
});

test('prefixes cross to the shards in one image, which posting does not copy, and not in the gateways', () => {
  const found = network(`
  - { name: A, remoteIp: 203.0.113.9, prefix: '49,44' }
  - { name: B, remoteIp: 203.0.113.9, prefix: '49' }`);
  const snapshot = compileSnapshot(found, 4, assignSlots([], found), [V4], 0);
  const call = {
    mapping: mappingGateway(9),
    caller: '',
    callee: '4930',
    billed: '4930',
    ...UNLISTED,
    sell: null,
    wallMs: 0,
  };
  const { candidates } = new RouteTable(snapshot, NO_PRICES).plan(call, momentOf());
  assert.deepEqual(
    candidates.map(({ gateway, prefix }) => `${gateway.name} ${prefix}`),
    ['A 49', 'B 49'],
  );
  assert.ok(snapshot.routePrefixes[0]?.image instanceof SharedArrayBuffer);
  assert.equal('prefixes' in (snapshot.routingGateways[0] ?? {}), false);
});

test('a number group of the file is read whole, and crosses in shared memory', () => {
  const found = parseNetwork(
    'numberGroups: [{ name: blocked, numbers: [4930123, "+49"] }, { name: none }]',
    'net.yaml',
  );
  assert.deepEqual(found.numberGroups, [
    { name: 'blocked', numbers: ['4930123', '+49'], image: null },
    { name: 'none', numbers: [], image: null },
  ]);
  const { numberGroups = [] } = compileSnapshot(found, 4, assignSlots([], found), [V4], 0);
  const groups = numberGroupsOf(numberGroups);
  assert.ok(groups.get('blocked')?.has('+49'));
  assert.equal(groups.get('none')?.count, 0);
  const wrong = () => parseNetwork('numberGroups: [{ name: blocked, numbers: [49-30] }]', 'net.yaml');
  assert.throws(wrong, /numberGroups\[0\]\.numbers\[0\]: takes a number of 1 to 32 digits/);
});

test('a gateway that no listener reaches is refused', () => {
  const v6 = network('  - { name: C, remoteIp: "2001:db8::9" }');
  const named = network('  - { name: C, remoteIp: 203.0.113.9, localIp: 192.0.2.9 }');
  for (const found of [v6, named]) {
    assert.equal(
      codeOf(() => compileSnapshot(found, 1, assignSlots([], found), [V4], 0)),
      'TANDEM_NETWORK_NO_LISTENER',
    );
  }
});

const SAME_NAMES = `
accounts: [{ account: Same }]
gatewayGroups: [{ name: Same, capacity: 30, cps: 5 }]
mappingGateways: [{ name: Same, account: Same, remoteIps: 192.0.2.7 }]
routingGateways: [{ name: Same, remoteIp: 192.0.2.8 }]`;

test('all kinds share one slot space from 1 up, and a name in each of them has a slot in each', () => {
  const table = assignSlots([], parseNetwork(SAME_NAMES, 'net.yaml'));
  const slots = [table.mapping, table.routing, table.account, table.group].map((kind) => kind.get('Same'));
  assert.deepEqual(slots, [1, 2, 3, 4]);
});

test('a configuration stored before accounts and groups had slots keeps those of its gateways', () => {
  const { configuration: store } = openMemoryStores();
  const { gatewayGroups: _, ...network } = parseNetwork(SAME_NAMES, 'net.yaml');
  const slots = [
    { kind: 'mapping', name: 'Same', slot: 2 },
    { kind: 'routing', name: 'Same', slot: 1 },
  ] as const;
  store.commit({ version: 1, author: '', note: '', atWallMs: 0, network: network as Network, slots });
  const configuration = new Configuration(store, [V4], 0);
  const request = { name: 'net.yaml', author: '', note: '', atWallMs: 0, dryRun: false };
  configuration.apply({
    ...request,
    text: SAME_NAMES.replace(
      'mappingGateways: [',
      'mappingGateways: [{ name: New, account: Same, remoteIps: 1.1.1.1 },',
    ),
  });
  assert.deepEqual(store.current()?.slots, [
    ...slots,
    { kind: 'account', name: 'Same', slot: 3 },
    { kind: 'mapping', name: 'New', slot: 4 },
    { kind: 'group', name: 'Same', slot: 5 },
  ]);
});

test('a mapping gateway carries what its account says: locked, or until when it may call', () => {
  const found = parseNetwork(
    `
accounts: [{ account: open }, { account: shut, locked: On, expires: 2027-01-31 }]
mappingGateways:
  - { name: One, account: open, remoteIps: 192.0.2.7 }
  - { name: Two, account: shut, remoteIps: 192.0.2.8 }`,
    'net.yaml',
  );
  const { mappingGateways } = compileSnapshot(found, 1, assignSlots([], found), [V4], 0);
  assert.deepEqual(
    mappingGateways.map(({ accountLocked, accountExpiresAtWallMs }) => [accountLocked, accountExpiresAtWallMs]),
    [
      [false, null],
      [true, Date.UTC(2027, 0, 31)],
    ],
  );
});

test('a gateway meets the limits of its account and its groups; what it leaves free is taken off', () => {
  const found = parseNetwork(
    `
accounts: [{ account: a, capacity: 50, cps: 9, cpsBurst: 3 }]
gatewayGroups: [{ name: east, capacity: 30, cps: 5 }, { name: free }]
mappingGateways: [{ name: M, account: a, remoteIps: 192.0.2.7, gatewayGroups: east }]
routingGateways:
  - { name: R, remoteIp: 192.0.2.8, gatewayGroups: 'east, free', groupReservedLines: 10 }
  - { name: S, remoteIp: 192.0.2.9, gatewayGroups: east, groupReservedLines: 1 }`,
    'net.yaml',
  );
  const { mappingGateways, routingGateways } = compileSnapshot(found, 1, assignSlots([], found), [V4], 0);
  const east = { kind: 'group', name: 'east', slot: 5, cps: 5, cpsBurst: null } as const;
  assert.deepEqual(mappingGateways[0]?.shared, [
    { kind: 'account', name: 'a', slot: 4, capacity: 50, cps: 9, cpsBurst: 3 },
    { ...east, capacity: 30 },
  ]);
  assert.deepEqual(routingGateways[0]?.shared, [
    { ...east, capacity: 21 },
    { kind: 'group', name: 'free', slot: 6, capacity: null, cps: null, cpsBurst: null },
  ]);
  assert.deepEqual(routingGateways[1]?.shared, [{ ...east, capacity: 30 }]);
});

test('names beyond ADMISSION_SLOTS_MAX are refused, until names of no kept version are forgotten', () => {
  const earlier = Array.from({ length: ADMISSION_SLOTS_MAX - 1 }, (_, index) => {
    return { kind: 'routing', name: `old ${index}`, slot: index + 1 } as const;
  });
  const fresh = network('  - { name: Fresh, remoteIp: 192.0.2.8 }');
  const kept = network('  - { name: old 7, remoteIp: 192.0.2.8 }');
  assert.equal(
    codeOf(() => assignSlots(earlier, fresh)),
    'TANDEM_NETWORK_TOO_MANY_NAMES',
  );
  const remembered = forgetSlots(earlier, [kept]);
  assert.deepEqual(remembered, [{ kind: 'routing', name: 'old 7', slot: 8 }]);
  assert.equal(assignSlots(remembered, fresh).routing.get('Fresh'), 1);
});

test('more names than slots are refused with the file', () => {
  const rows = Array.from(
    { length: ADMISSION_SLOTS_MAX },
    (_, index) => `  - { name: G${index}, remoteIp: 192.0.2.1 }`,
  );
  assert.equal(
    codeOf(() => network(rows.join('\n'))),
    'TANDEM_NETWORK_REFUSED',
  );
});

test('the difference of two networks names what was added, removed and changed', () => {
  const before = network('  - { name: A, remoteIp: 192.0.2.1 }\n  - { name: B, remoteIp: 192.0.2.2 }');
  const after = network('  - { name: B, remoteIp: 192.0.2.3, capacity: 5 }\n  - { name: C, remoteIp: 192.0.2.2 }');
  assert.deepEqual(changesBetween(before, after), [
    { what: 'routingGateway', name: 'B', change: 'changed', fields: ['remoteIp', 'capacity'] },
    { what: 'routingGateway', name: 'C', change: 'added', fields: [] },
    { what: 'routingGateway', name: 'A', change: 'removed', fields: [] },
  ]);
  assert.deepEqual(changesBetween(after, after), []);
});

test('who applied in the meantime is not overwritten', () => {
  const { configuration } = openMemoryStores();
  const [one, other] = [new Configuration(configuration, [V4], 0), new Configuration(configuration, [V4], 0)];
  const request = { name: 'net.yaml', author: '', note: '', atWallMs: 0, dryRun: false };
  one.apply({ ...request, text: 'routingGateways: [{ name: A, remoteIp: 192.0.2.1 }]' });
  const late = () => other.apply({ ...request, text: 'routingGateways: [{ name: B, remoteIp: 192.0.2.1 }]' });
  assert.equal(codeOf(late), 'TANDEM_NETWORK_CONFLICT');
  assert.equal(configuration.current()?.network.routingGateways[0]?.name, 'A');
  assert.equal(other.snapshot.version, 0, 'nothing was half applied');
});
