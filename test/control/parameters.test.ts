// The system parameters over the API: told whole, changed whole.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { DeployedParameters } from '../../src/control/control.ts';
import type { Problem } from '../../src/control/http/problem.ts';
import type { ParameterReport } from '../../src/control/tables/parameter-report.ts';
import { PARAMETERS } from '../../src/core/parameters/table.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { type Answered, ask, type ControlFixture, NETWORK, openControl } from './control-fixture.ts';

interface Started extends ControlFixture {
  readonly patch: (query: string, body: unknown) => Promise<Answered>;
  readonly report: () => Promise<ParameterReport>;
}

/** A control with NETWORK in force as version 1. */
async function started(context: TestContext, options: Parameters<typeof openControl>[1] = {}): Promise<Started> {
  const path = temporaryDirectory();
  const fixture = openControl(path, options);
  const port = await fixture.control.start();
  context.after(() => fixture.control.stop());
  fixture.control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  return {
    ...fixture,
    patch: (query, body) =>
      ask(path, port, `PATCH /api/v1/parameters${query}`, {
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    report: async () => (await ask(path, port, 'GET /api/v1/parameters')).json() as ParameterReport,
  };
}

test('all are told, with the value in force, the default, the range and who has its own', async (context) => {
  const { report, control } = await started(context);
  const text = NETWORK.replace('priority: 2', 'priority: 2, timeoutRinging: 2.5, switchAllowSdp: Off');
  control.configuration.apply({ text, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  const { version, parameters } = await report();
  assert.equal(version, 2);
  assert.deepEqual(
    parameters.map(({ name }) => name),
    Object.keys(PARAMETERS),
  );
  const told = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  assert.deepEqual(told.get('SS_CAPACITY'), {
    name: 'SS_CAPACITY',
    aliases: [],
    section: 'limits',
    value: '100',
    isSet: true,
    default: 'None',
    kind: 'countOrNone',
    range: 'None or a whole number from 0 to 1000000',
    override: '',
    overriddenBy: [],
    help: 'Concurrent calls the whole appliance admits.',
  });
  assert.deepEqual([told.get('SS_CPS_LIMIT')?.value, told.get('SS_CPS_LIMIT')?.isSet], ['None', false]);
  assert.deepEqual(told.get('SS_SIP_SIGNAL_TOS')?.aliases, ['SS_QOS_SIGNAL']);
  const own = { kind: 'routing', gateway: 'Two' };
  assert.deepEqual(told.get('SS_SIP_TIMEOUT_RINGING')?.overriddenBy, [
    { ...own, field: 'timeoutRinging', value: '2.5' },
  ]);
  assert.deepEqual(told.get('SS_SIP_STOP_SWITCH_AFTER_SDP')?.overriddenBy, [
    { ...own, field: 'switchAllowSdp', value: 'Off' },
  ]);
});

test('a change is the next version, published at once; null is the default; the rest stays', async (context) => {
  const { patch, report, published, stores } = await started(context);
  const answer = await patch('?author=ops', {
    SS_SIP_TIMEOUT_INVITE: 8,
    SS_CAPACITY: null,
    SS_REPLY_UNAUTHORIZED: false,
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json() as DeployedParameters, {
    version: 2,
    changes: [
      { name: 'SS_SIP_TIMEOUT_INVITE', before: '10', after: '8' },
      { name: 'SS_CAPACITY', before: '100', after: 'None' },
      { name: 'SS_REPLY_UNAUTHORIZED', before: 'On', after: 'Off' },
    ],
    isEverywhere: true,
  });
  const { parameters, routingGateways } = published.at(-1) ?? assert.fail();
  assert.deepEqual([parameters.SS_SIP_TIMEOUT_INVITE, parameters.SS_CAPACITY], [8_000, null]);
  assert.equal(parameters.SS_REPLY_UNAUTHORIZED, false);
  assert.deepEqual(
    routingGateways.map(({ name, slot }) => `${name} ${slot}`),
    ['One 2', 'Two 3'],
  );
  const [newest] = stores.configuration.versions(1);
  assert.deepEqual([newest?.author, newest?.note.split('; ')[0]], ['ops', 'SS_SIP_TIMEOUT_INVITE 10 -> 8']);
  const set = (await report()).parameters.filter(({ isSet }) => isSet).map(({ name, value }) => `${name} ${value}`);
  assert.deepEqual(set, ['SS_SIP_TIMEOUT_INVITE 8', 'SS_REPLY_UNAUTHORIZED Off']);
});

test('what is so already makes no version; a default that somebody sets is set', async (context) => {
  const { patch, published } = await started(context);
  const same = (await patch('', { SS_CAPACITY: '100', SS_CPS_LIMIT: null })).json() as DeployedParameters;
  assert.deepEqual([same.version, same.changes, published.length], [1, [], 0]);
  const pinned = (await patch('', { SS_SIP_SEND_RETRY: '10' })).json() as DeployedParameters;
  assert.deepEqual([pinned.version, pinned.changes], [2, [{ name: 'SS_SIP_SEND_RETRY', before: '10', after: '10' }]]);
});

test('one bad value or name refuses all: 422 with the name, the range and what was given', async (context) => {
  const { patch, published, control } = await started(context);
  const refused = await patch('', {
    SS_SIP_SEND_RETRY: 5,
    SS_SIP_TIMEOUT_INVITE: '181',
    SS_CAPACITI: 1,
    toString: '1',
  });
  assert.deepEqual([refused.status, refused.type], [422, 'application/problem+json']);
  const { code, refusals } = refused.json() as Problem;
  assert.equal(code, 'TANDEM_PARAMETER_REFUSED');
  assert.deepEqual(refusals, [
    { line: 0, field: 'SS_SIP_TIMEOUT_INVITE', reason: 'SS_SIP_TIMEOUT_INVITE takes 1 to 180 seconds, not "181"' },
    { line: 0, field: 'SS_CAPACITI', reason: 'SS_CAPACITI is not a system parameter; did you mean SS_CAPACITY?' },
    { line: 0, field: 'toString', reason: 'toString is not a system parameter' },
  ]);
  assert.deepEqual([published.length, control.configuration.snapshot.version], [0, 1]);
});

test('a change that looked at another version is refused with 409', async (context) => {
  const { patch, published } = await started(context);
  assert.equal((await patch('?version=1', { SS_CAPACITY: 5 })).status, 200);
  const late = await patch('?version=1', { SS_CAPACITY: 6 });
  assert.deepEqual([late.status, (late.json() as Problem).code], [409, 'TANDEM_NETWORK_CONFLICT']);
  assert.equal(published.length, 1);
});

test('a body that is no table of parameters is told so', async (context) => {
  const { patch } = await started(context);
  for (const body of ['', '{', '[]', 'null', '"SS_CAPACITY"', '{}', '{"SS_CAPACITY":[1]}', '{"SS_CAPACITY":{}}']) {
    const answer = await patch('', body);
    assert.deepEqual([answer.status, (answer.json() as Problem).code], [400, 'TANDEM_API_QUESTION'], body);
  }
});

test('a change that a shard does not confirm within a second is answered with 202', async (context) => {
  const { patch, control } = await started(context, { confirms: false });
  control.tick(0);
  const changing = patch('', { SS_CAPACITY: 5 });
  while (control.configuration.snapshot.version === 1) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  control.tick(1_001);
  assert.equal((await changing).status, 202);
});
