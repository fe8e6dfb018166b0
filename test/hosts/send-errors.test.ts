// A gateway to which the platform refuses to send: the hunt goes on at once, not after the INVITE timer.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { eventually } from './eventually.ts';
import { LiveSwitch } from './live-switch.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';

/** "At once": far below the INVITE timer of 10 s, far above what a loaded machine needs. */
const AT_ONCE_MS = 1_000;

/** Not permitted without SO_BROADCAST: EACCES. */
const BROADCAST = { address: '255.255.255.255', port: 5060 };

/** No way there from a socket of loopback: EINVAL (TEST-NET-1, RFC 5737). */
const ELSEWHERE = { address: '192.0.2.1', port: 5060 };

async function leavesAtOnce(context: TestContext, shards: number): Promise<void> {
  const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 0 });
  const vendors = [
    { name: 'forbidden', at: BROADCAST, fields: { timeoutsToBan: 0 } },
    { name: 'nowhere', at: ELSEWHERE, fields: { timeoutsToBan: 0 } },
    { name: 'good', at: answerer.peer.place },
  ];
  const live = await LiveSwitch.start(context, shards, networkOf(['127.0.0.2'], vendors));
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const calls = await caller.load({ to: live.sip, callee: '4989100', holdMs: 20 }, 20, 20);
  for (const { status, byeStatus } of calls) assert.deepEqual([status, byeStatus], [200, 200]);
  await live.management.atRest();
  const cdrs = await eventually('the CDRs', async () => {
    const found = await live.management.cdrs();
    return found.length >= calls.length ? found : null;
  });
  assert.equal(cdrs.length, calls.length);
  for (const { attempts, routingGateway } of cdrs) {
    const left = attempts.map((attempt) => [attempt.gateway, attempt.left, attempt.code]);
    const expected = [
      ['forbidden', 'unreachable', 0],
      ['nowhere', 'unreachable', 0],
      ['good', 'answered', 200],
    ];
    assert.deepEqual(left, expected);
    assert.equal(routingGateway, 'good');
    const [first, , last] = attempts;
    const tookMs = (last?.startedAtWallMs ?? 0) - (first?.startedAtWallMs ?? 0);
    assert.ok(tookMs < AT_ONCE_MS, `the hunt took ${tookMs} ms`);
  }
  live.checkLimits();
}

test('gateways that cannot be sent to are left at once as unreachable, the next one answers', (context) =>
  leavesAtOnce(context, 2));

test('the same where the shard runs inline', (context) => leavesAtOnce(context, 0));

test('with no gateway that can be sent to, the caller gets 503 at once: GatewayUnreachable', async (context) => {
  const live = await LiveSwitch.start(context, 1, networkOf(['127.0.0.2'], [{ name: 'forbidden', at: BROADCAST }]));
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const sinceMs = performance.now();
  const { status } = await caller.place({ to: live.sip, callee: '4989100', holdMs: 0 });
  assert.equal(status, 503);
  assert.ok(performance.now() - sinceMs < AT_ONCE_MS);
  const [cdr] = await eventually('the CDR', async () => {
    const found = await live.management.cdrs();
    return found.length > 0 ? found : null;
  });
  assert.deepEqual([cdr?.endReason, cdr?.sipCode, cdr?.attempts.length], ['GatewayUnreachable', 503, 1]);
  await live.management.atRest();
  live.checkLimits();
});
