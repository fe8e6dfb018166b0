// Acceptance: a first routing gateway that never answers. When its INVITEs come, and when the next gateway's does, as
// the gateways see them.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Answerer } from '../hosts/answerer.ts';
import { Caller, type CallStory } from '../hosts/caller.ts';
import { networkOf } from '../hosts/networks.ts';
import { Peer } from '../hosts/peer.ts';
import { SwitchProcess } from '../hosts/switch-process.ts';
import { checkTimeline, Lateness, warmUp } from './lateness.ts';

/** How exact a time must be, ms. */
const TOLERANCE_MS = 20;

const CALLEE = '4989100';
const WARM_PREFIX = '1';

interface Observed {
  readonly call: CallStory;
  readonly silent: Peer;
  readonly next: Peer;
}

/** One call through a silent gateway, watched until `watchMs` after its first INVITE. */
async function callThroughSilence(
  context: TestContext,
  parameters: Readonly<Record<string, string>>,
  watchMs: number,
): Promise<Observed> {
  const silent = await Peer.open(context, '127.0.0.4');
  const next = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 20 });
  const vendors = [
    { name: 'silent', at: silent.place, fields: { prefix: '49' } },
    { name: 'next', at: next.peer.place, fields: { prefix: '49' } },
    { name: 'warm', at: next.peer.place, fields: { prefix: WARM_PREFIX } },
  ];
  const tandem = await SwitchProcess.start(context, 1, networkOf(['127.0.0.2'], vendors, parameters));
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  await warmUp(caller, { to: tandem.sip, callee: `${WARM_PREFIX}555` });
  next.peer.arrivals.length = 0;
  const call = await caller.place({ to: tandem.sip, callee: CALLEE, holdMs: 100 });
  const [first] = silent.requests('INVITE');
  const restMs = (first?.atMs ?? 0) + watchMs - performance.now();
  if (restMs > 0) await sleep(restMs); // What is to be seen now is that nothing comes.
  await tandem.management.atRest();
  await tandem.stop();
  const cdr = tandem.cdrsOnDisk().find(({ callee }) => callee === CALLEE);
  assert.deepEqual(
    cdr?.attempts.map(({ gateway, left }) => [gateway, left]),
    [
      ['silent', 'inviteTimeout'],
      ['next', 'answered'],
    ],
  );
  return { call, silent, next: next.peer };
}

async function checkHunt(
  context: TestContext,
  parameters: Readonly<Record<string, string>>,
  expected: { readonly silentMs: readonly number[]; readonly nextMs: number; readonly watchMs: number },
): Promise<void> {
  const lateness = new Lateness(context);
  const { call, silent, next } = await callThroughSilence(context, parameters, expected.watchMs);
  assert.deepEqual([call.status, call.byeStatus], [200, 200], 'the call completes');
  const invites = silent.requests('INVITE');
  assert.equal(silent.arrivals.length, invites.length, 'the silent gateway gets INVITEs and nothing else');
  const startMs = invites[0]?.atMs ?? 0;
  const judge = { startMs, lateness, toleranceMs: TOLERANCE_MS };
  const atNext = next.requests('INVITE');
  checkTimeline(context, { ...judge, what: 'the silent gateway', seen: invites, expectedMs: expected.silentMs });
  checkTimeline(context, { ...judge, what: 'the next gateway', seen: atNext, expectedMs: [expected.nextMs] });
  const [one, ...others] = invites.map(({ message }) => message.text);
  for (const other of others) assert.equal(other, one, '17.1.1.2: a repeat is the same INVITE');
}

// Side by side: they wait most of the time.
describe('a silent gateway', { concurrency: true }, () => {
  test('default parameters: INVITEs at 0, 0.5, 1.5, 3.5, 7.5 s, the next gateway at 10 s', async (context) => {
    const expected = { silentMs: [0, 500, 1_500, 3_500, 7_500], nextMs: 10_000, watchMs: 14_000 };
    await checkHunt(context, {}, expected);
  });

  test('a resend list of 0.1,0.2,0.4 is used up before an INVITE timer of 1 s ends', async (context) => {
    const parameters = { SS_SIP_RESEND_INTERVAL: '0.1,0.2,0.4', SS_SIP_TIMEOUT_INVITE: '1' };
    // One more first wait after the last resend: src/core/timer/resend-schedule.ts.
    await checkHunt(context, parameters, { silentMs: [0, 100, 300, 700], nextMs: 800, watchMs: 1_600 });
  });

  test('an INVITE timer of 1 s ends before a resend list of 0.1,0.2,0.4,0.8', async (context) => {
    const parameters = { SS_SIP_RESEND_INTERVAL: '0.1,0.2,0.4,0.8', SS_SIP_TIMEOUT_INVITE: '1' };
    await checkHunt(context, parameters, { silentMs: [0, 100, 300, 700], nextMs: 1_000, watchMs: 1_600 });
  });
});
