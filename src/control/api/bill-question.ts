// GET /api/v1/bills: what the calls of a time cost an account, by rate, with the sums; its payments of that time.

import type { Ledger, PaymentEntry } from '../../store/ledger.ts';
import type { Account } from '../../store/network.ts';
import { TandemError } from '../../tandem-error.ts';
import { type AskedTime, askedTime, askedZone } from '../reports/asked-time.ts';
import { BillCount, type BillKind, type BillLine } from '../reports/bill-count.ts';
import { eachSegment } from '../reports/count-report.ts';
import { rateFactsOf } from '../reports/rate-facts.ts';
import type { ReportGround } from './report-question.ts';

/** What a bill is made from. */
export interface BillGround extends ReportGround {
  readonly ledger: Ledger;
  /** The account of that name; null when there is none. */
  readonly accountOf: (name: string) => Account | null;
}

/** The answer. */
export interface Bill extends AskedTime {
  readonly account: string;
  readonly currency: string;
  readonly memo: string;
  readonly lines: readonly (BillLine & { readonly area: string })[];
  readonly sums: readonly { readonly kind: BillKind; readonly feeNanos: bigint; readonly taxNanos: bigint }[];
  /** Of the same time, oldest first. */
  readonly payments: readonly PaymentEntry[];
  /** When the oldest call that is known ended, where older ones have gone; null where none has. */
  readonly knownFromWallMs: number | null;
}

/** The bill that `query` asks for. Rejects with TANDEM_ACCOUNT_UNKNOWN, TANDEM_API_QUESTION. */
export async function answerBill(ground: BillGround, query: URLSearchParams): Promise<Bill> {
  const { history, snapshot, wallMs, ledger, accountOf } = ground;
  const name = query.get('account') ?? '';
  const account = accountOf(name);
  if (account === null) {
    throw new TandemError('TANDEM_ACCOUNT_UNKNOWN', `There is no account "${name}" in the network.`);
  }
  const time = askedTime(query, askedZone(query, account.timeZone), wallMs, lastMonth(wallMs));
  const count = new BillCount(name, time.fromWallMs, time.untilWallMs);
  await eachSegment(history, time, (segment) => count.add(segment));
  const { areaOf } = rateFactsOf(snapshot, wallMs);
  const lines = count.lines();
  return {
    account: name,
    currency: account.currency,
    memo: account.memo,
    ...time,
    lines: lines.map((line) => ({ ...line, area: areaOf(line.table, line.prefix) })),
    sums: sumsOf(lines),
    payments: paymentsOf(ledger, name, time),
    knownFromWallMs: history.hasLost() ? history.knownFromWallMs() : null,
  };
}

/** The month before this one, by the clocks of UTC: near enough for what is asked for when nothing is said. */
function lastMonth(wallMs: number): string {
  const now = new Date(wallMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1)).toISOString().slice(0, 7);
}

function sumsOf(lines: readonly BillLine[]): Bill['sums'] {
  const kinds = [...new Set(lines.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = lines.filter((line) => line.kind === kind);
    const feeNanos = own.reduce((sum, line) => sum + line.feeNanos, 0n);
    return { kind, feeNanos, taxNanos: own.reduce((sum, line) => sum + line.taxNanos, 0n) };
  });
}

function paymentsOf(ledger: Ledger, account: string, { fromWallMs, untilWallMs }: AskedTime): PaymentEntry[] {
  const entries = ledger.payments(account, Number.POSITIVE_INFINITY).reverse();
  return entries.filter(({ atWallMs }) => atWallMs >= fromWallMs && atWallMs < untilWallMs);
}
