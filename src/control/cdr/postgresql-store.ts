// CDRs in PostgreSQL: one row each, the id is the primary key. Only this file knows pg, and it is loaded when a sink of
// this kind is configured.

import { Socket } from 'node:net';
import type { Client } from 'pg';
import type { Cdr } from '../../core/cdr/cdr.ts';
import type { CdrFieldKind } from '../../core/cdr/cdr-fields.ts';
import type { DatabaseSinkSettings } from '../../sink-settings.ts';
import { isDoneWithin } from '../deadline.ts';
import { CDR_COLUMNS, sqlValueOf } from './cdr-columns.ts';
import { type CdrStore, STATEMENT_TIMEOUT_MS, storeIsClosed, tlsOptionsOf } from './cdr-store.ts';

const TYPES: Readonly<Record<CdrFieldKind, string>> = {
  text: 'text',
  word: 'text',
  count: 'bigint',
  ms: 'bigint',
  wallMs: 'bigint',
  nanos: 'bigint',
  list: 'jsonb',
};

/** How long a server may take to say good-bye, ms: one that hangs never does. */
const GOODBYE_MAX_MS = 1_000;

/** The table of `settings`. */
export class PostgresqlStore implements CdrStore {
  readonly #settings: DatabaseSinkSettings;
  readonly #insert: string;
  #opened: { readonly client: Client; readonly socket: Socket } | null = null;

  constructor(settings: DatabaseSinkSettings) {
    this.#settings = settings;
    const names = CDR_COLUMNS.map(({ name }) => name).join(', ');
    // One parameter a column, whatever the size of the batch: the statement is parsed once.
    const arrays = CDR_COLUMNS.map(({ kind }, index) => `$${index + 1}::${TYPES[kind]}[]`).join(', ');
    const rows = `SELECT * FROM unnest(${arrays})`;
    this.#insert = `INSERT INTO ${settings.table} (${names}) ${rows} ON CONFLICT (id) DO NOTHING`;
  }

  async open(): Promise<string> {
    const { default: pg } = await import('pg');
    const { host, port, database, user, password, tls } = this.#settings;
    const socket = new Socket();
    const client = new pg.Client({
      stream: () => socket,
      host,
      port,
      database,
      user,
      password,
      ssl: tls !== null && tlsOptionsOf(host, tls),
      application_name: 'tandem',
      keepAlive: true,
      connectionTimeoutMillis: STATEMENT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // The server may be silent altogether: then this side gives up.
      query_timeout: STATEMENT_TIMEOUT_MS,
    });
    client.on('error', () => undefined); // The statement under way, or the next one, says so.
    this.#opened = { client, socket };
    await client.connect();
    await this.#makeTable(client);
    return '';
  }

  async write(batch: readonly Cdr[]): Promise<string> {
    const values = CDR_COLUMNS.map((column) => batch.map((cdr) => sqlValueOf(cdr, column)));
    if (this.#opened === null) throw storeIsClosed();
    await this.#opened.client.query({ name: 'tandem-cdr', text: this.#insert, values });
    return '';
  }

  async close(): Promise<void> {
    if (this.#opened === null) return;
    const { client, socket } = this.#opened;
    this.#opened = null;
    const ended = client.end().catch(() => undefined); // It is let go of because it is broken, most times.
    // With an error: else who waits for the connection to be made would wait for ever.
    if (!(await isDoneWithin(GOODBYE_MAX_MS, ended))) socket.destroy(new Error('the server is silent'));
  }

  /** Makes the table, or the columns that a later release of Tandem has; else SELECT and INSERT are enough. */
  async #makeTable(client: Client): Promise<void> {
    const { table } = this.#settings;
    const { rows } = await client.query<{ column_name: string }>(
      'SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1',
      [table.toLowerCase()],
    );
    const present = new Set(rows.map(({ column_name }) => column_name));
    if (present.size === 0) {
      const columns = CDR_COLUMNS.map(
        ({ name, kind }) => `${name} ${TYPES[kind]}${name === 'id' ? ' PRIMARY KEY' : ''}`,
      );
      await client.query(`CREATE TABLE IF NOT EXISTS ${table} (${columns.join(', ')})`);
      await client.query(`CREATE INDEX IF NOT EXISTS ${table}_ended ON ${table} (ended_at_wall_ms)`);
      return;
    }
    for (const { name, kind } of CDR_COLUMNS) {
      if (!present.has(name))
        await client.query(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${name} ${TYPES[kind]}`);
    }
  }
}
