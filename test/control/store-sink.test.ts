// The sink of a store beyond the network, with a store that fails wherever it can; and how its runner goes on.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CdrStore } from '../../src/control/cdr/cdr-store.ts';
import { SinkRunner } from '../../src/control/cdr/sink-runner.ts';
import { SINK_BATCH_RECORDS_MAX, StoreSink } from '../../src/control/cdr/store-sink.ts';
import { WebhookStore } from '../../src/control/cdr/webhook-store.ts';
import { Prng } from '../../src/core/base/prng.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { makeLog } from '../../src/log.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { CdrSpool } from '../../src/store/ports.ts';
import { pack, unpackCdr } from '../../src/store/records.ts';
import { sentenceOf } from '../../src/tandem-error.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

const SILENT = makeLog('test', 'silent');

function spool(store: CdrSpool, from: number, to: number): void {
  const records: Uint8Array[] = [];
  for (let number = from; number <= to; number++) records.push(pack(sampleCdr(number)));
  store.append(records);
}

/** Keeps rows by id; `fault` says whether to fail before a step, or after it. */
class FaultyStore implements CdrStore {
  readonly rows = new Map<string, Cdr>();
  readonly batches: number[] = [];
  readonly #fault: () => boolean;

  constructor(fault: () => boolean) {
    this.#fault = fault;
  }

  async open(): Promise<string> {
    await this.#mayFail();
    return '';
  }

  async write(batch: readonly Cdr[]): Promise<string> {
    await this.#mayFail();
    this.batches.push(batch.length);
    for (const cdr of batch) this.rows.set(cdr.id, cdr);
    await this.#mayFail();
    return '';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #mayFail(): Promise<void> {
    await turn();
    if (this.#fault()) throw new Error('made for this test');
  }
}

/** Ticks until the runner has everything; answers how many ticks of 250 ms it took. */
async function settle(runner: SinkRunner): Promise<number> {
  for (let ticks = 0; ticks < 100_000; ticks++) {
    if (ticks > 0 && runner.backlog() === 0 && !runner.isFailing) return ticks;
    runner.tick(ticks * 250);
    for (let turns = 0; turns < 30; turns++) await turn();
  }
  throw new Error('it never had everything');
}

test('whatever fails, before or after it was done: every record is there once, in bounded batches', async () => {
  const prng = new Prng(5);
  const { spool: records } = openMemoryStores();
  spool(records, 1, 3 * SINK_BATCH_RECORDS_MAX + 7);
  const store = new FaultyStore(() => prng.below(3) === 0);
  const runner = new SinkRunner(new StoreSink('db', records, store), records, SILENT);
  await settle(runner);
  assert.equal(store.rows.size, 3 * SINK_BATCH_RECORDS_MAX + 7);
  assert.equal(Math.max(...store.batches), SINK_BATCH_RECORDS_MAX);
  assert.ok(runner.failureCount > 0);
  assert.equal(records.cursor('db')?.position, records.lastPosition());
});

test('one that is down is tried again after 1, 2, 4 ... s, at most 30', async () => {
  const { spool: records } = openMemoryStores();
  spool(records, 1, 1);
  const tries: number[] = [];
  let nowMs = 0;
  const store = new FaultyStore(() => {
    tries.push(nowMs);
    return true;
  });
  const runner = new SinkRunner(new StoreSink('db', records, store), records, SILENT);
  for (; nowMs < 150_000; nowMs += 500) {
    runner.tick(nowMs);
    for (let turns = 0; turns < 5; turns++) await turn();
  }
  assert.deepEqual(tries.slice(0, 8), [0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000]);
  assert.ok(runner.isFailing);
  assert.equal(runner.backlog(), 1);
});

test('one that is switched on gets the records from then on, and waits for none while it is off', async () => {
  const { spool: records } = openMemoryStores();
  let isOn = false;
  const store = new FaultyStore(() => false);
  const runner = new SinkRunner(new StoreSink('text', records, store), records, SILENT, () => isOn);
  spool(records, 1, 5);
  runner.tick(0);
  isOn = true;
  runner.tick(250);
  spool(records, 6, 8);
  await settle(runner);
  assert.deepEqual(
    [...store.rows.keys()],
    [6, 7, 8].map((number) => sampleCdr(number).id),
  );
});

async function receiver(
  context: TestContext,
  answer: (ids: readonly string[], authorization: string) => number,
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const cdrs = JSON.parse(Buffer.concat(chunks).toString()) as Cdr[];
      const status = answer(
        cdrs.map(({ id }) => id),
        request.headers.authorization ?? '',
      );
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.closeAllConnections());
  context.after(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/cdr`;
}

test('a webhook gets batches with its secret; only 2xx counts, and a redirect is not followed', async (context) => {
  const { spool: records } = openMemoryStores();
  spool(records, 1, 3);
  const answers = [500, 302, 204];
  const heard: string[][] = [];
  const url = await receiver(context, (ids, authorization) => {
    assert.equal(authorization, 'Bearer s3cret');
    heard.push([...ids]);
    return answers.shift() ?? 200;
  });
  const settings = { kind: 'webhook', name: 'webhook', url, authorization: 'Bearer s3cret' } as const;
  const sink = new StoreSink('webhook', records, new WebhookStore(settings));
  await assert.rejects(sink.pump(), /answered 500/);
  await assert.rejects(sink.pump());
  while ((await sink.pump()) > 0);
  assert.deepEqual(new Set(heard.flat()).size, 3);
  assert.deepEqual(
    heard.map(({ length }) => length),
    [3, 1, 1, 1, 1],
  );
});

test('a webhook where nobody listens, or that redirects, says so', async (context) => {
  const { spool: records } = openMemoryStores();
  spool(records, 1, 1);
  const redirecting = await receiver(context, () => 302);
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(closed.address() as AddressInfo).port}`;
  await new Promise((resolve) => closed.close(resolve));
  const why = async (url: string): Promise<string> => {
    const store = new WebhookStore({ kind: 'webhook', name: 'webhook', url, authorization: '' });
    return new StoreSink('webhook', records, store).pump().then(String, sentenceOf);
  };
  assert.ok((await why(`http://${place}/cdr`)).endsWith(`fetch failed: connect ECONNREFUSED ${place}`));
  assert.ok((await why(redirecting)).endsWith('fetch failed: unexpected redirect'));
});

test('a user and password in the URL of a webhook are its authorization, and no fault names them', async (context) => {
  const { spool: records } = openMemoryStores();
  spool(records, 1, 1);
  const answers = [302, 500, 204];
  const url = await receiver(context, (_, authorization) => {
    assert.equal(authorization, `Basic ${Buffer.from('carrier:s3:cret').toString('base64')}`);
    return answers.shift() ?? 200;
  });
  const secretUrl = `${url.replace('//', '//carrier:s3%3Acret@')}?token=t0ken`;
  const settings = { kind: 'webhook', name: 'webhook', url: secretUrl, authorization: '' } as const;
  const silent = { ...settings, url: secretUrl.replace(/:\d+\/cdr/, ':1/cdr') };
  const sinks = [settings, settings, silent].map((one) => new StoreSink('webhook', records, new WebhookStore(one)));
  for (const sink of sinks) {
    await assert.rejects(sink.pump(), (error: unknown) => !/s3|cret|t0ken/.test(sentenceOf(error)));
  }
  assert.equal(await sinks[0]?.pump(), 1);
});

test('a store that takes less at once gets less, and more later; a record that it never takes is named', async () => {
  const { spool: records } = openMemoryStores();
  spool(records, 1, 100 * SINK_BATCH_RECORDS_MAX);
  const stored: number[] = [];
  let takesMax = 180;
  const store: CdrStore = {
    open: () => Promise.resolve(''),
    close: () => Promise.resolve(),
    write: (batch) => {
      if (batch.length > takesMax) return Promise.reject(new Error('413'));
      stored.push(batch.length);
      return Promise.resolve('');
    },
  };
  const sink = new StoreSink('webhook', records, store);
  const pump = (): Promise<number> => sink.pump().catch(() => -1);
  while (stored.length < 70) await pump();
  assert.deepEqual([stored[0], stored[69]], [125, 125], 'it tried 250 again after 64 batches');
  takesMax = SINK_BATCH_RECORDS_MAX;
  while (stored.at(-1) !== SINK_BATCH_RECORDS_MAX) await pump();
  takesMax = 0;
  for (let failures = 0; failures < 9; failures++) assert.equal(await pump(), -1);
  const next = records.after(sink.position, 1)[0];
  const { id } = unpackCdr(next?.record ?? assert.fail());
  await assert.rejects(sink.pump(), new RegExp(`with the CDR ${id} alone: 413`));
});

test('at the end a sink gets what it lacks, and is let go of when that takes too long', async () => {
  const { spool: records } = openMemoryStores();
  spool(records, 1, 3 * SINK_BATCH_RECORDS_MAX);
  const store = new FaultyStore(() => false);
  const quick = new SinkRunner(new StoreSink('quick', records, store), records, SILENT);
  await quick.finish();
  assert.equal(store.rows.size, 3 * SINK_BATCH_RECORDS_MAX);
  let letGo = (): void => undefined;
  const silent: CdrStore = {
    open: () => Promise.resolve(''),
    write: () =>
      new Promise((_, reject) => {
        letGo = () => reject(new Error('closed'));
      }),
    close: () => Promise.resolve(letGo()),
  };
  const slow = new SinkRunner(new StoreSink('slow', records, silent), records, SILENT);
  await slow.finish();
  assert.equal(records.cursor('slow')?.position, 0, 'what it lacks stays in the spool');
  const other = new SinkRunner(new StoreSink('other', records, silent), records, SILENT);
  other.tick(0);
  for (let turns = 0; turns < 5; turns++) await turn();
  await other.abandon();
  assert.ok(other.isFailing);
});
