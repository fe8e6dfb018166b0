// LRN over real HTTP: a server that answers, is slow, is wrong, and is down. Calls are never kept longer than their
// time, and calls without LRN are not kept at all.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { LrnSource } from '../../src/control/names/lrn-source.ts';
import { LRN_ANSWER_MAX, LRN_REQUESTS_MAX } from '../../src/core/base/limits.ts';
import type { LrnAnswer } from '../../src/core/call/lrn-dips.ts';
import { makeLog } from '../../src/log.ts';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { until } from './eventually.ts';
import { LiveSwitch } from './live-switch.ts';
import { Peer } from './peer.ts';

/** An HTTP server whose manner can be changed. */
async function openSource(context: TestContext) {
  const source = {
    url: '',
    asked: [] as string[],
    respond: (response: ServerResponse): void => void response.end('{"lrn":"77001"}'),
    close: () => server.close(),
  };
  const server = createServer((request, response) => {
    source.asked.push(request.url ?? '');
    source.respond(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  source.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lrn?key=7`;
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return source;
}

/** What `url` answers to the number 4989. */
function askOnce(url: string, timeoutMs = 5_000): Promise<LrnAnswer | null> {
  const source = new LrnSource(url, makeLog('test', 'silent'));
  const question = { number: '4989', caller: '49221' };
  return new Promise((resolve) => source.ask({ question, timeoutMs }, resolve));
}

test('what a source says, and what is no answer', async (context) => {
  const source = await openSource(context);
  const answers: readonly [string, LrnAnswer | null][] = [
    ['{"lrn":"77001","jurisdiction":"interstate"}', { lrn: '77001', jurisdiction: 'interstate' }],
    ['{}', { lrn: '', jurisdiction: '' }],
    ['{"lrn":null}', { lrn: '', jurisdiction: '' }],
    ['{"lrn":"77001","jurisdiction":null}', { lrn: '77001', jurisdiction: '' }],
    ['null', { lrn: '', jurisdiction: '' }],
    ['{"lrn":"7700a"}', null],
    ['{"lrn":7}', null],
    ['{"jurisdiction":"mars"}', null],
    ['<html>', null],
    ['', null],
    [`{"lrn":"7"}${' '.repeat(LRN_ANSWER_MAX)}`, null],
  ];
  for (const [body, wanted] of answers) {
    source.respond = (response) => void response.end(body);
    assert.deepEqual(await askOnce(source.url), wanted, body.slice(0, 40));
  }
  assert.equal(source.asked[0], '/lrn?key=7&number=4989&caller=49221');
  source.respond = (response) => void response.writeHead(503).end('{"lrn":"77001"}');
  assert.equal(await askOnce(source.url), null);
  source.respond = () => undefined;
  assert.equal(await askOnce(source.url, 50), null, 'a slow one has its time');
  source.close();
  assert.equal(await askOnce('http://127.0.0.1:1/'), null);
  assert.equal(await askOnce(''), null);
});

test('LRN_REQUESTS_MAX: one more question has no answer at once', async (context) => {
  const http = await openSource(context);
  http.respond = () => undefined;
  const source = new LrnSource(http.url, makeLog('test', 'silent'));
  const question = { number: '4989', caller: '' };
  for (let count = 0; count < LRN_REQUESTS_MAX; count++) source.ask({ question, timeoutMs: 500 }, () => undefined);
  let told: LrnAnswer | null | undefined;
  source.ask({ question, timeoutMs: 500 }, (answer) => {
    told = answer;
  });
  assert.equal(told, null);
  await until('the others have had their time', () => source.failedCount === LRN_REQUESTS_MAX + 1);
});

async function dipsOverHttp(context: TestContext, shardCount: number): Promise<void> {
  const source = await openSource(context);
  const plain = new Answerer(await Peer.open(context, '127.0.0.9'), { ringMs: 10 });
  const ported = new Answerer(await Peer.open(context, '127.0.0.10'), { ringMs: 10 });
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const quick = new Caller(await Peer.open(context, '127.0.0.3'));
  const strict = new Caller(await Peer.open(context, '127.0.0.4'));
  const placeOf = ({ peer }: Answerer): string => `remoteIp: ${peer.place.address}, signalPort: ${peer.place.port}`;
  const network = `
accounts: [{ account: a }]
mappingGateways:
  - { name: dips, account: a, remoteIps: 127.0.0.2, lrnEnable: On }
  - { name: quick, account: a, remoteIps: 127.0.0.3 }
  - { name: strict, account: a, remoteIps: 127.0.0.4, lrnEnable: On, lrnFailureAction: reject }
routingGateways:
  - { name: plain, prefix: '49', ${placeOf(plain)} }
  - { name: ported, prefix: '77', ${placeOf(ported)} }
systemParameters: { SS_LRN_TIMEOUT: 1, SS_LRN_CACHE_TTL: 0 }`;
  const tandem = await LiveSwitch.start(context, shardCount, network, { lrnUrl: source.url });
  const place = (from: Caller, callee: string) => from.place({ to: tandem.sip, callee, holdMs: 0 });
  assert.equal((await place(caller, '4989100')).status, 200);
  assert.deepEqual([plain.calls.size, ported.calls.size], [0, 1], 'routed by the answer');
  source.respond = () => undefined;
  const beganAtMs = performance.now();
  const slow = place(caller, '4989101');
  assert.equal((await place(quick, '4989102')).status, 200);
  assert.ok(performance.now() - beganAtMs < 900, 'who does not ask does not wait');
  assert.equal((await slow).status, 200);
  assert.ok(performance.now() - beganAtMs >= 980, 'who asks waits for as long as he may');
  assert.deepEqual([plain.calls.size, ported.calls.size], [2, 1], 'and goes on by the number');
  assert.equal((await place(strict, '4989103')).status, 503);
  source.respond = (response) => void response.end('what?');
  assert.equal((await place(strict, '4989104')).status, 503);
  source.close();
  assert.equal((await place(caller, '4989105')).status, 200);
  await until('all is at rest', async () => (await tandem.management.status()).calls.active === 0);
}

test('calls by LRN on two shards: the source answers, is slow, is wrong, is down', (context) =>
  dipsOverHttp(context, 2));

test('the same where the shard runs inline', (context) => dipsOverHttp(context, 0));
