// The figures of a benchmark, for people.

import { alignedTable } from '../src/cli/aligned-table.ts';
import { comparisonsOf, groupsOf, type RunGroup } from './comparison.ts';
import { type Machine, tellMachine } from './machine.ts';
import type { MeasuredRun } from './measured-run.ts';
import { spreadOf } from './statistics.ts';

/** The report as lines. */
export function tellBench(runs: readonly MeasuredRun[], machine: Machine): string[] {
  const groups = groupsOf(runs);
  const figures = groups.map((group) => rowOf(group));
  const heads = [
    'system',
    'calls/s',
    'runs',
    'us/call',
    '(min - max)',
    'success',
    'INVITE->180',
    'p99',
    'resent',
    'CDRs',
  ];
  return [
    '',
    ...alignedTable(heads, figures, [1, 2, 3, 5, 6, 7, 8, 9]),
    '',
    ...threadLines(groups),
    ...ratioLines(runs),
    ...doubtLines(runs),
    tellMachine(machine),
    'us/call: utime + stime of the whole system over completed calls, median of the runs. INVITE->180: median of the',
    "runs' medians and of their p99, as the caller sees it, the answerer's part included. tandem-1: one shard in a",
    'worker; tandem-0: one inline; @: another revision. Ratios: median (min - max) of those of the runs in turn.',
  ];
}

function rowOf({ system, callsPerSecond, runs }: RunGroup): string[] {
  const cost = spreadOf(runs.map(({ microsPerCall }) => microsPerCall));
  const offered = sum(runs.map(({ outcome }) => outcome.offered));
  const completed = sum(runs.map(({ outcome }) => outcome.completed));
  const cdrs = runs.every((run) => run.cdrs !== null) ? String(sum(runs.map((run) => run.cdrs ?? 0))) : '-';
  const isDirect = cost.max === 0;
  return [
    system,
    String(callsPerSecond),
    String(runs.length),
    isDirect ? '-' : cost.median.toFixed(0),
    isDirect ? '' : `(${cost.min.toFixed(0)} - ${cost.max.toFixed(0)})`,
    `${completed}/${offered}`,
    `${spreadOf(runs.map(({ outcome }) => outcome.ringing.p50)).median.toFixed(2)} ms`,
    `${spreadOf(runs.map(({ outcome }) => outcome.ringing.p99)).median.toFixed(2)} ms`,
    String(sum(runs.map(({ outcome, answerer }) => outcome.resentCount + answerer.resentCount))),
    cdrs,
  ];
}

function threadLines(groups: readonly RunGroup[]): string[] {
  const lines: string[] = [];
  for (const { system, callsPerSecond, runs } of groups) {
    const names = new Set(runs.flatMap(({ byThread }) => Object.keys(byThread)));
    const parts = [...names]
      .map((name) => ({ name, median: spreadOf(runs.map(({ byThread }) => byThread[name] ?? 0)).median }))
      .filter(({ median }) => median >= 0.5)
      .sort((one, other) => other.median - one.median)
      .map(({ name, median }) => `${name === 'node' ? 'others (V8, libuv)' : name} ${median.toFixed(0)}`);
    if (parts.length > 1) lines.push(`${system} at ${callsPerSecond}/s by thread, us/call: ${parts.join(', ')}.`);
  }
  return lines.length === 0 ? [] : [...lines, ''];
}

function ratioLines(runs: readonly MeasuredRun[]): string[] {
  const lines = comparisonsOf(runs).map(({ system, against, callsPerSecond, processor, ringing }) => {
    const spread = `${processor.median.toFixed(2)} (${processor.min.toFixed(2)} - ${processor.max.toFixed(2)})`;
    return (
      `${system} / ${against} at ${callsPerSecond}/s: processor a call ${spread}, ` +
      `INVITE->180 ${ringing.median.toFixed(2)}.`
    );
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

function doubtLines(runs: readonly MeasuredRun[]): string[] {
  const lines: string[] = [];
  for (const { system, callsPerSecond, invalid, outcome } of runs) {
    if (invalid.length > 0) lines.push(`INVALID: ${system} at ${callsPerSecond}/s: ${invalid.join('; ')}.`);
    const causes = Object.entries(outcome.failed).map(([cause, count]) => `${cause} (${count})`);
    if (causes.length > 0) lines.push(`Failed calls of ${system} at ${callsPerSecond}/s: ${causes.join(', ')}.`);
  }
  return lines.length === 0 ? [] : [...lines, ''];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
