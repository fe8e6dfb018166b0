// The packages of a network file: rent, minimum consumption and free minutes of a period. Accounts name the package
// that they have.
//
//   packages:
//     - name: wholesale-500
//       currency: EUR
//       period: month
//       rent: 25
//       minimumConsumption: 500
//       freeMinutes:
//         - { name: national, prefixes: [44, 4420], hours: evenings, minutes: 1000 }
//   accounts:
//     - { account: blue, package: wholesale-500, packageFrom: 2027-01-15 }

import { FREE_ALLOWANCES_MAX, FREE_MINUTES_MAX } from '../../core/rating/rating-limits.ts';
import { Refused, type Table } from '../../operator-file.ts';
import { entityName, oneOf, parsedDate, prefixDigits, wholeNumber } from '../../operator-values.ts';
import { type AccountPackage, type FreeMinutesEntry, PACKAGE_PERIODS, type Package } from '../../store/network.ts';
import { accountAmount } from './account-amounts.ts';
import type { NameReferences } from './name-references.ts';
import { currency, refuseLong, uniqueName } from './names.ts';

const FIELDS = ['name', 'currency', 'period', 'rent', 'minimumConsumption', 'freeMinutes'];
const FREE_FIELDS = ['name', 'prefixes', 'hours', 'minutes'];
export const ACCOUNT_PACKAGE_NAMES = ['package', 'packageFrom', 'packageUntil'];

/** What an account has that names no package. */
export const NO_PACKAGE: AccountPackage = { package: '', packageFromDay: null, packageUntilDay: null };

const DAY_MS = 86_400_000;

/** The list `packages`. */
export function readPackages(root: Table, references: NameReferences): Package[] {
  const seen = new Set<string>();
  return root.rows('packages', FIELDS, (row) => {
    const name = uniqueName(row, 'name', seen);
    const rentNanos = row.optional('rent', charge, 0n);
    const minimumNanos = row.optional('minimumConsumption', charge, 0n);
    const freeMinutes = readFreeMinutes(row, references);
    if (rentNanos === 0n && minimumNanos === 0n && freeMinutes.length === 0) {
      row.refuse('rent', 'is missing, and so are minimumConsumption and freeMinutes');
    }
    const period = row.optional('period', oneOf(PACKAGE_PERIODS), 'month');
    return { name, currency: row.need('currency', currency, ''), period, rentNanos, minimumNanos, freeMinutes };
  });
}

function readFreeMinutes(row: Table, references: NameReferences): FreeMinutesEntry[] {
  const seen = new Set<string>();
  const entries = row.rows('freeMinutes', FREE_FIELDS, (line) => {
    const hours = line.optional('hours', entityName, '');
    references.add(line, 'hours', 'calendars', [hours]);
    const name = uniqueName(line, 'name', seen);
    const prefixes = line.many('prefixes', prefixDigits);
    if (!line.has('prefixes')) line.refuse('prefixes', 'is missing');
    return { name, prefixes, hours, minutes: line.need('minutes', wholeNumber(1, FREE_MINUTES_MAX), 1) };
  });
  refuseLong(row, 'freeMinutes', entries.length, FREE_ALLOWANCES_MAX);
  return entries;
}

/** The package of the account in `row`, whose name is that of one of `packages` in the currency of the account. */
export function readAccountPackage(
  row: Table,
  name: string,
  own: { readonly currency: string; readonly packages: readonly Package[]; readonly references: NameReferences },
): AccountPackage {
  own.references.add(row, 'package', 'packages', [name]);
  const found = own.packages.find((one) => one.name === name);
  // An account whose rates were refused has no currency for that reason, which is told already.
  const isTold = own.currency === '' && (row.has('rateTable') || row.has('privateRateTable'));
  if (found !== undefined && found.currency !== own.currency && !isTold) {
    row.refuse('package', `is in ${found.currency}, and the account is in ${own.currency || 'no currency'}`);
  }
  const packageFromDay = row.optional<number | null>('packageFrom', day, null);
  const packageUntilDay = row.optional<number | null>('packageUntil', day, null);
  if (name === '' && (packageFromDay !== null || packageUntilDay !== null)) {
    row.refuse('package', 'is missing, and there is a packageFrom or packageUntil');
  }
  if (packageFromDay !== null && packageUntilDay !== null && packageUntilDay <= packageFromDay) {
    row.refuse('packageUntil', 'is not after packageFrom');
  }
  return { package: name, packageFromDay, packageUntilDay };
}

function charge(text: string): bigint | Refused {
  return accountAmount(text, 'an amount such as 25 or 12.50', false);
}

/** Days since 1970. */
function day(text: string): number | Refused {
  const wallMs = /^\d{4}-\d\d-\d\d$/.test(text) ? parsedDate(text) : Number.NaN;
  return Number.isNaN(wallMs) ? new Refused(`takes a day such as 2027-01-31, not "${text}"`) : wallMs / DAY_MS;
}
