// CDRs in MariaDB or MySQL: one row each, the id is the primary key. Only this file knows mariadb, and it is loaded
// when a sink of this kind is configured.

import type { Connection, SqlError } from 'mariadb';
import type { Cdr } from '../../core/cdr/cdr.ts';
import type { CdrFieldKind } from '../../core/cdr/cdr-fields.ts';
import type { DatabaseSinkSettings } from '../../sink-settings.ts';
import { CDR_COLUMNS, sqlValueOf } from './cdr-columns.ts';
import { type CdrStore, STATEMENT_TIMEOUT_MS, storeIsClosed, tlsOptionsOf } from './cdr-store.ts';

const TYPES: Readonly<Record<CdrFieldKind, string>> = {
  text: 'MEDIUMTEXT',
  word: 'VARCHAR(32)',
  count: 'BIGINT',
  ms: 'BIGINT',
  wallMs: 'BIGINT',
  nanos: 'BIGINT',
  list: 'LONGTEXT',
};
/** What `text` was in earlier releases: 65 535 bytes. */
const FORMER_TEXT_TYPE = 'text';
/** ER_TRUNCATED_WRONG_VALUE_FOR_FIELD where the bound falls into a character, else ER_DATA_TOO_LONG. */
const TOO_LONG = [1366, 1406];
const KEY_TYPE = 'VARCHAR(26) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY';

/** The table of `settings`. */
export class MariadbStore implements CdrStore {
  readonly #settings: DatabaseSinkSettings;
  readonly #timeoutMs: number;
  readonly #insert: string;
  #client: Connection | null = null;

  /** `timeoutMs`: how long the server may be silent. */
  constructor(settings: DatabaseSinkSettings, timeoutMs = STATEMENT_TIMEOUT_MS) {
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    const names = CDR_COLUMNS.map(({ name }) => `\`${name}\``).join(', ');
    const marks = CDR_COLUMNS.map(() => '?').join(', ');
    // Not IGNORE: that would also cut values short without a word.
    this.#insert = `INSERT INTO ${settings.table} (${names}) VALUES (${marks}) ON DUPLICATE KEY UPDATE id = id`;
  }

  async open(): Promise<string> {
    const { createConnection } = await import('mariadb');
    const { host, port, database, user, password, tls } = this.#settings;
    const client = await createConnection({
      host,
      port,
      database,
      user,
      password,
      ssl: tls !== null && tlsOptionsOf(host, tls),
      connectTimeout: this.#timeoutMs,
      // The server may be silent altogether: then this side gives up.
      socketTimeout: this.#timeoutMs,
      initSql: "SET SESSION sql_mode = 'STRICT_ALL_TABLES', NAMES utf8mb4",
    });
    this.#client = client;
    client.on('error', () => undefined); // The statement under way, or the next one, says so.
    await this.#makeTable(client);
    return '';
  }

  async write(batch: readonly Cdr[]): Promise<string> {
    const rows = batch.map((cdr) => CDR_COLUMNS.map((column) => sqlValueOf(cdr, column)));
    // Silent it is, too, while no call ends.
    if (this.#client?.isValid() === false) await this.open();
    const client = this.#client;
    if (client === null) throw storeIsClosed();
    // One transaction: the batch may travel as several statements.
    try {
      await client.beginTransaction();
      await client.batch(this.#insert, rows);
      await client.commit();
    } catch (error) {
      if (TOO_LONG.includes((error as Partial<SqlError>).errno ?? 0)) await this.#enlargeTexts(client);
      // The statement and its values stand in its message, and that in the log.
      const { sqlMessage } = error as Partial<SqlError>;
      throw sqlMessage ? new Error(sqlMessage, { cause: error }) : error;
    }
    return '';
  }

  close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    // Not in order: it is let go of because it is broken, most times, and an unfinished transaction is undone.
    client?.destroy();
    return Promise.resolve();
  }

  /** Makes the table, or the columns that a later release of Tandem has; else SELECT, INSERT and UPDATE are enough. */
  async #makeTable(client: Connection): Promise<void> {
    const { table } = this.#settings;
    const rows = (await client.query(
      'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?',
      [table],
    )) as readonly { readonly name: string }[];
    const present = new Set(rows.map(({ name }) => name));
    const typeOf = (name: string, kind: CdrFieldKind): string => (name === 'id' ? KEY_TYPE : TYPES[kind]);
    if (present.size === 0) {
      const columns = CDR_COLUMNS.map(({ name, kind }) => `\`${name}\` ${typeOf(name, kind)}`).join(', ');
      const index = `INDEX ${table}_ended (ended_at_wall_ms)`;
      await client.query(`CREATE TABLE IF NOT EXISTS ${table} (${columns}, ${index}) CHARACTER SET utf8mb4`);
      return;
    }
    for (const { name, kind } of CDR_COLUMNS) {
      if (!present.has(name)) await client.query(`ALTER TABLE ${table} ADD COLUMN \`${name}\` ${TYPES[kind]}`);
    }
    await this.#requireKey(client);
  }

  /**
   * A table made by others may lack what knows a record that comes again; PostgreSQL says so itself. A key of more
   * columns will do, as partitions need it: all of a record is the same when it comes again.
   */
  async #requireKey(client: Connection): Promise<void> {
    const { table } = this.#settings;
    const [row] = (await client.query(
      'SELECT COUNT(*) AS count FROM information_schema.statistics ' +
        "WHERE table_schema = DATABASE() AND table_name = ? AND column_name = 'id' AND non_unique = 0",
      [table],
    )) as readonly { readonly count: bigint }[];
    if (row?.count === 0n) throw new Error(`table ${table} needs a unique key with its column id`);
  }

  /**
   * Gives the texts of a table of an earlier release room for whatever one of its records has. Only once a record needs
   * it: the server copies the whole table, and the user needs more rights than to insert.
   */
  async #enlargeTexts(client: Connection): Promise<void> {
    const { table } = this.#settings;
    const rows = (await client.query(
      'SELECT column_name AS name FROM information_schema.columns ' +
        'WHERE table_schema = DATABASE() AND table_name = ? AND data_type = ?',
      [table, FORMER_TEXT_TYPE],
    )) as readonly { readonly name: string }[];
    const small = new Set(rows.map(({ name }) => name));
    const changes = CDR_COLUMNS.filter(({ name }) => small.has(name)).map(
      ({ name, kind }) => `MODIFY \`${name}\` ${TYPES[kind]}`,
    );
    if (changes.length > 0) await client.query(`ALTER TABLE ${table} ${changes.join(', ')}`);
  }
}
