// The figures of a benchmark, for people at a terminal.

import { alignedTable } from '../src/cli/aligned-table.ts';
import { comparisonsOf, groupsOf, RATIO_HEADS, type RunGroup, ratioRow } from './comparison.ts';
import type { HeldMemory } from './held-memory.ts';
import { type Machine, tellMachine } from './machine.ts';
import { leakBytesOf, type ProfileRun } from './profile-run.ts';
import { spreadOf } from './statistics.ts';
import type { Latency } from './traffic/histogram.ts';
import type { Refreshes } from './traffic/traffic-messages.ts';

/** The report as lines. */
export function tellBench(runs: readonly ProfileRun[], machine: Machine): string[] {
  const tables = tablesOf(runs).flatMap(({ heads, rows, numeric }) => [...alignedTable(heads, rows, numeric), '']);
  return [
    '',
    ...tables,
    ...spaced(threadLines(runs)),
    ...spaced(heldLines(runs)),
    ...spaced(generatorLines(runs)),
    ...spaced(doubtLines(runs)),
    tellMachine(machine),
    ...LEGEND,
  ];
}

/** What the figures mean. */
export const LEGEND = [
  'us/call: utime + stime of the whole system over calls offered, median of the runs (least - most). Resent by the',
  'system: as the ends heard it. Added: the switch alone, from its socket in to its socket out, by stamps that cross',
  'it; INVITE to 180: as the caller sees it, the answerer included. Medians of the runs. tandem-0: the shard inline;',
  'tandem-1: one in a worker; @: another revision. Ratios: of runs in turn in which both carried the load (99 % of',
  'it as planned); median (least - most).',
];

/** A table of the report, for a terminal or a page. */
export interface ReportTable {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of numbers. */
  readonly numeric: readonly number[];
}

/** What the runs cost, what became of their calls, how long they took, and the ratios, if any. */
export function tablesOf(runs: readonly ProfileRun[]): ReportTable[] {
  const groups = groupsOf(runs);
  const ratios = comparisonsOf(runs).map(ratioRow);
  const tables = [
    { title: 'What a call costs', heads: COST_HEADS, rows: groups.map(costRow), numeric: [1, 2, 3, 5, 6, 7] },
    { title: 'Beside others', heads: RATIO_HEADS, rows: ratios, numeric: [1, 2] },
    { title: 'What became of the calls', heads: ACCOUNT_HEADS, rows: groups.map(accountRow), numeric: ACCOUNT_NUMBERS },
    { title: 'Delays', heads: LATENCY_HEADS, rows: groups.flatMap(latencyRows), numeric: [1, 3, 4, 5, 6, 7] },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function spaced(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? lines : [...lines, ''];
}

const COST_HEADS = ['system', 'calls/s', 'runs', 'us/call', '(least - most)', 'attempts', 'at a time', 'bytes/call'];

function costRow({ system, callsPerSecond, runs }: RunGroup): string[] {
  const cost = spreadOf(runs.map(({ microsPerCall }) => microsPerCall));
  const isDirect = cost.max === 0;
  const bytes = runs.map((run) => run.bytesPerCall).filter((value) => value !== null);
  return [
    system,
    String(callsPerSecond),
    String(runs.length),
    isDirect ? '-' : cost.median.toFixed(0),
    isDirect ? '' : `(${cost.min.toFixed(0)} - ${cost.max.toFixed(0)})`,
    spreadOf(runs.map(({ attemptsPerCall }) => attemptsPerCall)).median.toFixed(2),
    String(Math.max(...runs.map(({ concurrentMost }) => concurrentMost))),
    bytes.length === 0 ? '-' : spreadOf(bytes).median.toFixed(0),
  ];
}

const ACCOUNT_HEADS = [
  'system',
  'calls/s',
  'offered',
  'as planned',
  'answered',
  'CDRs of answered',
  'of all',
  'limit drift',
  'resent by caller, answerer, system',
];

const ACCOUNT_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8];

function accountRow({ system, callsPerSecond, runs }: RunGroup): string[] {
  const total = (figure: (run: ProfileRun) => number): number => runs.reduce((sum, run) => sum + figure(run), 0);
  const known = (figure: (run: ProfileRun) => number | null): string =>
    runs.every((run) => figure(run) !== null) ? String(total((run) => figure(run) ?? 0)) : '-';
  const offered = total((run) => run.offered);
  const resent = (['caller', 'answerer', 'system'] as const).map((side) => total((run) => run.resent[side]));
  return [
    system,
    String(callsPerSecond),
    String(offered),
    `${((100 * total((run) => run.succeeded)) / Math.max(1, offered)).toFixed(2)} %`,
    String(total((run) => run.answered)),
    known(({ cdrs }) => cdrs?.answered ?? null),
    known(({ cdrs }) => cdrs?.all ?? null),
    known(({ limitDrift }) => limitDrift),
    resent.join(', '),
  ];
}

const LATENCY_HEADS = ['system', 'calls/s', 'ms', 'p50', 'p90', 'p99', 'p99.9', 'most'];

function latencyRows({ system, callsPerSecond, runs }: RunGroup): string[][] {
  const row = (name: string, of: (run: ProfileRun) => Latency): string[] => {
    const at = (figure: (latency: Latency) => number): string =>
      spreadOf(runs.map((run) => figure(of(run)))).median.toFixed(2);
    const figures = [at(({ p50 }) => p50), at(({ p90 }) => p90), at(({ p99 }) => p99), at(({ p999 }) => p999)];
    return [system, String(callsPerSecond), name, ...figures, at(({ max }) => max)];
  };
  const rows = [
    row('INVITE to 180', ({ latencies }) => latencies.ringing),
    row('added to INVITE', ({ latencies }) => latencies.inviteAdded),
    row('added to 180', ({ latencies }) => latencies.ringingAdded),
    row('added to 200', ({ latencies }) => latencies.answerAdded),
  ];
  const hasStamps = runs.some(({ latencies }) => latencies.inviteAdded.count > 0);
  return hasStamps ? rows : rows.slice(0, 1);
}

export function threadLines(all: readonly ProfileRun[]): string[] {
  const lines: string[] = [];
  for (const { system, callsPerSecond, runs } of groupsOf(all)) {
    const names = new Set(runs.flatMap(({ byThread }) => Object.keys(byThread)));
    const parts = [...names]
      .map((name) => ({ name, median: spreadOf(runs.map(({ byThread }) => byThread[name] ?? 0)).median }))
      .filter(({ median }) => median >= 0.5)
      .sort((one, other) => other.median - one.median)
      .map(({ name, median }) => `${name === 'node' ? 'others (V8, libuv)' : name} ${median.toFixed(0)}`);
    if (parts.length > 1) lines.push(`${system} at ${callsPerSecond}/s by thread, us/call: ${parts.join(', ')}.`);
  }
  return lines;
}

/** A run of at least so many seconds has a slope of memory that says something. */
const SLOPE_SECONDS_MIN = 300;

/** What calls hold of memory and leave of it, and whether their session timers are refreshed in time. */
export function heldLines(runs: readonly ProfileRun[]): string[] {
  return runs.flatMap((run) => {
    const { system, held, refreshes, systemSeconds } = run;
    return [
      ...(systemSeconds.length < SLOPE_SECONDS_MIN ? [] : [`${system}: ${tellSlope(run)}`]),
      ...(held === null ? [] : [`${system}: ${tellHeld(held)}`]),
      ...(refreshes === null ? [] : [`${system}: ${tellRefreshes(refreshes)}`]),
    ];
  });
}

function tellSlope(run: ProfileRun): string {
  const kilobytes = (run.memorySlopeBytesPerSecond / 1000).toFixed(2);
  return `memory grew by ${kilobytes} kB a second over the second half, ${leakBytesOf(run).toFixed(1)} bytes a call.`;
}

function tellHeld({ calls, perCall, idle, full, later, after, isFlat }: HeldMemory): string {
  const sizes = (['residentBytes', 'heapBytes'] as const).map((kind) =>
    [idle, full, later, after].map((memory) => ((memory[kind] ?? 0) / 1e6).toFixed(0)).join(', '),
  );
  const alive =
    perCall.heapBytes === null ? '' : `, ${(perCall.heapBytes / 1000).toFixed(2)} kB of them alive in heaps`;
  return (
    `${calls} calls at a time take ${(perCall.residentBytes / 1000).toFixed(2)} kB each${alive}; idle, full, later, ` +
    `after: ${sizes[0]} MB resident, ${sizes[1]} MB alive; ${isFlat ? 'flat' : 'NOT FLAT'} while they last.`
  );
}

function tellRefreshes({ caller, answerer }: NonNullable<ProfileRun['refreshes']>): string {
  const side = ({ count, longestShare }: Refreshes): string =>
    `${count}, none later than ${(100 * longestShare).toFixed(1)} % of its interval`;
  return `session timers refreshed toward the caller: ${side(caller)}; toward the callee: ${side(answerer)}.`;
}

/** What the generator itself could have done: its busier end, at the load it bore, reckoned up to a whole core. */
export function generatorLines(runs: readonly ProfileRun[]): string[] {
  const direct = groupsOf(runs).find(({ system }) => system === 'direct');
  const [run] = direct?.runs ?? [];
  if (direct === undefined || run === undefined) return [];
  const { caller, answerer, lateness } = run.generator;
  const share = Math.max(caller.cpuShare, answerer.cpuShare);
  const limit = Math.round(direct.callsPerSecond / share / 100) * 100;
  return [
    `The generator alone, caller to answerer at ${direct.callsPerSecond}/s: caller ${percent(caller.cpuShare)} and ` +
      `answerer ${percent(answerer.cpuShare)} of a core, calls late by p99 ${lateness.p99.toFixed(2)} ms; ` +
      `its own limit lies near ${limit} calls a second.`,
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** What is wrong, or not to be believed. */
export function doubtLines(runs: readonly ProfileRun[]): string[] {
  const lines: string[] = [];
  for (const run of runs) {
    const { system, callsPerSecond, invalid, failed, limitDrift, cdrs, answered, isPassed } = run;
    const where = `${system} at ${callsPerSecond}/s`;
    if (invalid.length > 0) lines.push(`INVALID: ${where}: ${invalid.join('; ')}.`);
    const causes = Object.entries(failed).map(([cause, count]) => `${cause} (${count})`);
    if (causes.length > 0) lines.push(`Calls of ${where} that did not go as planned: ${causes.join(', ')}.`);
    if ((limitDrift ?? 0) !== 0) lines.push(`FAILED: ${where}: limit counters drifted by ${limitDrift}.`);
    const recorded = cdrs?.answered ?? cdrs?.all ?? answered;
    if (recorded < answered) lines.push(`FAILED: ${where}: ${answered} answered, ${recorded} CDRs.`);
    if (!isPassed) lines.push(`FAILED: ${where}: not what the profile asks for.`);
  }
  return lines;
}
