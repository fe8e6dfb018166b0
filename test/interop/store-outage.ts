// Every store down for a while under load, one after the other, and the process killed meanwhile: what is in each in
// the end is what was spooled, once. Run with a longer outage:
//   node dist/test/interop/store-outage.js --seconds 60 --rate 500

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { createConnection } from 'mariadb';
import pg from 'pg';
import type { SinkSettings } from '../../src/sink-settings.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { unpackCdr } from '../../src/store/records.ts';
import { until } from '../hosts/eventually.ts';
import type { Scope } from '../hosts/scope.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { type StoreKind, StoreServer } from './store-server.ts';

const SOURCE = fileURLToPath(new URL('./cdr-source.js', import.meta.url));
const CATCH_UP_PATIENCE_MS = 120_000;

/** How long, and how many calls a second end meanwhile. */
export interface Outage {
  readonly seconds: number;
  readonly rate: number;
}

/** Ids by store, in the order of the store. */
export interface OutageOutcome {
  readonly spooled: readonly string[];
  readonly found: Readonly<Record<string, readonly string[]>>;
}

interface Told {
  readonly spooled: number;
  readonly sinks: Readonly<Record<string, { readonly backlog: number; readonly fails: boolean }>>;
}

/** The process that makes and delivers records. */
class Source {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  #told: Told = { spooled: 0, sinks: {} };
  #complaints = '';

  constructor(scope: Scope, dataPath: string, rate: number, sinks: readonly SinkSettings[]) {
    const child = spawn(process.execPath, [SOURCE, dataPath, String(rate), JSON.stringify(sinks)]);
    this.#child = child;
    this.#exited = once(child, 'exit');
    scope.after(() => void child.kill('SIGKILL'));
    let text = '';
    child.stdout.on('data', (bytes: Buffer) => {
      const lines = (text + bytes.toString()).split('\n');
      text = lines.pop() ?? '';
      const last = lines.at(-1);
      if (last !== undefined) this.#told = JSON.parse(last) as Told;
    });
    child.stderr.on('data', (bytes: Buffer) => (this.#complaints += bytes.toString()));
  }

  get told(): Told {
    assert.equal(this.#child.exitCode ?? 0, 0, this.#complaints);
    return this.#told;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async ends(patienceMs: number): Promise<void> {
    await until('every sink has everything', () => this.#child.exitCode !== null, patienceMs);
    assert.equal(this.#child.exitCode, 0, this.#complaints);
  }
}

/** Runs one outage of each store. */
export async function outage(scope: Scope, { seconds, rate }: Outage): Promise<OutageOutcome> {
  const dataPath = temporaryDirectory();
  const files = join(dataPath, 'csv');
  const kinds = ['postgresql', 'mariadb', 'jetstream'] as const;
  const servers = await Promise.all(kinds.map((kind) => StoreServer.start(scope, kind)));
  const sinks: SinkSettings[] = [
    ...servers.map(({ settings }) => settings),
    { kind: 'file', name: 'csv', format: 'csv', directory: files, rotation: 'hour', gzip: true },
  ];
  let source = new Source(scope, dataPath, rate, sinks);
  await until('records flow', () => source.told.spooled > rate && hasAll(source, kinds), CATCH_UP_PATIENCE_MS);
  await Promise.all([
    ...servers.map((server, index) => interrupt(server, () => source, index * 1_000, seconds * 1_000)),
    sleep(1_500 + (seconds * 1_000) / 2).then(async () => {
      await source.kill();
      source = new Source(scope, dataPath, rate, sinks);
    }),
  ]);
  await sleep(1_000);
  await source.kill();
  await new Source(scope, dataPath, 0, sinks).ends(CATCH_UP_PATIENCE_MS);
  return { spooled: await spooledIds(dataPath), found: await idsOf(servers, files) };
}

/** Whether each of `kinds` has got most of what there is. */
function hasAll({ told }: Source, kinds: readonly StoreKind[]): boolean {
  return kinds.every((kind) => (told.sinks[kind]?.backlog ?? Number.POSITIVE_INFINITY) < told.spooled / 2);
}

async function interrupt(server: StoreServer, source: () => Source, afterMs: number, forMs: number): Promise<void> {
  await sleep(afterMs);
  await server.kill();
  await sleep(forMs - 500);
  // The source may have begun anew a moment ago: it has to find out first. Then the store is behind, the files are not.
  await until(`${server.name} is known to be down`, () => source().told.sinks[server.name]?.fails === true);
  const { sinks } = source().told;
  assert.ok(
    (sinks['csv']?.backlog ?? 0) < (sinks[server.name]?.backlog ?? 0),
    'a sink that is down delays only itself',
  );
  await sleep(500);
  await server.startAgain();
}

async function spooledIds(dataPath: string): Promise<string[]> {
  const stores = openLmdbStores(dataPath);
  const ids = stores.spool.after(0, Number.MAX_SAFE_INTEGER).map(({ record }) => unpackCdr(record).id);
  await stores.close();
  return ids;
}

async function idsOf(servers: readonly StoreServer[], files: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = { csv: idsInFiles(files) };
  const readers: Readonly<Record<StoreKind, (settings: SinkSettings) => Promise<string[]>>> = {
    postgresql: idsInPostgresql,
    mariadb: idsInMariadb,
    jetstream: idsInJetStream,
  };
  for (const { name, settings } of servers) found[name] = await readers[name](settings);
  return found;
}

function idsInFiles(directory: string): string[] {
  const texts = readdirSync(directory)
    .sort()
    .map((file) => ({ file, bytes: readFileSync(join(directory, file)) }))
    .map(({ file, bytes }) => (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
  const lines = texts.flatMap((text) => text.trimEnd().split('\n'));
  return lines.map((line) => line.split(',', 1)[0] ?? '').filter((id) => id !== 'id');
}

async function idsInPostgresql(settings: SinkSettings): Promise<string[]> {
  const client = new pg.Client(settings as pg.ClientConfig);
  await client.connect();
  const { rows } = await client.query<{ id: string }>('SELECT id FROM tandem_cdr ORDER BY id');
  await client.end();
  return rows.map(({ id }) => id);
}

async function idsInMariadb(settings: SinkSettings): Promise<string[]> {
  assert.ok(settings.kind === 'mariadb');
  const { host, port, user, password, database } = settings;
  const client = await createConnection({ host, port, user, password, database });
  const rows = (await client.query('SELECT id FROM tandem_cdr ORDER BY id')) as { id: string }[];
  await client.end();
  return rows.map(({ id }) => id);
}

async function idsInJetStream(settings: SinkSettings): Promise<string[]> {
  assert.ok(settings.kind === 'jetstream');
  const client = await connect({ servers: [...settings.servers], user: settings.user, pass: settings.password });
  const { state } = await (await jetstreamManager(client)).streams.info(settings.stream);
  const consumer = await jetstream(client).consumers.get(settings.stream, { headers_only: true });
  const ids: string[] = [];
  while (ids.length < state.messages) {
    for await (const message of await consumer.fetch({ max_messages: state.messages - ids.length, expires: 10_000 })) {
      ids.push(message.headers?.get('Nats-Msg-Id') ?? '');
    }
  }
  await client.close();
  return ids;
}

/** Fails unless every store has what was spooled, each record once. */
export function checkOutcome({ spooled, found }: OutageOutcome): void {
  const expected = [...spooled].sort();
  for (const [store, ids] of Object.entries(found)) {
    assert.equal(ids.length, spooled.length, `${store} has as many records as were spooled`);
    assert.deepEqual([...ids].sort(), expected, `${store} has each record once`);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const given = (name: string, fallback: number): number =>
    Number(process.argv[process.argv.indexOf(name) + 1] ?? fallback) || fallback;
  const closings: (() => void | Promise<void>)[] = [];
  const scope = { after: (close: () => void | Promise<void>) => void closings.push(close) };
  try {
    const outcome = await outage(scope, { seconds: given('--seconds', 60), rate: given('--rate', 500) });
    checkOutcome(outcome);
    for (const [store, ids] of Object.entries(outcome.found)) {
      console.log(`${store}: ${ids.length} of ${outcome.spooled.length} records, each once`);
    }
  } finally {
    for (const close of closings.toReversed()) await close();
  }
}
