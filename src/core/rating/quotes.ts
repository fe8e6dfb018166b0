// What a call would pay, for who asks beforehand: its rate, and how long the balance of its account lets it talk.

import type { KnownPrices, Price, SellQuote } from '../routing/route-conditions.ts';
import type { MappingGateway, RoutingGateway, Snapshot } from '../routing/snapshot.ts';
import { Pricing, type Refusing, type Sale } from './pricing.ts';
import { priceOf, type RateTerms } from './rate-terms.ts';
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
    const { account, line } = sale;
    const { seconds: talkSecondsMax, broke } = this.#talkOf(sale, digits, wallMs);
    const refused = sale.refused ?? broke;
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

  /** The longest talk that all who pay ahead can pay for, null where nobody does; and an agent who pays for none. */
  #talkOf(sale: Sale, digits: string, wallMs: number): { seconds: number | null; broke: Refusing | null } {
    const balances = this.#balances;
    const { account, line } = sale;
    let seconds: number | null = null;
    if (line !== null && account.creditLimitNanos !== null) {
      const free = this.#pricing.freeOf(account, digits, wallMs);
      const ownNanos = balances.spendable(account.slot) + account.creditLimitNanos;
      seconds = this.#secondsFor(ownNanos, line.terms, free === null ? 0 : balances.freeSeconds(free.place));
    }
    for (const agent of sale.agents) {
      if (agent.reserve === null) continue;
      const own = this.#secondsFor(balances.spendable(agent.slot) - agent.reserve.floorNanos, agent.terms, 0);
      if (own === 0) return { seconds: 0, broke: { account: agent.account, line: agent } };
      seconds = Math.min(seconds ?? own, own);
    }
    return { seconds, broke: null };
  }

  /** As the reservation of a call's first slice would find it, and what is free besides. */
  #secondsFor(ownNanos: bigint, terms: RateTerms, freeSeconds: number): number {
    const { SERVER_BILLING_FREE_TIME, SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME } = this.#parameters;
    const paid = Math.max(0, talkSecondsFor(ownNanos, terms, SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME));
    const seconds = paid + freeSeconds;
    return seconds < 1 ? 0 : seconds + SERVER_BILLING_FREE_TIME / SECOND_MS;
  }
}
