// The switch on a small disk that fills up: run by disk-full.test.ts in a mount namespace of its own, where the
// temporary directory is that disk.

import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Answerer } from './answerer.ts';
import { Caller, type CallStory } from './caller.ts';
import { until } from './eventually.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';
import { SwitchProcess } from './switch-process.ts';

const PATIENCE_MS = 60_000;
const CALLS_AT_ONCE = 20;

const closings: (() => void | Promise<void>)[] = [];
const scope = { after: (close: () => void | Promise<void>) => void closings.push(close) };

/** Takes all that is left of the disk; answers how to give it back. */
function fillDisk(): () => void {
  const path = join(tmpdir(), 'ballast');
  const file = openSync(path, 'w');
  for (const sizeBytes of [65_536, 4_096]) {
    const chunk = Buffer.alloc(sizeBytes, 1);
    try {
      for (;;) if (writeSync(file, chunk) < sizeBytes) break;
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
  }
  closeSync(file);
  return () => rmSync(path);
}

async function play(): Promise<void> {
  const answerer = new Answerer(await Peer.open(scope, '127.0.0.3'), { ringMs: 10 });
  scope.after(() => answerer.stop());
  const tandem = await SwitchProcess.start(
    scope,
    1,
    networkOf(['127.0.0.2'], [{ name: 'vendor', at: answerer.peer.place }]),
  );
  const caller = new Caller(await Peer.open(scope, '127.0.0.2'));
  const stories: CallStory[] = [];
  const call = async (holdMs: number): Promise<CallStory> => {
    const story = await caller.place({ to: tandem.sip, callee: '4989100', holdMs });
    stories.push(story);
    return story;
  };
  const some = (holdMs: number): Promise<CallStory[]> =>
    Promise.all(Array.from({ length: CALLS_AT_ONCE }, () => call(holdMs)));

  for (const { status } of await some(10)) assert.equal(status, 200, 'there is room');
  const established = caller.load({ to: tandem.sip, callee: '4989100', holdMs: 4_000 }, CALLS_AT_ONCE, 100);
  await until('they talk', async () => (await tandem.management.status()).calls.active === CALLS_AT_ONCE);
  const giveBack = fillDisk();
  const batches: Promise<CallStory[]>[] = [];
  const areRefused = async (): Promise<boolean> => {
    const batch = some(10);
    batches.push(batch);
    // Those that were answered as the disk became full wait for it: nothing is heard of them till then.
    const ended = await Promise.race([batch, pause(2_000, [])]);
    return ended.length > 0 && ended.every(({ status }) => status === 503);
  };
  await until('new calls are refused', areRefused, PATIENCE_MS);
  const ended = await established;
  stories.push(...ended);
  for (const { status, byeStatus } of ended) assert.deepEqual([status, byeStatus], [200, 200], 'those that live go on');
  giveBack();
  await Promise.all(batches);
  await until(
    'new calls are taken again',
    async () => (await some(10)).every(({ status }) => status === 200),
    PATIENCE_MS,
  );
  const idsOf = (calls: readonly CallStory[]): string[] => calls.map(({ callId }) => callId).sort();
  const answered = idsOf(stories.filter(({ status }) => status === 200));
  const cdrs = await tandem.cdrs(answered.length, PATIENCE_MS);
  const recorded = cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs !== null);
  assert.deepEqual(
    recorded.map(({ callerCallId }) => callerCallId).sort(),
    answered,
    'a record for each that was answered',
  );
  // Those refused for want of room have one where there was room for it, and never two.
  const others = cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs === null);
  assert.equal(new Set(others.map(({ callerCallId }) => callerCallId)).size, others.length);
  for (const { endReason } of others) assert.equal(endReason, 'Overload');
  console.log(`${answered.length} answered and recorded, ${stories.length - answered.length} refused`);
}

try {
  await play();
} finally {
  for (const close of closings.toReversed()) await close();
}
