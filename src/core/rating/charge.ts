// What a call costs, and how long a call an amount pays for.
//
//   talk time, without the free time, in whole seconds   ratedSeconds
//     up to the grace: nothing
//     connect fee, then the sections in order, each begun one whole,
//     then periods, each begun one whole                 fee
//     tax of the fee                                     tax
//
// Fees are rounded to the nano, half up, where a price is for other seconds than its period.

import { roundedDivision } from './money.ts';
import type { RateTerms } from './rate-terms.ts';
import { RATE_DURATION_SECONDS_MAX } from './rating-limits.ts';

/** How talk time becomes seconds: SERVER_BILLING_HOLD_TIME_PRECISION and SERVER_BILLING_FREE_TIME. */
export interface TimeRules {
  /** A fraction of a second below this is dropped, any other counts as a second. */
  readonly precisionMs: number;
  /** Taken off every duration. */
  readonly freeMs: number;
}

/** The price of a call. */
export interface Charge {
  readonly feeNanos: bigint;
  /** On top of the fee. */
  readonly taxNanos: bigint;
  /** Seconds that were paid for: sections and periods, each whole. */
  readonly billedSeconds: number;
}

const MILLION = 1_000_000n;

/** What a call costs that costs nothing. */
export const NOTHING: Charge = { feeNanos: 0n, taxNanos: 0n, billedSeconds: 0 };

/** Whole seconds that a talk time counts as. */
export function ratedSecondsOf(talkMs: number, { precisionMs, freeMs }: TimeRules): number {
  const countedMs = talkMs - freeMs;
  if (countedMs <= 0) return 0;
  const seconds = Math.floor(countedMs / 1000);
  const restMs = countedMs - seconds * 1000;
  return restMs > 0 && restMs >= precisionMs ? seconds + 1 : seconds;
}

/** The price of `ratedSeconds` by `terms`. */
export function chargeOf(terms: RateTerms, ratedSeconds: number): Charge {
  if (ratedSeconds <= 0 || ratedSeconds <= terms.graceSeconds) return NOTHING;
  let left = Math.max(ratedSeconds, terms.minimumSeconds);
  let billedSeconds = 0;
  let onceNanos = terms.connectFeeNanos;
  for (const { priceNanos, seconds } of terms.sections) {
    if (left <= 0) break;
    onceNanos += priceNanos;
    billedSeconds += seconds;
    left -= seconds;
  }
  const periodicSeconds = left > 0 ? Math.ceil(left / terms.periodSeconds) * terms.periodSeconds : 0;
  const feeNanos = BigInt(onceNanos) + periodicNanos(terms, periodicSeconds);
  return { feeNanos, taxNanos: taxOf(feeNanos, terms), billedSeconds: billedSeconds + periodicSeconds };
}

/** Fee and tax together: what the account loses. */
export function totalOf({ feeNanos, taxNanos }: Charge): bigint {
  return feeNanos + taxNanos;
}

/** The most seconds that `nanos` pays for, up to RATE_DURATION_SECONDS_MAX; 0 when it does not pay for one. */
export function affordableSeconds(terms: RateTerms, nanos: bigint): number {
  if (totalOf(chargeOf(terms, RATE_DURATION_SECONDS_MAX)) <= nanos) return RATE_DURATION_SECONDS_MAX;
  // The price never falls with time: the seconds that are paid for lie below those that are not.
  let paid = 0;
  let unpaid = RATE_DURATION_SECONDS_MAX;
  while (unpaid - paid > 1) {
    const middle = (paid + unpaid) >>> 1;
    if (totalOf(chargeOf(terms, middle)) <= nanos) paid = middle;
    else unpaid = middle;
  }
  return paid;
}

function periodicNanos({ priceNanos, priceSeconds, periodSeconds }: RateTerms, seconds: number): bigint {
  if (priceSeconds === periodSeconds) {
    const nanos = priceNanos * (seconds / periodSeconds);
    return Number.isSafeInteger(nanos) ? BigInt(nanos) : BigInt(priceNanos) * BigInt(seconds / periodSeconds);
  }
  return roundedDivision(BigInt(priceNanos) * BigInt(seconds), BigInt(priceSeconds));
}

function taxOf(feeNanos: bigint, { taxMillionths }: RateTerms): bigint {
  return taxMillionths === 0 ? 0n : roundedDivision(feeNanos * BigInt(taxMillionths), MILLION);
}
