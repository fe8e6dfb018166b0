// Acceptance: when sessions are refreshed and when they end, as scripted peers on real sockets see it. The switch's
// clock runs twenty times as fast as theirs; times are told in the switch's seconds and checked within 50 ms of the
// peers'. All calls run side by side.

import assert from 'node:assert/strict';
import { before, describe, type TestContext, test } from 'node:test';
import { Answerer } from '../hosts/answerer.ts';
import { Caller, respond } from '../hosts/caller.ts';
import { eventually, until } from '../hosts/eventually.ts';
import { FastSwitch } from '../hosts/fast-switch.ts';
import { networkOf } from '../hosts/networks.ts';
import { type Arrival, Peer, type RequestParts } from '../hosts/peer.ts';
import { fileScope } from '../hosts/scope.ts';
import type { PeerMessage } from '../simulator/peer-message.ts';
import { checkTimeline, Lateness, warmUp } from './lateness.ts';

const SPEED = 20;
const TOLERANCE_MS = 50;
const CALLER = '127.0.0.2';
const VENDOR = '127.0.0.3';
const CALLEE = '4989100';
const PATIENCE_MS = 40_000;

const TIMER = 'Supported: timer\r\n';
const ALLOW_UPDATE = 'Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n';

const scope = fileScope();
const lateness = new Lateness(scope);

before(async () => {
  const answerer = new Answerer(await Peer.open(scope, VENDOR), { ringMs: 20 });
  const network = networkOf([CALLER], [{ name: 'warm', at: answerer.peer.place }]);
  const fast = await FastSwitch.start(scope, network, SPEED);
  await warmUp(new Caller(await Peer.open(scope, CALLER)), { to: fast.sip, callee: CALLEE });
});

/** A call between a caller and a vendor of its own. */
interface Scene {
  readonly context: TestContext;
  readonly fast: FastSwitch;
  readonly caller: Peer;
  readonly vendor: Peer;
  /** What of the caller's first INVITE its later requests repeat. */
  readonly parts: RequestParts;
}

/** What peers say about session timers, each in its INVITE or 2xx. */
interface Sayings {
  readonly caller?: string;
  readonly vendor?: string;
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** Before the caller has asked anything. */
  readonly prepare?: (vendor: Peer) => void;
}

/** A peer's part in the session: it grants INVITE and UPDATE with `headers`. */
function grant(peer: Peer, headers: string): void {
  const hear = peer.onRequest;
  peer.onRequest = (request, from) => {
    const isGranted = request.method === 'UPDATE' || (request.method === 'INVITE' && request.toTag !== '');
    if (!isGranted) return hear(request, from);
    const body = request.hasSdp ? peer.sdp() : '';
    peer.send(respond(request, 200, 'OK', { headers: `${contactOf(peer)}${headers}`, body }), from);
  };
}

/** The vendor answers the first INVITE at once, with `headers`. */
function answerCalls(vendor: Peer, headers: string): void {
  const { onRequest } = new Answerer(vendor, { ringMs: 20 }).peer;
  vendor.onRequest = (request, from) => {
    if (request.method !== 'INVITE' || request.toTag !== '') return onRequest(request, from);
    const said = { toTag: `to-${request.callId}`, headers: `${contactOf(vendor)}${headers}`, body: vendor.sdp() };
    vendor.send(respond(request, 200, 'OK', said), from);
  };
}

function contactOf(peer: Peer): string {
  return `Contact: <sip:peer@${peer.hostPort}>\r\n`;
}

/** A caller, a vendor and a fast switch between them. */
async function meet(context: TestContext, sayings: Sayings): Promise<Scene> {
  const vendor = await Peer.open(context, VENDOR);
  answerCalls(vendor, sayings.vendor ?? '');
  sayings.prepare?.(vendor);
  const network = networkOf([CALLER], [{ name: 'vendor', at: vendor.place }], sayings.parameters);
  const fast = await FastSwitch.start(context, network, SPEED);
  const caller = await Peer.open(context, CALLER);
  const parts = new Caller(caller).inviteParts({ to: fast.sip, callee: CALLEE, holdMs: 0 }, caller.mint());
  return { context, fast, caller, vendor, parts: { ...parts, headers: contactOf(caller) + (sayings.caller ?? '') } };
}

/** Places the call; answers its 200 and when that came. */
async function talk({ caller, fast, parts }: Scene): Promise<Arrival> {
  const final = await caller.ask(parts, fast.sip).final;
  assert.equal(final?.status, 200);
  return eventually('the 200', () => caller.arrivals.find(({ message }) => message === final) ?? null);
}

/** Requests of `method` in the dialog come to `peer` at `expectedS` of the switch after `startMs`. */
async function checkComing(
  { context }: Scene,
  peer: Peer,
  { method, startMs, expectedS }: { method: string; startMs: number; expectedS: readonly number[] },
): Promise<PeerMessage[]> {
  const inDialog = (): Arrival[] => {
    const byCseq = new Map<number, Arrival>();
    for (const arrival of peer.requests(method)) {
      const { toTag, cseq } = arrival.message;
      if (toTag !== '' && !byCseq.has(cseq)) byCseq.set(cseq, arrival);
    }
    return [...byCseq.values()];
  };
  await until(`${method} ${expectedS.length} times`, () => inDialog().length >= expectedS.length, PATIENCE_MS);
  const seen = inDialog();
  const expectedMs = expectedS.map((seconds) => (seconds * 1000) / SPEED);
  checkTimeline(context, { what: method, seen, startMs, expectedMs, lateness, toleranceMs: TOLERANCE_MS });
  return seen.map(({ message }) => message);
}

/** Both sides are hung up `atS` of the switch after `startMs`, and the record says why. */
async function checkEnd(scene: Scene, startMs: number, atS: number, endReason: string): Promise<void> {
  const { fast, caller, vendor } = scene;
  for (const peer of [caller, vendor]) await checkComing(scene, peer, { method: 'BYE', startMs, expectedS: [atS] });
  await until('the record', () => fast.cdrs().length === 1);
  assert.equal(fast.cdrs()[0]?.endReason, endReason);
}

async function hangUp({ caller, fast, parts }: Scene, answer: PeerMessage): Promise<void> {
  const { contact: uri, to } = answer;
  const bye = await caller.ask({ ...parts, method: 'BYE', uri, to, cseq: 99, headers: '', body: '' }, fast.sip).final;
  assert.equal(bye?.status, 200);
}

function lineOf(message: PeerMessage | undefined, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, 'm').exec(message?.text ?? '')?.[1] ?? '';
}

describe('session times', { concurrency: true }, () => {
  test('4028 10: a caller is refreshed by UPDATE at 300 and 600 s, TTL 600 and 2 segments', async (context) => {
    const scene = await meet(context, { caller: TIMER + ALLOW_UPDATE });
    grant(scene.caller, 'Session-Expires: 600;refresher=uac\r\n');
    const { message, atMs: startMs } = await talk(scene);
    assert.equal(lineOf(message, 'Session-Expires'), '600;refresher=uas');
    const updates = await checkComing(scene, scene.caller, { method: 'UPDATE', startMs, expectedS: [300, 600] });
    for (const update of updates) assert.equal(lineOf(update, 'Session-Expires'), '600;refresher=uac');
    await hangUp(scene, message);
  });

  test('4028 7.4: a vendor without UPDATE is refreshed by INVITE with the description it has', async (context) => {
    const vendor = 'Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: INVITE, ACK, BYE, CANCEL\r\n';
    const scene = await meet(context, { vendor, prepare: (peer) => grant(peer, vendor) });
    const { message, atMs: startMs } = await talk(scene);
    const [first] = scene.vendor.requests('INVITE');
    const invites = await checkComing(scene, scene.vendor, { method: 'INVITE', startMs, expectedS: [300, 600] });
    for (const { body } of invites) assert.equal(body, first?.message.body, '7.4: the same description');
    const acked = (): number => new Set(scene.vendor.requests('ACK').map(({ message: ack }) => ack.cseq)).size;
    await until('each of them is acknowledged', () => acked() === 3);
    await hangUp(scene, message);
  });

  for (const earlyS of [0, 5]) {
    test(`a TTL of 120 s unconfirmed, early hang-up ${earlyS}: BYE at ${120 + earlyS} s`, async (context) => {
      const parameters = { SS_SIP_SESSION_TTL: 120, SS_SIP_SESSION_TIMEOUT_EARLY_HANGUP: earlyS };
      const scene = await meet(context, { caller: TIMER + ALLOW_UPDATE, parameters });
      const { caller } = scene;
      const hear = caller.onRequest;
      caller.onRequest = (request, from) => {
        if (request.method !== 'UPDATE') return hear(request, from);
        caller.send(respond(request, 500, 'Not Now'), from);
      };
      const { atMs: startMs } = await talk(scene);
      await checkEnd(scene, startMs, 120 + earlyS, 'SessionTimeout');
      await checkComing(scene, caller, { method: 'UPDATE', startMs, expectedS: earlyS === 0 ? [60] : [60, 120] });
    });
  }

  test('4028 10: a caller that should refresh and does not: BYE 32 s before a TTL of 120 s ends', async (context) => {
    const scene = await meet(context, { caller: `${TIMER}Session-Expires: 120;refresher=uac\r\n` });
    const { message, atMs: startMs } = await talk(scene);
    assert.equal(lineOf(message, 'Session-Expires'), '120;refresher=uac');
    await checkEnd(scene, startMs, 88, 'SessionTimeout');
  });

  test('a caller without session timers: BYE when SS_SIP_NO_TIMER_REINVITE_INTERVAL 60 ends', async (context) => {
    const scene = await meet(context, { parameters: { SS_SIP_NO_TIMER_REINVITE_INTERVAL: 60 } });
    const { message, atMs: startMs } = await talk(scene);
    assert.equal(lineOf(message, 'Session-Expires'), '');
    await checkEnd(scene, startMs, 60, 'NoTimerLimit');
  });

  test('4028 9: a Session-Expires below Min-SE is answered 422; what is then asked is granted', async (context) => {
    const scene = await meet(context, { caller: `${TIMER}Session-Expires: 60\r\n` });
    const { caller, fast, parts } = scene;
    const refused = await caller.ask(parts, fast.sip).final;
    assert.deepEqual([refused?.status, lineOf(refused ?? undefined, 'Min-SE')], [422, '90']);
    assert.equal(scene.vendor.arrivals.length, 0, 'no vendor heard of it');
    const headers = `${contactOf(caller)}${TIMER}Session-Expires: 90\r\nMin-SE: 90\r\n`;
    const again = { ...scene, parts: { ...parts, cseq: 2, headers } };
    const { message } = await talk(again);
    assert.equal(lineOf(message, 'Session-Expires'), '90;refresher=uas');
    await hangUp(again, message);
  });

  test('4028 7.3: a vendor that answers 422 is asked again with its Min-SE', async (context) => {
    const scene = await meet(context, {
      prepare: (vendor) => {
        const hear = vendor.onRequest;
        vendor.onRequest = (request, from) => {
          if (request.method !== 'INVITE' || lineOf(request, 'Session-Expires') !== '600') return hear(request, from);
          vendor.send(respond(request, 422, 'Too Small', { toTag: 'refused', headers: 'Min-SE: 1800\r\n' }), from);
        };
      },
    });
    const { message } = await talk(scene);
    // Each once: at this speed an INVITE comes again when its answer is 25 ms late.
    const invites = new Map(scene.vendor.requests('INVITE').map(({ message: invite }) => [invite.cseq, invite]));
    const [first, second] = invites.values();
    const asked = [first, second].map((invite) => [lineOf(invite, 'Session-Expires'), lineOf(invite, 'Min-SE')]);
    assert.deepEqual(asked, [
      ['600', ''],
      ['1800', '1800'],
    ]);
    assert.deepEqual([second?.callId, second?.cseq], [first?.callId, (first?.cseq ?? 0) + 1], '8.1.3.5: the same call');
    await hangUp(scene, message);
  });
});
