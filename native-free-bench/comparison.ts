// Tandem beside another system, run by run: runs in turn share the machine's mood, so their ratios say more than the
// ratio of their medians.

import type { ProfileRun } from './profile-run.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Heads and rows of the ratios, for a table of any kind. */
export const RATIO_HEADS = [
  'Tandem / beside',
  'calls/s',
  'pairs',
  'CPU a call',
  'INVITE to 180 p50',
  'p99',
  'added to INVITE p50',
];

export function ratioRow(comparison: Comparison): string[] {
  const { system, against, callsPerSecond, pairs, processor, ringing, ringingTail, inviteAdded } = comparison;
  const ratios = [processor, ringing, ringingTail, inviteAdded].map(tellRatio);
  return [`${system} / ${against}`, String(callsPerSecond), String(pairs), ...ratios];
}

/** Median and, in brackets, the least and the most. */
export function tellRatio({ median, min, max }: Spread): string {
  if (!Number.isFinite(median)) return '-';
  return `${median.toFixed(2)} (${min.toFixed(2)} - ${max.toFixed(2)})`;
}

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
  /** Runs of both, taken in turn, in which both carried the load: who refuses calls is cheap. */
  readonly pairs: number;
  /** Ratios of the time from INVITE to 180: of its medians, and of its p99. */
  readonly ringing: Spread;
  readonly ringingTail: Spread;
  /** Ratios of what the system itself adds to an INVITE, median; NaN where a system passes no stamps. */
  readonly inviteAdded: Spread;
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

/** A run with less of its calls as planned is no price of a call. */
const CARRIED_MIN = 0.99;

function hasCarried({ succeeded, offered }: ProfileRun): boolean {
  return succeeded >= offered * CARRIED_MIN;
}

function compare(tandem: RunGroup, other: RunGroup): Comparison {
  const pairs = tandem.runs
    .map((run, index) => [run, other.runs[index] as ProfileRun] as const)
    .filter((pair) => pair.every(hasCarried));
  const ratios = (figure: (run: ProfileRun) => number): Spread =>
    spreadOf(pairs.map(([run, beside]) => figure(run) / figure(beside)));
  return {
    system: tandem.system,
    against: other.system,
    callsPerSecond: tandem.callsPerSecond,
    pairs: pairs.length,
    processor: ratios(({ microsPerCall }) => microsPerCall),
    ringing: ratios(({ latencies }) => latencies.ringing.p50),
    ringingTail: ratios(({ latencies }) => latencies.ringing.p99),
    inviteAdded: ratios(({ latencies }) => latencies.inviteAdded.p50),
  };
}
