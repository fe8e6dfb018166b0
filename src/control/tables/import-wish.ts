// What an operator wants to import, held against the network: whether there can be such a table, and what its reader
// needs to know.

import { RateDeck } from '../../core/rating/rate-deck.ts';
import { Refused } from '../../operator-file.ts';
import { entityName } from '../../operator-values.ts';
import type { Network } from '../../store/network.ts';
import { TandemError } from '../../tandem-error.ts';
import type { ImportTask } from '../jobs/table-reader.ts';
import { currency } from './names.ts';
import type { ImageOf } from './table-images.ts';

/** An import as it is asked for. */
export interface ImportWish {
  readonly kind: ImportTask['kind'];
  /** Of a number group or a rate table; '' for other kinds. */
  readonly name: string;
  /** Of a rate table; '': the one that it has already. */
  readonly currency: string;
}

/** The task of `wish`. Throws TANDEM_IMPORT_NAME, and what `currencyOfImport` throws. */
export function importTaskOf(network: Network, wish: ImportWish): ImportTask {
  if (wish.kind === 'prefixes') {
    return { kind: 'prefixes', gateways: network.routingGateways.map((gateway) => gateway.name) };
  }
  const name = entityName(wish.name);
  if (name instanceof Refused) throw new TandemError('TANDEM_IMPORT_NAME', `The name ${name.reason}.`);
  if (wish.kind === 'numbers') return { kind: 'numbers', name };
  const calendars = network.calendars.map((calendar) => calendar.name);
  return { kind: 'rates', name, currency: currencyOfImport(network, wish), calendars };
}

/**
 * The currency of a rate table that is imported. Throws TANDEM_IMPORT_CURRENCY when there is none, or when accounts
 * have their money in another one.
 */
export function currencyOfImport(network: Network, wish: Omit<ImportWish, 'kind'>): string {
  const known = network.rateTables.find(({ name }) => name === wish.name)?.currency;
  const asked = wish.currency === '' ? known : currency(wish.currency);
  if (asked === undefined) {
    throw wrongCurrency(`There is no rate table ${wish.name} yet: say its currency, such as --currency EUR.`);
  }
  if (asked instanceof Refused) throw wrongCurrency(`--currency ${asked.reason}.`);
  const user = network.accounts.find(
    (account) => [account.rateTable, account.privateRateTable].includes(wish.name) && account.currency !== asked,
  );
  if (user === undefined) return asked;
  const todo = 'Import the rates in that currency, or under another name.';
  throw wrongCurrency(`Account ${user.account} has its money in ${user.currency} and pays by ${wish.name}. ${todo}`);
}

/** Throws TANDEM_RATES_CALENDAR when an imported rate table of `network` goes by a calendar that it does not have. */
export function checkRateCalendars({ rateTables, calendars }: Network, imageOf: ImageOf): void {
  const known = new Set(calendars.map(({ name }) => name));
  for (const { name, image } of rateTables) {
    const named = image === null ? [] : new RateDeck(imageOf(image)).calendarNames();
    const missing = named.find((calendar) => !known.has(calendar));
    if (missing === undefined) continue;
    const todo = 'Keep that calendar, or import the rates without it first.';
    const sentence = `Rate table ${name}, which was imported, has rates by the calendar "${missing}". ${todo}`;
    throw new TandemError('TANDEM_RATES_CALENDAR', sentence);
  }
}

function wrongCurrency(sentence: string): TandemError {
  return new TandemError('TANDEM_IMPORT_CURRENCY', sentence);
}
