// What the stores of CDRs have in the end, read from each with its own client.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { parse } from 'csv-parse/sync';
import { createConnection } from 'mariadb';
import pg from 'pg';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import type { SinkSettings } from '../../src/sink-settings.ts';
import type { StoreKind } from './store-server.ts';

/** One record in a store. */
export interface StoredCall {
  readonly id: string;
  /** Call-ID of the caller. */
  readonly callId: string;
  readonly isAnswered: boolean;
}

/** All that a store has, by its kind. */
export const STORED_CALLS: Readonly<Record<StoreKind, (settings: SinkSettings) => Promise<StoredCall[]>>> = {
  postgresql: inPostgresql,
  mariadb: inMariadb,
  jetstream: inJetStream,
};

/** As a store keeps it. */
export function storedCall({ id, callerCallId, answeredAtWallMs }: Cdr): StoredCall {
  return { id, callId: callerCallId, isAnswered: answeredAtWallMs !== null };
}

/** All that is in the CSV files of `directory`, compressed or not; none when it is not there. */
export function storedInCsv(directory: string): StoredCall[] {
  const files = existsSync(directory) ? readdirSync(directory).sort() : [];
  return files.flatMap((file) => {
    const bytes = readFileSync(join(directory, file));
    const text = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    return rows.map((row) => ({
      id: row['id'] ?? '',
      callId: row['caller_call_id'] ?? '',
      isAnswered: row['answered_at_wall_ms'] !== '',
    }));
  });
}

const SELECT = 'SELECT id, caller_call_id, answered_at_wall_ms FROM tandem_cdr ORDER BY id';

interface Row {
  readonly id: string;
  readonly caller_call_id: string;
  readonly answered_at_wall_ms: unknown;
}

function storedRow({ id, caller_call_id, answered_at_wall_ms }: Row): StoredCall {
  return { id, callId: caller_call_id, isAnswered: answered_at_wall_ms !== null };
}

async function inPostgresql(settings: SinkSettings): Promise<StoredCall[]> {
  const client = new pg.Client(settings as pg.ClientConfig);
  await client.connect();
  const { rows } = await client.query<Row>(SELECT);
  await client.end();
  return rows.map(storedRow);
}

async function inMariadb(settings: SinkSettings): Promise<StoredCall[]> {
  assert.ok(settings.kind === 'mariadb');
  const { host, port, user, password, database } = settings;
  const client = await createConnection({ host, port, user, password, database });
  const rows = (await client.query(SELECT)) as Row[];
  await client.end();
  return rows.map(storedRow);
}

async function inJetStream(settings: SinkSettings): Promise<StoredCall[]> {
  assert.ok(settings.kind === 'jetstream');
  const client = await connect({ servers: [...settings.servers], user: settings.user, pass: settings.password });
  const { state } = await (await jetstreamManager(client)).streams.info(settings.stream);
  const consumer = await jetstream(client).consumers.get(settings.stream);
  const found: StoredCall[] = [];
  while (found.length < state.messages) {
    for await (const message of await consumer.fetch({
      max_messages: state.messages - found.length,
      expires: 10_000,
    })) {
      found.push(storedCall(message.json<Cdr>()));
    }
  }
  await client.close();
  return found;
}
