// A bill: what the calls of a time cost one account, by rate. A customer pays for his calls, an agent for those of his
// customers, and whoever carries calls is paid for them; an account may be all three.

import type { ClosedTable } from '../../store/number-columns.ts';
import type { CallSegment } from './call-history.ts';
import { HIGH_NANOS } from './call-tables.ts';

/** For what: calls of its own, calls of its customers, calls that it carried. */
export type BillKind = 'calls' | 'agent' | 'carried';

/** The calls of one rate. */
export interface BillLine {
  readonly kind: BillKind;
  readonly table: string;
  readonly prefix: string;
  readonly calls: number;
  readonly talkMs: number;
  readonly billedSeconds: number;
  readonly feeNanos: bigint;
  readonly taxNanos: bigint;
}

type OpenLine = { -readonly [Field in keyof BillLine]: BillLine[Field] };

const PAID = {
  account: 'account',
  table: 'table',
  prefix: 'prefix',
  seconds: 'billedSeconds',
  fee: 'fee',
  tax: 'tax',
} as const;

/** Columns of what an account pays or is paid, by kind. The currency is one of the calls: an agent has that of his. */
const COLUMNS = {
  calls: { ...PAID, currency: 'currency' },
  carried: {
    account: 'clearingAccount',
    table: 'buyTable',
    prefix: 'buyPrefix',
    seconds: 'buyBilledSeconds',
    fee: 'buyFee',
    tax: 'buyTax',
    currency: 'buyCurrency',
  },
  agent: { ...PAID, currency: 'currency' },
} as const satisfies Readonly<Record<BillKind, Readonly<Record<string, string>>>>;

/** The bill of one account, counted segment by segment. */
export class BillCount {
  readonly #account: string;
  readonly #fromWallMs: number;
  readonly #untilWallMs: number;
  readonly #upTo: number;
  readonly #lines = new Map<string, OpenLine>();
  /** In which its calls were charged, as far as their records say it. */
  readonly currencies = new Set<string>();

  /** For calls that ended at or after, and before, whose records stand up to place `upTo` of the spool. */
  constructor(
    account: string,
    { fromWallMs, untilWallMs }: { readonly fromWallMs: number; readonly untilWallMs: number },
    upTo = Number.POSITIVE_INFINITY,
  ) {
    this.#account = account;
    this.#fromWallMs = fromWallMs;
    this.#untilWallMs = untilWallMs;
    this.#upTo = upTo;
  }

  /** What the account loses by all of it. */
  chargedNanos(): bigint {
    return [...this.#lines.values()].reduce((sum, { feeNanos, taxNanos }) => sum + feeNanos + taxNanos, 0n);
  }

  /** Counts the answered calls of `segment` that have a rate. */
  add(segment: CallSegment): void {
    const { calls, agents } = segment;
    const isCounted = this.#countedCalls(segment);
    const talks = calls.numbers('holdMs');
    const rows = Int32Array.from(talks.keys());
    this.#addTable('calls', calls, rows, { calls, isCounted, talks });
    this.#addTable('carried', calls, rows, { calls, isCounted, talks });
    this.#addTable('agent', agents, Int32Array.from(agents.numbers('call')), { calls, isCounted, talks });
  }

  /** The lines: by kind, the dearest first. */
  lines(): BillLine[] {
    const order: readonly BillKind[] = ['calls', 'agent', 'carried'];
    return [...this.#lines.values()].sort(
      (one, other) =>
        order.indexOf(one.kind) - order.indexOf(other.kind) ||
        Number(other.feeNanos - one.feeNanos) ||
        compare(one, other),
    );
  }

  #countedCalls({ calls, position }: CallSegment): Uint8Array {
    const [ends, answers] = [calls.numbers('endedAtWallMs'), calls.numbers('isAnswered')];
    // Its calls are neighbours in the spool, and the last one stands at its position.
    const count = Math.min(ends.length, ends.length + this.#upTo - position);
    return Uint8Array.from(ends, (endWallMs, call) => {
      const isInTime = endWallMs >= this.#fromWallMs && endWallMs < this.#untilWallMs;
      return Number(isInTime && call < count && answers[call] === 1);
    });
  }

  /** `callOf`: the call of each row of `table`. */
  #addTable(
    kind: BillKind,
    table: ClosedTable,
    callOf: Int32Array,
    {
      calls,
      isCounted,
      talks,
    }: { readonly calls: ClosedTable; readonly isCounted: Uint8Array; readonly talks: Float64Array },
  ): void {
    const names = COLUMNS[kind];
    const own = table.words(names.account).indexOf(this.#account);
    if (own < 0) return;
    const [tables, prefixes] = [table.words(names.table), table.words(names.prefix)];
    const [accountIds, tableIds, prefixIds] = [names.account, names.table, names.prefix].map((name) =>
      table.numbers(name),
    );
    const [currencies, currencyIds] = [calls.words(names.currency), calls.numbers(names.currency)];
    const [seconds, fees, taxes] = [table.numbers(names.seconds), moneyOf(table, names.fee), moneyOf(table, names.tax)];
    for (let row = 0; row < callOf.length; row++) {
      const call = callOf[row] as number;
      if (accountIds?.[row] !== own || isCounted[call] === 0) continue;
      const rate = tables[tableIds?.[row] as number] as string;
      if (rate === '') continue;
      const currency = currencies[currencyIds[call] as number] as string;
      if (currency !== '') this.currencies.add(currency);
      const line = this.#line(kind, rate, prefixes[prefixIds?.[row] as number] as string);
      line.calls += 1;
      line.talkMs += talks[call] as number;
      line.billedSeconds += seconds[row] as number;
      line.feeNanos += fees(row);
      line.taxNanos += taxes(row);
    }
  }

  #line(kind: BillKind, table: string, prefix: string): OpenLine {
    const key = `${kind}\n${table}\n${prefix}`;
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line = { kind, table, prefix, calls: 0, talkMs: 0, billedSeconds: 0, feeNanos: 0n, taxNanos: 0n };
    this.#lines.set(key, line);
    return line;
  }
}

function moneyOf(table: ClosedTable, name: string): (row: number) => bigint {
  const [highs, lows] = [table.numbers(`${name}High`), table.numbers(`${name}Low`)];
  return (row) => BigInt(highs[row] as number) * BigInt(HIGH_NANOS) + BigInt(lows[row] as number);
}

function compare(one: BillLine, other: BillLine): number {
  return `${one.table} ${one.prefix}` < `${other.table} ${other.prefix}` ? -1 : 1;
}
