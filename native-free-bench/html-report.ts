// One HTML file with all of a benchmark's figures and charts: nothing is loaded from elsewhere, so that it can be kept
// and sent.

import type { BenchDocument } from './bench-document.ts';
import {
  doubtLines,
  generatorLines,
  heldLines,
  LEGEND,
  type ReportTable,
  tablesOf,
  threadLines,
} from './bench-report.ts';
import { chart, escaped } from './html-chart.ts';
import { tellMachine } from './machine.ts';
import type { ProfileRun } from './profile-run.ts';

/** Charts of more runs than these are folded away. */
const OPEN_RUNS_MAX = 3;

/** The document as a page. */
export function htmlReport({ title, machine, atIso, runs, peaks }: BenchDocument): string {
  const found = peaks.map(
    ({ system, callsPerSecond, microsPerCall }) =>
      `<p>Highest rate of ${escaped(system)}: ${callsPerSecond} calls a second, ` +
      `${microsPerCall.toFixed(0)} us/call.</p>`,
  );
  return page(
    title,
    [
      `<p>${escaped(atIso.slice(0, 16).replace('T', ' '))} UTC. ${escaped(tellMachine(machine))}</p>`,
      doubtSection(runs),
      ...found,
      ...tablesOf(runs).map(tableOf),
      '<h2>Besides</h2>',
      ...[...heldLines(runs), ...threadLines(runs), ...generatorLines(runs)].map((line) => `<p>${escaped(line)}</p>`),
      `<p class="legend">${escaped(LEGEND.join(' '))}</p>`,
      '<h2>Runs</h2>',
      ...runs.map((run) => runSection(run, runs.length <= OPEN_RUNS_MAX)),
    ].join('\n'),
  );
}

/** What is wrong, in a line; which runs, and why, for those who ask. */
function doubtSection(runs: readonly ProfileRun[]): string {
  const invalid = runs.filter((run) => run.invalid.length > 0).length;
  const failed = runs.filter(({ isPassed }) => !isPassed).length;
  const lines = doubtLines(runs).map((line) => `<p>${escaped(line)}</p>`);
  if (lines.length === 0) return `<p>All ${runs.length} runs passed, and may be believed.</p>`;
  const kind = invalid + failed > 0 ? ' class="bad"' : '';
  const summary = `Of ${runs.length} runs ${failed} FAILED and ${invalid} are INVALID`;
  return `<details><summary${kind}>${summary}</summary>${lines.join('')}</details>`;
}

function page(title: string, body: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>` +
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>' +
    ':root{color-scheme:light dark;--first:#2563eb;--second:#d97706;--third:#16a34a;--bad:#dc2626;--grid:#8884}' +
    '@media(prefers-color-scheme:dark){:root{--first:#7aa5ff;--second:#f0a544;--third:#4fc97c;--bad:#ff7b72}}' +
    'body{font:15px/1.5 system-ui,sans-serif;max-width:74rem;margin:2rem auto;padding:0 1rem}' +
    'h1{font-size:1.6rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.4rem 0}' +
    '.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}' +
    'th,td{padding:.25rem .7rem;text-align:left;border-bottom:1px solid var(--grid);white-space:nowrap}' +
    'th{vertical-align:bottom;font-weight:600}.number{text-align:right}' +
    'th:first-child,td:first-child{position:sticky;left:0;background:Canvas;padding-left:0}' +
    'details{border-top:1px solid var(--grid);padding:.5rem 0}' +
    'details h2{font-size:.9rem;margin:.6rem 0 0}summary{cursor:pointer}' +
    '.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:1.2rem 1.5rem}' +
    'figure{margin:.6rem 0 0}figcaption{font-size:.85rem}svg{width:100%;height:auto;display:block}' +
    'svg text{font:10px system-ui,sans-serif;fill:currentColor;opacity:.75}' +
    '.bad{color:var(--bad);font-weight:600}.legend{font-size:.85rem;opacity:.8;margin-top:1rem}' +
    '@media(max-width:40rem){th{white-space:normal;min-width:3.5rem}th,td{padding:.25rem .45rem}}' +
    `</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>\n`
  );
}

function tableOf({ title, heads, rows, numeric }: ReportTable): string {
  const row = (cells: readonly string[], tag: string): string => {
    const kind = (column: number): string => (numeric.includes(column) ? ' class="number"' : '');
    return `<tr>${cells.map((cell, column) => `<${tag}${kind(column)}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  };
  const body = rows.map((cells) => row(cells, 'td')).join('');
  const table = `<table><thead>${row(heads, 'th')}</thead><tbody>${body}</tbody></table>`;
  return `<h2>${title}</h2><div class="wide">${table}</div>`;
}

function runSection(run: ProfileRun, isOpen: boolean): string {
  const { system, profile, callsPerSecond, microsPerCall, invalid, isPassed, failed, offered } = run;
  const verdict = isPassed ? '' : ' <span class="bad">FAILED</span>';
  const doubt = invalid.length > 0 ? ` <span class="bad">INVALID: ${escaped(invalid.join('; '))}</span>` : '';
  const cost = microsPerCall === 0 ? '' : `, ${microsPerCall.toFixed(0)} us/call`;
  const title = `${escaped(system)}, ${escaped(profile)} at ${callsPerSecond} calls a second${cost}`;
  const causes = Object.entries(failed).map(([cause, count]) => [cause, `${count}`, percent(count, offered)]);
  const table = { title: 'Calls that did not go as planned', heads: ['cause', 'calls', 'of all'], numeric: [1, 2] };
  return (
    `<details${isOpen ? ' open' : ''}><summary>${title}${verdict}${doubt}</summary>` +
    `${causes.length > 0 ? tableOf({ ...table, rows: causes }) : ''}` +
    `<div class="charts">${chartsOf(run)}</div></details>`
  );
}

function percent(count: number, of: number): string {
  return `${((100 * count) / Math.max(1, of)).toFixed(2)} %`;
}

function chartsOf({ seconds, systemSeconds }: ProfileRun): string {
  const of = <T>(values: readonly T[], figure: (value: T) => number): number[] => values.map(figure);
  return [
    chart('Calls a second', {
      offered: of(seconds, ({ offered }) => offered),
      failed: of(seconds, ({ failed }) => failed),
      'as planned': of(seconds, ({ succeeded }) => succeeded),
    }),
    chart('Concurrent calls', { calls: of(seconds, ({ active }) => active) }),
    chart('INVITE to 180, ms', {
      p50: of(seconds, ({ ringing }) => ringing.p50),
      p99: of(seconds, ({ ringing }) => ringing.p99),
    }),
    chart('Processor, % of a core', { system: of(systemSeconds, ({ cpuShare }) => cpuShare * 100) }),
    chart('Memory, MB', { resident: of(systemSeconds, ({ residentBytes }) => residentBytes / 1e6) }),
  ].join('');
}
