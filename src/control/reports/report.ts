// Reports: the calls that ended in a time, by period and by account, gateway, prefix, area and end reason, counted from
// the columns of the history. Where routing gateways are asked about, every attempt counts, at the gateway that it was
// made at; otherwise every call counts once.

import type { ClosedTable } from '../../store/number-columns.ts';
import type { CallSegment } from './call-history.ts';
import { percentileMs } from './delay-buckets.ts';
import { BUY, BUY_TAX, type MoneySum, SELL, TAX } from './money-sums.ts';
import { type Period, type PeriodKind, periodsOf } from './periods.ts';
import { ReportGroups, type Sum, Words } from './report-groups.ts';

/** What calls are told apart by. */
export const DIMENSIONS = ['account', 'mappingGateway', 'routingGateway', 'prefix', 'area', 'endReason'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What is asked for. */
export interface ReportQuestion {
  readonly by: PeriodKind;
  readonly timeZone: string;
  /** Calls that ended at or after, and before. */
  readonly fromWallMs: number;
  readonly untilWallMs: number;
  readonly dimensions: readonly Dimension[];
  /** Only calls with these words. */
  readonly only: ReadonlyMap<Dimension, string>;
}

/** What rate tables say today about rates of then. */
export interface RateFacts {
  /** Area of a prefix; '' when it has none (any more). */
  areaOf(table: string, prefix: string): string;
  /** '' of a table that nobody uses any more. It and the next are for records that do not say their currencies. */
  currencyOf(table: string): string;
  /** '' of an account that there is not any more. */
  currencyOfAccount(account: string): string;
}

/** One row. */
export interface ReportRow {
  /** Beginning of its period, and how far the clocks were ahead of UTC then. */
  readonly fromWallMs: number;
  readonly aheadMs: number;
  /** The words of its dimensions, in the order of the question. '' where a call has none. */
  readonly words: readonly string[];
  /** Calls, or attempts where routing gateways are asked about. */
  readonly attempts: number;
  readonly answered: number;
  /** The network did its part: answered, alerted, busy or declined. */
  readonly reached: number;
  /** Talk time of the answered. */
  readonly holdMs: number;
  readonly billedSeconds: number;
  readonly buyBilledSeconds: number;
  /** Post-dial delay, where routing gateways are asked about that of the gateway; off by one part in 32 at most. */
  readonly delayP50Ms: number | null;
  readonly delayP95Ms: number | null;
  /** By currency; none where nobody paid anything. */
  readonly money: readonly MoneySum[];
}

/** A column by which rows are chosen, and what its words are to the report. */
interface Chooser {
  readonly ids: Float64Array;
  /** The report's number of each word of the column; -1: its calls are not asked for. */
  readonly numbers: Int32Array;
}

/** Which fees there are: their columns, their seconds, and where they are added. */
const FEES = [
  { high: 'feeHigh', low: 'feeLow', sum: SELL, isBought: false },
  { high: 'taxHigh', low: 'taxLow', sum: TAX, isBought: false },
  { high: 'buyFeeHigh', low: 'buyFeeLow', sum: BUY, isBought: true },
  { high: 'buyTaxHigh', low: 'buyTaxLow', sum: BUY_TAX, isBought: true },
] as const;

const ADDED = [
  ['answered', 'isAnswered'],
  ['holdMs', 'holdMs'],
  ['billedSeconds', 'billedSeconds'],
  ['buyBilledSeconds', 'buyBilledSeconds'],
] as const satisfies readonly (readonly [Sum, string])[];

/** One report, counted segment by segment. */
export class Report {
  readonly #question: ReportQuestion;
  readonly #facts: RateFacts;
  readonly #periods: readonly Period[];
  readonly #begins: Float64Array;
  readonly #countsAttempts: boolean;
  readonly #groups: ReportGroups;
  readonly #words: ReadonlyMap<Dimension, Words>;
  readonly #room = new Map<string, Float64Array>();

  constructor(question: ReportQuestion, facts: RateFacts) {
    const { by, timeZone, fromWallMs, untilWallMs, dimensions, only } = question;
    this.#question = question;
    this.#facts = facts;
    this.#periods = periodsOf(by, timeZone, fromWallMs, untilWallMs);
    this.#groups = new ReportGroups(this.#periods.length, dimensions.length);
    this.#begins = Float64Array.from(this.#periods, (period) => period.fromWallMs);
    this.#countsAttempts = dimensions.includes('routingGateway') || only.has('routingGateway');
    this.#words = new Map([...dimensions, ...only.keys()].map((dimension) => [dimension, new Words()]));
  }

  /** Counts the calls of `segment`. Throws TANDEM_REPORT_TOO_LARGE. */
  add({ calls, attempts }: CallSegment): void {
    const choosers = this.#choosersOf(calls);
    const attemptChoosers = this.#countsAttempts ? this.#attemptChoosersOf(attempts) : null;
    this.#fit();
    const periods = this.#periodsOfCalls(calls);
    const rows = this.#rowsOf([...choosers.values()], periods);
    const groups = this.#groups;
    groups.count(rows);
    for (const [sum, column] of ADDED) if (!calls.isZero(column)) groups.add(sum, rows, this.#numbers(calls, column));
    groups.add('reached', rows, this.#reachedIn(calls, 'endReason', 'Busy'));
    groups.addDelays(rows, this.#delaysIn(calls));
    this.#addMoney(rows, calls);
    if (attemptChoosers !== null) this.#addAttempts(attempts, { choosers, attemptChoosers, periods });
  }

  /** What was counted: by period, the rows with the most attempts first. */
  rows(): ReportRow[] {
    const order = this.#groups.keys.map((_, row) => row);
    const attempts = (row: number): number => this.#groups.sum([row], 'attempts');
    const period = (row: number): number => this.#groups.keys[row]?.[0] ?? 0;
    order.sort((one, other) => period(one) - period(other) || attempts(other) - attempts(one));
    return order.map((row) => {
      const [at = 0, ...numbers] = this.#groups.keys[row] ?? [];
      const words = this.#question.dimensions.map((dimension, place) => this.#wordOf(dimension, numbers[place] ?? 0));
      return this.#rowOf([row], at, words);
    });
  }

  /** All rows together, as one of the whole time. */
  total(): ReportRow {
    return this.#rowOf([...this.#groups.keys.keys()], 0, []);
  }

  #wordOf(dimension: Dimension, number: number): string {
    return this.#words.get(dimension)?.words[number] ?? '';
  }

  #rowOf(rows: readonly number[], period: number, words: readonly string[]): ReportRow {
    const groups = this.#groups;
    const { fromWallMs = this.#question.fromWallMs, aheadMs = 0 } = this.#periods[period] ?? {};
    const delays = groups.delays(rows);
    return {
      fromWallMs,
      aheadMs,
      words,
      attempts: groups.sum(rows, 'attempts'),
      answered: groups.sum(rows, 'answered'),
      reached: groups.sum(rows, 'reached'),
      holdMs: groups.sum(rows, 'holdMs'),
      billedSeconds: groups.sum(rows, 'billedSeconds'),
      buyBilledSeconds: groups.sum(rows, 'buyBilledSeconds'),
      delayP50Ms: percentileMs(delays, 0.5),
      delayP95Ms: percentileMs(delays, 0.95),
      money: groups.money.of(rows),
    };
  }

  /** Of each dimension that is asked about, those of the question first and in its order. */
  #choosersOf(table: ClosedTable): Map<Dimension, Chooser> {
    const choosers = new Map<Dimension, Chooser>();
    for (const dimension of this.#words.keys()) {
      const isByRate = dimension === 'prefix' || dimension === 'area';
      const chooser = isByRate
        ? this.#rateChooser(dimension, table)
        : this.#chooser(dimension, table.words(dimension), this.#numbers(table, dimension));
      choosers.set(dimension, chooser);
    }
    return choosers;
  }

  #chooser(dimension: Dimension, words: readonly string[], ids: Float64Array): Chooser {
    return { ids, numbers: Int32Array.from(words, (word) => this.#numberOf(dimension, word)) };
  }

  /** By what the rate of a call says: the table and the prefix of it together, of which a segment has few pairs. */
  #rateChooser(dimension: 'prefix' | 'area', calls: ClosedTable): Chooser {
    const [tables, prefixes] = [calls.words('table'), calls.words('prefix')];
    const ids = this.#numbers(calls, 'prefix', dimension);
    const tableIds = this.#numbers(calls, 'table');
    const numbers = new Int32Array(tables.length * prefixes.length).fill(NOT_SEEN);
    for (let call = 0; call < ids.length; call++) {
      const [prefix, table] = [ids[call] as number, tableIds[call] as number];
      const id = prefix + table * prefixes.length;
      ids[call] = id;
      if (numbers[id] !== NOT_SEEN) continue;
      const word = this.#rateFact(dimension, tables[table] as string, prefixes[prefix] as string);
      numbers[id] = this.#numberOf(dimension, word);
    }
    return { ids, numbers };
  }

  #rateFact(dimension: 'prefix' | 'area', table: string, prefix: string): string {
    if (table === '') return '';
    if (dimension === 'area') return this.#facts.areaOf(table, prefix);
    return prefix === '' ? ANY_PREFIX : prefix;
  }

  /** -1: calls with this word are not asked for. */
  #numberOf(dimension: Dimension, word: string): number {
    const only = this.#question.only.get(dimension);
    return only === undefined || only === word ? (this.#words.get(dimension) as Words).numberOf(word) : -1;
  }

  /** A column of the segment that is counted; its array is used again for the next one. */
  #numbers(calls: ClosedTable, column: string, use = ''): Float64Array {
    const room = this.#room.get(column + use);
    const values = calls.numbers(column, room);
    if (values.length > (room?.length ?? 0)) this.#room.set(column + use, values);
    return values;
  }

  /** Who came as far as the called party: those too of whom only `word` says so, as of a busy that came as 5xx. */
  #reachedIn(table: ClosedTable, column: 'endReason' | 'left', word: 'Busy' | 'ringingTimeout'): Float64Array {
    const reached = this.#numbers(table, 'isReached', column);
    const said = table.words(column).indexOf(word);
    if (said < 0) return reached;
    const ids = this.#numbers(table, column, 'isReached');
    for (let row = 0; row < ids.length; row++) if (ids[row] === said) reached[row] = 1;
    return reached;
  }

  /** Where vendors are judged, each has its own; calls of earlier releases have that of the caller's side alone. */
  #delaysIn(calls: ClosedTable): Float64Array {
    const delays = this.#numbers(calls, 'delay');
    if (!this.#countsAttempts) return delays;
    const own = this.#numbers(calls, 'gatewayDelay');
    for (let call = 0; call < own.length; call++) if (own[call] !== 0) delays[call] = (own[call] as number) - 1;
    return delays;
  }

  /** The period of each call; -1: it ended at another time. */
  #periodsOfCalls(calls: ClosedTable): Int32Array {
    const { fromWallMs, untilWallMs } = this.#question;
    const begins = this.#begins;
    const ends = this.#numbers(calls, 'endedAtWallMs');
    const periods = new Int32Array(ends.length);
    let period = 0;
    for (let call = 0; call < ends.length; call++) {
      const endWallMs = ends[call] as number;
      if (endWallMs < fromWallMs || endWallMs >= untilWallMs) {
        periods[call] = -1;
        continue;
      }
      const isHere = (begins[period] as number) <= endWallMs && endWallMs < (begins[period + 1] ?? untilWallMs);
      if (!isHere) period = lastAtOrBefore(begins, endWallMs);
      periods[call] = period;
    }
    return periods;
  }

  /** The row of each call; -1: it is not asked for. */
  #rowsOf(choosers: readonly Chooser[], periods: Int32Array): Int32Array {
    const dimensionCount = this.#question.dimensions.length;
    const rows = new Int32Array(periods.length);
    const key = new Array<number>(1 + dimensionCount).fill(0);
    for (let call = 0; call < rows.length; call++) {
      let isAsked = (periods[call] as number) >= 0;
      key[0] = periods[call] as number;
      for (let at = 0; isAsked && at < choosers.length; at++) {
        const number = numberAt(choosers[at] as Chooser, call);
        isAsked = number >= 0;
        if (at < dimensionCount) key[1 + at] = number;
      }
      rows[call] = isAsked ? this.#groups.rowOf(key) : -1;
    }
    return rows;
  }

  #addMoney(rows: Int32Array, calls: ClosedTable): void {
    const { money } = this.#groups;
    const soldIn = calls.words('currency').map((currency) => money.numberOf(currency));
    const { currencyOf, currencyOfAccount } = this.#facts;
    const boughtIn = calls.words('buyCurrency').map((currency) => money.numberOf(currency));
    const tableIn = calls.words('buyTable').map((table) => money.numberOf(currencyOf(table)));
    const clearedIn = calls.words('clearingAccount').map((account) => money.numberOf(currencyOfAccount(account)));
    const none = money.numberOf('');
    const sold = this.#numbers(calls, 'currency');
    const bought = this.#numbers(calls, 'buyCurrency');
    const tables = this.#numbers(calls, 'buyTable');
    const cleared = this.#numbers(calls, 'clearingAccount');
    for (let call = 0; call < sold.length; call++) {
      sold[call] = soldIn[sold[call] as number] as number;
      let currency = boughtIn[bought[call] as number] as number;
      // Records of earlier releases do not say it: that of the table today, or where it has gone, of the account.
      if (currency === none) currency = tableIn[tables[call] as number] as number;
      if (currency === none) currency = clearedIn[cleared[call] as number] as number;
      bought[call] = currency === none ? (sold[call] as number) : currency;
    }
    for (const { high, low, sum, isBought } of FEES) {
      if (calls.isZero(high) && calls.isZero(low)) continue;
      const fees = { highs: this.#numbers(calls, high), lows: this.#numbers(calls, low) };
      money.add(sum, rows, fees, isBought ? bought : sold);
    }
  }

  /** Of the attempts that hunts left behind: why they did stands for their end reason. */
  #attemptChoosersOf(attempts: ClosedTable): Map<Dimension, Chooser> {
    const choosers = new Map<Dimension, Chooser>();
    const columns = [
      ['routingGateway', 'routingGateway'],
      ['endReason', 'left'],
    ] as const;
    for (const [dimension, column] of columns) {
      if (!this.#words.has(dimension)) continue;
      choosers.set(dimension, this.#chooser(dimension, attempts.words(column), attempts.numbers(column)));
    }
    return choosers;
  }

  #addAttempts(
    attempts: ClosedTable,
    by: {
      readonly choosers: ReadonlyMap<Dimension, Chooser>;
      readonly attemptChoosers: ReadonlyMap<Dimension, Chooser>;
      readonly periods: Int32Array;
    },
  ): void {
    const calls = attempts.numbers('call');
    const rows = new Int32Array(attempts.rowCount).fill(-1);
    const all = [...by.choosers].map(([dimension, chooser]) => by.attemptChoosers.get(dimension) ?? { chooser });
    const dimensionCount = this.#question.dimensions.length;
    const key = new Array<number>(1 + dimensionCount).fill(0);
    for (let attempt = 0; attempt < rows.length; attempt++) {
      const call = calls[attempt] as number;
      let isAsked = (by.periods[call] as number) >= 0;
      key[0] = by.periods[call] as number;
      for (let at = 0; isAsked && at < all.length; at++) {
        const one = all[at] as Chooser | { readonly chooser: Chooser };
        const number = 'chooser' in one ? numberAt(one.chooser, call) : numberAt(one, attempt);
        isAsked = number >= 0;
        if (at < dimensionCount) key[1 + at] = number;
      }
      if (isAsked) rows[attempt] = this.#groups.rowOf(key);
    }
    this.#groups.count(rows);
    this.#groups.add('reached', rows, this.#reachedIn(attempts, 'left', 'ringingTimeout'));
  }

  #fit(): void {
    const { dimensions } = this.#question;
    this.#groups.fit(dimensions.map((dimension) => this.#words.get(dimension)?.words.length ?? 1));
  }
}

/** Among the numbers of words: of a pair that no call has had yet. */
const NOT_SEEN = -2;

/** How the prefix of a rate is told that has none. */
const ANY_PREFIX = '(all)';

function numberAt({ ids, numbers }: Chooser, row: number): number {
  return numbers[ids[row] as number] as number;
}

/** The place of the last of rising `values` that is not above `value`. */
function lastAtOrBefore(values: Float64Array, value: number): number {
  let low = 0;
  for (let high = values.length; high - low > 1; ) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return low;
}
