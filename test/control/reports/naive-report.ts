// A report by looking at every record, as a reference: no columns, no buckets, big integers.

import type { Dimension, RateFacts, ReportQuestion } from '../../../src/control/reports/report.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';

/** A row to compare with: its key, its counts, its money by currency, its delays. */
export interface NaiveRow {
  attempts: number;
  answered: number;
  reached: number;
  holdMs: number;
  billedSeconds: number;
  money: Map<string, bigint[]>;
  delaysMs: number[];
}

interface Leg {
  readonly cdr: Cdr;
  readonly gateway: string;
  readonly endReason: string;
  readonly isLast: boolean;
  readonly isReached: boolean;
}

const DECLINED = [486, 600, 603];

/** Rows by the label of their period and their words, joined. `labelOf`: the label of a moment's period. */
export function naiveReport(
  cdrs: readonly Cdr[],
  question: ReportQuestion,
  facts: RateFacts,
  labelOf: (wallMs: number) => string,
): Map<string, NaiveRow> {
  const rows = new Map<string, NaiveRow>();
  const { dimensions, only, fromWallMs, untilWallMs } = question;
  const byAttempt = dimensions.includes('routingGateway') || only.has('routingGateway');
  for (const cdr of cdrs) {
    const end = cdr.endedAtWallMs ?? 0;
    if (end < fromWallMs || end >= untilWallMs) continue;
    for (const leg of byAttempt ? legsOf(cdr) : legsOf(cdr).filter(({ isLast }) => isLast)) {
      if ([...only].some(([dimension, word]) => wordOf(leg, dimension, facts) !== word)) continue;
      const key = [labelOf(end), ...dimensions.map((dimension) => wordOf(leg, dimension, facts))].join('|');
      const row = rows.get(key) ?? emptyRow();
      rows.set(key, row);
      count(row, leg, facts);
      if (leg.isLast) row.delaysMs.push(...delayOf(cdr, byAttempt));
    }
  }
  return rows;
}

function legsOf(cdr: Cdr): Leg[] {
  const last = cdr.attempts.at(-1);
  const isDeclined = last !== undefined && DECLINED.includes(last.code);
  const isReached =
    cdr.answeredAtWallMs !== null || cdr.ringingAtWallMs !== null || isDeclined || cdr.endReason === 'Busy';
  const before = cdr.attempts.slice(0, -1).map((attempt) => ({
    cdr,
    gateway: attempt.gateway,
    endReason: attempt.left,
    isLast: false,
    isReached: DECLINED.includes(attempt.code) || attempt.left === 'ringingTimeout',
  }));
  return [...before, { cdr, gateway: cdr.routingGateway, endReason: cdr.endReason ?? '', isLast: true, isReached }];
}

function wordOf({ cdr, gateway, endReason }: Leg, dimension: Dimension, facts: RateFacts): string {
  switch (dimension) {
    case 'account':
    case 'mappingGateway':
      return cdr[dimension];
    case 'routingGateway':
      return gateway;
    case 'endReason':
      return endReason;
    case 'prefix':
      return cdr.sellTable === '' ? '' : cdr.sellPrefix === '' ? '(all)' : cdr.sellPrefix;
    case 'area':
      return cdr.sellTable === '' ? '' : facts.areaOf(cdr.sellTable, cdr.sellPrefix);
  }
}

function emptyRow(): NaiveRow {
  return { attempts: 0, answered: 0, reached: 0, holdMs: 0, billedSeconds: 0, money: new Map(), delaysMs: [] };
}

/** Of an answered call of which the gateway's own is not known, the caller's stands for it. */
function delayOf({ postDialDelayMs, calleePostDialDelayMs, answeredAtWallMs }: Cdr, isOfGateway: boolean): number[] {
  const isKnown = calleePostDialDelayMs !== null || answeredAtWallMs === null;
  const delayMs = isOfGateway && isKnown ? calleePostDialDelayMs : postDialDelayMs;
  return delayMs === null ? [] : [Math.round(delayMs)];
}

function count(row: NaiveRow, { cdr, isLast, isReached }: Leg, facts: RateFacts): void {
  row.attempts += 1;
  row.reached += Number(isReached);
  if (!isLast) return;
  row.answered += Number(cdr.answeredAtWallMs !== null);
  row.holdMs += Math.round(cdr.holdMs);
  row.billedSeconds += cdr.billedSeconds;
  const add = (currency: string, sum: number, nanos: bigint): void => {
    if (nanos === 0n) return;
    const sums = row.money.get(currency) ?? [0n, 0n, 0n, 0n];
    row.money.set(currency, sums);
    sums[sum] = (sums[sum] ?? 0n) + nanos;
  };
  add(cdr.currency, 0, cdr.sellFeeNanos);
  add(cdr.currency, 1, cdr.taxNanos);
  const today = facts.currencyOf(cdr.buyTable) || facts.currencyOfAccount(cdr.clearingAccount);
  const boughtIn = cdr.buyCurrency || today || cdr.currency;
  add(boughtIn, 2, cdr.buyFeeNanos);
  add(boughtIn, 3, cdr.buyTaxNanos);
}
