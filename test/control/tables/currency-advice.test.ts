// What an operator is told of prices in several currencies when a network is applied.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Configuration } from '../../../src/control/tables/configuration.ts';
import { openMemoryStores } from '../../../src/store/memory.ts';

const COMPARED =
  'Prices in EUR and USD cannot be compared: calls of Alpha and 1 more pass One by where minProfitPercent or ' +
  'maxSecondRates holds.';
const ORDERED =
  "Routing gateways are paid in EUR, USD: where the cheapest comes first, those in the caller's currency do, and " +
  'those in another one stand last.';

/** `least` and `costs`: fields of the routing gateway that is paid in dollars. */
function adviceOn({ least = '', costs = '', parameters = '{}' } = {}): readonly string[] {
  const text = `
rateTables:
  - { name: retail, currency: EUR, rates: [{ prefix: "", perMinute: 1 }] }
  - { name: dollars, currency: USD, rates: [{ prefix: "", perMinute: 1 }] }
accounts:
  - { account: alpha, rateTable: retail }
  - { account: gamma }
  - { account: euro vendor, type: settlement, rateTable: retail }
  - { account: dollar vendor, type: settlement, rateTable: dollars }
mappingGateways:
  - { name: Alpha, account: alpha, remoteIps: 198.51.100.7 }
  - { name: Beta, account: alpha, remoteIps: 198.51.100.8 }
  - { name: Gamma, account: gamma, remoteIps: 198.51.100.9, minProfitPercent: 5 }
  - { name: Delta, account: alpha, remoteIps: 198.51.100.10, minProfitPercent: 5, calloutRoutingGateways: Two }
routingGateways:
  - { name: One, remoteIp: 203.0.113.1, clearingAccount: dollar vendor ${least} ${costs} }
  - { name: Two, remoteIp: 203.0.113.2, clearingAccount: euro vendor, minProfitPercent: 5 }
systemParameters: ${parameters}`;
  const configuration = new Configuration(openMemoryStores().configuration, [{ address: '192.0.2.1' }], 0);
  const request = { text, name: 'net.yaml', author: '', note: '', atWallMs: 0, dryRun: true };
  return configuration.apply(request).advice;
}

test('two currencies where prices are compared, or ordered by, are told; the others are not', () => {
  assert.deepEqual(adviceOn(), []);
  assert.deepEqual(adviceOn({ least: ', minProfitPercent: 10' }), [COMPARED]);
  assert.deepEqual(adviceOn({ least: ', maxSecondRates: 0.01' }), [], 'a limit in its own currency');
  assert.deepEqual(adviceOn({ costs: ', leastCostRouting: On, feerateRestrict: On' }), [ORDERED]);
  assert.deepEqual(adviceOn({ parameters: '{ SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: On }' }), [ORDERED]);
});
