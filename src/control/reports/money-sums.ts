// Sums of money that stay exact while millions of fees are added: two floats each, whole numbers both, one in units of
// 2^32 nanos. A place may have sums in several currencies.

import { HIGH_NANOS } from './call-tables.ts';

/** Whose fee it is. */
export const SELL = 0;
export const TAX = 1;
export const BUY = 2;
export const BUY_TAX = 3;
const SUMS = 4;

/** Sums of one place in one currency. */
export interface MoneySum {
  readonly currency: string;
  readonly sellNanos: bigint;
  readonly taxNanos: bigint;
  readonly buyNanos: bigint;
  readonly buyTaxNanos: bigint;
}

/** The sums of all places. */
export class MoneySums {
  /** Currencies by their number here; 0 stands for none yet. */
  readonly #currencies: string[] = [''];
  readonly #numbers = new Map<string, number>();
  /** The currency of a place's first fee. Its sums stand at the number of the place, those of others elsewhere. */
  #firsts = new Uint16Array(256);
  #high = new Float64Array(256 * SUMS);
  #low = new Float64Array(256 * SUMS);
  readonly #others = new Map<number, Map<number, MoneyCell>>();

  /** The number of a currency here. */
  numberOf(currency: string): number {
    const known = this.#numbers.get(currency);
    if (known !== undefined) return known;
    this.#currencies.push(currency);
    this.#numbers.set(currency, this.#currencies.length - 1);
    return this.#currencies.length - 1;
  }

  /** Adds the fees of calls, each to the place `places[call]`, unless that is -1, in its currency by its number. */
  add(
    sum: number,
    places: Int32Array,
    { highs, lows }: { readonly highs: Float64Array; readonly lows: Float64Array },
    currencies: Float64Array,
  ): void {
    for (const place of places) if (place >= this.#firsts.length) this.#grow(place);
    const [firsts, high, low] = [this.#firsts, this.#high, this.#low];
    for (let call = 0; call < places.length; call++) {
      const place = places[call] as number;
      if (place < 0 || (lows[call] === 0 && highs[call] === 0)) continue;
      const currency = currencies[call] as number;
      if (firsts[place] === 0) firsts[place] = currency;
      if (firsts[place] !== currency) {
        this.#addToOther(place, currency, sum, highs[call] as number, lows[call] as number);
        continue;
      }
      const at = place * SUMS + sum;
      const sumLow = (low[at] as number) + (lows[call] as number);
      const carry = sumLow >= HIGH_NANOS ? 1 : 0;
      low[at] = sumLow - carry * HIGH_NANOS;
      high[at] = (high[at] as number) + (highs[call] as number) + carry;
    }
  }

  /** The sums of some places together, one of each currency that has any. */
  of(places: readonly number[]): MoneySum[] {
    const cells = new Map<number, MoneyCell>();
    const cellOf = (currency: number): MoneyCell => {
      const cell = cells.get(currency) ?? [0n, 0n, 0n, 0n];
      cells.set(currency, cell);
      return cell;
    };
    for (const place of places) {
      const first = this.#firsts[place] ?? 0;
      if (first === 0) continue;
      addTo(
        cellOf(first),
        Array.from({ length: SUMS }, (_, sum) => this.#nanosAt(place * SUMS + sum)),
      );
      for (const [currency, others] of this.#others.get(place) ?? []) addTo(cellOf(currency), others);
    }
    return [...cells].map(([currency, cell]) => moneySum(this.#currencies[currency] ?? '', cell));
  }

  #nanosAt(at: number): bigint {
    return BigInt(this.#high[at] as number) * BigInt(HIGH_NANOS) + BigInt(this.#low[at] as number);
  }

  #addToOther(place: number, currency: number, sum: number, high: number, low: number): void {
    const cells = this.#others.get(place) ?? new Map<number, MoneyCell>();
    this.#others.set(place, cells);
    const cell = cells.get(currency) ?? [0n, 0n, 0n, 0n];
    cells.set(currency, cell);
    cell[sum] = (cell[sum] as bigint) + BigInt(high) * BigInt(HIGH_NANOS) + BigInt(low);
  }

  #grow(place: number): void {
    const size = Math.max(2 * this.#firsts.length, place + 1);
    this.#firsts = larger(this.#firsts, new Uint16Array(size));
    this.#high = larger(this.#high, new Float64Array(size * SUMS));
    this.#low = larger(this.#low, new Float64Array(size * SUMS));
  }
}

type MoneyCell = bigint[];

function addTo(cell: MoneyCell, nanos: readonly bigint[]): void {
  for (const [sum, more] of nanos.entries()) cell[sum] = (cell[sum] ?? 0n) + more;
}

function larger<T extends Uint16Array | Float64Array>(old: T, grown: T): T {
  grown.set(old);
  return grown;
}

function moneySum(currency: string, sums: readonly bigint[]): MoneySum {
  const [sellNanos = 0n, taxNanos = 0n, buyNanos = 0n, buyTaxNanos = 0n] = sums;
  return { currency, sellNanos, taxNanos, buyNanos, buyTaxNanos };
}
