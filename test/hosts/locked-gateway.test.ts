// A gateway that is locked gets no call from the write's acknowledgement on: not from calls that come, and not from
// those that hunt already. Under load, over real sockets.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Answerer } from './answerer.ts';
import { Caller, type CallStory, respond } from './caller.ts';
import { until } from './eventually.ts';
import { LiveSwitch } from './live-switch.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';

const BATCH = 40;
const CALLS_A_SECOND = 80;
const ROUNDS = 4;
const MORE_CALLS = 12;

async function locksUnderLoad(context: TestContext, shards: number): Promise<void> {
  const slow = await Peer.open(context, '127.0.0.3');
  let refusedCount = 0;
  // Calls hunt past it for up to a fifth of a second: many have the gateway to be locked in their plan already.
  slow.onRequest = (request, from) => {
    if (request.method !== 'INVITE') return;
    const toTag = `slow-${request.callId}`;
    setTimeout(() => slow.send(respond(request, 480, 'Not now', { toTag }), from), (refusedCount++ % 5) * 50);
  };
  const target = new Answerer(await Peer.open(context, '127.0.0.4'), { ringMs: 0 });
  const backup = new Answerer(await Peer.open(context, '127.0.0.5'), { ringMs: 0 });
  const network = (isLocked: boolean): string =>
    networkOf(
      ['127.0.0.2'],
      [
        { name: 'slow', at: slow.place, fields: { switchUntilConnect: true } },
        { name: 'target', at: target.peer.place, fields: { locked: isLocked } },
        { name: 'backup', at: backup.peer.place },
      ],
    );
  const live = await LiveSwitch.start(context, shards, network(false));
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const marker = await Peer.open(context, '127.0.0.6');
  const stories: CallStory[] = [];
  let isOver = false;
  const loaded = (async () => {
    while (!isOver) {
      stories.push(...(await caller.load({ to: live.sip, callee: '4989100', holdMs: 20 }, BATCH, CALLS_A_SECOND)));
    }
  })();
  const counts: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await moreCallsAt(target.peer);
    await live.management.apply(network(true));
    // What stands in the socket before this was sent before the acknowledgement.
    const mark = marker.mint();
    marker.send(optionsTo(target.peer, mark), target.peer.place);
    await moreCallsAt(backup.peer);
    counts.push(newCallsAfter(target.peer, mark));
    await live.management.apply(network(false));
  }
  isOver = true;
  await loaded;
  assert.deepEqual(
    counts,
    counts.map(() => 0),
    'calls at the locked gateway, round by round',
  );
  await live.management.atRest();
  // A crowded machine refuses some at the edge, which leaves no record.
  const admittedCount = stories.filter(({ status }) => status !== 503).length;
  // The record of a call that is over stands in the store with the next round of control.
  await until('every call has its record', async () => (await live.management.cdrs()).length >= admittedCount);
  const cdrs = await live.management.cdrs();
  assert.deepEqual([cdrs.length, cdrs.filter(({ sipCode }) => sipCode !== 200)], [admittedCount, []]);
  const [atTarget, atBackup] = [callsAt(target.peer), callsAt(backup.peer)];
  assert.equal(atTarget + atBackup, admittedCount);
  const metrics = await live.management.metrics();
  assert.ok(metrics.sum('tandem_gateway_passed_total', { gateway: 'target', why: 'locked' }) > 0);
}

/** Waits for a dozen calls more. */
async function moreCallsAt(peer: Peer): Promise<void> {
  const wanted = callsAt(peer) + MORE_CALLS;
  await until(`${MORE_CALLS} calls more`, () => callsAt(peer) >= wanted);
}

function callsAt(peer: Peer): number {
  return new Set(peer.requests('INVITE').map(({ message }) => message.callId)).size;
}

/** Calls whose first INVITE came after the message with that Call-ID. */
function newCallsAfter(peer: Peer, mark: string): number {
  const at = peer.arrivals.findIndex(({ message }) => message.callId === mark);
  assert.ok(at >= 0, 'the mark has arrived');
  const callIdsOf = (arrivals: typeof peer.arrivals): Set<string> =>
    new Set(arrivals.filter(({ message }) => message.method === 'INVITE').map(({ message }) => message.callId));
  const before = callIdsOf(peer.arrivals.slice(0, at));
  return [...callIdsOf(peer.arrivals.slice(at))].filter((callId) => !before.has(callId)).length;
}

function optionsTo({ place }: Peer, callId: string): string {
  const lines = [
    `OPTIONS sip:${place.address}:${place.port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.6;branch=z9hG4bK-${callId}`,
    'From: <sip:mark@127.0.0.6>;tag=mark',
    `To: <sip:${place.address}>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

test('three shards: from the acknowledgement on the locked gateway gets no call', (context) =>
  locksUnderLoad(context, 3));

test('the same where the shard runs inline', (context) => locksUnderLoad(context, 0));
