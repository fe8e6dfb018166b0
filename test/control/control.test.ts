// Control as a whole: what main and an operator see of it.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SwitchStatus } from '../../src/control/api/status.ts';
import type { DeployedOutcome } from '../../src/control/control.ts';
import type { Problem } from '../../src/control/http/problem.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { ShardNumber } from '../../src/core/shard/counters.ts';
import { CallJournal } from '../../src/store/call-journal.ts';
import { findRunningSwitch } from '../../src/store/data-directory.ts';
import { journalFolder } from '../../src/store/journal-disk.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, type ControlFixture, NETWORK, openControl, WALL_MS } from './control-fixture.ts';
import { raw } from './http/raw.ts';

interface Started extends ControlFixture {
  readonly path: string;
  readonly port: number;
}

async function started(context: TestContext, options: Parameters<typeof openControl>[1] = {}): Promise<Started> {
  const path = temporaryDirectory();
  const fixture = openControl(path, options);
  const port = await fixture.control.start();
  context.after(() => fixture.control.stop());
  return { ...fixture, path, port };
}

test('the token is made anew, readable by its owner only, and nothing else opens the API', async (context) => {
  const { path, port } = await started(context);
  assert.equal(statSync(join(path, 'local-token')).mode & 0o777, 0o600);
  assert.equal((await ask(path, port, 'GET /api/v1/status')).status, 200);
  for (const token of ['', 'wrong', `${readFileSync(join(path, 'local-token'), 'utf8').trim()}x`]) {
    const refused = await ask(path, port, 'GET /api/v1/status', { token });
    assert.equal(refused.status, 401);
    assert.equal(refused.type, 'application/problem+json');
    assert.equal((refused.json() as Problem).code, 'TANDEM_API_UNAUTHORIZED');
  }
  assert.equal((await ask(path, port, 'POST /api/v1/apply', { token: '', body: NETWORK })).status, 401);
});

test('without the token nothing of a body is read, on the open paths neither', async (context) => {
  const { path, port } = await started(context);
  const send = (target: string, token: string): Promise<string> => {
    const lines = [`POST ${target} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${token}`, 'Content-Length: 9'];
    return raw(port, `${lines.join('\r\n')}\r\n\r\n`, /\r\n\r\n./); // No body follows.
  };
  assert.match(await send('/api/v1/apply', 'wrong'), /^HTTP\/1\.1 401 /);
  assert.match(await send('/healthz', readFileSync(join(path, 'local-token'), 'utf8').trim()), /^HTTP\/1\.1 200 /);
});

test('healthz, readyz and metrics are open; ready means that every shard has a snapshot', async (context) => {
  const { path, port, control } = await started(context, { shardCount: 2 });
  assert.equal((await ask(path, port, 'GET /healthz', { token: '' })).status, 200);
  assert.equal((await ask(path, port, 'GET /metrics', { token: '' })).status, 200);
  assert.equal((await ask(path, port, 'GET /readyz', { token: '' })).status, 503);
  control.hear({ kind: 'applied', shard: 0, version: 0 });
  assert.equal((await ask(path, port, 'GET /readyz', { token: '' })).status, 503);
  control.hear({ kind: 'applied', shard: 1, version: 0 });
  assert.equal((await ask(path, port, 'GET /readyz', { token: '' })).status, 200);
  control.hear({ kind: 'shardRestarted', shard: 1 });
  assert.equal((await ask(path, port, 'GET /readyz', { token: '' })).status, 503);
});

test('readyz and status say that the switch is about to stop, status what its journals lack', async (context) => {
  const { path, port, control, shards: own } = await started(context);
  control.hear({ kind: 'applied', shard: 0, version: 0 });
  const status = async () => (await ask(path, port, 'GET /api/v1/status')).json() as SwitchStatus;
  assert.equal((await status()).isDraining, false);
  own[0]?.counters.add(ShardNumber.journalFailures, 3);
  own[0]?.counters.set(ShardNumber.journalUseRatio, 0.9);
  control.hear({ kind: 'draining' });
  const { isDraining, isReady, shards } = await status();
  assert.deepEqual(
    [isDraining, isReady, shards[0]?.journalFailures, shards[0]?.journalUseRatio],
    [true, false, 3, 0.9],
  );
  const ready = await ask(path, port, 'GET /readyz', { token: '' });
  assert.deepEqual([ready.status, ready.text], [503, 'draining\n']);
});

test('an apply is the next version, stored and published; it answers when every shard has it', async (context) => {
  const { path, port, published, stores } = await started(context);
  const answer = await ask(path, port, 'POST /api/v1/apply?author=ops&note=first', { body: NETWORK });
  assert.equal(answer.status, 200);
  const outcome = answer.json() as DeployedOutcome;
  assert.deepEqual([outcome.version, outcome.isEverywhere, outcome.dryRun], [1, true, false]);
  assert.deepEqual(outcome.counts, { accounts: 1, mappingGateways: 1, routingGateways: 2 });
  assert.deepEqual(
    outcome.changes.map(({ change, name }) => `${change} ${name}`),
    ['added alpha', 'added Alpha', 'added One', 'added Two', 'added SS_CAPACITY'],
  );
  assert.equal(published.length, 1);
  assert.equal(published[0]?.parameters.SS_CAPACITY, 100);
  assert.deepEqual(
    stores.configuration.versions(9).map(({ version, author, note }) => ({ version, author, note })),
    [{ version: 1, author: 'ops', note: 'first' }],
  );
});

test('the same network again makes no version', async (context) => {
  const { path, port, published } = await started(context);
  await ask(path, port, 'POST /api/v1/apply', { body: NETWORK });
  const again = (await ask(path, port, 'POST /api/v1/apply', { body: NETWORK })).json() as DeployedOutcome;
  assert.deepEqual([again.version, again.changes, again.isEverywhere], [1, [], true]);
  assert.equal(published.length, 1);
});

test('a version that the disk did not take is in force, and so the shards get it', async (context) => {
  const { path, port, published, stores } = await started(context);
  context.mock.method(stores, 'flush', () => Promise.reject(new Error('EIO: i/o error, fsync')), { times: 1 });
  assert.notEqual((await ask(path, port, 'POST /api/v1/apply', { body: NETWORK })).status, 200);
  assert.deepEqual(
    published.map(({ version }) => version),
    [1],
  );
});

test('a dry run tells the changes and makes none', async (context) => {
  const { path, port, published, stores } = await started(context);
  const answer = await ask(path, port, 'POST /api/v1/apply?dryRun', { body: NETWORK });
  for (const word of ['True', 'yes', 'On']) {
    const refused = await ask(path, port, `POST /api/v1/apply?dryRun=${word}`, { body: NETWORK });
    assert.deepEqual([refused.status, (refused.json() as Problem).code], [400, 'TANDEM_API_QUESTION'], word);
  }
  assert.equal(answer.status, 200);
  assert.equal((answer.json() as DeployedOutcome).changes.length, 5);
  assert.equal(published.length, 0);
  assert.equal(stores.configuration.current(), null);
});

test('a bad network is refused whole, with line, field and reason of each fault', async (context) => {
  const { path, port, published } = await started(context);
  const body = NETWORK.replace('203.0.113.9', '203.0.113.900').replace('capacity: 10', 'capasity: 10');
  const answer = await ask(path, port, 'POST /api/v1/apply?name=net.yaml', { body });
  assert.equal(answer.status, 422);
  assert.equal(answer.type, 'application/problem+json');
  const problem = answer.json() as Problem;
  assert.equal(problem.code, 'TANDEM_NETWORK_REFUSED');
  assert.deepEqual(problem.refusals, [
    { line: 5, field: 'mappingGateways[0].capasity', reason: 'is not a field here; did you mean capacity?' },
    {
      line: 7,
      field: 'routingGateways[0].remoteIp',
      reason: 'takes an IPv4 or IPv6 address, not "203.0.113.900"',
    },
  ]);
  assert.equal(published.length, 0);
});

test('an apply that a shard does not confirm within a second is answered with 202', async (context) => {
  const { path, port, control } = await started(context, { confirms: false });
  control.tick(0);
  const applying = ask(path, port, 'POST /api/v1/apply', { body: NETWORK });
  while (control.configuration.snapshot.version === 0) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  control.tick(999);
  control.tick(1_001);
  const answer = await applying;
  assert.equal(answer.status, 202);
  assert.equal((answer.json() as DeployedOutcome).isEverywhere, false);
});

test('slots stay with their names through removal and return', async (context) => {
  const { path, port, published } = await started(context);
  const without = NETWORK.replace(/.*name: One.*\n/, '');
  for (const body of [NETWORK, without, `${without.replace('Two', 'Three')}`, NETWORK]) {
    await ask(path, port, 'POST /api/v1/apply', { body });
  }
  const slots = published.map(({ mappingGateways, routingGateways }) =>
    [...mappingGateways, ...routingGateways].map(({ name, slot }) => `${name} ${slot}`),
  );
  assert.deepEqual(slots, [
    ['Alpha 1', 'One 2', 'Two 3'],
    ['Alpha 1', 'Two 3'],
    ['Alpha 1', 'Three 5'], // The account alpha has 4.
    ['Alpha 1', 'One 2', 'Two 3'],
  ]);
});

test('finished calls go from the ring to the spool and the file, and are told newest last', async (context) => {
  const { path, port, control, shards } = await started(context);
  for (let number = 1; number <= 30; number++) shards[0]?.record(sampleCdr(number, WALL_MS));
  control.tick(0);
  const page = (await ask(path, port, 'GET /api/v1/cdrs?limit=2')).json() as { cdrs: Cdr[]; after: number };
  assert.deepEqual(
    page.cdrs.map((cdr) => cdr.id.slice(-2)),
    ['29', '30'],
  );
  shards[0]?.record(sampleCdr(31, WALL_MS));
  control.tick(1_000);
  const next = (await ask(path, port, `GET /api/v1/cdrs?after=${page.after}`)).json() as typeof page;
  assert.deepEqual([next.cdrs.map((cdr) => cdr.id.slice(-2)), next.after], [['31'], 31]);
});

test('the spool takes records once a second, and within a tick when many have come', async (context) => {
  const { control, shards, stores } = await started(context);
  const record = (count: number): void => {
    for (let number = 1; number <= count; number++) shards[0]?.record(sampleCdr(number, WALL_MS));
  };
  control.tick(0);
  record(10);
  control.tick(200);
  assert.equal(stores.spool.count(), 0);
  record(2_000);
  control.tick(400);
  assert.equal(stores.spool.count(), 2_010);
  record(10);
  control.tick(800);
  assert.equal(stores.spool.count(), 2_010);
  control.tick(1_000);
  assert.equal(stores.spool.count(), 2_020);
});

test('stopping takes what is in the rings and brings the files up to date', async () => {
  const path = temporaryDirectory();
  const { control, shards } = openControl(path);
  await control.start();
  assert.equal(findRunningSwitch(path)?.pid, process.pid);
  for (let number = 1; number <= 2_500; number++) shards[0]?.record(sampleCdr(number, WALL_MS));
  await control.stop();
  const lines = readFileSync(join(path, 'cdr', 'cdr-20260101.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  assert.equal(lines.length, 2_500);
  assert.equal(findRunningSwitch(path), null);
});

test('a journal stays until the records that were in it are on the disk', async () => {
  const path = temporaryDirectory();
  const folder = join(path, 'calls', '0');
  mkdirSync(folder, { recursive: true });
  const journal = new CallJournal(journalFolder(folder), { isStrict: false });
  journal.putCdr('one', 1, pack(sampleCdr(1, WALL_MS)));
  journal.commit();
  journal.close();
  const segments = (): number => readdirSync(folder).filter((name) => !name.endsWith('tail')).length;
  const stopped = async (flush: () => Promise<void>): Promise<void> => {
    const { control, shards } = openControl(path, { stores: { ...openMemoryStores(), flush } });
    shards[0]?.record(sampleCdr(1, WALL_MS));
    await control.stop();
  };
  await assert.rejects(stopped(() => Promise.reject(new Error('EIO'))));
  assert.equal(segments(), 1);
  await stopped(() => Promise.resolve());
  assert.equal(segments(), 0);
});

test('live calls are read from the boards', async (context) => {
  const { path, port, shards } = await started(context, { shardCount: 2 });
  shards[0]?.begin({ ...sampleCdr(1), endReason: null, endedAtWallMs: null }, [1, 2]);
  shards[1]?.begin({ ...sampleCdr(2), endReason: null, endedAtWallMs: null }, [1]);
  const calls = (await ask(path, port, 'GET /api/v1/calls')).json() as Cdr[];
  assert.deepEqual(
    calls.map((call) => call.id.slice(-1)),
    ['1', '2'],
  );
  assert.equal(((await ask(path, port, 'GET /api/v1/calls?limit=1')).json() as Cdr[]).length, 1);
});

test('status adds the shards up and names every gateway with its load and quality', async (context) => {
  const { path, port, control, shards } = await started(context, { shardCount: 2 });
  await ask(path, port, 'POST /api/v1/apply', { body: NETWORK });
  control.tick(0);
  shards[0]?.begin(sampleCdr(1), [1, 2]);
  const ended = sampleCdr(2, WALL_MS);
  shards[1]?.end(shards[1].begin(ended, [1, 2]), ended, [1, 2]);
  control.hear({ kind: 'shardRestarted', shard: 1 });
  const status = (await ask(path, port, 'GET /api/v1/status')).json() as SwitchStatus;
  assert.equal(status.upSeconds, 60);
  assert.equal(status.snapshotVersion, 1);
  assert.deepEqual([status.calls.active, status.calls.begun, status.calls.capacity], [1, 2, 100]);
  assert.deepEqual(status.calls.ended, { Normal: 1 });
  assert.deepEqual(
    status.shards.map(({ calls, snapshotVersion, restarts }) => [calls, snapshotVersion, restarts]),
    [
      [1, 1, 0],
      [0, null, 1],
    ],
  );
  const one = status.gateways.find(({ name }) => name === 'One');
  assert.deepEqual(one, {
    kind: 'routing',
    name: 'One',
    peer: '203.0.113.9:5060',
    locked: false,
    state: { isOut: false, bannedSeconds: 0, throttledPerSecond: null },
    calls: 1,
    capacity: 5,
    lastHourCalls: 1,
    asr: 1,
    acdSeconds: 10,
  });
});

test('the route question is answered by the tables in force and the present load', async (context) => {
  const { path, port, shards } = await started(context);
  await ask(path, port, 'POST /api/v1/apply', { body: NETWORK });
  for (let number = 0; number < 5; number++) shards[0]?.admission.takeCall(2, null);
  const answer = (await ask(path, port, 'GET /api/v1/route?from=Alpha&caller=1&callee=442079460000')).json();
  const { candidates } = answer as { candidates: { gateway: string; calls: number; taken: boolean }[] };
  assert.deepEqual(candidates[0] && [candidates[0].gateway, candidates[0].calls, candidates[0].taken], [
    'One',
    5,
    false,
  ]);
  assert.equal((await ask(path, port, 'GET /api/v1/route?from=Alpha')).status, 400);
});

test('status and route name a gateway that is out, and one that is banned', async (context) => {
  const { path, port, control } = await started(context);
  await ask(path, port, 'POST /api/v1/apply', { body: NETWORK });
  control.view.health.timedOut(2, 1, 0);
  control.view.health.ban(3, 40_000, control.nowMs);
  const status = (await ask(path, port, 'GET /api/v1/status')).json() as SwitchStatus;
  assert.deepEqual(
    status.gateways.map(({ name, state }) => [name, state?.isOut, state?.bannedSeconds]),
    [
      ['Alpha', undefined, undefined],
      ['One', true, 0],
      ['Two', false, 40],
    ],
  );
  const answer = (await ask(path, port, 'GET /api/v1/route?from=Alpha&caller=1&callee=442079460000')).json();
  const { candidates, refusal } = answer as { candidates: { why: string }[]; refusal: string };
  assert.deepEqual(
    candidates.map(({ why }) => why),
    ['out: it does not answer'],
  );
  assert.match(refusal, /503/);
});

test('a crash drill reaches main, and only for a shard that exists', async (context) => {
  const { path, port, killed } = await started(context);
  assert.equal((await ask(path, port, 'POST /api/v1/shards/0/kill')).status, 202);
  assert.equal((await ask(path, port, 'POST /api/v1/shards/7/kill')).status, 404);
  assert.equal((await ask(path, port, 'GET /api/v1/shards/0/kill')).status, 404);
  assert.deepEqual(killed, [0]);
});

test('a number that is none, and a path that is none, are told so', async (context) => {
  const { path, port } = await started(context);
  assert.equal((await ask(path, port, 'GET /api/v1/cdrs?limit=-1')).status, 400);
  assert.equal((await ask(path, port, 'GET /api/v1/cdrs?limit=1000000')).status, 400);
  assert.equal((await ask(path, port, 'GET /api/v1/nothing')).status, 404);
  assert.equal((await ask(path, port, 'DELETE /api/v1/status')).status, 404);
});

test('a restart on the same directory routes by what was applied before', async (context) => {
  const path = temporaryDirectory();
  const first = openControl(path, { stores: openLmdbStores(path) });
  const port = await first.control.start();
  await ask(path, port, 'POST /api/v1/apply', { body: NETWORK });
  await first.control.stop();
  const second = openControl(path, { stores: openLmdbStores(path) });
  context.after(() => second.control.stop());
  assert.equal(second.control.configuration.snapshot.version, 1);
  assert.deepEqual(
    second.control.configuration.snapshot.routingGateways.map(({ name }) => name),
    ['One', 'Two'],
  );
});

test('when the spool is full the CDRs wait in the ring, and control goes on', async (context) => {
  const { openMemoryStores } = await import('../../src/store/memory.ts');
  const { path, port, control, shards, stores } = await started(context, {
    stores: openMemoryStores({ roomBytes: 2_000 }),
  });
  for (let number = 1; number <= 10; number++) shards[0]?.record(sampleCdr(number));
  control.tick(0);
  control.tick(20);
  assert.equal(stores.spool.count(), 0);
  const status = (await ask(path, port, 'GET /api/v1/status')).json() as SwitchStatus;
  assert.equal(status.cdr.storeFailures, 2);
});
