// A naive reference, written from the text of the specification and nothing else: BigInt, a second at a time.

import type { RateSection } from '../../../src/core/rating/rate-terms.ts';

/** One rate of a deck. */
export interface PlainRate {
  readonly prefix: string;
  readonly price: bigint;
  readonly period: number;
  readonly sections: readonly RateSection[];
  readonly connectFee: bigint;
  readonly grace: number;
  readonly minimum: number;
  readonly taxMillionths: bigint;
  readonly from: number;
  readonly until: number;
}

/** Longest valid prefix wins; among equals the newest. */
export function plainFind(rates: readonly PlainRate[], digits: string, wallMs: number): PlainRate | null {
  let best: PlainRate | null = null;
  for (const rate of rates) {
    if (!digits.startsWith(rate.prefix) || wallMs < rate.from || wallMs >= rate.until) continue;
    const isLonger = best === null || rate.prefix.length > best.prefix.length;
    const isNewer = best !== null && rate.prefix.length === best.prefix.length && rate.from > best.from;
    if (isLonger || isNewer) best = rate;
  }
  return best;
}

/** A fraction of a second below `precisionMs` is dropped, else the second counts; the free time is taken off before. */
export function plainSeconds(talkMs: number, precisionMs: number, freeMs: number): bigint {
  let left = BigInt(Math.max(0, talkMs - freeMs));
  let seconds = 0n;
  while (left >= 1000n) {
    left -= 1000n;
    seconds += 1n;
  }
  return left > 0n && left >= BigInt(precisionMs) ? seconds + 1n : seconds;
}

/** The seconds walk the sections, then full periods; the last one started counts whole. */
export function plainCharge(rate: PlainRate, seconds: bigint): { fee: bigint; tax: bigint; billed: bigint } {
  if (seconds === 0n || seconds <= BigInt(rate.grace)) return { fee: 0n, tax: 0n, billed: 0n };
  const wanted = seconds < BigInt(rate.minimum) ? BigInt(rate.minimum) : seconds;
  let fee = rate.connectFee;
  let billed = 0n;
  for (const { priceNanos, seconds: length } of rate.sections) {
    if (billed >= wanted) break;
    fee += BigInt(priceNanos);
    billed += BigInt(length);
  }
  while (billed < wanted) {
    fee += rate.price;
    billed += BigInt(rate.period);
  }
  let tax = (fee * rate.taxMillionths) / 1_000_000n;
  if ((fee * rate.taxMillionths) % 1_000_000n >= 500_000n) tax += 1n;
  return { fee, tax, billed };
}
