// A vendor goes silent and comes back: calls leave it and return by themselves, whichever shard they are in.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { until } from './eventually.ts';
import { LiveSwitch } from './live-switch.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';

/** Short, so that a silence is soon noticed: an INVITE is given up after a second, a probe repeated twice a second. */
const PARAMETERS = { SS_SIP_TIMEOUT_INVITE: '1', SS_SIP_RESEND_INTERVAL: '0.5' };

/** Less than the INVITE timer, and far above what a loaded machine needs for ten calls. */
const AT_ONCE_MS = 900;

async function goesAndComes(context: TestContext, shards: number): Promise<void> {
  const vendor = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 0 });
  const backup = new Answerer(await Peer.open(context, '127.0.0.4'), { ringMs: 0 });
  const vendors = [
    { name: 'vendor', at: vendor.peer.place, fields: { timeoutsToBan: 2 } },
    { name: 'backup', at: backup.peer.place, fields: { protect: true } },
  ];
  const live = await LiveSwitch.start(context, shards, networkOf(['127.0.0.2'], vendors, PARAMETERS));
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const place = (count: number) => caller.load({ to: live.sip, callee: '4989100', holdMs: 20 }, count, 50);
  const isOut = async (): Promise<boolean> => {
    const { gateways } = await live.management.status();
    return gateways.find(({ name }) => name === 'vendor')?.state?.isOut === true;
  };
  const callsAt = (answerer: Answerer): number => answerer.peer.requests('INVITE').length;

  await place(10);
  assert.deepEqual([callsAt(vendor), callsAt(backup)], [10, 0]);

  const answering = vendor.peer.onRequest;
  vendor.peer.onRequest = () => undefined;
  for (const { status } of await place(10)) assert.equal(status, 200, 'the backup answers');
  await until('the vendor is out', isOut);
  vendor.peer.arrivals.length = 0;
  const sinceMs = performance.now();
  for (const { status } of await place(10)) assert.equal(status, 200);
  const tookMs = performance.now() - sinceMs - 200;
  assert.ok(tookMs < AT_ONCE_MS, `calls do not wait for the vendor: ${tookMs} ms`);
  assert.equal(callsAt(vendor), 0, 'it gets probes and no calls');
  await until('it is probed', () => vendor.peer.requests('OPTIONS').length > 0);
  assert.equal((await live.management.metrics()).sum('tandem_gateway_up', { gateway: 'vendor' }), 0);

  vendor.peer.onRequest = answering;
  await until('the vendor is back', async () => !(await isOut()));
  const before = callsAt(backup);
  await place(10);
  assert.deepEqual([callsAt(vendor), callsAt(backup) - before], [10, 0], 'calls are back where they belong');
  const metrics = await live.management.metrics();
  assert.equal(metrics.sum('tandem_gateway_up', { gateway: 'vendor' }), 1);
  assert.ok(metrics.sum('tandem_gateway_probes_total', { gateway: 'vendor', outcome: 'answered' }) >= 1);
  await live.management.atRest();
  live.checkLimits();
}

test('a vendor that goes silent is out for all shards, and back when it answers', (context) =>
  goesAndComes(context, 2));

test('the same where the shard runs inline', (context) => goesAndComes(context, 0));

test('a gateway that a dying shard was probing is probed by its successor', async (context) => {
  const vendor = await Peer.open(context, '127.0.0.3');
  const network = networkOf(
    ['127.0.0.2'],
    [{ name: 'vendor', at: vendor.place, fields: { timeoutsToBan: 1 } }],
    PARAMETERS,
  );
  const live = await LiveSwitch.start(context, 1, network);
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  assert.equal((await caller.place({ to: live.sip, callee: '4989100', holdMs: 0 })).status, 408);
  await until('it is probed', () => vendor.requests('OPTIONS').length > 0);
  await live.killShard(0, 1);
  const answerer = new Answerer(vendor, { ringMs: 0 });
  await until('it is back', async () => (await live.management.status()).gateways[1]?.state?.isOut === false);
  assert.equal((await caller.place({ to: live.sip, callee: '4989100', holdMs: 20 })).status, 200);
  assert.equal(answerer.calls.size, 1);
});
