// The sinks as control drives them: parameters that switch one, and secrets that are told to nobody.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSinks } from '../../src/control/cdr/make-sinks.ts';
import { UnpackedSpool } from '../../src/control/cdr/unpacked-spool.ts';
import { defaultParameters } from '../../src/core/parameters/registry.ts';
import type { Log } from '../../src/log.ts';
import type { SinkSettings } from '../../src/sink-settings.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { until } from '../hosts/eventually.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, openControl } from './control-fixture.ts';

const SECRET = 's3cret-of-the-sinks';

/** A sink of each kind beyond the network, none of which can be reached. */
const UNREACHABLE: SinkSettings[] = [
  ...(['postgresql', 'mariadb'] as const).map((kind) => {
    const place = { host: '127.0.0.1', port: 1, database: 'tandem', user: 'tandem', table: 'tandem_cdr' };
    return { kind, name: kind, ...place, password: SECRET, tls: null };
  }),
  {
    kind: 'jetstream',
    name: 'jetstream',
    servers: ['127.0.0.1:1'],
    stream: 'TANDEM_CDR',
    subject: 'tandem.cdr',
    user: 'tandem',
    password: SECRET,
  },
  { kind: 'webhook', name: 'webhook', url: `http://127.0.0.1:1/${SECRET}`, authorization: `Bearer ${SECRET}` },
];

test('SS_CDR_RECORD_TO_FILE writes text from then on, SS_CDR_RECORD_NONCONNECT of which calls', async (context) => {
  const path = temporaryDirectory();
  const { control, shards } = openControl(path);
  await control.start();
  context.after(() => control.stop());
  let nowMs = 0;
  const unanswered = (number: number) => ({ ...sampleCdr(number), answeredAtWallMs: null, holdMs: 0 });
  const text = join(path, 'cdr-text', 'cdr-2026010100.txt');
  const set = (name: string, value: string): Promise<unknown> =>
    control.setParameters({ given: new Map([[name, value]]), expectedVersion: null, author: '', note: '' });
  const record = async (first: number): Promise<void> => {
    shards[0]?.record(sampleCdr(first));
    shards[0]?.record(unanswered(first + 1));
    await until('every sink has them', () => {
      nowMs += 250;
      control.tick(nowMs);
      return (
        control.stores.spool.lastPosition() === first + 1 && control.sinks.every((s) => !s.isOn || s.backlog() === 0)
      );
    });
  };
  await record(1);
  assert.equal(readdirSync(path).includes('cdr-text'), false, 'Off by default');
  await set('SS_CDR_RECORD_TO_FILE', 'On');
  nowMs += 250;
  control.tick(nowMs);
  await record(3);
  await set('SS_CDR_RECORD_NONCONNECT', 'Off');
  await record(5);
  const ids = readFileSync(text, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    ids.map((line) => line.split('|', 1)[0]),
    [3, 4, 5].map((number) => sampleCdr(number).id),
  );
});

test('status and metrics say which sink is behind, and nobody is told a secret', async (context) => {
  const path = temporaryDirectory();
  const { control, shards } = openControl(path, { sinks: UNREACHABLE });
  const port = await control.start();
  context.after(() => control.stop());
  shards[0]?.record(sampleCdr(1));
  for (let nowMs = 0; nowMs < 2_000; nowMs += 250) {
    control.tick(nowMs);
    await sleep(20);
  }
  await until('all have failed', () => control.sinks.every(({ isOn, isFailing }) => !isOn || isFailing));
  const status = (await ask(path, port, 'GET /api/v1/status')).text;
  const metrics = (await ask(path, port, 'GET /metrics')).text;
  for (const { name } of UNREACHABLE) {
    assert.match(status, new RegExp(`"name":"${name}","backlog":1`));
    assert.match(metrics, new RegExp(`tandem_cdr_sink_backlog_records\\{sink="${name}"\\} 1`));
  }
  for (const told of [status, metrics]) assert.equal(told.includes(SECRET), false);
});

test('the log says that a sink fails, and no secret', async () => {
  const told: string[] = [];
  const log = { error: (...words: unknown[]) => told.push(JSON.stringify(words)), info: () => undefined };
  const { spool, flush } = openMemoryStores();
  const runners = makeSinks(UNREACHABLE, {
    spool,
    records: new UnpackedSpool(spool),
    flush,
    log: log as unknown as Log,
    node: 'node-1',
    dataPath: temporaryDirectory(),
    parameters: defaultParameters,
  });
  spool.append([new Uint8Array([0xc0])]);
  for (const runner of runners) runner.tick(0);
  await until('all have failed', () => told.length === UNREACHABLE.length);
  for (const { name } of UNREACHABLE) assert.ok(told.some((line) => line.includes(`"${name}"`)));
  for (const line of told) assert.equal(line.includes(SECRET), false, line);
});
