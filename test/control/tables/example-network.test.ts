// The network file that operators begin with: it is taken, and what it says holds when it says so.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compileSnapshot } from '../../../src/control/tables/compile.ts';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { assignSlots } from '../../../src/control/tables/slots.ts';
import { capacityAt, isAvailableAt } from '../../../src/core/routing/gateway-hours.ts';
import type { RoutingGateway } from '../../../src/core/routing/snapshot.ts';

test('the example network is taken', () => {
  const network = parseNetwork(readFileSync('config/examples/network.yaml', 'utf8'), 'network.yaml');
  const { routingGateways } = network;
  assert.deepEqual(
    routingGateways.map(({ name, protect }) => [name, protect]),
    [
      ['green-carrier', false],
      ['yellow-carrier', false],
      ['grey-carrier', true],
    ],
  );
  assert.deepEqual([network.accounts[0]?.capacity, network.accounts[0]?.cps], [600, 60]);
  const sundayMs = Date.parse('2026-06-07T23:00:00Z');
  const snapshot = compileSnapshot(network, 1, assignSlots([], network), [{ address: '192.0.2.1' }], sundayMs);
  const [green, yellow] = snapshot.routingGateways as [RoutingGateway, RoutingGateway];
  assert.deepEqual([isAvailableAt(yellow, sundayMs), capacityAt(green, sundayMs)], [false, 600]);
  const mondayMs = Date.parse('2026-06-08T09:00:00Z');
  assert.deepEqual([isAvailableAt(yellow, mondayMs), capacityAt(green, mondayMs)], [true, 300]);
  assert.deepEqual([snapshot.numberGroups?.length, snapshot.whiteList], [2, ['own-numbers']]);
});
