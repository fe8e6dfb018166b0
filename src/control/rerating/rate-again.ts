// Rates the calls of a time again: by the code and the seconds that they were rated by, and other rates. What a call
// was charged stays in its CDR; the sums by account say what it would have been.

import type { Cdr } from '../../core/cdr/cdr.ts';
import { chargeOf, ratedSecondsOf, type TimeRules, totalOf } from '../../core/rating/charge.ts';
import { Pricing } from '../../core/rating/pricing.ts';
import type { Calendar } from '../../core/routing/calendar.ts';
import type { PricedAccount, PriceTables } from '../../core/routing/snapshot.ts';
import type { RatedSide } from '../../store/ledger.ts';
import { endedAt } from '../cdr/index/search-keys.ts';

/** Whose calls, and of which time. */
export interface RatedCalls {
  readonly side: RatedSide;
  /** Null: all accounts. */
  readonly account: string | null;
  /** Only calls that have a rate of this table; '' for all. */
  readonly insteadOf: string;
  /** Calls that ended at or after, and before. */
  readonly fromWallMs: number;
  readonly untilWallMs: number;
}

/** What is needed to rate them. */
export interface RateOrder {
  readonly calls: RatedCalls;
  /** The accounts whose calls are rated, each with the tables that it is to pay by now. */
  readonly prices: PriceTables;
  readonly calendars: readonly Calendar[];
  /** For calls whose CDR does not have its seconds: those of an earlier release. */
  readonly rules: TimeRules;
  /** Differences that are kept, the first ones. */
  readonly differencesMax: number;
}

/** One price of a call: the rate, and what the account loses by it, tax included. */
export interface CallPrice {
  readonly table: string;
  readonly prefix: string;
  readonly nanos: bigint;
}

/** A call that costs something else now, or that there is no rate for. */
export interface RateDifference {
  readonly id: string;
  readonly account: string;
  readonly endedAtWallMs: number;
  readonly callee: string;
  readonly seconds: number;
  readonly before: CallPrice;
  /** Null: there is no rate, and it stays at what it was charged. */
  readonly now: CallPrice | null;
}

/** The calls of one account. */
export interface RateSums {
  readonly account: string;
  readonly currency: string;
  readonly callCount: number;
  readonly changedCount: number;
  /** Calls without a rate; their charges are among both sums. */
  readonly unratedCount: number;
  readonly beforeNanos: bigint;
  readonly nowNanos: bigint;
}

/** What came of it. */
export interface RatedAgain {
  readonly sums: readonly RateSums[];
  readonly differences: readonly RateDifference[];
  readonly differenceCount: number;
  /** Calls of accounts that are not in the network, or have their money in another currency, now or then. */
  readonly leftOutCount: number;
}

type OpenSums = { -readonly [Field in keyof RateSums]: RateSums[Field] };

/** A call as one account was charged for it. */
interface ChargedCall {
  readonly account: string;
  /** In which it was charged; '' where the record does not say. */
  readonly currency: string;
  readonly before: CallPrice;
  readonly seconds: number;
  /** When its rate was looked up. */
  readonly wallMs: number;
}

/** The count of one order, a CDR after the other. */
export class RateAgain {
  readonly #order: RateOrder;
  readonly #pricing: Pricing;
  readonly #sums = new Map<string, OpenSums>();
  readonly #differences: RateDifference[] = [];
  #differenceCount = 0;
  #leftOutCount = 0;

  constructor(order: RateOrder) {
    this.#order = order;
    this.#pricing = new Pricing(order);
  }

  /** Rates the call of `cdr`, if it is asked for. Calls that were not answered cost nothing, then and now. */
  take(cdr: Cdr): void {
    const { side, account, insteadOf, fromWallMs, untilWallMs } = this.#order.calls;
    const endWallMs = endedAt(cdr);
    if (cdr.answeredAtWallMs === null || endWallMs < fromWallMs || endWallMs >= untilWallMs) return;
    for (const call of chargedCalls(cdr, side, this.#order.rules)) {
      if (account !== null && call.account !== account) continue;
      if (insteadOf === '' || call.before.table === insteadOf) this.#rate(cdr, call);
    }
  }

  /** The sums, by account, and the first differences. */
  result(): RatedAgain {
    const sums = [...this.#sums.values()].sort((one, other) => (one.account < other.account ? -1 : 1));
    const [differences, differenceCount] = [this.#differences, this.#differenceCount];
    return { sums, differences, differenceCount, leftOutCount: this.#leftOutCount };
  }

  #rate(cdr: Cdr, { account: name, currency, before, seconds, wallMs }: ChargedCall): void {
    const account = this.#pricing.billed(name);
    if (account === null || (currency !== '' && currency !== account.currency)) {
      this.#leftOutCount += 1;
      return;
    }
    const line = cdr.calleeBilled === '' ? null : this.#pricing.lineOf(account, cdr.calleeBilled, wallMs);
    const isRated = line !== null && !line.terms.isBarred;
    const nanos = isRated ? totalOf(chargeOf(line.terms, seconds)) : before.nanos;
    const isDifferent = !isRated || nanos !== before.nanos;
    const sums = this.#sumsOf(account);
    sums.callCount += 1;
    sums.changedCount += Number(nanos !== before.nanos);
    sums.unratedCount += Number(!isRated);
    sums.beforeNanos += before.nanos;
    sums.nowNanos += nanos;
    if (!isDifferent) return;
    this.#differenceCount += 1;
    if (this.#differences.length >= this.#order.differencesMax) return;
    const now = isRated ? { table: line.table, prefix: line.prefix, nanos } : null;
    const { id, calleeBilled: callee } = cdr;
    this.#differences.push({ id, account: name, endedAtWallMs: endedAt(cdr), callee, seconds, before, now });
  }

  #sumsOf({ account, currency }: PricedAccount): OpenSums {
    const known = this.#sums.get(account);
    if (known !== undefined) return known;
    const sums = { account, currency, callCount: 0, changedCount: 0, unratedCount: 0, beforeNanos: 0n, nowNanos: 0n };
    this.#sums.set(account, sums);
    return sums;
  }
}

/** Who was charged what for the call of `cdr`, on one side. */
function chargedCalls(cdr: Cdr, side: RatedSide, rules: TimeRules): ChargedCall[] {
  const rated = cdr.ratedSeconds ?? ratedSecondsOf(cdr.holdMs, rules);
  const { setupAtWallMs } = cdr;
  switch (side) {
    case 'sold': {
      const { account, currency, freeSeconds, unpaidSeconds } = cdr;
      const before = { table: cdr.sellTable, prefix: cdr.sellPrefix, nanos: cdr.sellFeeNanos + cdr.taxNanos };
      return [{ account, currency, before, seconds: rated - freeSeconds - unpaidSeconds, wallMs: setupAtWallMs }];
    }
    case 'bought': {
      const { clearingAccount: account, buyCurrency: currency } = cdr;
      if (account === '') return [];
      const before = { table: cdr.buyTable, prefix: cdr.buyPrefix, nanos: cdr.buyFeeNanos + cdr.buyTaxNanos };
      const wallMs = cdr.attempts.at(-1)?.startedAtWallMs ?? setupAtWallMs;
      return [{ account, currency, before, seconds: rated, wallMs }];
    }
    case 'agent': // Accounts and their agents have one currency.
      return cdr.agentFees.map(({ account, table, prefix, feeNanos, taxNanos }) => {
        const before = { table, prefix, nanos: feeNanos + taxNanos };
        return { account, currency: cdr.currency, before, seconds: rated, wallMs: setupAtWallMs };
      });
  }
}
