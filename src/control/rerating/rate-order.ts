// What the network in force says about a wish to rate calls again: which accounts, by which tables, in which hours.

import type { PriceTables } from '../../core/routing/snapshot.ts';
import { TandemError } from '../../tandem-error.ts';
import type { Configuration } from '../tables/configuration.ts';
import type { RatedCalls, RateOrder } from './rate-again.ts';

/** A wish to rate calls again. */
export interface RatingWish extends RatedCalls {
  /** The rate table that they are rated by; '' for those that each account has now. */
  readonly table: string;
  readonly differencesMax: number;
}

/** A call may have begun so long before it ended. */
const CALL_MS_MAX = 8 * 86_400_000;

/**
 * The order for `wish`, where calls are known that ended from `knownFromWallMs` on, up to now. Throws
 * TANDEM_ACCOUNT_UNKNOWN, TANDEM_RERATING_TABLE, TANDEM_RERATING_CURRENCY.
 */
export function rateOrderOf(
  configuration: Configuration,
  wish: RatingWish,
  { knownFromWallMs, wallMs }: { readonly knownFromWallMs: number; readonly wallMs: number },
): RateOrder {
  const { table, differencesMax, ...calls } = wish;
  const { prices, parameters } = configuration.snapshot;
  checkAccount(configuration, wish);
  return {
    calls,
    prices: table === '' ? (prices ?? { accounts: [], rateTables: [] }) : pricesBy(configuration, table),
    calendars: configuration.calendarsAround(Math.max(wish.fromWallMs, knownFromWallMs) - CALL_MS_MAX, wallMs),
    rules: {
      precisionMs: parameters.SERVER_BILLING_HOLD_TIME_PRECISION,
      freeMs: parameters.SERVER_BILLING_FREE_TIME,
    },
    differencesMax,
  };
}

/** All accounts of the currency of `table` pay by it alone. */
function pricesBy(configuration: Configuration, table: string): PriceTables {
  const currency = currencyOf(configuration, table);
  const { accounts = [], rateTables = [] } = configuration.snapshot.prices ?? {};
  return {
    accounts: accounts
      .filter((account) => account.currency === currency)
      .map((account) => ({ ...account, rateTables: [table] })),
    rateTables: rateTables.filter(({ name }) => name === table),
  };
}

function checkAccount(configuration: Configuration, { account: name, table }: RatingWish): void {
  if (name === null) return;
  const account = configuration.account(name);
  if (account === null) {
    throw new TandemError('TANDEM_ACCOUNT_UNKNOWN', `There is no account "${name}" in the network.`);
  }
  if (table === '') {
    if (account.rateTable !== '' || account.privateRateTable !== '') return;
    const sentence = `Account ${name} has no rate table. Say by which one its calls are to be rated.`;
    throw new TandemError('TANDEM_RERATING_TABLE', sentence);
  }
  const currency = currencyOf(configuration, table);
  if (account.currency === currency) return;
  const own = account.currency === '' ? 'no currency' : `its money in ${account.currency}`;
  const sentence = `Account ${name} has ${own}, and rate table ${table} is in ${currency}.`;
  throw new TandemError('TANDEM_RERATING_CURRENCY', sentence);
}

function currencyOf(configuration: Configuration, table: string): string {
  const found = configuration.rateTables().find(({ name }) => name === table);
  if (found !== undefined) return found.currency;
  const names = configuration.rateTables().map(({ name }) => name);
  const known = names.length === 0 ? 'There are none' : `There are ${names.slice(0, 10).join(', ')}`;
  throw new TandemError('TANDEM_RERATING_TABLE', `There is no rate table "${table}" in the network. ${known}.`);
}
