// What a call would pay, for who asks beforehand: its rate, and how long the balance of its account lets it talk.

import type { KnownPrices, Price, SellQuote } from '../routing/route-conditions.ts';
import type { MappingGateway, RoutingGateway, Snapshot } from '../routing/snapshot.ts';
import { Pricing, type Sale } from './pricing.ts';
import { priceOf } from './rate-terms.ts';
import { talkSecondsFor } from './reserve.ts';

/** What accounts have now. */
export interface OpenBalances {
  /** Of the account in `slot`, nanos, without what its credit limit adds. */
  spendable(slot: number): bigint;
  /** Seconds that are left of the free minutes at `place`. */
  freeSeconds(place: number): number;
}

const SECOND_MS = 1_000;

/** Quotes by one snapshot. */
export class Quotes implements KnownPrices {
  readonly #pricing: Pricing;
  readonly #parameters: Snapshot['parameters'];
  readonly #balances: OpenBalances;

  constructor(snapshot: Snapshot, balances: OpenBalances) {
    this.#pricing = new Pricing(snapshot);
    this.#parameters = snapshot.parameters;
    this.#balances = balances;
  }

  sellQuote(gateway: MappingGateway, digits: string, wallMs: number): SellQuote | null {
    const sale = this.#pricing.soldBy(gateway, digits, wallMs);
    if (sale === null) return null;
    const { account, line, refused } = sale;
    const talkSecondsMax = this.#talkSecondsMax(sale, digits, wallMs);
    return {
      account: account.account,
      table: line?.table ?? '',
      prefix: line?.prefix ?? '',
      price: line === null ? null : priceOf(line.terms, account.currency),
      talkSecondsMax,
      refusedBy: refused && {
        account: refused.account,
        table: refused.line?.table ?? '',
        prefix: refused.line?.prefix ?? '',
      },
      refusal: sale.refusal ?? (talkSecondsMax === 0 ? 'InsufficientBalance' : ''),
    };
  }

  buyPrice(gateway: RoutingGateway, digits: string, wallMs: number): Price | null {
    return this.#pricing.buyPrice(gateway, digits, wallMs);
  }

  /** As the reservation of a call's first slice would find it, and what is free besides. */
  #talkSecondsMax({ account, line }: Sale, digits: string, wallMs: number): number | null {
    const { slot, creditLimitNanos } = account;
    if (line === null || creditLimitNanos === null) return null;
    const { SERVER_BILLING_FREE_TIME, SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME } = this.#parameters;
    const ownNanos = this.#balances.spendable(slot) + creditLimitNanos;
    const seconds = talkSecondsFor(ownNanos, line.terms, SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME);
    const free = this.#pricing.freeOf(account, digits, wallMs);
    const ownSeconds = Math.max(0, seconds) + (free === null ? 0 : this.#balances.freeSeconds(free.place));
    return ownSeconds < 1 ? 0 : ownSeconds + SERVER_BILLING_FREE_TIME / SECOND_MS;
  }
}
