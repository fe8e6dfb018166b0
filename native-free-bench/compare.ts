// npm run bench -- compare: what one call costs Tandem beside another system, or beside another revision of itself, in
// one run, A B A B.

import { type ProfileRun, runProfile } from './profile-run.ts';
import type { Profile } from './profiles.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { TrafficEnds } from './traffic/traffic-ends.ts';

/** How they are compared. */
export interface CompareOptions {
  readonly rates: readonly number[];
  readonly runs: number;
  readonly seconds: number;
  readonly seed: number;
  /** Of each system, before the first run: V8 compiles for a second of the processor over ten thousand calls. */
  readonly warmUpSeconds: number;
}

/** Calls a second of it. */
const WARM_UP_RATE = 500;

/** The generator without any system: what it takes itself. */
const DIRECT = { callsPerSecond: 1_000, seconds: 3 };

/** Before one profile: calls a second that any switch takes. */
const GENTLE_RATE = 200;

/** Longest talk, and longest ringing of a call that is given up, of calls that are compared, ms. */
const TALK_MS_MAX = 1_000;
const PATIENCE_MS_MAX = 30_000;

/** `profile` for a comparison: what a call costs does not depend on its talk, and runs must end to be taken in turn. */
export function briefly(profile: Profile): Profile {
  const mix = profile.mix.map((kind) => ({
    ...kind,
    holdMs: Math.min(kind.holdMs, TALK_MS_MAX),
    isHoldDrawn: kind.isHoldDrawn && kind.holdMs <= TALK_MS_MAX,
    cancelAfterMs: kind.cancelAfterMs === null ? null : Math.min(kind.cancelAfterMs, TALK_MS_MAX),
  }));
  return { ...profile, mix, patienceMs: Math.min(profile.patienceMs, PATIENCE_MS_MAX) };
}

/** Calls of `basic` to the numbers of `profile` for `seconds`, so that a run does not begin with a cold switch. */
export async function warmUp(
  ends: TrafficEnds,
  system: SystemUnderTest,
  basic: Profile,
  profile: Profile,
  seconds: number,
): Promise<void> {
  // Its dead vendor would be known to be dead.
  if (profile.network === 'failover') return;
  const steps = [{ callsPerSecond: GENTLE_RATE, seconds }];
  await runProfile(ends, system, { ...basic, prefixes: profile.prefixes }, { steps, seed: 1 });
}

/** Warm-up, the generator alone, then all systems at all rates, round by round. */
export async function compareAll(
  { rates, runs, seconds, seed, warmUpSeconds }: CompareOptions,
  { ends, profile }: { readonly ends: TrafficEnds; readonly profile: Profile },
  systems: readonly SystemUnderTest[],
  say: (line: string) => void,
): Promise<ProfileRun[]> {
  const measured: ProfileRun[] = [];
  const basic = { ...profile, disturbance: 'none' as const };
  const warmUpSteps = [{ callsPerSecond: WARM_UP_RATE, seconds: warmUpSeconds }];
  for (const system of systems) await runProfile(ends, system, basic, { steps: warmUpSteps, seed });
  measured.push(await runDirect(ends, basic, seed));
  for (let round = 1; round <= runs; round++) {
    for (const callsPerSecond of rates) {
      for (const system of systems) {
        const run = await runProfile(ends, system, profile, {
          steps: [{ callsPerSecond, seconds }],
          seed: seed + round,
        });
        const doubt = run.invalid.length > 0 ? `  INVALID: ${run.invalid.join('; ')}` : '';
        say(`${round}/${runs}  ${system.name} at ${callsPerSecond}/s: ${run.microsPerCall.toFixed(0)} us/call${doubt}`);
        measured.push(run);
      }
    }
  }
  return measured;
}

/** The generator alone: the caller calls the answerer. */
export function runDirect(ends: TrafficEnds, profile: Profile, seed: number): Promise<ProfileRun> {
  return runProfile(ends, nothing(ends), profile, { steps: [DIRECT], seed });
}

/** No system at all. */
export function nothing({ answererAddress, answererPort }: TrafficEnds): SystemUnderTest {
  return { name: 'direct', place: { address: answererAddress, port: answererPort }, ...NOTHING_TO_SAY };
}

/** A system that cannot be asked: what it used and wrote stays unknown. */
export const NOTHING_TO_SAY: Omit<SystemUnderTest, 'name' | 'place'> = {
  group: null,
  cdrCounts: async () => null,
  limitDrift: async () => null,
  disturb: async () => undefined,
  memory: async () => null,
  stop: async () => undefined,
};
