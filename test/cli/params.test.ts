// tandem params as an operator meets it, with the switch stopped and with one running.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ParameterReport, ReportedParameter } from '../../src/control/tables/parameter-report.ts';
import { PARAMETERS } from '../../src/core/parameters/table.ts';
import { place, running, tandem } from './command-line.ts';

test('with the switch stopped, set and reset change the data directory, and params shows it', async () => {
  const directory = place();
  assert.equal((await tandem(directory, 'params')).code, 2, 'nothing was ever stored');
  await tandem(directory, 'apply', 'net.yaml');
  const set = await tandem(
    directory,
    'params',
    'set',
    'SS_SIP_TIMEOUT_INVITE=8',
    'SS_CAPACITY=None',
    'SS_QOS_SIGNAL=0',
  );
  assert.equal(set.code, 0, set.error);
  assert.match(
    set.out,
    /^SS_SIP_TIMEOUT_INVITE +10 +-> +8\nSS_CAPACITY +100 +-> +None\nSS_SIP_SIGNAL_TOS +0xa0 +-> +0\n/,
  );
  assert.match(set.out, /\nVersion 2 is in force\. The switch is not running; it will start with this version\./);
  const all = await tandem(directory, 'params');
  assert.match(
    all.out,
    /\nCall set-up timers and retransmission \(setup\)\n\* +SS_SIP_TIMEOUT_INVITE +8 +10 +routing gateway/,
  );
  assert.match(all.out, /\n {3}SS_SIP_TIMEOUT_TRYING +20 +20 +routing gateway timeoutTrying\n/);
  assert.match(all.out, /\n\* is set; the others have their defaults\. Network version 2\.\n/);
  const reset = await tandem(directory, 'params', 'reset', 'SS_SIP_TIMEOUT_INVITE', '--note', 'back');
  assert.match(reset.out, /^SS_SIP_TIMEOUT_INVITE +8 +-> +10\n\nVersion 3 is in force\./);
  const again = await tandem(
    directory,
    'params',
    'reset',
    'SS_SIP_TIMEOUT_INVITE',
    '--config',
    'tandem.yaml',
    '--json',
  );
  assert.deepEqual(JSON.parse(again.out), { version: 3, changes: [], isEverywhere: false, isRunning: false });
  const elsewhere = await tandem(directory, 'params', 'set', 'SS_CAPACITY=5', '--config', 'nowhere.yaml');
  assert.equal(elsewhere.code, 2, 'its start file is the one it names');
  for (const words of ['--config nowhere.yaml set SS_CAPACITY=5', '--config nowhere.yaml reset SS_CAPACITY']) {
    assert.equal((await tandem(directory, 'params', ...words.split(' '))).code, 2, 'before set it is named as well');
  }
  const before = await tandem(directory, 'params', '--json', 'reset', 'SS_SIP_TIMEOUT_INVITE');
  assert.equal((JSON.parse(before.out) as { version: number }).version, 3);
});

test('with the switch running, a change goes through it; gateways with their own value are named', async (context) => {
  const directory = place();
  const { control, published } = await running(context, directory);
  control.tick(0);
  const set = await tandem(directory, 'params', 'set', 'SS_SIP_TIMEOUT_INVITE=2.5');
  assert.match(set.out, /\nVersion 1 is in force\. Every shard routes by it\. Calls in progress keep what they began/);
  assert.equal(published.at(-1)?.parameters.SS_SIP_TIMEOUT_INVITE, 2_500);
  const network = 'routingGateways: [{ name: One, remoteIp: 203.0.113.9, timeoutInvite: 4, switchAllowBusy: On }]';
  control.configuration.apply({ text: network, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  const one = await tandem(directory, 'params', 'SS_SIP_TIMEOUT_INVITE');
  assert.equal(
    one.out,
    `SS_SIP_TIMEOUT_INVITE
No response of any kind to an INVITE: the attempt fails.

value          10, the default
takes          1 to 180 seconds
overridden by  routing gateway timeoutInvite
section        Call set-up timers and retransmission (setup)

gateway  name  field          its value
routing  One   timeoutInvite  4
`,
  );
  assert.match((await tandem(directory, 'params')).out, / routing gateway switchAllowBusy \(inverse\): on 1 gateway\n/);
});

test('some letters of a name, an alias or a section find what they mean; a typing error is answered', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const json = async (...args: string[]) =>
    JSON.parse((await tandem(directory, 'params', '--json', ...args)).out) as unknown;
  const names = async (...args: string[]) =>
    ((await json(...args)) as ParameterReport).parameters.map(({ name }) => name);
  assert.deepEqual(await names(), Object.keys(PARAMETERS));
  assert.deepEqual(await names('capac', '--section', 'limits'), ['SS_CAPACITY']);
  assert.deepEqual(await names('--section', 'limits'), ['SS_CAPACITY', 'SS_CPS_LIMIT', 'SS_CPS_BURST']);
  assert.equal(((await json('SS_QOS_SIGNAL')) as ReportedParameter).name, 'SS_SIP_SIGNAL_TOS');
  const wrong = await tandem(directory, 'params', 'SS_SIP_TIMEOUT_INVIT_');
  assert.deepEqual([wrong.code, wrong.out], [1, '']);
  assert.equal(wrong.error, 'SS_SIP_TIMEOUT_INVIT_ is not a system parameter; did you mean SS_SIP_TIMEOUT_INVITE?\n');
  const section = await tandem(directory, 'params', '--section', 'timers');
  assert.match(section.error, /--section takes one of setup, switching, .*, not "timers"/);
});

test('one bad value refuses all, with every reason', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const one = await tandem(directory, 'params', 'set', 'SS_CAPACITY=5', 'SS_SIP_TIMEOUT_INVITE=0');
  assert.equal(one.code, 1);
  assert.equal(one.error, 'The parameters were refused: SS_SIP_TIMEOUT_INVITE takes 1 to 180 seconds, not "0"\n');
  const two = await tandem(directory, 'params', 'set', 'SS_CAPACITI=5', 'SS_SIP_TIMEOUT_INVITE=0');
  assert.equal(
    two.error,
    `The parameters were refused. Nothing was changed.

SS_CAPACITI is not a system parameter; did you mean SS_CAPACITY?
SS_SIP_TIMEOUT_INVITE takes 1 to 180 seconds, not "0"
`,
  );
  for (const settings of [
    ['SS_CAPACITY'],
    ['=5'],
    ['SS_CAPACITY=5', 'SS_CAPACITY=6'],
    ['SS_QOS_SIGNAL=0', 'SS_SIP_SIGNAL_TOS=0'],
  ]) {
    assert.equal((await tandem(directory, 'params', 'set', ...settings)).code, 1, settings.join(' '));
  }
  assert.match((await tandem(directory, 'params', 'SS_CAPACITY')).out, /value +100, set; the default is None/);
});

test('--markdown prints the page without any switch', async () => {
  const printed = await tandem(place(), 'params', '--markdown');
  assert.equal(printed.out, readFileSync('config/PARAMETERS.md', 'utf8'));
});
