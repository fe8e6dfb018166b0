// Who pays what for a number at a moment: the accounts and rate tables of a snapshot, with their decks open.

import type { EndReason } from '../base/end-reason.ts';
import { type Calendar, isOpenAt } from '../routing/calendar.ts';
import type { Price, RoutePrices } from '../routing/route-conditions.ts';
import type { FreeAllowance, MappingGateway, PricedAccount, RoutingGateway, Snapshot } from '../routing/snapshot.ts';
import type { AgentLine, BillLine } from './bill.ts';
import type { FreeShare } from './free-seconds.ts';
import { RateDeck } from './rate-deck.ts';
import { priceOf, RATE_TYPES } from './rate-terms.ts';
import { AGENT_LEVELS_MAX } from './rating-limits.ts';
import { beginReserve } from './reserve.ts';

/** By what rate a call is sold, and why it is not. */
export interface Sale {
  readonly account: PricedAccount;
  /** Null where there is no rate for the number, or the account is not billed. */
  readonly line: BillLine | null;
  readonly agents: readonly AgentLine[];
  readonly refusal: RateRefusal | null;
  /** Whose rate the refusal is for: its own account, or an agent above it. */
  readonly refused: Refusing | null;
}

type RateRefusal = Extract<EndReason, 'RateNotFound' | 'RateBarred'>;

/** An account whose rate lets no call through; without a line, it has none. */
export interface Refusing {
  readonly account: string;
  readonly line: BillLine | null;
}

/** Lines of the agents above an account, as far as none of them refuses. */
type AgentSale = Pick<Sale, 'agents' | 'refusal' | 'refused'>;

/** Prices of one snapshot. */
export class Pricing implements RoutePrices {
  readonly #accounts: ReadonlyMap<string, PricedAccount>;
  readonly #decks: ReadonlyMap<string, RateDeck>;
  readonly #calendarOf: (name: string) => Calendar | null;

  constructor({ prices, calendars = [] }: Pick<Snapshot, 'prices' | 'calendars'>) {
    const byName = new Map(calendars.map((calendar) => [calendar.name, calendar]));
    const calendarOf = (name: string) => byName.get(name) ?? null;
    this.#calendarOf = calendarOf;
    this.#accounts = new Map((prices?.accounts ?? []).map((account) => [account.account, account]));
    this.#decks = new Map((prices?.rateTables ?? []).map(({ name, image }) => [name, new RateDeck(image, calendarOf)]));
  }

  /** The account of that name, if it is billed; null for any other. */
  billed(name: string): PricedAccount | null {
    const account = this.#accounts.get(name);
    return account === undefined || account.rateTables.length === 0 ? null : account;
  }

  /** The agent above the account of that name; '' for none. */
  agentOf(name: string): string {
    return this.#accounts.get(name)?.agent ?? '';
  }

  /** What a call to `digits` costs `account`: its private rates come before those of its table. Null: no rate. */
  lineOf(account: PricedAccount, digits: string, wallMs: number): BillLine | null {
    for (const table of account.rateTables) {
      const rate = this.#decks.get(table)?.find(digits, wallMs);
      if (rate) return { account: account.account, slot: account.slot, table, prefix: rate.prefix, terms: rate.terms };
    }
    return null;
  }

  /** The free minutes of `account` for a call to `digits`: those of the longest prefix, of their hours. Null: none. */
  freeOf({ free }: PricedAccount, digits: string, wallMs: number): FreeShare | null {
    let found: FreeAllowance | null = null;
    let longest = -1;
    for (const allowance of free) {
      const calendar = allowance.hours === '' ? null : this.#calendarOf(allowance.hours);
      if (allowance.hours !== '' && (calendar === null || !isOpenAt(calendar, wallMs))) continue;
      for (const prefix of allowance.prefixes) {
        if (prefix.length <= longest || !digits.startsWith(prefix)) continue;
        longest = prefix.length;
        found = allowance;
      }
    }
    return found && { allowance: found.allowance, place: found.place, term: 0, grantedSeconds: 0, isSpent: false };
  }

  /** A line for each agent that is billed, `nearest` first; one that is not is passed over. */
  agentLinesOf(nearest: string, digits: string, wallMs: number): AgentSale {
    const agents: AgentLine[] = [];
    let agent = this.#accounts.get(nearest);
    for (let level = 0; agent !== undefined && level < AGENT_LEVELS_MAX; level++) {
      const { account, rateTables, creditLimitNanos, agent: above } = agent;
      if (rateTables.length > 0) {
        const line = this.lineOf(agent, digits, wallMs);
        if (line === null) return { agents: [], refusal: 'RateNotFound', refused: { account, line } };
        if (line.terms.isBarred) return { agents: [], refusal: 'RateBarred', refused: { account, line } };
        agents.push({ ...line, reserve: beginReserve(creditLimitNanos) });
      }
      agent = this.#accounts.get(above);
    }
    return { agents, refusal: null, refused: null };
  }

  /** The rate by which a call of `gateway` to `digits` is sold; null where nobody pays for it. */
  soldBy({ account: name, callLevel }: MappingGateway, digits: string, wallMs: number): Sale | null {
    const account = this.#accounts.get(name);
    if (account === undefined) return null;
    if (account.rateTables.length === 0) {
      const above = this.agentLinesOf(account.agent, digits, wallMs);
      const isPaid = above.agents.length > 0 || above.refusal !== null;
      return isPaid ? { account, line: null, ...above } : null;
    }
    const line = this.lineOf(account, digits, wallMs);
    const refusal = line === null ? 'RateNotFound' : barOf(line, callLevel);
    if (refusal !== null) return { account, line, agents: [], refusal, refused: { account: name, line } };
    return { account, line, ...this.agentLinesOf(account.agent, digits, wallMs) };
  }

  /** By what an account is paid for a call to `digits`; null when it is not billed, or has no rate, or a barred one. */
  boughtBy(clearingAccount: string, digits: string, wallMs: number): BillLine | null {
    const account = this.billed(clearingAccount);
    const line = account && this.lineOf(account, digits, wallMs);
    return line === null || line.terms.isBarred ? null : line;
  }

  /** What `gateway` is paid for a call to `digits`; null where nobody is. */
  buyPrice({ clearingAccount }: RoutingGateway, digits: string, wallMs: number): Price | null {
    const line = this.boughtBy(clearingAccount, digits, wallMs);
    return line && priceOf(line.terms, this.billed(clearingAccount)?.currency ?? '');
  }
}

/** Why a rate lets no call of that level through; null where it does. */
function barOf({ terms }: BillLine, callLevel: MappingGateway['callLevel']): 'RateBarred' | null {
  const isAllowed = RATE_TYPES.indexOf(terms.type) <= RATE_TYPES.indexOf(callLevel);
  return terms.isBarred || !isAllowed ? 'RateBarred' : null;
}
