// What enters the ledger over the API is answered once it is on the disk: who has heard of it does not send it again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMemoryStores } from '../../src/store/memory.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, openControl } from './control-fixture.ts';

test('a payment and booked corrections are flushed before they are answered', async (context) => {
  const path = temporaryDirectory();
  const memory = openMemoryStores();
  const told: string[] = [];
  const flush = async () => {
    await memory.flush();
    told.push('flushed');
  };
  const { control } = openControl(path, { stores: { ...memory, flush } });
  const port = await control.start();
  context.after(() => control.stop());
  const answered = async (request: string, body: string) => {
    told.length = 0;
    const { status } = await ask(path, port, request, { body });
    return [...told, status];
  };
  await ask(path, port, 'POST /api/v1/apply', { body: 'accounts: [{ account: alpha }]' });
  const payment = JSON.stringify({ account: 'alpha', amount: '5' });
  assert.deepEqual(await answered('POST /api/v1/payments', payment), ['flushed', 201]);
  const { json } = await ask(path, port, 'POST /api/v1/reratings?period=2025-12', { body: '' });
  const { id } = json() as { id: number };
  await control.reratings.whenCounted(id);
  assert.deepEqual(await answered(`POST /api/v1/reratings/${id}/book`, ''), ['flushed', 200]);
});
