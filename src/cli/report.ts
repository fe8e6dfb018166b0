// tandem report: what calls came to, by hour, day or month and by account, gateway, prefix, area and end reason.

import type { SwitchConfig } from '../config.ts';
import { answerReport, type ReportAnswer, ROWS_TOLD_MAX } from '../control/api/report-question.ts';
import { csvLine } from '../control/cdr/cdr-columns.ts';
import { UnpackedSpool } from '../control/cdr/unpacked-spool.ts';
import { CallHistory } from '../control/reports/call-history.ts';
import type { MoneySum } from '../control/reports/money-sums.ts';
import type { PeriodKind } from '../control/reports/periods.ts';
import type { Dimension, ReportRow } from '../control/reports/report.ts';
import { jsonText } from '../core/base/json-text.ts';
import { moneyText } from '../core/rating/money.ts';
import { alignedTable } from './aligned-table.ts';
import { feeDecimals } from './fee-decimals.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { counted, EXIT_OK, type Terminal } from './terminal.ts';

/** What is asked for, by the names of the API, as written. */
export type ReportWords = Readonly<Record<string, string | null>>;

/** Counting ten million calls takes some seconds, more on a busy machine. */
const TIMEOUT_MS = 120_000;
const NANO_DECIMALS = 9;

const HEADS: Readonly<Record<Dimension, string>> = {
  account: 'account',
  mappingGateway: 'from',
  routingGateway: 'to',
  prefix: 'prefix',
  area: 'area',
  endReason: 'end reason',
};
const FIGURES = ['ASR', 'NER', 'ACD', 'PDD p50', 'p95', 'minutes'];
const MONEY = ['sell', 'buy', 'profit'];

/** Prints it: a table, JSON with --json, or CSV. */
export async function report(
  config: SwitchConfig,
  words: ReportWords,
  isCsv: boolean,
  terminal: Terminal,
): Promise<number> {
  const client = runningSwitch(config.dataPath);
  // A table for people has its first rows, a spreadsheet all that there may be: sums are made of it.
  const asked = isCsv ? { limit: String(ROWS_TOLD_MAX), ...words } : words;
  const answer =
    client === null
      ? await countStopped(config, asked)
      : ((await client.get('/api/v1/reports', asked, TIMEOUT_MS)) as ReportAnswer);
  if (isCsv) for (const line of csvLines(answer)) terminal.say(line);
  else if (terminal.isJson) terminal.say(jsonText(answer));
  else {
    const isOfAttempts = answer.group.includes('routingGateway') || typeof words['routingGateway'] === 'string';
    const lines = tableLines(answer, isOfAttempts, await feeDecimals(config));
    for (const line of lines) terminal.say(line);
  }
  return EXIT_OK;
}

function countStopped(config: SwitchConfig, words: ReportWords): Promise<ReportAnswer> {
  return withStoppedSwitch(config, false, ({ stores, configuration }) => {
    const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
    while (history.follow() > 0);
    const given = Object.entries(words).filter((entry): entry is [string, string] => entry[1] !== null);
    const ground = { history, snapshot: configuration.snapshot, wallMs: Date.now() };
    return answerReport(ground, new URLSearchParams(given));
  });
}

function tableLines(answer: ReportAnswer, isOfAttempts: boolean, decimals: number): string[] {
  const { rows, rowCount, by, timeZone, knownFromWallMs, fromWallMs, group } = answer;
  const notes: string[] = [];
  if (rows.length < rowCount) notes.push(`The first ${rows.length} of ${counted(rowCount, 'row')}; more with --limit.`);
  if (knownFromWallMs !== null && fromWallMs < knownFromWallMs) {
    notes.push(`Nothing is known of calls that ended before ${minuteText(knownFromWallMs)} UTC.`);
  }
  if (rowCount === 0) return ['No call is like that.', ...notes];
  const periodHeads = by === 'all' ? [] : [`${by} (${timeZone})`];
  const counts = [isOfAttempts ? 'attempts' : 'calls', 'answered'];
  const heads = [...periodHeads, ...group.map((dimension) => HEADS[dimension]), ...counts, ...FIGURES, ...MONEY, ''];
  const cells = rows.flatMap((row) =>
    rowCells(row, [...periodCells(row, by), ...row.words.map((word) => word || '-')], decimals),
  );
  const lead = periodHeads.length + group.length;
  const sum =
    lead === 0
      ? []
      : rowCells(
          answer.total,
          Array.from({ length: lead }, (_, at) => (at === 0 ? 'all' : '')),
          decimals,
        );
  const numeric = heads.flatMap((_, at) => (at >= lead && at < heads.length - 1 ? [at] : []));
  return [...alignedTable(heads, [...cells, ...sum], numeric), ...(notes.length === 0 ? [] : ['', ...notes])];
}

/** A line for each currency of the row; one without money where there is none. */
function rowCells(row: ReportRow, lead: readonly string[], decimals: number): string[][] {
  const { attempts, answered, reached, holdMs, delayP50Ms, delayP95Ms, money } = row;
  const figures = [
    String(attempts),
    String(answered),
    share(answered, attempts),
    share(reached, attempts),
    answered === 0 ? '-' : `${Math.round(holdMs / answered / 1000)} s`,
    seconds(delayP50Ms),
    seconds(delayP95Ms),
    (holdMs / 60_000).toFixed(1),
  ];
  const [first, ...others] = money.length === 0 ? [null] : money;
  const blank = [...lead, ...figures].map(() => '');
  return [
    [...lead, ...figures, ...moneyCells(first ?? null, decimals)],
    ...others.map((sum) => [...blank, ...moneyCells(sum ?? null, decimals)]),
  ];
}

function moneyCells(sum: MoneySum | null, decimals: number): string[] {
  if (sum === null) return ['-', '-', '-', ''];
  const [sell, buy] = [BigInt(sum.sellNanos), BigInt(sum.buyNanos)];
  return [...[sell, buy, sell - buy].map((nanos) => moneyText(nanos, decimals)), sum.currency];
}

function csvLines({ rows, by, group }: ReportAnswer): string[] {
  const heads = [
    ...(by === 'all' ? [] : [by]),
    ...group,
    ...['attempts', 'answered', 'reached', 'asr', 'ner', 'acd_seconds', 'pdd_p50_ms', 'pdd_p95_ms', 'talk_seconds'],
    ...['billed_seconds', 'buy_billed_seconds', 'sell', 'tax', 'buy', 'buy_tax', 'profit', 'currency'],
  ];
  return [csvLine(heads), ...rows.flatMap((row) => csvRows(row, by))];
}

/** A line for each currency: the counts stand in the first, so that a column can be added up. */
function csvRows(row: ReportRow, by: PeriodKind): string[] {
  const { attempts, answered, reached, holdMs, delayP50Ms, delayP95Ms, money, billedSeconds, buyBilledSeconds } = row;
  const figures = [
    ...[attempts, answered, reached].map(String),
    ...[answered, reached].map((count) => (attempts === 0 ? '' : (count / attempts).toFixed(4))),
    answered === 0 ? '' : (holdMs / answered / 1000).toFixed(1),
    ...[delayP50Ms, delayP95Ms].map((delayMs) => (delayMs === null ? '' : String(delayMs))),
    (holdMs / 1000).toFixed(3),
    ...[billedSeconds, buyBilledSeconds].map(String),
  ];
  const lead = [...periodCells(row, by), ...row.words];
  return (money.length === 0 ? [null] : money).map((sum, at) => {
    const nanos = sum === null ? [] : [sum.sellNanos, sum.taxNanos, sum.buyNanos, sum.buyTaxNanos].map(BigInt);
    const [sell = 0n, , buy = 0n] = nanos;
    const amounts =
      sum === null ? ['', '', '', '', ''] : [...nanos, sell - buy].map((one) => moneyText(one, NANO_DECIMALS));
    return csvLine([...lead, ...(at === 0 ? figures : figures.map(() => '')), ...amounts, sum?.currency ?? '']);
  });
}

/** The period as its clocks show it. */
function periodCells({ fromWallMs, aheadMs }: ReportRow, by: PeriodKind): string[] {
  const shown = new Date(fromWallMs + aheadMs).toISOString();
  switch (by) {
    case 'all':
      return [];
    case 'month':
      return [shown.slice(0, 7)];
    case 'day':
      return [shown.slice(0, 10)];
    case 'hour':
      return [`${shown.slice(0, 13).replace('T', ' ')}:00${aheadMs === 0 ? '' : ` ${offsetText(aheadMs)}`}`];
  }
}

function offsetText(aheadMs: number): string {
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${aheadMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function minuteText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 16).replace('T', ' ');
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

function seconds(ms: number | null): string {
  return ms === null ? '-' : `${(ms / 1000).toFixed(2)} s`;
}
