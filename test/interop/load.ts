// Acceptance under load: SIPp calls SIPp through `tandem start` at a constant rate; every call must succeed, and CDRs,
// metrics and limits must agree about each of them. The whole of it:
//
//   node dist/test/interop/load.js --rate 500 --seconds 30 --hold 10 --shards 3

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { networkOf } from '../hosts/networks.ts';
import type { Scope } from '../hosts/scope.ts';
import { SwitchProcess } from '../hosts/switch-process.ts';
import { checkAgreement, checkTimes } from './agreement.ts';
import { freePlace, startSipp, whySippIsMissing } from './sipp.ts';

/** What is offered. */
export interface LoadPlan {
  /** Calls a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Answer to BYE, s. */
  readonly holdSeconds: number;
  /** 0 runs the one there is inline, on the edge's thread. */
  readonly shards: number;
}

/** What came of it; a load that did not succeed throws instead. */
export interface LoadReport {
  readonly calls: number;
  /** Longest and shortest time between answer and end, less what SIPp held, ms. */
  readonly holdErrorMs: { readonly least: number; readonly most: number };
  /** INVITE in to first 18x out, ms; the vendor's own time included. */
  readonly postDialDelayMs: { readonly median: number; readonly p99: number; readonly most: number };
  /** Processor time of the whole switch over its calls, microseconds. */
  readonly cpuMicrosPerCall: number;
  /** Calls by shard. */
  readonly byShard: readonly number[];
}

const CALLER = '127.0.0.2';
const VENDOR = '127.0.0.3';

/** How far a recorded time may be from what SIPp did, ms. */
const HOLD_TOLERANCE_MS = 250;

/** Beyond the offer and the hold: start, last answers, repeats. */
const REST_SECONDS = 45;

/** Offers the load to a fresh switch and checks everything. */
export async function runLoad(scope: Scope, plan: LoadPlan): Promise<LoadReport> {
  const calls = plan.rate * plan.seconds;
  const vendor = await freePlace(VENDOR);
  const tandem = await SwitchProcess.start(scope, plan.shards, networkOf([CALLER], [{ name: 'vendor', at: vendor }]));
  const common = {
    calls,
    pauseMs: plan.holdSeconds * 1000,
    lifeSeconds: plan.seconds + plan.holdSeconds + REST_SECONDS,
  };
  const beganAtWallMs = Date.now();
  const answerer = await startSipp(scope, { ...common, scenario: 'answerer', at: vendor });
  const dial = { to: tandem.sip, callee: '4989100', perSecond: plan.rate };
  const idleCpuMs = tandem.cpuMs();
  const caller = await startSipp(scope, { ...common, scenario: 'caller-hangs-up', at: await freePlace(CALLER), dial });
  await Promise.all([caller.finished, answerer.finished]);
  const cpuMs = tandem.cpuMs() - idleCpuMs;
  const cdrs = await tandem.cdrs(calls, REST_SECONDS * 1000);
  checkCdrs(cdrs, calls, plan, beganAtWallMs);
  await checkAgreement(tandem, cdrs);
  await tandem.stop();
  return reportOf(cdrs, plan, cpuMs);
}

function checkCdrs(
  cdrs: readonly Cdr[],
  calls: number,
  { holdSeconds, shards }: LoadPlan,
  beganAtWallMs: number,
): void {
  assert.equal(cdrs.length, calls, 'as many CDRs as calls');
  assert.equal(new Set(cdrs.map(({ callerCallId }) => callerCallId)).size, calls, 'one CDR each');
  assert.equal(new Set(cdrs.map(({ id }) => id)).size, calls, 'no identifier comes twice');
  assert.equal(new Set(cdrs.map(({ shard }) => shard)).size, Math.max(1, shards), 'every shard had some');
  for (const cdr of cdrs) {
    assert.deepEqual([cdr.endReason, cdr.endedBy, cdr.sipCode], ['Normal', 'caller', 200]);
    assert.equal(cdr.attempts.length, 1);
    const [attempt] = cdr.attempts;
    assert.deepEqual([attempt?.gateway, attempt?.left, attempt?.code], ['vendor', 'answered', 200]);
    checkTimes(cdr, beganAtWallMs);
    const offMs = cdr.holdMs - holdSeconds * 1000;
    assert.ok(Math.abs(offMs) <= HOLD_TOLERANCE_MS, `${cdr.callerCallId} held ${cdr.holdMs} ms`);
    const wallMs = (cdr.endedAtWallMs ?? 0) - (cdr.answeredAtWallMs ?? 0);
    assert.ok(Math.abs(wallMs - cdr.holdMs) <= HOLD_TOLERANCE_MS, 'both clocks agree');
  }
}

function reportOf(cdrs: readonly Cdr[], { holdSeconds, shards }: LoadPlan, cpuMs: number): LoadReport {
  const offMs = cdrs.map(({ holdMs }) => holdMs - holdSeconds * 1000).toSorted((one, other) => one - other);
  const delaysMs = cdrs.map(({ postDialDelayMs }) => postDialDelayMs ?? 0).toSorted((one, other) => one - other);
  const at = (values: readonly number[], share: number): number => values[Math.floor(share * (values.length - 1))] ?? 0;
  const byShard = new Array<number>(Math.max(1, shards)).fill(0);
  for (const { shard } of cdrs) byShard[shard] = (byShard[shard] ?? 0) + 1;
  return {
    calls: cdrs.length,
    holdErrorMs: { least: at(offMs, 0), most: at(offMs, 1) },
    postDialDelayMs: { median: at(delaysMs, 0.5), p99: at(delaysMs, 0.99), most: at(delaysMs, 1) },
    cpuMicrosPerCall: Math.round((cpuMs * 1000) / cdrs.length),
    byShard,
  };
}

/** A report as one line. */
export function tellReport(report: LoadReport): string {
  const { calls, holdErrorMs, postDialDelayMs, cpuMicrosPerCall, byShard } = report;
  const delays = [postDialDelayMs.median, postDialDelayMs.p99, postDialDelayMs.most].map((ms) => ms.toFixed(1));
  return (
    `${calls} calls, all good; hold off by ${holdErrorMs.least} to ${holdErrorMs.most} ms; ` +
    `post-dial delay median ${delays[0]}, p99 ${delays[1]}, most ${delays[2]} ms; ` +
    `${cpuMicrosPerCall} us of processor a call; by shard ${byShard.join(', ')}`
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '30' },
      hold: { type: 'string', default: '10' },
      shards: { type: 'string', default: '1' },
    },
  });
  const missing = whySippIsMissing();
  assert.equal(missing, null);
  const { rate, seconds, hold, shards } = values;
  const plan = { rate: Number(rate), seconds: Number(seconds), holdSeconds: Number(hold), shards: Number(shards) };
  const closings: (() => void | Promise<void>)[] = [];
  try {
    console.log(tellReport(await runLoad({ after: (close) => closings.push(close) }, plan)));
  } finally {
    for (const close of closings) await close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
