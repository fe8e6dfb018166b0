// System parameters on a running switch: a change is for new calls, at once and without a restart.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Caller } from './caller.ts';
import { eventually, until } from './eventually.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';
import { SwitchProcess } from './switch-process.ts';

const LONG_SECONDS = 6;
const SHORT_SECONDS = 1;

/** Timers of the switch count in whole milliseconds from the arrival, ours from the sending. */
const GRAIN_MS = 20;

async function appliesToNewCallsOnly(context: TestContext, shards: number): Promise<void> {
  const silent = await Peer.open(context, '127.0.0.3');
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const network = networkOf(['127.0.0.2'], [{ name: 'silent', at: silent.place }], {
    SS_SIP_TIMEOUT_INVITE: LONG_SECONDS,
  });
  const tandem = await SwitchProcess.start(context, shards, network);
  const plan = { to: tandem.sip, callee: '4989100', holdMs: 0 };
  const story = async (callId: string): Promise<{ status: number; tookMs: number; endedAtMs: number }> => {
    const beganAtMs = performance.now();
    const final = await caller.invite(plan, callId).final;
    const endedAtMs = performance.now();
    return { status: final?.status ?? 0, tookMs: endedAtMs - beganAtMs, endedAtMs };
  };
  const earlier = story('earlier');
  await eventually('the silent gateway is asked', () => silent.requests('INVITE')[0] ?? null);
  const told = await tandem.tandem('params', 'set', `SS_SIP_TIMEOUT_INVITE=${SHORT_SECONDS}`);
  assert.match(told, /^SS_SIP_TIMEOUT_INVITE +6 +-> +1\n\nVersion 2 is in force\. Every shard routes by it\./);
  const later = await story('later');
  assert.equal(later.status, 408);
  assert.ok(later.tookMs >= SHORT_SECONDS * 1000 - GRAIN_MS, `the later call took ${later.tookMs} ms`);
  const { status, tookMs, endedAtMs } = await earlier;
  assert.equal(status, 408);
  assert.ok(tookMs >= LONG_SECONDS * 1000 - GRAIN_MS, `the earlier call kept its ${LONG_SECONDS} s: ${tookMs} ms`);
  assert.ok(later.endedAtMs < endedAtMs, 'the later call has failed before the earlier one');
  assert.deepEqual(
    (await tandem.cdrs(2)).map(({ callerCallId, snapshotVersion }) => [callerCallId, snapshotVersion]),
    [
      ['later', 2],
      ['earlier', 1],
    ],
  );
  await tandem.stop();
}

test('SS_SIP_TIMEOUT_INVITE set while a call waits: the next call has it, the waiting one keeps its own', (context) =>
  appliesToNewCallsOnly(context, 2));

test('the same where the shard runs inline', (context) => appliesToNewCallsOnly(context, 0));

test('SS_SIP_SIGNAL_TOS: the log says what sets it, at the start and when it changes', async (context) => {
  const tandem = await SwitchProcess.start(context, 0, networkOf(['127.0.0.2'], []));
  const rule = (name: string): string => `udp sport { ${tandem.sip.port} } ip dscp set ${name}`;
  assert.ok(tandem.log.includes(rule('cs5')), tandem.log);
  await tandem.tandem('params', 'set', 'SS_QOS_SIGNAL=0xb8');
  await until('the log says the new rule', () => tandem.log.includes(rule('ef')));
  assert.equal(tandem.log.split(rule('cs5')).length, 2, 'each is said once');
  await tandem.stop();
});
