// The figures of the README: a Markdown table of one profile between two marks, and where it comes from.

import { markdownTable } from '../src/cli/markdown-table.ts';
import type { BenchDocument } from './bench-document.ts';
import { type Comparison, groupsOf, type RunGroup, tellRatio } from './comparison.ts';
import { tellMachine } from './machine.ts';
import { spreadOf } from './statistics.ts';

/** What figures are made of. */
export type FiguresSource = Pick<BenchDocument, 'runs' | 'comparisons' | 'machine' | 'atIso'>;

const HEADS = ['system', 'calls/s', 'good runs', 'CPU us a call', 'INVITE to 180, p50 / p99'];

/** The figures of `profile` as they stand in `text`. Throws when there are no marks for it. */
export function figuresIn(text: string, profile: string): string {
  const { from, until } = placeIn(text, profile);
  return text.slice(from, until).trim();
}

/** `text` with `lines` for the figures of `profile`. Throws when there are no marks for it. */
export function withFigures(text: string, profile: string, lines: readonly string[]): string {
  const { from, until } = placeIn(text, profile);
  return `${text.slice(0, from)}\n\n${lines.join('\n')}\n\n${text.slice(until)}`;
}

function placeIn(text: string, profile: string): { readonly from: number; readonly until: number } {
  const [begin, end] = [`<!-- npm run bench -- table ${profile} -->`, `<!-- end of ${profile} -->`];
  const from = text.indexOf(begin);
  const until = text.indexOf(end, from);
  if (from < 0 || until < 0) throw new Error(`There is no place for figures: ${begin} and, below it, ${end}`);
  return { from: from + begin.length, until };
}

/** The table, and its origin: profile, runs, machine, kernel, Node, commit. */
export function figureLines({ runs, comparisons, machine, atIso }: FiguresSource): string[] {
  const groups = groupsOf(runs).filter(({ system }) => system !== 'direct');
  const [run] = groups[0]?.runs ?? [];
  if (run === undefined) throw new Error('There are no runs to make figures of');
  const others = [...new Set(comparisons.map(({ against }) => against))];
  const heads = [...HEADS, ...others.flatMap((other) => [`CPU / ${other}`, `INVITE to 180 p50 / ${other}`])];
  const rows = groups.map((group) => [...figureCells(group), ...ratioCells(group, comparisons, others)]);
  const seconds = run.seconds.filter(({ offered }) => offered > 0).length;
  return [
    ...markdownTable(heads, rows),
    '',
    `Profile ${run.profile}, ${atIso.slice(0, 10)}: medians (least - most) of interleaved runs of ${seconds} s.`,
    tellMachine(machine),
  ];
}

function figureCells({ system, callsPerSecond, runs }: RunGroup): string[] {
  const { median, min, max } = spreadOf(runs.map(({ microsPerCall }) => microsPerCall));
  const at = (figure: (run: RunGroup['runs'][number]) => number): string =>
    spreadOf(runs.map(figure)).median.toFixed(2);
  const good = runs.filter(({ invalid, isPassed }) => invalid.length === 0 && isPassed).length;
  return [
    system,
    String(callsPerSecond),
    `${good} of ${runs.length}`,
    `${median.toFixed(0)} (${min.toFixed(0)} - ${max.toFixed(0)})`,
    `${at(({ latencies }) => latencies.ringing.p50)} / ${at(({ latencies }) => latencies.ringing.p99)} ms`,
  ];
}

function ratioCells(
  { system, callsPerSecond }: RunGroup,
  comparisons: readonly Comparison[],
  others: readonly string[],
): string[] {
  return others.flatMap((other) => {
    const found = comparisons.find(
      (one) => one.system === system && one.callsPerSecond === callsPerSecond && one.against === other,
    );
    return found === undefined ? ['', ''] : [tellRatio(found.processor), tellRatio(found.ringing)];
  });
}
