// The load suite's generator beside SIPp: both place the basic call through one switch to one answerer, in turn, and
// must see the same. The whole of it:
//
//   node dist/test/interop/cross-check.js --rate 200 --seconds 10 --rounds 5

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { networkFile } from '../../native-free-bench/bench-network.ts';
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

/** Medians of INVITE to 180, ms, a pair for each round, and the median of their ratios. */
export interface CrossCheckReport {
  readonly rounds: readonly { readonly suiteMs: number; readonly sippMs: number }[];
  readonly ratio: number;
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
  const rounds: CrossCheckReport['rounds'][number][] = [];
  for (let round = 1; round <= plan.rounds; round++) {
    const steps = [{ callsPerSecond: plan.rate, seconds: plan.seconds }];
    const run = await runProfile(ends, system, basic, { steps, seed: round });
    assert.deepEqual(run.failed, {}, 'calls of the suite');
    rounds.push({ suiteMs: run.latencies.ringing.p50, sippMs: await sippMedianMs(scope, system, plan) });
  }
  return { rounds, ratio: spreadOf(rounds.map(({ suiteMs, sippMs }) => suiteMs / sippMs)).median };
}

async function sippMedianMs(scope: Scope, { place }: SystemUnderTest, plan: CrossCheckPlan): Promise<number> {
  const calls = plan.rate * plan.seconds;
  const at = await freePlace(HOST);
  const dial = { to: place, callee: CALLEE, perSecond: plan.rate };
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
  return percentilesOf(timesMs).p50;
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
    const { rounds, ratio } = await crossCheck({ after: (close) => closings.push(close) }, plan);
    for (const { suiteMs, sippMs } of rounds) {
      console.log(`INVITE to 180, median: the suite ${suiteMs.toFixed(3)} ms, SIPp ${sippMs.toFixed(3)} ms`);
    }
    console.log(`Suite / SIPp ${ratio.toFixed(3)}; every call of both succeeded.`);
  } finally {
    for (const close of closings) await close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
