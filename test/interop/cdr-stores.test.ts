// The drill of the sinks, small: what `npm run drill:sinks` does at full size; and what only a real store can show.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type Connection, createConnection } from 'mariadb';
import { JetStreamStore } from '../../src/control/cdr/jetstream-store.ts';
import { MariadbStore } from '../../src/control/cdr/mariadb-store.ts';
import { PostgresqlStore } from '../../src/control/cdr/postgresql-store.ts';
import type { DatabaseSinkSettings } from '../../src/sink-settings.ts';
import { eventually } from '../hosts/eventually.ts';
import { fileScope } from '../hosts/scope.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { testWith, whyMissing } from './debian.ts';
import { runSinksDrill } from './sinks-drill.ts';
import { STORE_PROGRAMS, StoreServer, WRITER } from './store-server.ts';

const scope = fileScope();

testWith(
  whyMissing(STORE_PROGRAMS),
  'stores that go away for 5 s under load, the switch killed meanwhile: every answered call is in each, once',
  async (context) => {
    const report = await runSinksDrill(scope, {
      shards: 2,
      callsPerSecond: 60,
      holdMs: 1_000,
      patienceMs: 20_000,
      downMs: 5_000,
    });
    context.diagnostic(JSON.stringify(report));
    assert.deepEqual(report.faults, []);
    assert.ok(report.answeredCount > 500, `${report.answeredCount} calls were answered`);
    assert.deepEqual(
      report.sinks.map(({ answeredCount }) => answeredCount),
      report.sinks.map(() => report.answeredCount),
    );
  },
);

/** The shortest time that a server remembers ids for, far below that of a stream that Tandem makes. */
const FORGETS_IDS_AFTER_MS = 100;

testWith(
  whyMissing(STORE_PROGRAMS),
  'a stream that no longer remembers the ids it got after the mark gets none of them again',
  async () => {
    const { settings } = await StoreServer.start(scope, 'jetstream');
    assert.ok(settings.kind === 'jetstream');
    const client = await connect({ servers: [...settings.servers], user: settings.user, pass: settings.password });
    scope.after(() => client.close());
    const { streams } = await jetstreamManager(client);
    const duplicateWindow = FORGETS_IDS_AFTER_MS * 1e6;
    await streams.add({ name: settings.stream, subjects: ['tandem.cdr.>'], duplicate_window: duplicateWindow });
    const records = [1, 2, 3].map((number) => sampleCdr(number, Date.now()));

    const before = new JetStreamStore(settings, 'node-1');
    const mark = await before.open('');
    await before.write(records.slice(0, 2));
    await before.close(); // As if killed before it could keep the mark of these two.
    await sleep(2 * FORGETS_IDS_AFTER_MS);
    const after = new JetStreamStore(settings, 'node-1');
    await after.open(mark);
    await after.write(records);
    await after.close();

    assert.equal((await streams.info(settings.stream)).state.messages, 3);
    const newest = await after.open('{"file":"cdr-20260101.jsonl","sizeBytes":7}');
    await after.close();
    assert.equal(newest, '3', 'what another kind of sink has left under this name says nothing');
  },
);

/** A server of its own, and a client that may do anything in its database. */
async function mariadb(): Promise<{ readonly settings: DatabaseSinkSettings; readonly client: Connection }> {
  const { settings } = await StoreServer.start(scope, 'mariadb');
  assert.ok(settings.kind === 'mariadb');
  const { host, port, user, password, database } = settings;
  const client = await createConnection({ host, port, user, password, database });
  scope.after(() => client.end());
  return { settings, client };
}

testWith(
  whyMissing(STORE_PROGRAMS),
  'MariaDB: a record of an earlier release with a text of more than 64 KB is taken, by a table of that release as well',
  async () => {
    const { settings, client } = await mariadb();
    const { table } = settings;
    const reasonHeader = `Q.850;text="${'\xe9'.repeat(60_000)}"`;
    const records = [sampleCdr(1), { ...sampleCdr(2), reasonHeader }, sampleCdr(3)];
    const written = async (): Promise<unknown> => {
      const store = new MariadbStore(settings);
      await store.open();
      await store.write(records).finally(() => store.close());
      return client.query(`SELECT count(*) AS n, max(length(reason_header)) AS bytes FROM ${table}`);
    };
    const all = [{ n: 3n, bytes: BigInt(Buffer.byteLength(reasonHeader)) }];
    assert.deepEqual(await written(), all);

    await client.query(`DELETE FROM ${table}`);
    await client.query(`ALTER TABLE ${table} MODIFY node TEXT, MODIFY reason_header TEXT`);
    await assert.rejects(written(), 'the table is enlarged for the next time');
    assert.deepEqual(await written(), all);
  },
);

for (const kind of ['postgresql', 'mariadb'] as const) {
  testWith(
    whyMissing(STORE_PROGRAMS),
    `${kind}: by TLS records come to the server whose certificate is trusted, and to no other`,
    async () => {
      const server = await StoreServer.start(scope, kind);
      const { settings } = server;
      assert.ok(settings.kind === kind);
      const written = async (ca: string): Promise<void> => {
        const reached = { ...settings, tls: { ca } };
        const store = kind === 'mariadb' ? new MariadbStore(reached) : new PostgresqlStore(reached);
        await store
          .open()
          .then(() => store.write([sampleCdr(1)]))
          .finally(() => store.close());
      };
      await eventually('a record is taken', () => written(server.ca).then(() => true));
      await assert.rejects(written(''), /self.signed certificate/i);
    },
  );
}

testWith(
  whyMissing(STORE_PROGRAMS),
  'MariaDB: a connection that was given up while no call ended is made anew, and nothing fails',
  async () => {
    const { settings, client } = await mariadb();
    const store = new MariadbStore(settings, 300);
    scope.after(() => store.close());
    await store.open();
    await store.write([sampleCdr(1)]);
    await eventually('the connection is given up', async () => {
      const [row] = (await client.query('SELECT count(*) AS n FROM information_schema.processlist')) as { n: bigint }[];
      return row?.n === 1n ? true : null; // That which asks.
    });
    await store.write([sampleCdr(2)]);
    assert.deepEqual(await client.query(`SELECT count(*) AS n FROM ${settings.table}`), [{ n: 2n }]);
    await client.query(`DROP TABLE ${settings.table}`);
    // It says no value of a record: it comes into the log.
    await assert.rejects(store.write([sampleCdr(3)]), { message: /^Table '[^']+' doesn't exist$/ });
  },
);

testWith(
  whyMissing(STORE_PROGRAMS),
  'MariaDB: a table without a unique key over id is refused; with one a user who may write rows is enough',
  async () => {
    const { settings, client } = await mariadb();
    const { table } = settings;
    const made = new MariadbStore(settings);
    await made.open();
    await made.close();
    const written = async (): Promise<void> => {
      const store = new MariadbStore({ ...settings, user: WRITER });
      try {
        await store.open();
        await store.write([sampleCdr(1)]);
        await store.write([sampleCdr(1)]);
      } finally {
        await store.close();
      }
    };

    await client.query(`ALTER TABLE ${table} DROP PRIMARY KEY`);
    await assert.rejects(written(), /table tandem_cdr needs a unique key with its column id/);
    await client.query(`ALTER TABLE ${table} ADD UNIQUE by_time (ended_at_wall_ms, id)`);
    await written();
    assert.deepEqual(await client.query(`SELECT COUNT(*) AS n FROM ${table}`), [{ n: 1n }]);
  },
);
