// npm run bench -- compare: what one call costs Tandem beside another system, or beside another revision of itself, in
// one run, A B A B.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { networkFile } from './bench-network.ts';
import { startKamailio } from './compare/kamailio/kamailio-under-test.ts';
import { buildRevision } from './other-revision.ts';
import { type ProfileRun, runProfile } from './profile-run.ts';
import type { Profile } from './profiles.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { startTandem, TANDEM } from './tandem-under-test.ts';
import type { TrafficEnds } from './traffic/traffic-ends.ts';

/** What is compared. */
export interface CompareOptions {
  readonly rates: readonly number[];
  readonly runs: number;
  readonly seconds: number;
  /** One Tandem for each; 0: inline. */
  readonly shards: readonly number[];
  readonly withKamailio: boolean;
  /** Another revision to run beside this one; null for none. */
  readonly against: string | null;
  readonly profileDirectory: string | null;
  readonly seed: number;
}

/** Until the compiler of V8 has seen everything. */
const WARM_UP = { callsPerSecond: 500, seconds: 5 };

/** The generator without any system: what it takes itself. */
const DIRECT = { callsPerSecond: 1_000, seconds: 3 };

/** Starts what is compared, each in a directory of its own; they are pushed to `systems` as they come up. */
export async function startSystems(
  { shards, withKamailio, against, profileDirectory }: CompareOptions,
  { ends, profile, directory }: { readonly ends: TrafficEnds; readonly profile: Profile; readonly directory: string },
  systems: SystemUnderTest[],
): Promise<void> {
  const places = placesOf(ends);
  const network = networkFile(profile.network, '127.0.0.1', places);
  const revision = against === null ? null : buildRevision(against, revisionIn(directory));
  const start = async (name: string, program: string, shardCount: number): Promise<void> => {
    const own = join(directory, name);
    mkdirSync(own);
    const profiles = profileDirectory === null ? null : join(profileDirectory, name);
    systems.push(await startTandem({ name, program, directory: own, shardCount, network, profileDirectory: profiles }));
  };
  for (const shardCount of shards) {
    const name = `tandem-${shardCount}`;
    await start(name, TANDEM, shardCount);
    if (revision !== null) await start(`${name}@${revision.name}`, revision.program, shardCount);
  }
  if (!withKamailio) return;
  const kamailioDirectory = join(directory, 'kamailio');
  mkdirSync(kamailioDirectory);
  systems.push(await startKamailio(kamailioDirectory, ends.answererPort));
}

/** The vendors that the answering end plays. */
export function placesOf({ answererAddress, answererPort, refusingPort, failingPort, deadPort }: TrafficEnds) {
  return { address: answererAddress, port: answererPort, refusingPort, failingPort, deadPort };
}

/** Where another revision is built. */
export function revisionIn(directory: string): string {
  return join(directory, 'revision');
}

/** Warm-up, the generator alone, then all systems at all rates, round by round. */
export async function compareAll(
  { rates, runs, seconds, seed }: CompareOptions,
  { ends, profile }: { readonly ends: TrafficEnds; readonly profile: Profile },
  systems: readonly SystemUnderTest[],
  say: (line: string) => void,
): Promise<ProfileRun[]> {
  const measured: ProfileRun[] = [];
  const basic = { ...profile, disturbance: 'none' as const };
  for (const system of systems) await runProfile(ends, system, basic, { steps: [WARM_UP], seed });
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
  cdrCount: async () => null,
  limitDrift: async () => null,
  disturb: async () => undefined,
  stop: async () => undefined,
};
