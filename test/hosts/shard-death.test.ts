// A worker that dies takes the calls of its shard along, and nothing else: it is replaced at once, its calls get their
// CDRs, what they held of the limits goes back, and the calls of the other shards do not notice.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { shardOfText } from '../../src/core/shard/placement.ts';
import { Answerer } from './answerer.ts';
import { Caller, type CallStory } from './caller.ts';
import { eventually, until } from './eventually.ts';
import { LiveSwitch } from './live-switch.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';

const SHARDS = 3;

/** A worker that dies younger is replaced after a pause (src/edge/shard-pool.ts). */
const SHORT_LIFE_MS = 1_000;

const REPLACED_WITHIN_MS = 1_000;

/** Where a machine is so loaded that a worker's code alone takes long to load: so many times that, instead. */
const REPLACED_WITHIN_LOADS = 5;

interface Stage {
  readonly live: LiveSwitch;
  readonly caller: Caller;
  readonly answerer: Answerer;
}

async function stage(context: TestContext, ringMs: number): Promise<Stage> {
  const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs });
  context.after(() => answerer.stop());
  const network = networkOf(['127.0.0.2'], [{ name: 'vendor', at: answerer.peer.place }]);
  const live = await LiveSwitch.start(context, SHARDS, network);
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  return { live, caller, answerer };
}

function shardOf({ callId }: { readonly callId: string }): number {
  return shardOfText(callId, SHARDS);
}

/** One CDR for each of `calls`, by the caller's Call-ID; waits for them and fails on a second one. */
async function cdrsOf(live: LiveSwitch, calls: readonly CallStory[]): Promise<Map<string, Cdr>> {
  const cdrs = await eventually('a CDR for every call', async () => {
    const found = await live.management.cdrs();
    return found.length >= calls.length ? found : null;
  });
  const byCall = new Map(cdrs.map((cdr) => [cdr.callerCallId, cdr]));
  assert.equal(cdrs.length, calls.length, 'as many CDRs as calls');
  assert.equal(byCall.size, calls.length, 'one CDR each');
  assert.equal(new Set(cdrs.map(({ id }) => id)).size, cdrs.length, 'no identifier comes twice');
  return byCall;
}

test('a shard dies under load: replaced in a second, others lose nothing, its calls get CDRs', async (context) => {
  const { live, caller } = await stage(context, 50);
  const victim = 1;
  const load = caller.load({ to: live.sip, callee: '4989100', holdMs: 1_500, patienceMs: 4_000 }, 360, 90);
  await sleep(SHORT_LIFE_MS + 800);
  const active = (await live.management.status()).calls.active;
  assert.ok(active > 20, `the switch carries calls when the shard dies (${active})`);
  const tookMs = await live.killShard(victim, 1);
  context.diagnostic(`replaced in ${tookMs.toFixed(0)} ms with ${active} calls alive`);
  const allowedMs = Math.max(REPLACED_WITHIN_MS, REPLACED_WITHIN_LOADS * (await workerLoadMs()));
  assert.ok(tookMs < allowedMs, `replaced in ${tookMs} ms, allowed are ${allowedMs} ms`);
  const calls = await load;
  await live.management.atRest();
  const cdrs = await cdrsOf(live, calls);
  let settledCount = 0;
  for (const call of calls) {
    const cdr = cdrs.get(call.callId);
    if (cdr?.endReason === 'SwitchRestart') settledCount += 1;
    const fault = shardOf(call) === victim ? faultOfLost(call, cdr) : faultOfKept(call, cdr);
    assert.equal(fault, null, `${fault}: ${JSON.stringify({ call, cdr, shard: shardOf(call) })}`);
  }
  context.diagnostic(`${settledCount} calls settled`);
  assert.ok(settledCount > 0, 'the shard had calls when it died');
  live.checkLimits();
});

/** How long it takes here and now to start a thread and load the code of a shard. */
async function workerLoadMs(): Promise<number> {
  const sinceMs = performance.now();
  await once(new Worker(new URL('../../src/shard-host/shard-worker.js', import.meta.url)), 'exit');
  return performance.now() - sinceMs;
}

/** What is wrong with a call of a shard that lived on; null when nothing is. */
function faultOfKept({ status, byeStatus }: CallStory, cdr: Cdr | undefined): string | null {
  const isWhole = status === 200 && byeStatus === 200 && cdr?.endReason === 'Normal';
  return isWhole ? null : 'a call of another shard noticed';
}

/** What is wrong with a call of the shard that died: it ended before, was lost, or came after. */
function faultOfLost({ status, byeStatus }: CallStory, cdr: Cdr | undefined): string | null {
  if (cdr?.endReason === 'Normal') {
    // The record is written before the answer to the BYE leaves; the successor knows nothing of a repeated BYE.
    return status === 200 && (byeStatus === 200 || byeStatus === 481) ? null : 'its record says that it ended well';
  }
  if (cdr?.endReason !== 'SwitchRestart' || cdr.endedBy !== 'server' || cdr.endedAtWallMs === null) {
    return 'its record does not say what became of it';
  }
  return byeStatus === 481 || status !== 200 ? null : 'its caller was not told';
}

test('a shard that dies twice in a row is replaced twice, and calls go on through it', async (context) => {
  const { live, caller } = await stage(context, 20);
  await live.killShard(0, 1);
  await live.killShard(0, 2, () => live.management.killShard(0));
  const calls = await caller.load({ to: live.sip, callee: '4989100', holdMs: 50 }, 30, 100);
  for (const { status, byeStatus } of calls) assert.deepEqual([status, byeStatus], [200, 200]);
  await live.management.atRest();
  const cdrs = await cdrsOf(live, calls);
  assert.ok(
    calls.some((call) => shardOf(call) === 0),
    'some of them went through the shard',
  );
  for (const cdr of cdrs.values()) assert.equal(cdr.endReason, 'Normal');
  live.checkLimits();
});

test('a worker killed through the API while idle leaves no CDR and no mark but its restart', async (context) => {
  const { live } = await stage(context, 20);
  await live.killShard(2, 1, () => live.management.killShard(2));
  const { shards, calls } = await live.management.status();
  assert.deepEqual(
    shards.map(({ restarts }) => restarts),
    [0, 0, 1],
  );
  assert.deepEqual([calls.begun, calls.active], [0, 0]);
  assert.deepEqual(await live.management.cdrs(), []);
  live.checkLimits();
});

test('a ringing call that dies with its shard is recorded as not answered', async (context) => {
  const { live, caller, answerer } = await stage(context, Number.POSITIVE_INFINITY);
  const plan = { to: live.sip, callee: '4989100', holdMs: 0, patienceMs: 30_000 };
  const callId = caller.peer.mint();
  const invite = caller.invite(plan, callId);
  await until('it rings', () => invite.responses.some(({ status }) => status === 180));
  await live.killShard(shardOf({ callId }), 1);
  const [cdr] = await eventually('the CDR', async () => {
    const found = await live.management.cdrs();
    return found.length > 0 ? found : null;
  });
  assert.equal(cdr?.callerCallId, callId);
  assert.deepEqual([cdr.endReason, cdr.answeredAtWallMs, cdr.holdMs, cdr.sipCode], ['SwitchRestart', null, 0, 503]);
  assert.deepEqual(
    cdr.attempts.map(({ gateway }) => gateway),
    ['vendor'],
  );
  assert.equal((await caller.peer.cancel(invite, caller.inviteParts(plan, callId), live.sip).final)?.status, 481);
  invite.stop();
  await live.management.atRest();
  live.checkLimits();
  assert.equal(answerer.calls.size, 1);
});
