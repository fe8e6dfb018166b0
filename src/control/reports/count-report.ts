// Counts a report over a history, a segment after the other, and lets everything else on the thread go on between them.

import { setImmediate } from 'node:timers/promises';
import { TandemError } from '../../tandem-error.ts';
import type { CallHistory, CallSegment } from './call-history.ts';
import { beginningOfPeriod } from './periods.ts';
import { type RateFacts, Report, type ReportQuestion, type ReportRow } from './report.ts';

/** A report and what it was counted from. */
export interface CountedReport {
  readonly rows: readonly ReportRow[];
  /** Of all rows together. */
  readonly total: ReportRow;
  /** When the oldest call that is known ended, where older ones have gone; null where none has. */
  readonly knownFromWallMs: number | null;
}

/** Longest time in which nothing else goes on, ms. */
const BUSY_MS = 20;
/** Segments brought into memory together, while those before them are counted. */
const SEGMENTS_AHEAD = 16;

/** Records that the history may lack; a busy second brings a tenth. */
const RECORDS_BEHIND_MAX = 50_000;
/** Records are spooled in the order in which calls end, but for so long. */
const OUT_OF_ORDER_MS = 60_000;

/** Throws TANDEM_REPORT_BEHIND while `history` is made anew from a spool, and lacks calls that ended before then. */
export function refuseWhileBehind(history: CallHistory, untilWallMs: number): void {
  const behindCount = history.backlog();
  if (behindCount <= RECORDS_BEHIND_MAX) return;
  const nextWallMs = history.nextEndWallMs();
  if (nextWallMs === null || untilWallMs <= nextWallMs - OUT_OF_ORDER_MS) return;
  const sentence = `Not all calls of that time are taken in yet, ${behindCount} CDRs are left. Ask again in a while.`;
  throw new TandemError('TANDEM_REPORT_BEHIND', sentence);
}

/** Counts it. Rejects with TANDEM_REPORT_TOO_LARGE, TANDEM_REPORT_BEHIND. */
export async function countReport(
  history: CallHistory,
  question: ReportQuestion,
  facts: RateFacts,
): Promise<CountedReport> {
  refuseWhileBehind(history, question.untilWallMs);
  const knownFromWallMs = history.knownFromWallMs();
  // Periods before anything is known would only be empty, and the clocks of zones long ago are slow to find.
  const firstWallMs =
    knownFromWallMs === null ? question.fromWallMs : beginningOfPeriod(question.by, question.timeZone, knownFromWallMs);
  const fromWallMs = Math.min(Math.max(question.fromWallMs, firstWallMs), question.untilWallMs);
  const report = new Report({ ...question, fromWallMs }, facts);
  await eachSegment(history, question, (segment) => report.add(segment));
  return { rows: report.rows(), total: report.total(), knownFromWallMs: history.hasLost() ? knownFromWallMs : null };
}

/** Gives `take` every segment that has calls of the time asked for, oldest first. */
export async function eachSegment(
  history: CallHistory,
  { fromWallMs, untilWallMs }: { readonly fromWallMs: number; readonly untilWallMs: number },
  take: (segment: CallSegment) => void,
): Promise<void> {
  let busySinceMs = performance.now();
  const { first } = history.numbers();
  const prefetch = (number: number): Promise<void> => {
    const ahead = Array.from({ length: SEGMENTS_AHEAD }, (_, at) => number + at);
    return history.prefetch(ahead, fromWallMs, untilWallMs);
  };
  let isThere = prefetch(first);
  for (let number = first; number <= history.numbers().last; number++) {
    if ((number - first) % SEGMENTS_AHEAD === 0) {
      await isThere;
      isThere = prefetch(number + SEGMENTS_AHEAD);
    }
    const segment = history.segment(number, fromWallMs, untilWallMs);
    if (segment !== null) take(segment);
    if (performance.now() - busySinceMs < BUSY_MS) continue;
    await setImmediate();
    busySinceMs = performance.now();
  }
}
