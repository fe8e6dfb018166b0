// A worker that dies costs the calls that its shard has in set-up, and nothing else: it is replaced at once, answered
// calls go on in its successor, the others get their CDRs, what they held of the limits goes back, and the calls of the
// other shards do not notice.

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

/** All CDRs by the caller's Call-ID, once no call lives and control has taken everything the shards put out. */
async function cdrsByCall({ management }: LiveSwitch): Promise<Map<string, Cdr[]>> {
  await management.atRest();
  await until('control has every CDR', async () => {
    return (await management.metrics()).sum('tandem_ring_depth_bytes', { ring: 'cdrs' }) === 0;
  });
  const cdrs = await management.cdrs();
  assert.equal(new Set(cdrs.map(({ id }) => id)).size, cdrs.length, 'no identifier comes twice');
  const byCall = new Map<string, Cdr[]>();
  for (const cdr of cdrs) byCall.set(cdr.callerCallId, [...(byCall.get(cdr.callerCallId) ?? []), cdr]);
  return byCall;
}

test('a shard dies under load: replaced in a second, answered calls go on, others get CDRs', async (context) => {
  // They ring for so long that some are in set-up whenever it dies.
  const { live, caller } = await stage(context, 400);
  const victim = 1;
  const load = caller.load({ to: live.sip, callee: '4989100', holdMs: 1_500, patienceMs: 6_000 }, 360, 90);
  await sleep(SHORT_LIFE_MS + 800);
  const active = (await live.management.status()).calls.active;
  assert.ok(active > 20, `the switch carries calls when the shard dies (${active})`);
  const [tookMs, loadMs] = await Promise.all([live.killShard(victim, 1), workerLoadMs()]);
  const allowedMs = Math.max(REPLACED_WITHIN_MS, REPLACED_WITHIN_LOADS * loadMs);
  context.diagnostic(
    `replaced in ${tookMs.toFixed(0)} ms with ${active} calls alive, allowed ${allowedMs.toFixed(0)} ms`,
  );
  assert.ok(tookMs < allowedMs, `replaced in ${tookMs} ms, allowed are ${allowedMs} ms`);
  const calls = await load;
  const cdrs = await cdrsByCall(live);
  for (const call of calls) {
    const found = cdrs.get(call.callId) ?? [];
    const fault = shardOf(call) === victim ? faultOfLost(call, found) : faultOfKept(call, found);
    assert.equal(fault, null, `${fault}: ${JSON.stringify({ call, found, shard: shardOf(call) })}`);
  }
  await checkRefusedAtTheGate(live, calls, cdrs);
  const settledCount = [...cdrs.values()].flat().filter(isSettled).length;
  context.diagnostic(`${settledCount} calls settled`);
  assert.ok(settledCount > 0, 'the shard had calls when it died');
  live.checkLimits();
});

/** Nobody gets a 503 without a record but from the gate, which refuses whom the shard has no time for (decision 9). */
async function checkRefusedAtTheGate(
  { management }: LiveSwitch,
  calls: readonly CallStory[],
  cdrs: ReadonlyMap<string, readonly Cdr[]>,
): Promise<void> {
  const unrecorded = calls.filter(({ callId, responseCount }) => responseCount > 0 && !cdrs.has(callId));
  const refusedCount = (await management.metrics()).sum('tandem_overload_invites_total', { verdict: 'refused' });
  assert.ok(unrecorded.length <= refusedCount, `${unrecorded.length} without a record, ${refusedCount} refused`);
}

/** How long it takes here and now to start a thread and load the code of a shard. */
async function workerLoadMs(): Promise<number> {
  const sinceMs = performance.now();
  await once(new Worker(new URL('../../src/shard-host/shard-worker.js', import.meta.url)), 'exit');
  return performance.now() - sinceMs;
}

function isSettled({ endReason, endedBy, endedAtWallMs }: Cdr): boolean {
  return endReason === 'SwitchRestart' && endedBy === 'server' && endedAtWallMs !== null;
}

/** What is wrong with a call of a shard that lived on; null when nothing is. */
function faultOfKept({ status, byeStatus }: CallStory, cdrs: readonly Cdr[]): string | null {
  const isWhole = status === 200 && byeStatus === 200 && cdrs.length === 1 && cdrs[0]?.endReason === 'Normal';
  return isWhole ? null : 'a call of another shard noticed';
}

/** What is wrong with a call of the shard that died: it ended before, lives on, was in set-up, or came after. */
function faultOfLost(call: CallStory, cdrs: readonly Cdr[]): string | null {
  const [cdr] = cdrs;
  // Nobody took it while the shard was away, or it waited for the shard until it was refused.
  const isUntaken = call.responseCount === 0 || call.status === 503;
  if (cdr === undefined) return isUntaken ? null : 'a call that was answered has no record';
  // The dead shard took it, and its successor the repeated INVITE.
  const isTakenTwice = cdrs.length === 2 && call.inviteCount > 1 && cdrs.filter(isSettled).length === 1;
  if (cdrs.length > 1) return isTakenTwice ? null : 'it has more than one record';
  if (isSettled(cdr)) return call.status !== 200 && cdr.answeredAtWallMs === null ? null : 'an answered call was ended';
  // The record is written before the answer to the BYE leaves; the successor knows nothing of a repeated BYE.
  const isNormal = cdr.endReason === 'Normal' && (call.status !== 200 || [200, 481].includes(call.byeStatus));
  return isNormal || cdr.endReason === 'CallerCancelled' ? null : 'its record does not say what became of it';
}

test('a shard that dies twice in a row is replaced twice, and calls go on through it', async (context) => {
  const { live, caller } = await stage(context, 20);
  await live.killShard(0, 1);
  await live.killShard(0, 2, () => live.management.killShard(0));
  const calls = await caller.load({ to: live.sip, callee: '4989100', holdMs: 50 }, 30, 100);
  const cdrs = await cdrsByCall(live);
  for (const call of calls) assert.equal(faultOfKept(call, cdrs.get(call.callId) ?? []), null);
  assert.ok(
    calls.some((call) => shardOf(call) === 0),
    'some of them went through the shard',
  );
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

test('a shard that begins anew while the switch drains takes no call', async (context) => {
  const { live, caller } = await stage(context, 20);
  live.running.drain();
  await live.killShard(2, 1);
  let callId = caller.peer.mint();
  while (shardOf({ callId }) !== 2) callId = caller.peer.mint();
  const invite = caller.invite({ to: live.sip, callee: '4989100', holdMs: 0, patienceMs: 30_000 }, callId);
  assert.equal((await invite.final)?.status, 503);
});
