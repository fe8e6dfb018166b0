// What a record says of the two sides besides numbers and times: their user agents, the codec, session timers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { USER_AGENT_CHARACTERS_MAX } from '../../../src/core/base/limits.ts';
import { FAIR_WEATHER, type Place } from '../../simulator/network.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { CUSTOMER_NET, simulatedSnapshot } from '../../simulator/trunks.ts';

const LONG_NAME = 'x'.repeat(USER_AGENT_CHARACTERS_MAX + 20);

function linesOf({ address }: Place): string {
  return address.startsWith(CUSTOMER_NET) ? 'User-Agent: PBX at the customer\r\n' : `Server: SBC ${LONG_NAME}\r\n`;
}

test('the record of an answered call has the user agents of both sides, cut at the limit, and the codec', () => {
  const run = new Simulation({
    seed: 4,
    callCount: 60,
    shardCount: 1,
    callsPerSecond: 20,
    weather: FAIR_WEATHER,
    linesOf,
  });
  run.run();
  const answered = run.switch.cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs !== null);
  assert.ok(answered.length > 20);
  for (const cdr of answered) {
    assert.equal(cdr.userAgentCaller, 'PBX at the customer');
    assert.equal(cdr.userAgentCallee, `SBC ${LONG_NAME}`.slice(0, USER_AGENT_CHARACTERS_MAX));
  }
  assert.ok(answered.filter(({ codec }) => codec === 'PCMA').length > 10, 'most answers say their codec');
  const failed = run.switch.cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs === null);
  for (const { userAgentCallee, sessionTimer } of failed) assert.deepEqual([userAgentCallee, sessionTimer], ['', '']);
});

/** The sides with a session timer, of calls where the customer, the vendor or both say one. */
function sidesWhen(isTimed: (isCustomer: boolean) => boolean): string[] {
  const snapshot = simulatedSnapshot();
  const run = new Simulation({
    seed: 4,
    callCount: 40,
    shardCount: 1,
    callsPerSecond: 20,
    weather: FAIR_WEATHER,
    snapshot: {
      ...snapshot,
      mappingGateways: snapshot.mappingGateways.map((gateway) => ({ ...gateway, sipTimer: isTimed(true) })),
      routingGateways: snapshot.routingGateways.map((gateway) => ({ ...gateway, sipTimer: isTimed(false) })),
    },
    linesOf: () => 'Supported: timer\r\nSession-Expires: 3600;refresher=uac\r\n',
  });
  run.run();
  const answered = run.switch.cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs !== null);
  assert.ok(answered.length > 10);
  return [...new Set(answered.map(({ sessionTimer }) => sessionTimer))];
}

test('the record says on which sides a session timer ran at the answer', () => {
  assert.deepEqual(
    sidesWhen(() => true),
    ['both'],
  );
  assert.deepEqual(
    sidesWhen((isCustomer) => isCustomer),
    ['caller'],
  );
  assert.deepEqual(
    sidesWhen((isCustomer) => !isCustomer),
    ['callee'],
  );
  assert.deepEqual(
    sidesWhen(() => false),
    [''],
  );
});
