// What status and metrics say of gateways whose calendars are open.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type GatewayStatus, statusOf } from '../../src/control/api/status.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, type ControlFixture, openControl } from './control-fixture.ts';

/** It is a Thursday. */
const CALENDARS = `
calendars:
  - { name: always, periods: [{ from: 00:00, to: 24:00 }] }
  - { name: mondays, periods: [{ days: Mon, from: 00:00, to: 24:00 }] }
`;

interface Applied extends ControlFixture {
  readonly gateways: () => Map<string, GatewayStatus>;
  readonly get: (path: string) => Promise<string>;
}

/** A control with `network` in force. */
async function applied(context: TestContext, network: string): Promise<Applied> {
  const path = temporaryDirectory();
  const fixture = openControl(path);
  const { control } = fixture;
  const port = await control.start();
  context.after(() => control.stop());
  await control.apply({ text: network, name: 'net', author: '', note: '', dryRun: false });
  return {
    ...fixture,
    gateways: () => new Map(statusOf(control).gateways.map((gateway) => [gateway.name, gateway])),
    get: async (question) => (await ask(path, port, `GET ${question}`)).text,
  };
}

test('the capacity of a gateway is that of now, not the one that a calendar has taken the place of', async (context) => {
  const { gateways, get } = await applied(
    context,
    `${CALENDARS}
accounts: [{ account: a }]
mappingGateways:
  - name: in
    account: a
    remoteIps: 192.0.2.1
    capacity: None
    scheduledCapacity: [{ calendar: always, capacity: 7 }]
routingGateways:
  - name: out
    remoteIp: 192.0.2.2
    capacity: 30
    scheduledCapacity: [{ calendar: mondays, capacity: 1 }, { calendar: always, capacity: 4 }]
  - { name: free, remoteIp: 192.0.2.3, capacity: 5, scheduledCapacity: [{ calendar: always, capacity: None }] }`,
  );
  assert.deepEqual(
    [...gateways()].map(([name, { capacity }]) => [name, capacity]),
    [
      ['in', 7],
      ['out', 4],
      ['free', null],
    ],
  );
  const lines = (await get('/metrics')).split('\n').filter((line) => line.startsWith('tandem_gateway_capacity{'));
  assert.deepEqual(lines, [
    'tandem_gateway_capacity{gateway="in",kind="mapping"} 7',
    'tandem_gateway_capacity{gateway="out",kind="routing"} 4',
  ]);
});
