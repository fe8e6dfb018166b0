// GET /api/v1/reports: what calls came to, by period, account, gateway, prefix, area and end reason.

import { END_REASON_NAMES } from '../../core/base/end-reason.ts';
import { nearestName } from '../../core/base/nearest-name.ts';
import { ATTEMPT_FAILURES } from '../../core/cdr/cdr.ts';
import type { Snapshot } from '../../core/routing/snapshot.ts';
import { TandemError } from '../../tandem-error.ts';
import { askedTime, askedZone } from '../reports/asked-time.ts';
import type { CallHistory } from '../reports/call-history.ts';
import { countReport } from '../reports/count-report.ts';
import { PERIOD_KINDS, type PeriodKind } from '../reports/periods.ts';
import { rateFactsOf } from '../reports/rate-facts.ts';
import { DIMENSIONS, type Dimension, type ReportQuestion, type ReportRow } from '../reports/report.ts';
import { wordIn } from './query.ts';

/** What a report is made from. */
export interface ReportGround {
  readonly history: CallHistory;
  readonly snapshot: Snapshot;
  readonly wallMs: number;
}

/** The answer. */
export interface ReportAnswer {
  readonly by: PeriodKind;
  readonly timeZone: string;
  readonly fromWallMs: number;
  readonly untilWallMs: number;
  /** When the oldest call that is known ended, where older ones have gone; null where none has. */
  readonly knownFromWallMs: number | null;
  readonly group: readonly Dimension[];
  /** By period, the rows with the most attempts first. */
  readonly rows: readonly ReportRow[];
  /** Of all rows together, also of those that are beyond the limit. */
  readonly total: ReportRow;
  readonly rowCount: number;
}

const ROWS_TOLD = 1_000;
/** Rows that one answer has at the most. */
export const ROWS_TOLD_MAX = 50_000;

/** The report that `query` asks for. Rejects with TANDEM_API_QUESTION and what counting it does. */
export async function answerReport(ground: ReportGround, query: URLSearchParams): Promise<ReportAnswer> {
  const question = questionIn(query, ground.wallMs);
  const limit = limitIn(query);
  const facts = rateFactsOf(ground.snapshot, ground.wallMs);
  const { rows, total, knownFromWallMs } = await countReport(ground.history, question, facts);
  const { by, timeZone, fromWallMs, untilWallMs, dimensions: group } = question;
  const told = rows.slice(0, limit);
  return { by, timeZone, fromWallMs, untilWallMs, knownFromWallMs, group, rows: told, total, rowCount: rows.length };
}

function questionIn(query: URLSearchParams, wallMs: number): ReportQuestion {
  const by = periodIn(query.get('by') ?? 'day');
  const group = (query.get('group') ?? '').split(',').filter((word) => word !== '');
  const dimensions = [...new Set(group.map((word) => wordIn('group', word.trim(), DIMENSIONS)))];
  const only = new Map<Dimension, string>();
  for (const dimension of DIMENSIONS) {
    const word = query.get(dimension);
    if (word === null) continue;
    only.set(dimension, word);
  }
  const isOfAttempts = dimensions.includes('routingGateway') || only.has('routingGateway');
  const reasons = isOfAttempts ? [...END_REASON_NAMES, ...ATTEMPT_FAILURES] : END_REASON_NAMES;
  const reason = only.get('endReason');
  if (reason !== undefined) wordIn('endReason', reason, reasons);
  return { by, dimensions, only, ...askedTime(query, askedZone(query, 'UTC'), wallMs, 'week') };
}

/** How long the periods are. Whoever writes what calls are told apart by means `group`. */
function periodIn(word: string): PeriodKind {
  const isPeriod = nearestName(word, PERIOD_KINDS) !== null;
  const group = DIMENSIONS.find((one) => one === word) ?? (isPeriod ? null : nearestName(word, DIMENSIONS));
  if (group === null) return wordIn('by', word, PERIOD_KINDS);
  const sentence = `by takes a period (${PERIOD_KINDS.join(', ')}), not "${word}"; did you mean group ${group}?`;
  throw new TandemError('TANDEM_API_QUESTION', sentence);
}

function limitIn(query: URLSearchParams): number {
  const given = query.get('limit') ?? String(ROWS_TOLD);
  if (/^[1-9]\d{0,4}$/.test(given) && Number(given) <= ROWS_TOLD_MAX) return Number(given);
  throw new TandemError('TANDEM_API_QUESTION', `limit takes a whole number from 1 to ${ROWS_TOLD_MAX}, not "${given}"`);
}
