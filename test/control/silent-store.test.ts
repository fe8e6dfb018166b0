// Stores that hang: they take a connection and what is sent, and answer nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PostgresqlStore } from '../../src/control/cdr/postgresql-store.ts';
import { until } from '../hosts/eventually.ts';
import { ANSWERS_UNTIL_OPEN, SilentServer } from './silent-server.ts';

/** Far above what letting go may take, and below the time after which a statement is given up. */
const TIMEOUT_MS = 5_000;

test('PostgreSQL that hangs is let go of without its good-bye', { timeout: TIMEOUT_MS }, async (context) => {
  const { postgresql } = await SilentServer.open(context, ANSWERS_UNTIL_OPEN);
  const store = new PostgresqlStore(postgresql);
  await store.open();
  await store.close();
});

test('PostgreSQL that hangs is let go of while it is being opened', { timeout: TIMEOUT_MS }, async (context) => {
  const server = await SilentServer.open(context, 0);
  const store = new PostgresqlStore(server.postgresql);
  const opening = assert.rejects(store.open(), /silent/);
  await until('it is connected', () => server.socketCount > 0);
  await store.close();
  await opening;
});
