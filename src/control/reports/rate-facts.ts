// What the tables in force say of the rates that calls had: a record names its rate by table and prefix.

import { RateDeck } from '../../core/rating/rate-deck.ts';
import type { Calendar } from '../../core/routing/calendar.ts';
import type { Snapshot } from '../../core/routing/snapshot.ts';
import type { RateFacts } from './report.ts';

/** By the tables of `snapshot`, as they are at `wallMs`. */
export function rateFactsOf({ prices }: Snapshot, wallMs: number): RateFacts {
  const decks = new Map<string, RateDeck>();
  const currencies = new Map<string, string>();
  const ofAccounts = new Map(prices?.accounts.map(({ account, currency }) => [account, currency]));
  for (const { rateTables, currency } of prices?.accounts ?? []) {
    for (const table of rateTables) currencies.set(table, currency);
  }
  return {
    currencyOf: (table) => currencies.get(table) ?? '',
    currencyOfAccount: (account) => ofAccounts.get(account) ?? '',
    areaOf: (table, prefix) => {
      const rate = deckOf(table)?.find(prefix, wallMs) ?? null;
      return rate === null || rate.prefix !== prefix ? '' : rate.area;
    },
  };

  function deckOf(name: string): RateDeck | null {
    const known = decks.get(name);
    if (known !== undefined) return known;
    const found = prices?.rateTables.find((table) => table.name === name);
    if (found === undefined) return null;
    const deck = new RateDeck(found.image, alwaysOpen);
    decks.set(name, deck);
    return deck;
  }
}

/** Rates of a calendar have their area at any hour. */
function alwaysOpen(name: string): Calendar {
  return { name, fromWallMs: 0, untilWallMs: 0, isOpenAtFirst: true, changesAtWallMs: new Float64Array() };
}
