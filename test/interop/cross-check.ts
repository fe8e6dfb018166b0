// The load suite's generator beside SIPp: both place the basic call through one switch to one answerer, in turn, and
// must see the same. SIPp's own clock knows whole milliseconds, so that a capture of the loopback tells both what is
// shorter: from the INVITE to the 180, as the network has them. The whole of it:
//
//   node dist/test/interop/cross-check.js --rate 200 --seconds 10 --rounds 5

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { networkFile } from '../../native-free-bench/bench-network.ts';
import { Capture, ringingTimesOf } from '../../native-free-bench/capture.ts';
import { runProfile } from '../../native-free-bench/profile-run.ts';
import { PROFILES, type Profile } from '../../native-free-bench/profiles.ts';
import { placesOf } from '../../native-free-bench/start-systems.ts';
import { percentilesOf, spreadOf } from '../../native-free-bench/statistics.ts';
import type { SystemUnderTest } from '../../native-free-bench/system-under-test.ts';
import { startTandem, TANDEM } from '../../native-free-bench/tandem-under-test.ts';
import { TrafficEnds } from '../../native-free-bench/traffic/traffic-ends.ts';
import type { Scope } from '../hosts/scope.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { freePlace, startSipp, whySippIsMissing } from './sipp.ts';

/** What is offered by each in turn. */
export interface CrossCheckPlan {
  readonly rate: number;
  readonly seconds: number;
  readonly rounds: number;
}

/** Medians of one round, ms: INVITE to 180 on the network, and INVITE to 200 by each one's own clock. */
export interface CrossCheckRound {
  readonly ringing: { readonly suiteMs: number; readonly sippMs: number };
  readonly answer: { readonly suiteMs: number; readonly sippMs: number };
}

/** All rounds, and the medians of their ratios. */
export interface CrossCheckReport {
  readonly rounds: readonly CrossCheckRound[];
  readonly ringingRatio: number;
  readonly answerRatio: number;
}

const HOST = '127.0.0.1';
const HOLD_MS = 100;
const WARM_UP = { callsPerSecond: 200, seconds: 4 };

/** Ends with a 0: answered. */
const CALLEE = '14155550000';

/** Runs it. Rejects when a call of either fails. */
export async function crossCheck(scope: Scope, plan: CrossCheckPlan): Promise<CrossCheckReport> {
  const ends = await TrafficEnds.start();
  scope.after(() => ends.stop());
  const network = networkFile('plain', HOST, placesOf(ends));
  const system = await startTandem({
    name: 'tandem',
    program: TANDEM,
    directory: temporaryDirectory(),
    shardCount: 0,
    network,
    tablesPath: null,
    profileDirectory: null,
  });
  scope.after(() => system.stop());
  const basic = PROFILES.find(({ name }) => name === 'basic') as Profile;
  await runProfile(ends, system, basic, { steps: [WARM_UP], seed: 1 });
  const rounds: CrossCheckRound[] = [];
  for (let round = 1; round <= plan.rounds; round++) {
    const steps = [{ callsPerSecond: plan.rate, seconds: plan.seconds }];
    const capture = await Capture.begin(join(temporaryDirectory(), 'suite.pcap'));
    const run = await runProfile(ends, system, basic, { steps, seed: round });
    assert.deepEqual(run.failed, {}, 'calls of the suite');
    const ringingMs = medianOf(ringingTimesOf(await capture.end(), ends.callerPort));
    const sipp = await sippMedians(scope, system, plan);
    rounds.push({
      ringing: { suiteMs: ringingMs, sippMs: sipp.ringingMs },
      answer: { suiteMs: run.latencies.answer.p50, sippMs: sipp.answerMs },
    });
  }
  const ratioOf = (pairs: readonly CrossCheckRound['answer'][]): number =>
    spreadOf(pairs.map(({ suiteMs, sippMs }) => suiteMs / sippMs)).median;
  return {
    rounds,
    ringingRatio: ratioOf(rounds.map(({ ringing }) => ringing)),
    answerRatio: ratioOf(rounds.map(({ answer }) => answer)),
  };
}

function medianOf(values: readonly number[]): number {
  return percentilesOf(values).p50;
}

async function sippMedians(
  scope: Scope,
  { place }: SystemUnderTest,
  plan: CrossCheckPlan,
): Promise<{ readonly ringingMs: number; readonly answerMs: number }> {
  const calls = plan.rate * plan.seconds;
  const at = await freePlace(HOST);
  const dial = { to: place, callee: CALLEE, perSecond: plan.rate };
  const capture = await Capture.begin(join(temporaryDirectory(), 'sipp.pcap'));
  const sipp = await startSipp(scope, {
    scenario: 'caller-hangs-up',
    at,
    calls,
    dial,
    pauseMs: HOLD_MS,
    isTimed: true,
  });
  await sipp.finished;
  const timesMs = sipp.responseTimesMs();
  assert.equal(timesMs.length, calls, 'SIPp timed every call');
  return { ringingMs: medianOf(ringingTimesOf(await capture.end(), at.port)), answerMs: medianOf(timesMs) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '5' },
    },
  });
  assert.equal(whySippIsMissing(), null);
  const plan = { rate: Number(values.rate), seconds: Number(values.seconds), rounds: Number(values.rounds) };
  const closings: (() => void | Promise<void>)[] = [];
  try {
    const { rounds, ringingRatio, answerRatio } = await crossCheck({ after: (close) => closings.push(close) }, plan);
    for (const { ringing, answer } of rounds) {
      console.log(
        `the suite ${ringing.suiteMs.toFixed(3)} ms to 180, ${answer.suiteMs.toFixed(1)} to 200; ` +
          `SIPp ${ringing.sippMs.toFixed(3)} and ${answer.sippMs.toFixed(1)} (medians)`,
      );
    }
    const ratios = `${ringingRatio.toFixed(3)} to 180, ${answerRatio.toFixed(3)} to 200`;
    console.log(`Suite / SIPp: ${ratios}; every call of both succeeded.`);
  } finally {
    for (const close of closings) await close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
