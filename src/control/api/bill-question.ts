// GET /api/v1/bills: what the calls of a time cost an account, by rate, with the sums; its payments of that time, and
// its balance before and after. The balances are that of the ledger, counted back: so one bill closes with what the
// next one opens with, to the unit.

import type { Ledger, PaymentEntry } from '../../store/ledger.ts';
import type { Account } from '../../store/network.ts';
import { TandemError } from '../../tandem-error.ts';
import { type AskedTime, askedTime, askedZone } from '../reports/asked-time.ts';
import { BillCount, type BillKind, type BillLine } from '../reports/bill-count.ts';
import type { CallHistory } from '../reports/call-history.ts';
import { eachSegment, refuseWhileBehind } from '../reports/count-report.ts';
import { dayShown } from '../reports/periods.ts';
import { rateFactsOf } from '../reports/rate-facts.ts';
import { NOTHING_WRITTEN } from './account-question.ts';
import type { ReportGround } from './report-question.ts';

const DAY_MS = 86_400_000;

/** Records that bills wait for. */
const RECORDS_BEHIND_MAX = 50_000;

/** What a bill is made from. */
export interface BillGround extends ReportGround {
  readonly ledger: Ledger;
  /** The account of that name; null when there is none. */
  readonly accountOf: (name: string) => Account | null;
}

/** The answer. */
export interface Bill extends AskedTime {
  readonly account: string;
  /** As the account has them: of its holder, whom to write to. */
  readonly name: string;
  readonly contact: string;
  /** Of its calls; more than one where that of the account has changed meanwhile. */
  readonly currency: string;
  readonly memo: string;
  readonly lines: readonly (BillLine & { readonly area: string })[];
  readonly sums: readonly { readonly kind: BillKind; readonly feeNanos: bigint; readonly taxNanos: bigint }[];
  /** Of the same time, oldest first. */
  readonly payments: readonly PaymentEntry[];
  /** Corrections of calls of this time, whenever they were entered: those of this time are among the payments too. */
  readonly corrections: readonly PaymentEntry[];
  /** Null where not all calls since are known. */
  readonly balances: BillBalances | null;
  /** When the oldest call that is known ended, where older ones have gone; null where none has. */
  readonly knownFromWallMs: number | null;
}

/** The balance of an account before and after a time, and what made the difference. */
export interface BillBalances {
  readonly openingNanos: bigint;
  readonly paidNanos: bigint;
  readonly chargedNanos: bigint;
  readonly closingNanos: bigint;
}

/** The bill that `query` asks for. Rejects with TANDEM_ACCOUNT_UNKNOWN, TANDEM_API_QUESTION, TANDEM_REPORT_BEHIND. */
export async function answerBill(ground: BillGround, query: URLSearchParams): Promise<Bill> {
  const { history, snapshot, wallMs, ledger, accountOf } = ground;
  const name = query.get('account') ?? '';
  const account = accountOf(name);
  // One that was taken out of the network has the bill of its last calls, by UTC where nothing else is asked for.
  if (account === null && !ledger.accounts().includes(name)) {
    throw new TandemError('TANDEM_ACCOUNT_UNKNOWN', `There is no account "${name}" in the network.`);
  }
  const zone = askedZone(query, account?.timeZone ?? 'UTC');
  const time = askedTime(query, zone, wallMs, lastMonth(wallMs, zone));
  const { fromWallMs, untilWallMs } = time;
  refuseWhileBehind(history, untilWallMs);
  const later = { fromWallMs: untilWallMs, untilWallMs: Number.POSITIVE_INFINITY };
  const place = ledger.position();
  const isKnown =
    followTo(history, place) && !(history.hasLost() && (history.knownFromWallMs() ?? wallMs) > fromWallMs);
  const entries = ledger.payments(name, Number.POSITIVE_INFINITY).reverse();
  const balanceNanos = ledger.balanceNanos(name);
  const [count, since] = [new BillCount(name, time, place), new BillCount(name, later, place)];
  await eachSegment(history, { ...later, fromWallMs }, (segment) => {
    count.add(segment);
    since.add(segment);
  });
  const { areaOf } = rateFactsOf(snapshot, wallMs);
  const lines = count.lines();
  const payments = entries.filter(({ atWallMs }) => atWallMs >= fromWallMs && atWallMs < untilWallMs);
  const paidLater = sumOf(entries.filter(({ atWallMs }) => atWallMs >= untilWallMs));
  const written = account ?? NOTHING_WRITTEN;
  const closingNanos = balanceNanos - paidLater + since.chargedNanos();
  return {
    account: name,
    name: written.name,
    contact: written.contact,
    currency: [...count.currencies].sort().join(', ') || (account?.currency ?? ''),
    memo: written.memo,
    ...time,
    lines: lines.map((line) => ({ ...line, area: areaOf(line.table, line.prefix) })),
    sums: sumsOf(lines),
    payments,
    corrections: entries.filter(({ rerating }) => rerating && overlaps(rerating, time)),
    balances: isKnown ? balancesOf(closingNanos, sumOf(payments), count.chargedNanos()) : null,
    knownFromWallMs: history.hasLost() ? history.knownFromWallMs() : null,
  };
}

/** The month before this one, by the clocks of `zone`. */
function lastMonth(wallMs: number, zone: string): string {
  const today = new Date(dayShown(wallMs, zone) * DAY_MS);
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1)).toISOString().slice(0, 7);
}

function sumsOf(lines: readonly BillLine[]): Bill['sums'] {
  const kinds = [...new Set(lines.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = lines.filter((line) => line.kind === kind);
    const feeNanos = own.reduce((sum, line) => sum + line.feeNanos, 0n);
    return { kind, feeNanos, taxNanos: own.reduce((sum, line) => sum + line.taxNanos, 0n) };
  });
}

/** Whether calls are known up to `place` of the spool. An old store that is still being caught up takes too long. */
function followTo(history: CallHistory, place: number): boolean {
  if (place - history.position > RECORDS_BEHIND_MAX) return false;
  while (history.position < place && history.follow() > 0);
  return history.position >= place;
}

function balancesOf(closingNanos: bigint, paidNanos: bigint, chargedNanos: bigint): BillBalances {
  return { openingNanos: closingNanos - paidNanos + chargedNanos, paidNanos, chargedNanos, closingNanos };
}

function sumOf(entries: readonly PaymentEntry[]): bigint {
  return entries.reduce((sum, { nanos }) => sum + nanos, 0n);
}

function overlaps(one: Omit<AskedTime, 'timeZone'>, other: Omit<AskedTime, 'timeZone'>): boolean {
  return one.fromWallMs < other.untilWallMs && other.fromWallMs < one.untilWallMs;
}
