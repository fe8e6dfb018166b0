// One HTML file with all of a benchmark's figures and charts: nothing is loaded from elsewhere, so that it can be kept
// and sent.

import type { BenchDocument } from './bench-document.ts';
import { RATIO_HEADS, ratioRow } from './comparison.ts';
import { tellMachine } from './machine.ts';
import type { ProfileRun } from './profile-run.ts';

/** The document as a page. */
export function htmlReport({ title, machine, runs, peaks, comparisons }: BenchDocument): string {
  const found = peaks.map(
    ({ system, callsPerSecond, microsPerCall }) =>
      `<li>${escaped(system)}: ${callsPerSecond} calls a second, ${microsPerCall.toFixed(0)} microseconds a call</li>`,
  );
  return page(
    title,
    [
      `<p>${escaped(tellMachine(machine))}</p>`,
      comparisons.length > 0 ? `<h2>Beside others</h2>${tableOf(RATIO_HEADS, comparisons.map(ratioRow))}` : '',
      found.length > 0 ? `<h2>Highest rates</h2><ul>${found.join('')}</ul>` : '',
      `<h2>Runs</h2>${tableOf(HEADS, runs.map(runRow))}`,
      ...runs.map(runSection),
    ].join('\n'),
  );
}

function page(title: string, body: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>` +
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>' +
    ':root{color-scheme:light dark;--line:#2563eb;--second:#d97706;--third:#16a34a;--bad:#dc2626;--grid:#8884}' +
    'body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}' +
    'table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}' +
    'th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}' +
    'th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left}' +
    '.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}' +
    'figure{margin:0}figcaption{font-size:.85rem}svg{width:100%;height:auto}.bad{color:var(--bad);font-weight:600}' +
    `</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>\n`
  );
}

const HEADS = [
  'system',
  'profile',
  'calls/s',
  'offered',
  'answered',
  'as planned',
  'us/call',
  'INVITE to 180 p50',
  'p99',
  'added to INVITE p50',
  'p99',
  'CDRs of answered',
  'of all',
  'limit drift',
  'resent by caller, answerer, system',
  'bytes/call',
];

function runRow(run: ProfileRun): string[] {
  const { latencies, resent } = run;
  return [
    run.system,
    run.profile,
    String(run.callsPerSecond),
    String(run.offered),
    String(run.answered),
    `${((100 * run.succeeded) / Math.max(1, run.offered)).toFixed(2)} %`,
    run.microsPerCall === 0 ? '-' : run.microsPerCall.toFixed(0),
    `${latencies.ringing.p50.toFixed(2)} ms`,
    `${latencies.ringing.p99.toFixed(2)} ms`,
    latencies.inviteAdded.count === 0 ? '-' : `${latencies.inviteAdded.p50.toFixed(2)} ms`,
    latencies.inviteAdded.count === 0 ? '-' : `${latencies.inviteAdded.p99.toFixed(2)} ms`,
    run.cdrs === null ? '-' : String(run.cdrs.answered ?? '-'),
    run.cdrs === null ? '-' : String(run.cdrs.all),
    run.limitDrift === null ? '-' : String(run.limitDrift),
    `${resent.caller}, ${resent.answerer}, ${resent.system}`,
    run.bytesPerCall?.toFixed(0) ?? '-',
  ];
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => row(cells, 'td')).join('');
  return `<div class="wide"><table><thead>${row(heads, 'th')}</thead><tbody>${body}</tbody></table></div>`;
}

function runSection(run: ProfileRun): string {
  const causes = Object.entries(run.failed).map(([cause, count]) => `${escaped(cause)}: ${count}`);
  const doubts = run.invalid.map((doubt) => `<p class="bad">INVALID: ${escaped(doubt)}</p>`).join('');
  const failures = causes.length > 0 ? `<p>Not as planned: ${causes.join(', ')}.</p>` : '';
  const title = `${escaped(run.system)}, ${escaped(run.profile)} at ${run.callsPerSecond} calls a second`;
  return `<h2>${title}</h2>${doubts}${failures}<div class="charts">${chartsOf(run)}</div>`;
}

function chartsOf({ seconds, systemSeconds }: ProfileRun): string {
  const of = <T>(values: readonly T[], figure: (value: T) => number): number[] => values.map(figure);
  return [
    chart('calls a second: offered, as planned, failed', [
      of(seconds, ({ offered }) => offered),
      of(seconds, ({ succeeded }) => succeeded),
      of(seconds, ({ failed }) => failed),
    ]),
    chart('concurrent calls', [of(seconds, ({ active }) => active)]),
    chart('INVITE to 180, ms: p50, p99', [
      of(seconds, ({ ringing }) => ringing.p50),
      of(seconds, ({ ringing }) => ringing.p99),
    ]),
    chart('processor, % of a core', [of(systemSeconds, ({ cpuShare }) => cpuShare * 100)]),
    chart('memory, MB', [of(systemSeconds, ({ residentBytes }) => residentBytes / 1e6)]),
  ].join('');
}

const WIDTH = 400;
const HEIGHT = 120;
const COLOURS = ['var(--line)', 'var(--third)', 'var(--second)'];

/** Lines over the seconds of a run, from 0 to the most of them. */
function chart(title: string, lines: readonly (readonly number[])[]): string {
  const length = Math.max(...lines.map((line) => line.length));
  if (length < 2) return '';
  const most = Math.max(1e-9, ...lines.flat());
  const paths = lines.map((line, index) => {
    const points = line.map((value, at) => {
      return `${((at / (length - 1)) * WIDTH).toFixed(1)},${(HEIGHT - (value / most) * HEIGHT).toFixed(1)}`;
    });
    return `<polyline fill="none" stroke="${COLOURS[index]}" stroke-width="1.5" points="${points.join(' ')}"/>`;
  });
  const grid = [0, 0.5, 1].map(
    (share) => `<line x1="0" x2="${WIDTH}" y1="${share * HEIGHT}" y2="${share * HEIGHT}" stroke="var(--grid)"/>`,
  );
  return (
    `<figure><figcaption>${escaped(title)}; the top is ${most < 10 ? most.toFixed(2) : most.toFixed(0)}, ` +
    `${length} s</figcaption><svg viewBox="0 -2 ${WIDTH} ${HEIGHT + 4}" role="img" aria-label="${escaped(title)}">` +
    `${grid.join('')}${paths.join('')}</svg></figure>`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
