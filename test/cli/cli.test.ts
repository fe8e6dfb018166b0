// The command line as an operator meets it: as a process, with the switch stopped; and with one running.

import assert from 'node:assert/strict';
import { chownSync, closeSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cdrTail } from '../../src/cli/cdr-tail.ts';
import { loadConfig } from '../../src/config.ts';
import { claimDataDirectory, releaseDataDirectory } from '../../src/store/data-directory.ts';
import { lockFile } from '../../src/store/file-lock.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { pack } from '../../src/store/records.ts';
import { NETWORK, WALL_MS } from '../control/control-fixture.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { place, running, tandem, tandemInto, tandemUnread } from './command-line.ts';

test('check tells that a file is good, or every fault of it, and by its exit code', async () => {
  const directory = place();
  assert.deepEqual(await tandem(directory, 'check', 'net.yaml'), {
    code: 0,
    out: 'net.yaml is good: a network of 1 account, 1 mapping gateway and 2 routing gateways.\n',
    error: '',
  });
  assert.match(
    (await tandem(directory, 'check')).out,
    /tandem\.yaml is good: a start file with 1 listener and 1 shard/,
  );
  writeFileSync(
    join(directory, 'bad.yaml'),
    NETWORK.replace('capacity: 10', 'capacity: ten').replace('prefix:', 'prefx:'),
  );
  for (const text of ['{"accounts":[{"account":"a"}]}', '{"node": 1, "routingGateways": []}', 'packages: []']) {
    writeFileSync(join(directory, 'other.yaml'), text);
    const { out, error } = await tandem(directory, 'check', 'other.yaml');
    assert.match(out + error, /a network of|there are accounts, /, 'it is no start file');
  }
  writeFileSync(join(directory, 'other.yaml'), '# Carriers, accounts: in net.yaml\nnode: one\n');
  assert.match((await tandem(directory, 'check', 'other.yaml')).out, /a start file with/);
  const refused = await tandem(directory, 'check', 'bad.yaml');
  assert.deepEqual([refused.code, refused.out], [1, '']);
  assert.equal(
    refused.error,
    `bad.yaml was refused. Nothing was changed.

line  field                        reason
   5  mappingGateways[0].capacity  takes None or a whole number from 0 to 1000000, not "ten"
   7  routingGateways[0].prefx     is not a field here; did you mean prefix?
`,
  );
  const forScripts = await tandem(directory, 'check', 'bad.yaml', '--json');
  const { error } = JSON.parse(forScripts.out) as { error: { code: string; refusals: unknown[] } };
  assert.deepEqual([forScripts.code, error.code, error.refusals.length], [1, 'TANDEM_NETWORK_REFUSED', 2]);
});

test('a command does nothing behind a switch that it cannot see, as in another container', async () => {
  const directory = place();
  mkdirSync(join(directory, 'data'));
  const locked = lockFile(join(directory, 'data', 'lock'));
  assert.ok(typeof locked === 'object');
  const refused = await tandem(directory, 'apply', 'net.yaml');
  assert.deepEqual([refused.code, readdirSync(join(directory, 'data'))], [2, ['lock']]);
  assert.match(refused.error, /Another process already works on .*another container.*Stop it first/);
  closeSync(locked.file);
  assert.equal((await tandem(directory, 'apply', 'net.yaml')).code, 0);
});

test('cdr search finds finished calls, newest first, and says where to go on and what it does not know', async () => {
  const directory = place();
  const stores = openLmdbStores(join(directory, 'data'));
  stores.spool.append([1, 2, 3].map((number) => pack(sampleCdr(number))));
  await stores.close();
  const search = (...words: string[]) => tandem(directory, 'cdr', 'search', ...words);
  const found = await search('--gateway', 'Vendor one', '--number', '442079460000', '-n', '2', '--json');
  const ids = found.out.trimEnd().split('\n');
  assert.deepEqual(
    ids.map((line) => (JSON.parse(line) as { id: string }).id),
    [sampleCdr(3).id, sampleCdr(2).id],
  );
  assert.equal(found.error, 'There may be more: --before 2\n', 'a script is told beside the records');
  assert.match((await search('-n', '2')).out, /There may be more: --before 2\n$/);
  const last = await search('--before', '2', '--json');
  assert.deepEqual([last.out.trimEnd().split('\n').length, last.error], [1, '']);
  assert.equal((await search('--account', 'nobody')).out, 'No CDR is like that.\n');
  const refused = await search('--reason', 'Bussy');
  assert.deepEqual([refused.code, refused.error], [1, 'endReason Bussy is none; did you mean Busy?\n']);
});

test('with the switch stopped, apply, route and cdr tail work on the data directory', async () => {
  const directory = place();
  assert.equal((await tandem(directory, 'route', '--from', 'Alpha', '--callee', '44')).code, 2, 'nothing is there yet');
  assert.match((await tandem(directory, 'apply', 'net.yaml', '--dry-run')).out, /Version 0 stays in force/);
  const applied = await tandem(directory, 'apply', 'net.yaml', '--note', 'first');
  assert.equal(applied.code, 0);
  assert.match(applied.out, /^Version 1 is in force: 1 account, .* The switch is not running; it will start with this/);
  assert.match((await tandem(directory, 'apply', 'net.yaml')).out, /says what is in force already/);
  const route = await tandem(directory, 'route', '--from', 'Alpha', '--caller', '1', '--callee', '442079', '--json');
  const { candidates } = JSON.parse(route.out) as { candidates: { gateway: string }[] };
  assert.deepEqual([route.code, candidates[0]?.gateway], [0, 'One']);
  assert.equal((await tandem(directory, 'route', '--from', 'Nobody', '--callee', '44')).code, 1, 'refused');
  const stores = openLmdbStores(join(directory, 'data'));
  stores.spool.append([pack(sampleCdr(1)), pack(sampleCdr(2)), pack(sampleCdr(3))]);
  await stores.close();
  const tail = await tandem(directory, 'cdr', 'tail', '-n', '2', '--json');
  assert.deepEqual(
    tail.out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id.slice(-1)),
    ['2', '3'],
  );
  assert.match(
    (await tandem(directory, 'cdr', 'tail')).out,
    /ended \(UTC\) .*\n2026-01-01 00:00:00\.000 +4930111111 +442079460000 +Alpha +Vendor one +10\.0 s +1\.00 s +200 /,
  );
});

test('apply by root before the first start leaves nothing that the owner of the directory cannot open', async () => {
  const directory = place();
  const path = join(directory, 'data');
  mkdirSync(path);
  const { uid, gid } = statSync(path);
  const user = process.geteuid?.() === 0 ? 65_534 : uid;
  chownSync(path, user, gid);
  assert.equal((await tandem(directory, 'apply', 'net.yaml')).code, 0);
  const made = readdirSync(path).map((name) => [name, statSync(join(path, name)).uid]);
  assert.deepEqual(
    made.filter(([, uid]) => uid !== user),
    [],
  );
  assert.ok(made.length >= 4, 'two files of LMDB with their locks');
});

test('what needs a running switch says so, and how to start it, with exit code 2', async () => {
  const directory = place();
  for (const command of ['status', 'calls']) {
    const ended = await tandem(directory, command);
    assert.equal(ended.code, 2);
    assert.match(ended.error, /No switch runs on .*\/data\. Start it: tandem start/);
  }
});

test('a command that was not heard ends with 2, not as one that found something: a repeat may be', async (context) => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const path = join(directory, 'data');
  claimDataDirectory(path, { address: '127.0.0.1', port: 0 });
  const starting = await tandem(directory, 'verify');
  releaseDataDirectory(path);
  assert.deepEqual([starting.code, starting.out], [2, '']);
  assert.match(starting.error, /^Process \d+ is starting or working on .* Try again in a moment\.\n$/);
  await running(context, directory);
  writeFileSync(join(path, 'local-token'), 'of an earlier start\n');
  assert.equal((await tandem(directory, 'verify')).code, 2);
});

test('output that cannot be written is no success', async () => {
  const { code, error } = await tandemInto('/dev/full', place(), 'check', 'net.yaml');
  assert.equal(code, 2);
  assert.match(error, /The output could not be written: .*no space/i);
  const help = await tandemInto('/dev/full', place(), '--help');
  assert.equal(help.code, 2);
  assert.match(help.error, /^The output could not be written: .*no space.*\n$/i);
});

test('a reader who has seen enough is no fault, and ends what goes on', { timeout: 30_000 }, async (context) => {
  const directory = place();
  assert.deepEqual(await tandemUnread(0, directory, '--help'), { code: 0, error: '' });
  const { control, shards } = await running(context, directory);
  let count = 0;
  const calls = setInterval(() => {
    shards[0]?.record(sampleCdr(++count, WALL_MS));
    control.tick(count * 1_000);
  }, 100);
  context.after(() => clearInterval(calls));
  assert.deepEqual(await tandemUnread(1, directory, 'cdr', 'tail', '-f'), { code: 0, error: '' });
});

test('tandem says which it is', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.deepEqual(await tandem(place(), '--version'), { code: 0, out: `tandem ${version}\n`, error: '' });
});

test('usage errors end with 2, help and version of a command with 0', async () => {
  const directory = place();
  const unknown = await tandem(directory, 'frobnicate');
  assert.deepEqual([unknown.code, unknown.out], [2, '']);
  assert.equal(
    unknown.error,
    "error: unknown command 'frobnicate'\nWith --help behind it a command says what it takes.\n",
  );
  for (const [command, words] of [
    ['bill alpha', '--csv --html'],
    ['bill alpha', '--html --json'],
    ['report', '--csv --json'],
    ['rerate', '--book --booked'],
  ] as const) {
    const { code, error } = await tandem(directory, ...command.split(' '), ...words.split(' '));
    assert.equal(code, 2, `${command} ${words}`);
    assert.match(error, /^error: option '--\w+' cannot be used with option '--\w+'\n/);
  }
  assert.equal((await tandem(directory, 'route', '--callee', '44')).code, 2);
  assert.equal((await tandem(directory, 'cdr', 'tail', '-n', 'many')).code, 2);
  assert.equal((await tandem(directory, '--help')).code, 0);
  assert.equal((await tandem(directory, 'apply', '--help')).code, 0);
});

test('cdr tail that goes on has heads above its first call, also where there was none at first', {
  timeout: 30_000,
}, async (context) => {
  const directory = place();
  const { control, shards } = await running(context, directory);
  const lines: string[] = [];
  const say = (line: string): void => {
    lines.push(line);
    if (lines.length > 1) return;
    shards[0]?.record(sampleCdr(1, WALL_MS));
    control.tick(1_000);
  };
  const silent = (): void => undefined;
  const terminal = { isJson: false, say, complain: silent, progress: silent };
  const tail = { count: 1, follow: true, isOver: () => lines.length >= 3 };
  assert.equal(await cdrTail(loadConfig(join(directory, 'tandem.yaml')), tail, terminal), 0);
  assert.match(lines.join('\n'), /^No CDRs yet\.\nended \(UTC\) +caller .*\n2026-01-01 .* Normal +1$/);
});

test('route asks about a moment that says its zone: without one it was that of the machine, or of UTC', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const at = (moment: string) =>
    tandem(directory, 'route', '--from', 'Alpha', '--caller', '1', '--callee', '442079', '--at', moment);
  const refused = await at('2026-12-25T09:00');
  assert.equal(refused.code, 2);
  assert.match(
    refused.error,
    /It takes a date such as 2027-01-31 or 2027-01-31T18:00:00\+01:00, not "2026-12-25T09:00"/,
  );
  for (const moment of ['2026-12-25', '2026-12-25T09:00Z', '2026-12-25T09:00+01:00']) {
    assert.equal((await at(moment)).code, 0, moment);
  }
});

test('a start file that is not there, or bad, is told before anything is done', async () => {
  const directory = place();
  const missing = await tandem(directory, 'status', '--config', 'nowhere.yaml');
  assert.equal(missing.code, 2);
  assert.match(missing.error, /start file cannot be read/);
  writeFileSync(join(directory, 'bad.yaml'), 'shards: -1\n');
  const bad = await tandem(directory, 'start', '--config', 'bad.yaml');
  assert.equal(bad.code, 1);
  assert.match(bad.error, /bad\.yaml was refused: line 1, shards: takes a whole number from 0/);
});

test('apply says what two currencies mean for prices that are compared', async () => {
  const directory = place();
  const rates = 'rates: [{ prefix: "", perMinute: 1 }]';
  const network = `
rateTables: [{ name: euros, currency: EUR, ${rates} }, { name: dollars, currency: USD, ${rates} }]
accounts: [{ account: alpha, rateTable: euros, creditLimit: None }, { account: vendor, rateTable: dollars }]
mappingGateways: [{ name: Alpha, account: alpha, remoteIps: 198.51.100.7, minProfitPercent: 10 }]
routingGateways: [{ name: One, remoteIp: 127.0.0.1, clearingAccount: vendor }]`;
  writeFileSync(join(directory, 'net.yaml'), network);
  const sentence = /\n\nPrices in EUR and USD cannot be compared: calls of Alpha pass One by where minProfitPercent/;
  assert.match((await tandem(directory, 'apply', 'net.yaml', '--dry-run')).out, sentence);
  assert.match((await tandem(directory, 'apply', 'net.yaml')).out, sentence);
  assert.match((await tandem(directory, 'apply', 'net.yaml')).out, sentence, 'again, though nothing changes');
  const route = await tandem(directory, 'route', '--from', 'Alpha', '--caller', '1', '--callee', '44');
  assert.match(route.out, /its rate is in another currency than the call is sold in/);
});

test('route tells prices with all their decimals', async () => {
  const directory = place();
  const network = `
rateTables:
  - { name: retail, currency: USD, rates: [{ prefix: "", price: 0.02, period: 6 }] }
  - { name: wholesale, currency: USD, rates: [{ prefix: "", perMinute: 0.000045 }] }
accounts: [{ account: alpha, rateTable: retail, creditLimit: None }, { account: vendor, rateTable: wholesale }]
mappingGateways: [{ name: Alpha, account: alpha, remoteIps: 198.51.100.7 }]
routingGateways: [{ name: One, remoteIp: 127.0.0.1, clearingAccount: vendor }]`;
  writeFileSync(join(directory, 'net.yaml'), network);
  await tandem(directory, 'apply', 'net.yaml');
  const { out } = await tandem(directory, 'route', '--from', 'Alpha', '--callee', '44');
  assert.match(out, /alpha pays 0\.2000 a minute, /);
  assert.match(out, /\n1 +One .* 0\.000045 /);
});

test('with the switch running, commands go through it', async (context) => {
  const directory = place();
  const { control, shards, published } = await running(context, directory);
  control.tick(0);
  const applied = await tandem(directory, 'apply', 'net.yaml', '--note', 'via API');
  assert.match(applied.out, /^Version 1 is in force: .* Every shard routes by it\./);
  assert.equal(published.length, 1);
  const ended = sampleCdr(1, WALL_MS);
  const attempts = ended.attempts.map((attempt) => ({ ...attempt, code: 0, left: 'trying' as const }));
  const begun = { ...ended, endReason: null, endedAtWallMs: null, answeredAtWallMs: null, decision: '', attempts };
  shards[0]?.begin(begun, [1, 2]);
  shards[0]?.record(sampleCdr(2, WALL_MS));
  control.tick(1_000);
  const status = await tandem(directory, 'status');
  assert.equal(status.code, 0);
  assert.match(status.out, /^Tandem 0\.1\.0 on node-1, up 1 min, network version 1\.\n1 of 100 calls now, /);
  assert.match(status.out, /\nrouting +One +203\.0\.113\.9:5060 +1 +5 +0 +- +-\n/);
  assert.match(
    (await tandem(directory, 'calls')).out,
    /ringing +4930111111 +442079460000 +Alpha +Vendor one +1 +0 +caller-1@/,
  );
  assert.match((await tandem(directory, 'cdr', 'tail')).out, / Normal +1\n$/);
  const route = await tandem(directory, 'route', '--from', '198.51.100.7', '--callee', '442079');
  assert.match(
    route.out,
    /\nOne makes of the callee 442079: 00442079, by \*:00\*;011\* \(the first of 2 that calls draw from\)\n$/,
  );
  assert.match(route.out, /\n1 +One +203\.0\.113\.9:5060 +44 +1 +1\/5 .* yes +may take the call\n/);
  const explained = (await tandem(directory, 'explain', 'caller-2@198.51.100.7')).out;
  assert.match(explained, /by Alpha to 442079460000, routed by version \d+\.\nIt ended with Normal \(200\): /);
  assert.match(explained, /\n1 +Vendor one +49 +- +tried: answered 200 at 203\.0\.113\.9:5060\n/);
  const setUp = (await tandem(directory, 'explain', 'caller-1@198.51.100.7')).out;
  assert.match(setUp, /\nIt is being set up\. .*\n\n +gateway .*\n1 +Vendor one +trying at 203\.0\.113\.9:5060\n$/);
  assert.equal((await tandem(directory, 'explain', 'nobody')).code, 1);
  writeFileSync(join(directory, 'net.yaml'), NETWORK.replace('203.0.113.9,', '203.0.113.900,'));
  const refused = await tandem(directory, 'apply', 'net.yaml');
  assert.deepEqual([refused.code, refused.out], [1, '']);
  assert.match(refused.error, /net\.yaml was refused: line 7, routingGateways\[0\]\.remoteIp: /);
});

test('scripts are told every live call, people the first hundred', async (context) => {
  const directory = place();
  const { control, shards } = await running(context, directory);
  const live = { ...sampleCdr(1, WALL_MS), endReason: null, endedAtWallMs: null, answeredAtWallMs: null };
  for (let number = 0; number < 101; number++) shards[0]?.begin(live, []);
  control.tick(1_000);
  const people = await tandem(directory, 'calls');
  assert.match(people.out, /\nThe first 100; more with --limit\.\n$/, people.error);
  const counts = async (...words: string[]) => {
    const { out } = await tandem(directory, 'calls', '--json', ...words);
    return (JSON.parse(out) as unknown[]).length;
  };
  assert.deepEqual([await counts(), await counts('-n', '7')], [101, 7]);
});

test('a switch cannot be started, nor the stopped one worked on, where one runs', async (context) => {
  const directory = place();
  await running(context, directory);
  const second = await tandem(directory, 'start');
  assert.equal(second.code, 1);
  assert.match(second.error, /already runs on .*\/data\. Stop it first/);
});
