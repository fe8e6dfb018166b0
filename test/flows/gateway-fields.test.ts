// Every field of a gateway changes what happens: for each there is a ladder that sets it and fails without it.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { mappingGateway, routingGateway } from '../simulator/trunks.ts';
import type { Flow } from './flow-file.ts';
import { flowFiles } from './flow-folder.ts';
import { passes, withSettings } from './flow-runner.ts';
import { numberFieldsOf } from './number-settings.ts';

/** Who a gateway is, where it stands among the others, and what is compiled of fields that are named below. */
const PLACES = [
  'slot',
  'name',
  'account',
  'remoteIps',
  'remoteHosts',
  'remoteIp',
  'signalPort',
  'listener',
  'priority',
  'numbers',
];

/** What no ladder can show, and the test that proves it. */
const PROVED_ELSEWHERE: Readonly<Record<string, string>> = {
  calleePrefix: 'test/core/routing/screening.test.ts',
  sipAuthenticationMethod: 'test/core/routing/screening.test.ts',
  registerAlgorithms: 'test/core/registration/authenticator.test.ts',
  prefixStyle: 'test/core/routing/route-plan.test.ts',
  clearingAccount: 'test/core/call/priced-call.test.ts',
  callLevel: 'test/core/call/priced-call.test.ts',
  optionsPingMs: 'test/core/shard/gateway-prober.test.ts',
  firstRoutePolicy: 'test/core/routing/route-order.test.ts',
  secondRoutePolicy: 'test/core/routing/route-order.test.ts',
  weight: 'test/core/routing/route-order.test.ts',
  leastCostRouting: 'test/core/routing/route-order.test.ts',
  routingGatewayGroups: 'test/core/routing/route-filter.test.ts',
  routingGatewayGroupsAllow: 'test/core/routing/route-filter.test.ts',
  gatewayGroups: 'test/core/routing/route-filter.test.ts',
  calloutRoutingGateways: 'test/core/routing/route-filter.test.ts',
  callinMappingGateways: 'test/core/routing/route-filter.test.ts',
  feerateRestrict: 'test/core/routing/route-filter.test.ts',
  minProfitPercent: 'test/core/routing/route-filter.test.ts',
  maxSecondRatesNanos: 'test/core/routing/route-filter.test.ts',
  calculateRouteQuality: 'test/core/call/quality-signs.test.ts',
  proportionCalleePrefixs: 'test/core/call/proportion.test.ts',
};

const FLOWS = [...flowFiles().values()].flat();

for (const [column, gateway] of [
  ['caller', mappingGateway(1)],
  ['trunk', routingGateway(2)],
] as const) {
  describe(`every field of a ${column}'s gateway changes what happens`, () => {
    const fields = [...Object.keys(gateway).filter((name) => !PLACES.includes(name)), ...numberFieldsOf(column)];
    for (const field of fields) {
      const elsewhere = PROVED_ELSEWHERE[field];
      if (elsewhere === undefined) test(field, () => provedByLadder(column, field));
      else test(`${field}: in ${elsewhere}`, () => assert.ok(existsSync(elsewhere)));
    }
  });
}

function provedByLadder(column: string, field: string): void {
  const found = FLOWS.filter((flow) => settings(flow, column, field).length > 0);
  assert.ok(found.length > 0, `no ladder sets ${field} of a ${column}`);
  assert.ok(
    found.some((flow) => passes(flow) && !passes(without(flow, column, field))),
    `${field} of a ${column} changes nothing: each ladder that sets it passes without it as well`,
  );
}

function without(flow: Flow, column: string, field: string): Flow {
  const set = settings(flow, column, field);
  return withSettings(
    flow,
    flow.settings.filter((setting) => !set.includes(setting)),
  );
}

function settings(flow: Flow, column: string, field: string) {
  return flow.settings.filter((setting) => setting.of.startsWith(column) && setting.field === field);
}
