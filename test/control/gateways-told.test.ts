// What status, metrics and questions about routes say of gateways whose calendars are open, or who have registered.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type GatewayStatus, statusOf } from '../../src/control/api/status.ts';
import { type Binding, Bindings } from '../../src/core/registration/bindings.ts';
import type { ExplainedRoute } from '../../src/core/routing/explain.ts';
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

test('the capacity of a gateway is that of now, not one that a calendar has taken the place of', async (context) => {
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

const REGISTERED: Binding = {
  address: '2001:db8::7',
  port: 5080,
  listener: 0,
  user: 'device',
  contact: 'sip:device@10.0.0.1',
  userAgent: '',
  isBehindNat: false,
  callMark: 1,
  cseq: 1,
  expiresAtMs: 1_000,
  registeredAtWallMs: 0,
  refreshedAtWallMs: 0,
};

test('a gateway that registers is told where it has, and found by the place that it calls from', async (context) => {
  const { gateways, get, memory, control } = await applied(
    context,
    `
accounts: [{ account: a }]
mappingGateways:
  - { name: prefixed, account: a, registerType: dynamic, registerUser: other, registerPassword: s, calleePrefix: '9' }
  - { name: in, account: a, registerType: dynamic, registerUser: device, registerPassword: s }
routingGateways:
  - { name: out, registerType: dynamic, registerUser: device, registerPassword: s, priority: 1 }
  - { name: fixed, remoteIp: 192.0.2.2, priority: 2 }`,
  );
  control.tick(0);
  const asked = async (from: string, callee = '491'): Promise<ExplainedRoute> =>
    JSON.parse(await get(`/api/v1/route?callee=${callee}&from=${encodeURIComponent(from)}`)) as ExplainedRoute;
  const places = ({ candidates }: ExplainedRoute): string[] => candidates.map(({ address }) => address);
  assert.match((await asked('[2001:db8::7]:5080')).refusal, /is no mapping gateway and no source of one/);
  assert.equal(gateways().get('out')?.peer, 'not registered');
  const bindings = new Bindings(memory.registration.bindings, 0);
  const slots = new Map(control.configuration.snapshot.mappingGateways.map(({ name, slot }) => [name, slot]));
  bindings.bind(slots.get('in') as number, REGISTERED);
  bindings.bind(slots.get('prefixed') as number, { ...REGISTERED, user: 'other' });
  assert.deepEqual(places(await asked('in')), ['192.0.2.2:5060', 'not registered']);
  for (const { slot, name } of control.configuration.snapshot.routingGateways)
    if (name === 'out') bindings.bind(slot, REGISTERED);
  assert.equal(gateways().get('out')?.peer, '[2001:db8::7]:5080');
  assert.deepEqual(places(await asked('in')), ['[2001:db8::7]:5080', '192.0.2.2:5060']);
  assert.equal((await asked('[2001:db8::7]:5080')).mappingGateway, 'in');
  assert.equal((await asked('[2001:db8::7]:5080', '9491')).mappingGateway, 'prefixed');
  control.tick(2_000);
  assert.equal(gateways().get('out')?.peer, 'not registered', 'no longer than it was granted');
  assert.equal((await asked('[2001:db8::7]:5080')).mappingGateway, '');
});

test('numbers are asked about as calls have them: without the signs between digits', async (context) => {
  const { get } = await applied(
    context,
    `
accounts: [{ account: a }]
mappingGateways: [{ name: in, account: a, remoteIps: 192.0.2.1, calleeAllowLength: 7, callerAllowLength: 4 }]
routingGateways: [{ name: out, remoteIp: 192.0.2.2, prefix: 49301 }]`,
  );
  const explained = JSON.parse(await get('/api/v1/route?from=in&caller=49-30&callee=4930-1.23')) as ExplainedRoute;
  assert.deepEqual([explained.caller, explained.callee, explained.refusal], ['4930', '4930123', '']);
});
