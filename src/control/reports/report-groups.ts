// The rows of a report while they are counted: which calls belong to which row, and the sums of each.

import { TandemError } from '../../tandem-error.ts';
import { bucketOf, DELAY_BUCKETS } from './delay-buckets.ts';
import { MoneySums } from './money-sums.ts';
import { RowFinder } from './row-finder.ts';

/** Rows of one report; a question that needs more is refused. */
export const REPORT_ROWS_MAX = 50_000;

/** Words of one dimension that a report may meet. */
const WORDS_MAX = 2 ** 21;

/** What is added up for a row. */
export const SUMS = ['attempts', 'answered', 'reached', 'holdMs', 'billedSeconds', 'buyBilledSeconds'] as const;
export type Sum = (typeof SUMS)[number];

/** The words of one dimension, each with a number. */
export class Words {
  readonly words: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    if (this.words.length >= WORDS_MAX) throw tooLarge();
    this.#numbers.set(word, this.words.length);
    return this.words.push(word) - 1;
  }
}

/** All rows of one report. */
export class ReportGroups {
  readonly money = new MoneySums();
  readonly #rows: RowFinder;
  #sums = new Float64Array(256 * SUMS.length);
  #delays = new Uint32Array(256 * DELAY_BUCKETS);

  constructor(periodCount: number, dimensionCount: number) {
    this.#rows = new RowFinder(periodCount, dimensionCount);
  }

  /** Of each row: its period, then the numbers of its words. */
  get keys(): readonly (readonly number[])[] {
    return this.#rows.keys;
  }

  /** Makes room for so many words in each dimension. */
  fit(wordCounts: readonly number[]): void {
    this.#rows.fit(wordCounts);
  }

  /** The row of `key`: a period and the numbers of its words. Throws TANDEM_REPORT_TOO_LARGE. */
  rowOf(key: readonly number[]): number {
    const known = this.#rows.find(key);
    if (known >= 0) return known;
    if (this.keys.length >= REPORT_ROWS_MAX) throw tooLarge();
    if ((this.keys.length + 1) * SUMS.length > this.#sums.length) this.#grow();
    return this.#rows.add(key);
  }

  /** Adds `values[i]` to a sum of row `rows[i]`, for all i whose row is not -1. */
  add(sum: Sum, rows: Int32Array, values: Float64Array): void {
    const place = SUMS.indexOf(sum);
    const sums = this.#sums;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as number;
      if (row >= 0) (sums[row * SUMS.length + place] as number) += values[at] as number;
    }
  }

  /** Counts an attempt for each of `rows` that is not -1. */
  count(rows: Int32Array): void {
    const place = SUMS.indexOf('attempts');
    const sums = this.#sums;
    for (const row of rows) if (row >= 0) (sums[row * SUMS.length + place] as number) += 1;
  }

  /** Counts the delays of rows; 0 is none, any other is one more than the delay in ms. */
  addDelays(rows: Int32Array, delays: Float64Array): void {
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as number;
      const delay = delays[at] as number;
      if (row >= 0 && delay > 0) (this.#delays[row * DELAY_BUCKETS + bucketOf(delay - 1)] as number) += 1;
    }
  }

  /** A sum of some rows together. */
  sum(rows: readonly number[], sum: Sum): number {
    const place = SUMS.indexOf(sum);
    let total = 0;
    for (const row of rows) total += this.#sums[row * SUMS.length + place] ?? 0;
    return total;
  }

  /** The delays of some rows together, by bucket. */
  delays(rows: readonly number[]): Uint32Array {
    const counts = new Uint32Array(DELAY_BUCKETS);
    for (const row of rows) {
      const start = row * DELAY_BUCKETS;
      for (let bucket = 0; bucket < DELAY_BUCKETS; bucket++) {
        (counts[bucket] as number) += this.#delays[start + bucket] ?? 0;
      }
    }
    return counts;
  }

  #grow(): void {
    const sums = new Float64Array(2 * this.#sums.length);
    sums.set(this.#sums);
    this.#sums = sums;
    const delays = new Uint32Array(2 * this.#delays.length);
    delays.set(this.#delays);
    this.#delays = delays;
  }
}

function tooLarge(): TandemError {
  const todo = 'Ask for a shorter time, longer periods, or group by less';
  const sentence = `The report would have more than ${REPORT_ROWS_MAX} rows. ${todo}.`;
  return new TandemError('TANDEM_REPORT_TOO_LARGE', sentence);
}
