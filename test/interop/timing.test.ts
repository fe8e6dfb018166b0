// Acceptance: when requests, and the 2xx to an INVITE, are sent again, when they have failed, and when the timers of an
// attempt end, as scripted peers see it through `tandem start`. Every call has a vendor of its own; they wait most of
// the time, so they run side by side.

import assert from 'node:assert/strict';
import { before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Answerer } from '../hosts/answerer.ts';
import { Caller, respond } from '../hosts/caller.ts';
import { eventually, until } from '../hosts/eventually.ts';
import type { Exchange } from '../hosts/exchange.ts';
import { networkOf, type Vendor } from '../hosts/networks.ts';
import { type Arrival, Peer, type Place } from '../hosts/peer.ts';
import { fileScope, type Scope } from '../hosts/scope.ts';
import { SwitchProcess } from '../hosts/switch-process.ts';
import type { PeerMessage } from '../simulator/peer-message.ts';
import { checkTimeline, Lateness, type Timeline, warmUp } from './lateness.ts';

/** How exact a time must be, ms. */
const TOLERANCE_MS = 50;

const CALLER = '127.0.0.2';
const VENDOR = '127.0.0.3';

/** How long nothing more may come before it is believed that nothing does, ms. */
const QUIET_MS = 700;

/** The longest of all: the default list to its end, and what hears of it, ms. */
const PATIENCE_MS = 40_000;

/** When something is sent under the default list: SS_SIP_RESEND_INTERVAL 0.5,1,2,4,4,4,4,4,4,4; and has failed. */
const DEFAULT_MS = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
const DEFAULT_FAILED_MS = 32_000;

/** The systems under test. The INVITE timer is out of the way of the lists. */
const SYSTEMS = {
  defaultList: { SS_SIP_TIMEOUT_INVITE: 180 },
  shortList: { SS_SIP_TIMEOUT_INVITE: 180, SS_SIP_RESEND_INTERVAL: '0.5,1,2,4,4,4' },
  threeRetries: { SS_SIP_TIMEOUT_INVITE: 180, SS_SIP_SEND_RETRY: 3 },
} as const;
type SystemName = keyof typeof SYSTEMS;

/** Of the gateway in whose prefix a call is placed; the next gateway takes every prefix. */
type Fields = Readonly<Record<string, string | number | boolean>>;

/** What a call is watched with. */
interface Scene {
  readonly context: TestContext;
  readonly tandem: SwitchProcess;
  readonly caller: Caller;
  readonly callee: string;
  /** Where the call goes; silent until it is told otherwise. */
  readonly vendor: Peer;
  /** Where it goes when the vendor is left. */
  readonly next: Peer;
}

interface Case {
  readonly name: string;
  readonly system: SystemName;
  readonly fields: Fields;
  readonly play: (scene: Scene) => Promise<void>;
}

const scope = fileScope();
const lateness = new Lateness(scope);
const cases: Case[] = [];
const scenes: Omit<Scene, 'context'>[] = [];

function timed(name: string, system: SystemName, fields: Fields, play: Case['play']): void {
  cases.push({ name, system, fields, play });
}

// --- What peers do ---------------------------------------------------------------------------------------------------

/** `peer` answers nothing to `method`; everything else as before. */
function deafTo(peer: Peer, method: string): void {
  const hear = peer.onRequest;
  peer.onRequest = (request, from) => {
    if (request.method !== method) hear(request, from);
  };
}

function sayTo(peer: Peer, { message, from }: Pick<Arrival, 'message' | 'from'>, status: number, body = ''): void {
  const headers = `Contact: <sip:callee@${peer.hostPort}>\r\n`;
  peer.send(respond(message, status, 'Whatever', { toTag: `to-${message.callId}`, headers, body }), from);
}

/** What the vendor says to the INVITE: at `atMs` after it came, which status, with SDP or without. */
interface Word {
  readonly atMs: number;
  readonly status: number;
  readonly hasSdp?: boolean;
}

/** The vendor says `words`, then nothing until it is cancelled. Answers the moment of the last one. */
async function speak(vendor: Peer, words: readonly Word[]): Promise<number> {
  let invite: Arrival | null = null;
  vendor.onRequest = (request, from) => {
    if (request.method !== 'CANCEL' || invite === null) return;
    sayTo(vendor, { message: request, from }, 200);
    sayTo(vendor, invite, 487);
  };
  invite = await firstOf(vendor, 'INVITE');
  for (const { atMs, status, hasSdp } of words) {
    await sleep(Math.max(0, invite.atMs + atMs - performance.now()));
    sayTo(vendor, invite, status, hasSdp === true ? vendor.sdp() : '');
  }
  return performance.now();
}

function firstOf(peer: Peer, method: string): Promise<Arrival> {
  return eventually(`a ${method} at ${peer.hostPort}`, () => peer.requests(method)[0] ?? null, PATIENCE_MS);
}

/** Waits until the `count`th `method` is at `peer`, then for what must not come. */
async function settled(peer: Peer, method: string, count: number): Promise<Arrival[]> {
  await until(`${count} ${method} at ${peer.hostPort}`, () => peer.requests(method).length >= count, PATIENCE_MS);
  await sleep(QUIET_MS);
  return peer.requests(method);
}

/** `seen` came at `expectedMs` after `startMs`. */
function check(context: TestContext, timeline: Pick<Timeline, 'what' | 'seen' | 'startMs' | 'expectedMs'>): void {
  checkTimeline(context, { ...timeline, lateness, toleranceMs: TOLERANCE_MS });
}

/** Requests of `method` come to `peer` at `expectedMs` after the first of them, all of them the same. */
async function checkRepeats(
  context: TestContext,
  peer: Peer,
  method: string,
  expectedMs: readonly number[],
): Promise<number> {
  const seen = await settled(peer, method, expectedMs.length);
  const startMs = seen[0]?.atMs ?? 0;
  check(context, { what: method, seen, startMs, expectedMs });
  for (const { message } of seen) assert.equal(message.text, seen[0]?.message.text, 'a repeat is the same request');
  return startMs;
}

/** Once `method` comes to `peer`, `expectedMs` after `startMs`. */
async function checkOnce(context: TestContext, peer: Peer, method: string, startMs: number, expectedMs: number) {
  const seen = [await firstOf(peer, method)];
  check(context, { what: `${method} at the other side`, seen, startMs, expectedMs: [expectedMs] });
}

function inviteOf({ caller, tandem, callee }: Scene): Exchange {
  return caller.invite({ to: tandem.sip, callee, holdMs: 0, patienceMs: PATIENCE_MS }, caller.peer.mint());
}

// --- An INVITE that nobody answers -----------------------------------------------------------------------------------

/** INVITEs at `expectedMs`, the next gateway's at `failedMs`; that one answers and the caller hangs up. */
async function playSilence(scene: Scene, expectedMs: readonly number[], failedMs: number): Promise<void> {
  const { context, vendor, next, caller, tandem, callee } = scene;
  const placed = caller.place({ to: tandem.sip, callee, holdMs: 100, patienceMs: PATIENCE_MS });
  const startMs = (await firstOf(vendor, 'INVITE')).atMs;
  await checkOnce(context, next, 'INVITE', startMs, failedMs);
  await checkRepeats(context, vendor, 'INVITE', expectedMs);
  assert.equal(vendor.arrivals.length, expectedMs.length, '9.1: who gave no sign of life is not cancelled');
  const { status, byeStatus } = await placed;
  assert.deepEqual([status, byeStatus], [200, 200]);
}

timed('INVITE, default list: to 31.5 s, failed at 32 s', 'defaultList', {}, (scene) =>
  playSilence(scene, DEFAULT_MS, DEFAULT_FAILED_MS),
);

timed('INVITE, list 0.5,1,2,4,4,4: to 15.5 s, failed at 16 s', 'shortList', {}, (scene) =>
  playSilence(scene, [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500], 16_000),
);

timed('INVITE, SS_SIP_SEND_RETRY 3: to 3.5 s, failed at 7.5 s', 'threeRetries', {}, (scene) =>
  playSilence(scene, [0, 500, 1_500, 3_500], 7_500),
);

// --- Timers of an attempt --------------------------------------------------------------------------------------------

/** After `words` and `timerMs` more the vendor is cancelled, and either the next is tried or the caller is told 408. */
async function playTimer(scene: Scene, words: readonly Word[], timerMs: number, goesOn: boolean): Promise<void> {
  const { context, vendor, next, caller, callee, tandem } = scene;
  const invite = inviteOf(scene);
  const startMs = await speak(vendor, words);
  await checkOnce(context, vendor, 'CANCEL', startMs, timerMs);
  if (goesOn) await checkOnce(context, next, 'INVITE', startMs, timerMs);
  const final = await invite.final;
  assert.equal(final?.status, goesOn ? 200 : 408);
  const told = caller.peer.arrivals.filter(({ message }) => message.status === final?.status);
  if (!goesOn) check(context, { what: '408', seen: told, startMs, expectedMs: [timerMs] });
  if (goesOn) await hangUp(caller.peer, final, tandem.sip);
  assert.equal(vendor.requests('INVITE').length, 1, `17.1.1.2: answered, the INVITE to ${callee} is not repeated`);
  assert.equal(next.requests('INVITE').length, goesOn ? 1 : 0);
}

async function hangUp(peer: Peer, answer: PeerMessage | null, to: Place): Promise<void> {
  assert.ok(answer !== null);
  const { contact: uri, from, to: remote, callId, cseq } = answer;
  const bye = await peer.ask({ method: 'BYE', uri, from, to: remote, callId, cseq: cseq + 1 }, to).final;
  assert.equal(bye?.status, 200);
}

timed('100, then timeoutTrying 2 s: the next gateway', 'defaultList', { timeoutTrying: 2 }, (scene) =>
  playTimer(scene, [{ atMs: 100, status: 100 }], 2_000, true),
);

timed('183 without SDP, then 2 s: the next gateway', 'defaultList', { timeoutSessionProgress: 2 }, (scene) =>
  playTimer(scene, [{ atMs: 100, status: 183 }], 2_000, true),
);

timed('183 with SDP, then 3 s: 408', 'defaultList', { timeoutSessionProgressSdp: 3 }, (scene) =>
  playTimer(scene, [{ atMs: 100, status: 183, hasSdp: true }], 3_000, false),
);

timed('180, then timeoutRinging 2 s: 408', 'defaultList', { timeoutRinging: 2 }, (scene) =>
  playTimer(scene, [{ atMs: 100, status: 180 }], 2_000, false),
);

const EACH_TWO_SECONDS = { timeoutTrying: 2, timeoutSessionProgress: 2, timeoutSessionProgressSdp: 2 };
timed(
  '100, 183, 183 with SDP and 180, 1.5 s apart: each timer takes the place of the one before',
  'defaultList',
  { ...EACH_TWO_SECONDS, timeoutRinging: 3 },
  (scene) => {
    const words = [100, 183, 183, 180].map((status, index) => ({ atMs: index * 1_500, status, hasSdp: index === 2 }));
    return playTimer(scene, words, 3_000, false);
  },
);

// --- Other requests, and the 2xx that waits for its ACK --------------------------------------------------------------

/** The vendor answers, the caller hangs up, the vendor does not answer the BYE. */
async function playDeafVendor({ context, vendor, caller, tandem, callee }: Scene, expectedMs: readonly number[]) {
  new Answerer(vendor, { ringMs: 20 });
  deafTo(vendor, 'BYE');
  const { byeStatus } = await caller.place({ to: tandem.sip, callee, holdMs: 100 });
  assert.equal(byeStatus, 200, 'who hangs up is answered at once');
  await checkRepeats(context, vendor, 'BYE', expectedMs);
}

timed('BYE, default list: to 31.5 s', 'defaultList', {}, (scene) => playDeafVendor(scene, DEFAULT_MS));

timed('BYE, SS_SIP_SEND_RETRY 3: to 3.5 s', 'threeRetries', {}, (scene) =>
  playDeafVendor(scene, [0, 500, 1_500, 3_500]),
);

timed(
  'BYE answered 100 after its first repeat: from the second on at the longest interval',
  'shortList',
  {},
  (scene) => {
    const { vendor } = scene;
    const played = playDeafVendor(scene, [0, 500, 1_500, 5_500, 9_500, 13_500]);
    const hear = vendor.onRequest;
    vendor.onRequest = (request, from) => {
      hear(request, from);
      if (vendor.requests('BYE').length === 2 && request.method === 'BYE')
        sayTo(vendor, { message: request, from }, 100);
    };
    return played;
  },
);

timed('BYE toward a caller that does not answer it: to 31.5 s', 'defaultList', {}, async (scene) => {
  const { context, vendor, caller, tandem } = scene;
  new Answerer(vendor, { ringMs: 20 });
  deafTo(caller.peer, 'BYE');
  await inviteOf(scene).final;
  await firstOf(vendor, 'ACK');
  const [arrival] = vendor.requests('INVITE');
  assert.ok(arrival !== undefined);
  const { contact: uri, from, to, callId } = arrival.message;
  const ours = { uri, from: `${to};tag=to-${callId}`, to: from, callId, cseq: 1 };
  const bye = await vendor.ask({ method: 'BYE', ...ours }, tandem.sip).final;
  assert.equal(bye?.status, 200);
  await checkRepeats(context, caller.peer, 'BYE', DEFAULT_MS);
});

timed('CANCEL that the vendor does not answer: to 31.5 s', 'defaultList', {}, async (scene) => {
  const { context, vendor, caller, tandem, callee } = scene;
  new Answerer(vendor, { ringMs: Number.POSITIVE_INFINITY });
  deafTo(vendor, 'CANCEL');
  const plan = { to: tandem.sip, callee, holdMs: 0 };
  const callId = caller.peer.mint();
  const invite = caller.invite(plan, callId);
  await until('it rings', () => invite.responses.some(({ status }) => status === 180));
  const cancel = caller.peer.cancel(invite, caller.inviteParts(plan, callId), tandem.sip);
  assert.deepEqual([(await cancel.final)?.status, (await invite.final)?.status], [200, 487]);
  await checkRepeats(context, vendor, 'CANCEL', DEFAULT_MS);
});

timed(
  'INFO that the vendor does not answer: to 31.5 s; at 32 s the call is ended',
  'defaultList',
  {},
  async (scene) => {
    const { context, vendor, caller, tandem } = scene;
    new Answerer(vendor, { ringMs: 20 });
    deafTo(vendor, 'INFO');
    const answer = await inviteOf(scene).final;
    assert.ok(answer !== null);
    await firstOf(vendor, 'ACK');
    const { contact: uri, from, to, callId, cseq } = answer;
    caller.peer.ask({ method: 'INFO', uri, from, to, callId, cseq: cseq + 1 }, tandem.sip);
    const startMs = await checkRepeats(context, vendor, 'INFO', DEFAULT_MS);
    for (const peer of [vendor, caller.peer]) await checkOnce(context, peer, 'BYE', startMs, DEFAULT_FAILED_MS);
  },
);

/** The caller never acknowledges: 200 at `expectedMs`, both sides are hung up at `failedMs`. */
async function playNoAck(scene: Scene, expectedMs: readonly number[], failedMs: number): Promise<void> {
  const { context, vendor, caller, tandem, callee } = scene;
  const { peer } = caller;
  new Answerer(vendor, { ringMs: 20 });
  const parts = caller.inviteParts({ to: tandem.sip, callee, holdMs: 0 }, peer.mint());
  peer.send(peer.print(parts, `z9hG4bK-${peer.mint()}`), tandem.sip);
  const startMs = await eventually(
    'the answer',
    () => peer.arrivals.find(({ message }) => message.status === 200)?.atMs ?? null,
  );
  for (const side of [vendor, peer]) await checkOnce(context, side, 'BYE', startMs, failedMs);
  const seen = peer.arrivals.filter(({ message }) => message.status === 200);
  check(context, { what: '200', seen, startMs, expectedMs });
}

timed('13.3.1.4: a 200 without ACK, default list: to 31.5 s, BYE to both at 32 s', 'defaultList', {}, (scene) =>
  playNoAck(scene, DEFAULT_MS, DEFAULT_FAILED_MS),
);

timed('13.3.1.4: a 200 without ACK, SS_SIP_SEND_RETRY 3: to 3.5 s, BYE to both at 7.5 s', 'threeRetries', {}, (scene) =>
  playNoAck(scene, [0, 500, 1_500, 3_500], 7_500),
);

// --- All of them -----------------------------------------------------------------------------------------------------

const WARM_PREFIX = '9';

/** Starts `system` with a vendor, a next vendor and a caller for each of its cases, by prefix. */
async function startSystem(within: Scope, system: SystemName): Promise<void> {
  const warm = new Answerer(await Peer.open(within, VENDOR), { ringMs: 20 });
  const vendors: Vendor[] = [{ name: 'warm', at: warm.peer.place, fields: { prefix: WARM_PREFIX } }];
  const peers: { readonly index: number; readonly vendor: Peer; readonly next: Peer }[] = [];
  for (const [index, { system: wanted, fields }] of cases.entries()) {
    if (wanted !== system) continue;
    const vendor = await Peer.open(within, VENDOR);
    const next = await Peer.open(within, VENDOR);
    new Answerer(next, { ringMs: 20 });
    const prefix = String(100 + index);
    vendors.push({ name: `first-${prefix}`, at: vendor.place, fields: { ...fields, prefix } });
    vendors.push({ name: `next-${prefix}`, at: next.place, fields: { prefix } });
    peers.push({ index, vendor, next });
  }
  const tandem = await SwitchProcess.start(within, 1, networkOf([CALLER], vendors, SYSTEMS[system]));
  await warmUp(new Caller(await Peer.open(within, CALLER)), { to: tandem.sip, callee: `${WARM_PREFIX}555` });
  for (const { index, vendor, next } of peers) {
    const caller = new Caller(await Peer.open(within, CALLER));
    scenes[index] = { tandem, caller, callee: `${100 + index}555`, vendor, next };
  }
}

before(async () => {
  for (const system of Object.keys(SYSTEMS)) await startSystem(scope, system as SystemName);
});

describe('times', { concurrency: true }, () => {
  for (const [index, { name, play }] of cases.entries()) {
    test(name, (context) => play({ context, ...(scenes[index] as Omit<Scene, 'context'>) }));
  }
});

test('after all of it every switch is at rest and ends in order', async () => {
  for (const tandem of new Set(scenes.map((scene) => scene.tandem))) {
    await tandem.management.atRest();
    await tandem.stop();
  }
});
