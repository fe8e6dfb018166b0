// SIPp calls SIPp through a running `tandem start`: each test is one prefix of its network, with vendors of its own.
// SIPp judges the ladders of both sides, the tests judge the CDRs on disk; at the end everything must add up.

import assert from 'node:assert/strict';
import { before, type TestContext } from 'node:test';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { networkOf, type Vendor } from '../hosts/networks.ts';
import { Peer, type Place } from '../hosts/peer.ts';
import { fileScope } from '../hosts/scope.ts';
import { SwitchProcess } from '../hosts/switch-process.ts';
import { checkAgreement, checkTimes } from './agreement.ts';
import { testWith } from './debian.ts';
import { freePlace, startSipp, whySippIsMissing } from './sipp.ts';

const CALLER = '127.0.0.2';
const VENDOR = '127.0.0.3';
const CALLS = 6;
const PER_SECOND = 30;

/** `<pause/>` of the scenarios, and the ringing of the answerers, ms. */
const PAUSE_MS = 300;
const RING_MS = 50;

/** By how much less the switch may see of either, ms: its beginning was read late. */
const LATENESS_MS = 20;

/** What a loaded machine may add to a time, ms. */
const TOLERANCE_MS = 250;

/** INVITE timer of the silent vendor, s. */
const SILENT_SECONDS = 1;

const NAMES = [
  'basic',
  'hanging',
  'busy',
  'spare',
  'passing',
  'second',
  'mute',
  'backup',
  'ringing',
  'late',
  'held',
] as const;
type VendorName = (typeof NAMES)[number];

/** By vendor: its prefix and what else its gateway is. The first vendor of a prefix is tried first. */
const VENDORS: Record<VendorName, Readonly<Record<string, string | number | boolean>>> = {
  basic: { prefix: '101' },
  hanging: { prefix: '102' },
  busy: { prefix: '103' },
  spare: { prefix: '103' },
  passing: { prefix: '104', switchAllowBusy: true },
  second: { prefix: '104' },
  mute: { prefix: '105', timeoutInvite: SILENT_SECONDS },
  backup: { prefix: '105' },
  ringing: { prefix: '106' },
  late: { prefix: '107' },
  held: { prefix: '108' },
};

const scope = fileScope();
const missing = whySippIsMissing();
const places = new Map<VendorName, Place>();
const allCdrs: Cdr[] = [];
let tandem: SwitchProcess;
let silent: Peer;

before(async () => {
  if (missing !== null) return;
  silent = await Peer.open(scope, VENDOR);
  for (const name of NAMES) places.set(name, name === 'mute' ? silent.place : await freePlace(VENDOR));
  const vendors = NAMES.map((name): Vendor => ({ name, at: placeOf(name), fields: VENDORS[name] }));
  tandem = await SwitchProcess.start(scope, 2, networkOf([CALLER], vendors));
});

function placeOf(name: VendorName): Place {
  return places.get(name) ?? { address: VENDOR, port: 0 };
}

interface Scene {
  /** What the callers dial: decides the prefix. */
  readonly callee: string;
  readonly caller: string;
  /** Scenario of each vendor that is to hear of the calls. */
  readonly answerers: Partial<Record<VendorName, string>>;
  readonly pauseMs?: number;
}

/** Plays a scene, waits for its CDRs, checks what all of them have in common and answers them. */
async function play(context: TestContext, { callee, caller, answerers, pauseMs = PAUSE_MS }: Scene): Promise<Cdr[]> {
  const beganAtWallMs = Date.now();
  const running = [];
  for (const [name, scenario] of Object.entries(answerers)) {
    const at = placeOf(name as VendorName);
    running.push(await startSipp(context, { scenario, at, calls: CALLS, pauseMs }));
  }
  const dial = { to: tandem.sip, callee, perSecond: PER_SECOND };
  running.push(
    await startSipp(context, { scenario: caller, at: await freePlace(CALLER), calls: CALLS, dial, pauseMs }),
  );
  for (const { finished } of running) await finished;
  const cdrs = (await tandem.cdrs(allCdrs.length + CALLS)).slice(allCdrs.length);
  allCdrs.push(...cdrs);
  assert.equal(cdrs.length, CALLS, 'one CDR a call');
  for (const cdr of cdrs) {
    checkTimes(cdr, beganAtWallMs);
    assert.equal(cdr.callee, callee);
    assert.deepEqual([cdr.account, cdr.mappingGateway, cdr.caller], ['acme', 'customer', '4930555000']);
    assert.equal(cdr.routingGateway, cdr.attempts.at(-1)?.gateway);
  }
  return cdrs;
}

function attemptsOf({ attempts }: Cdr): (string | number)[][] {
  return attempts.map(({ gateway, left, code }) => [gateway, left, code]);
}

/** An answered call held `PAUSE_MS` after ringing `RING_MS`. */
function checkAnswered(cdr: Cdr, endedBy: string): void {
  assert.deepEqual([cdr.endReason, cdr.endedBy, cdr.sipCode], ['Normal', endedBy, 200]);
  assert.ok(cdr.holdMs >= PAUSE_MS - LATENESS_MS && cdr.holdMs < PAUSE_MS + TOLERANCE_MS, `held ${cdr.holdMs} ms`);
  const { ringingAtWallMs, answeredAtWallMs } = cdr;
  assert.ok(ringingAtWallMs !== null && answeredAtWallMs !== null);
  const rangMs = answeredAtWallMs - ringingAtWallMs;
  assert.ok(rangMs >= RING_MS - LATENESS_MS && rangMs < RING_MS + TOLERANCE_MS, `rang ${rangMs} ms`);
}

/** A test that needs SIPp. */
function sippTest(name: string, body: (context: TestContext) => Promise<void>): void {
  testWith(missing, name, body);
}

sippTest('a call is answered and the caller hangs up', async (context) => {
  const scene = { callee: '10155501', caller: 'caller-hangs-up', answerers: { basic: 'answerer' } };
  for (const cdr of await play(context, scene)) {
    checkAnswered(cdr, 'caller');
    assert.deepEqual(attemptsOf(cdr), [['basic', 'answered', 200]]);
  }
});

sippTest('the callee hangs up, and the record says so with its Reason', async (context) => {
  const scene = { callee: '10255501', caller: 'caller-is-hung-up', answerers: { hanging: 'answerer-hangs-up' } };
  for (const cdr of await play(context, scene)) {
    checkAnswered(cdr, 'callee');
    assert.equal(cdr.reasonHeader, 'Q.850;cause=16;text="Normal call clearing"');
    assert.deepEqual(attemptsOf(cdr), [['hanging', 'answered', 200]]);
  }
});

sippTest('busy ends the hunt by default: the next gateway is not asked', async (context) => {
  const scene = { callee: '10355501', caller: 'caller-hears-busy', answerers: { busy: 'answerer-busy' } };
  for (const cdr of await play(context, scene)) {
    assert.deepEqual([cdr.endReason, cdr.endedBy, cdr.sipCode, cdr.q850], ['Busy', 'callee', 486, 17]);
    assert.deepEqual([cdr.answeredAtWallMs, cdr.holdMs], [null, 0]);
    assert.deepEqual(attemptsOf(cdr), [['busy', 'failure', 486]]);
  }
});

sippTest('busy goes on to the next gateway where switchAllowBusy says so', async (context) => {
  const answerers = { passing: 'answerer-busy', second: 'answerer' };
  for (const cdr of await play(context, { callee: '10455501', caller: 'caller-hangs-up', answerers })) {
    checkAnswered(cdr, 'caller');
    assert.deepEqual(attemptsOf(cdr), [
      ['passing', 'failure', 486],
      ['second', 'answered', 200],
    ]);
  }
});

sippTest('a gateway that stays silent is left when its INVITE timer ends', async (context) => {
  const scene = { callee: '10555501', caller: 'caller-hangs-up', answerers: { backup: 'answerer' } };
  for (const cdr of await play(context, scene)) {
    checkAnswered(cdr, 'caller');
    assert.deepEqual(attemptsOf(cdr), [
      ['mute', 'inviteTimeout', 0],
      ['backup', 'answered', 200],
    ]);
    const [first, second] = cdr.attempts;
    assert.equal(first?.firstResponseAtWallMs, null);
    const waitedMs = (second?.startedAtWallMs ?? 0) - (first?.startedAtWallMs ?? 0);
    const expectedMs = SILENT_SECONDS * 1000;
    assert.ok(waitedMs >= expectedMs - 2 && waitedMs < expectedMs + TOLERANCE_MS, `left after ${waitedMs} ms`);
  }
  assert.ok(silent.requests('INVITE').length >= CALLS, 'it was asked');
  assert.equal(silent.requests('CANCEL').length, 0, 'and not cancelled: it never gave a sign of life (3261 9.1)');
});

sippTest('the caller cancels while it rings', async (context) => {
  const scene = { callee: '10655501', caller: 'caller-cancels', answerers: { ringing: 'answerer-is-cancelled' } };
  for (const cdr of await play(context, scene)) {
    assert.deepEqual([cdr.endReason, cdr.endedBy, cdr.sipCode], ['CallerCancelled', 'caller', 487]);
    assert.equal(cdr.reasonHeader, 'SIP;cause=487;text="Caller gave up"');
    assert.deepEqual([cdr.answeredAtWallMs, cdr.holdMs], [null, 0]);
    assert.deepEqual(attemptsOf(cdr), [['ringing', 'callerCancelled', 0]]);
  }
});

sippTest('late offer: the offer is in the 200, the answer in the ACK', async (context) => {
  const scene = { callee: '10755501', caller: 'caller-offers-late', answerers: { late: 'answerer-of-late-offer' } };
  for (const cdr of await play(context, scene)) checkAnswered(cdr, 'caller');
});

sippTest('re-INVITE: hold and resume pass with their own offers and answers', async (context) => {
  const scene = {
    callee: '10855501',
    caller: 'caller-reinvites',
    answerers: { held: 'answerer-is-reinvited' },
    pauseMs: 100,
  };
  for (const cdr of await play(context, scene)) {
    checkAnswered(cdr, 'caller'); // Two pauses of 100 ms in the scenario and the one of this scene.
  }
});

sippTest('after all of it CDRs, metrics and limits agree, and the process ends in order', async () => {
  await checkAgreement(tandem, tandem.cdrsOnDisk());
  assert.equal(tandem.cdrsOnDisk().length, allCdrs.length);
  await tandem.stop();
});
