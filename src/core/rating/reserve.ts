// The money of a prepaid call, reserved ahead in slices: what the granted seconds cost stands aside, so that however
// many calls an account has at once, together they never cost more than it has.

import type { Balances } from './balances.ts';
import { affordableSeconds, chargeOf, totalOf } from './charge.ts';
import type { RateTerms } from './rate-terms.ts';
import { RATE_DURATION_SECONDS_MAX } from './rating-limits.ts';

/** What one call has reserved. */
export interface Reserve {
  /** Below this the account's balance may not fall: its credit limit, negative. */
  floorNanos: bigint;
  /** Seconds of talk that are reserved for, by the rate. */
  grantedSeconds: number;
  reservedNanos: bigint;
}

/** How much is reserved at a time. */
export interface SliceRules {
  /** Seconds of talk in a slice. */
  readonly sliceSeconds: number;
  /** SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME: seconds reserved beyond those that are granted. */
  readonly advanceSeconds: number;
}

/** Nothing yet, for a call of an account with this credit limit; null where it has none. */
export function beginReserve(creditLimitNanos: bigint | null): Reserve | null {
  return creditLimitNanos === null ? null : { floorNanos: -creditLimitNanos, grantedSeconds: 0, reservedNanos: 0n };
}

/**
 * Reserves the next slice, or as many seconds of it as the balance pays for. False when it pays for none: the call has
 * what it had. Seconds that cost no more than is reserved (the rest of a period that has begun) it gets whatever its
 * account has lost meanwhile.
 */
export function extendReserve(
  reserve: Reserve,
  { slot, terms }: { readonly slot: number; readonly terms: RateTerms },
  balances: Balances,
  { sliceSeconds, advanceSeconds }: SliceRules,
): boolean {
  const wanted = Math.min(reserve.grantedSeconds + sliceSeconds, RATE_DURATION_SECONDS_MAX);
  if (wanted === reserve.grantedSeconds) return false;
  let seconds = wanted;
  for (;;) {
    const nanos = totalOf(chargeOf(terms, seconds + advanceSeconds));
    if (reserve.grantedSeconds > 0 && nanos <= reserve.reservedNanos) {
      reserve.grantedSeconds = seconds;
      return true;
    }
    if (balances.reserve(slot, nanos - reserve.reservedNanos, reserve.floorNanos)) {
      reserve.grantedSeconds = seconds;
      reserve.reservedNanos = nanos;
      return true;
    }
    // Somebody may take or give between the two looks: then the next round finds out.
    const spareNanos = balances.spendable(slot) - reserve.floorNanos;
    const ownNanos = reserve.reservedNanos + (spareNanos < 0n && reserve.grantedSeconds > 0 ? 0n : spareNanos);
    seconds = Math.min(wanted, talkSecondsFor(ownNanos, terms, advanceSeconds));
    if (seconds <= reserve.grantedSeconds) return false;
  }
}

/** The most seconds of talk that a call may have which has `nanos` to itself; below 1: none. */
export function talkSecondsFor(nanos: bigint, terms: RateTerms, advanceSeconds: number): number {
  return affordableSeconds(terms, nanos) - advanceSeconds;
}
