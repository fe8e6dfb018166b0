// Who pays what for a number at a moment: the accounts and rate tables of a snapshot, with their decks open.

import type { Price, RoutePrices } from '../routing/route-conditions.ts';
import type { PricedAccount, PriceTables, RoutingGateway } from '../routing/snapshot.ts';
import type { BillLine } from './bill.ts';
import { type RateCalendar, RateDeck } from './rate-deck.ts';
import { priceOf } from './rate-terms.ts';

/** Prices of one snapshot. */
export class Pricing implements RoutePrices {
  readonly #accounts: ReadonlyMap<string, PricedAccount>;
  readonly #decks: ReadonlyMap<string, RateDeck>;

  /** `calendarOf`: as RateDeck takes it. */
  constructor(prices: PriceTables | undefined, calendarOf?: (name: string) => RateCalendar | null) {
    this.#accounts = new Map((prices?.accounts ?? []).map((account) => [account.account, account]));
    this.#decks = new Map((prices?.rateTables ?? []).map(({ name, image }) => [name, new RateDeck(image, calendarOf)]));
  }

  /** The account of that name, if it is billed; null for any other. */
  billed(name: string): PricedAccount | null {
    const account = this.#accounts.get(name);
    return account === undefined || account.rateTables.length === 0 ? null : account;
  }

  /** What a call to `digits` costs `account`: its private rates come before those of its table. Null: no rate. */
  lineOf(account: PricedAccount, digits: string, wallMs: number): BillLine | null {
    for (const table of account.rateTables) {
      const rate = this.#decks.get(table)?.find(digits, wallMs);
      if (rate) return { account: account.account, slot: account.slot, table, prefix: rate.prefix, terms: rate.terms };
    }
    return null;
  }

  /** What `gateway` is paid for a call to `digits`; null when it has no account, or no rate for it, or a barred one. */
  buyPrice({ clearingAccount }: RoutingGateway, digits: string, wallMs: number): Price | null {
    const account = this.billed(clearingAccount);
    const line = account && this.lineOf(account, digits, wallMs);
    return line === null || line.terms.isBarred ? null : priceOf(line.terms);
  }
}
