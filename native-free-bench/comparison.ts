// Tandem beside another system, run by run: runs in turn share the machine's mood, so their ratios say more than the
// ratio of their medians.

import type { ProfileRun } from './profile-run.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** All runs of one system at one rate, in the order they were made. */
export interface RunGroup {
  readonly system: string;
  readonly callsPerSecond: number;
  readonly runs: readonly ProfileRun[];
}

/** What this revision of Tandem takes of what another system takes. */
export interface Comparison {
  readonly system: string;
  readonly against: string;
  readonly callsPerSecond: number;
  /** Ratios of microseconds of the processor a call. */
  readonly processor: Spread;
  /** Ratios of the median time from INVITE to 180. */
  readonly ringing: Spread;
}

/** The runs by system and rate. */
export function groupsOf(runs: readonly ProfileRun[]): RunGroup[] {
  const groups = new Map<string, { system: string; callsPerSecond: number; runs: ProfileRun[] }>();
  for (const run of runs) {
    const { system, callsPerSecond } = run;
    const key = `${callsPerSecond} ${system}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { system, callsPerSecond, runs: [run] });
    else group.runs.push(run);
  }
  return [...groups.values()];
}

/** Every Tandem of this revision against each system it can be held against, at each rate. */
export function comparisonsOf(runs: readonly ProfileRun[]): Comparison[] {
  const groups = groupsOf(runs);
  return groups.flatMap((tandem) =>
    groups.filter((other) => isCompared(tandem, other)).map((other) => compare(tandem, other)),
  );
}

/** Another kind of system, or the same Tandem of another revision: `tandem-0` and `tandem-0@abcdef0`. */
function isCompared(tandem: RunGroup, other: RunGroup): boolean {
  if (tandem.callsPerSecond !== other.callsPerSecond) return false;
  if (!/^tandem-\d+$/.test(tandem.system) || other.system === 'direct') return false;
  return !other.system.startsWith('tandem') || other.system.startsWith(`${tandem.system}@`);
}

function compare(tandem: RunGroup, other: RunGroup): Comparison {
  const ratios = (figure: (run: ProfileRun) => number): Spread =>
    spreadOf(tandem.runs.map((run, index) => figure(run) / figure(other.runs[index] as ProfileRun)));
  return {
    system: tandem.system,
    against: other.system,
    callsPerSecond: tandem.callsPerSecond,
    processor: ratios(({ microsPerCall }) => microsPerCall),
    ringing: ratios(({ latencies }) => latencies.ringing.p50),
  };
}
