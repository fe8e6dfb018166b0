// What a call earns: (sell - buy) / sell, for the first period of both rates, compared over the same time. Prices are
// integers, and so is what is compared, so that a profit of exactly the least that is asked for is enough.

import type { Price } from './route-conditions.ts';
import type { PriceLimits } from './snapshot.ts';

/** Nanos a second; for telling and ordering, never for charging. */
export function secondNanos({ nanos, seconds }: Price): number {
  return nanos / seconds;
}

/** Whether both prices are there, in two currencies. */
export function areApart(sell: Price | null, buy: Price | null): boolean {
  return sell !== null && buy !== null && sell.currency !== buy.currency;
}

/**
 * Whether what `routing` is paid is compared with money of the account of `mapping`: with its price, or with the limit
 * that it sets. A limit of `routing` is in the currency of its own account.
 */
export function comparesPrices(mapping: PriceLimits, routing: PriceLimits): boolean {
  return mapping.maxSecondRatesNanos !== null || mapping.minProfitPercent !== null || routing.minProfitPercent !== null;
}

/** Percent of the sell price; null without two prices of one currency, or when it is sold for nothing. */
export function profitPercent(sell: Price | null, buy: Price | null): number | null {
  if (sell === null || buy === null || sell.nanos <= 0 || areApart(sell, buy)) return null;
  const sold = sell.nanos * buy.seconds;
  return ((sold - buy.nanos * sell.seconds) * 100) / sold;
}

/**
 * Whether a call earns at least `percent`. A call that nobody pays for earns nothing, whatever the gateway costs; a
 * gateway without a rate costs nothing, for `feerateRestrict` says whether that may be.
 */
export function earns(percent: number, sell: Price | null, buy: Price | null): boolean {
  if (sell === null || sell.nanos <= 0) return false;
  if (buy === null) return true;
  const sold = sell.nanos * buy.seconds;
  return (sold - buy.nanos * sell.seconds) * 100 >= percent * sold;
}

/** Whether `price` is above `perSecondNanos`. */
export function isAbove(price: Price, perSecondNanos: number): boolean {
  return price.nanos > perSecondNanos * price.seconds;
}
