// The highest rate that a system carries: longer and longer steps upward until calls fail, then the last that was good.

import { type ProfileRun, runProfile } from './profile-run.ts';
import type { Profile } from './profiles.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { TrafficEnds } from './traffic/traffic-ends.ts';

/** The search. */
export interface PeakOptions {
  readonly from: number;
  readonly growth: number;
  readonly seconds: number;
  readonly seed: number;
}

/** Calls ring in time: a system that lets callers wait for longer carries no more than one that fails. */
const RINGING_P99_MAX_MS = 200;

/**
 * The peak, unless the first step fails already, and all runs. A step that fails is taken once more: a pause of the
 * machine is no limit of the system.
 */
export async function findPeak(
  ends: TrafficEnds,
  system: SystemUnderTest,
  profile: Profile,
  { from, growth, seconds, seed }: PeakOptions,
  say: (line: string) => void,
): Promise<{ readonly peak: ProfileRun | null; readonly runs: readonly ProfileRun[] }> {
  const runs: ProfileRun[] = [];
  let peak: ProfileRun | null = null;
  let failures = 0;
  for (let callsPerSecond = from; failures < 2; ) {
    const run = await runProfile(ends, system, profile, {
      steps: [{ callsPerSecond, seconds }],
      seed: seed + failures,
    });
    runs.push(run);
    const { p99 } = run.latencies.ringing;
    const isGood = run.succeeded >= run.offered * profile.successMin && p99 <= RINGING_P99_MAX_MS;
    const share = ((100 * run.succeeded) / Math.max(1, run.offered)).toFixed(2);
    say(`peak of ${system.name}: ${callsPerSecond}/s, ${share} % as planned, INVITE to 180 p99 ${p99.toFixed(1)} ms`);
    if (!isGood || run.invalid.length > 0) {
      failures += 1;
      continue;
    }
    peak = run;
    failures = 0;
    callsPerSecond = Math.round(callsPerSecond * growth);
  }
  return { peak, runs };
}
