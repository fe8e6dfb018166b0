// Names in a network file: unique ones, and those of currencies.

import { Refused, type Table } from '../../operator-file.ts';
import { entityName } from '../../operator-values.ts';

/** The name in `field`, refused when it is in `seen`. */
export function uniqueName(row: Table, field: string, seen: Set<string>): string {
  const name = row.need(field, entityName, '');
  refuseSecond(row, field, name, seen);
  return name;
}

/** Refuses the `name` in `field` when it is in `seen`; remembers it. */
export function refuseSecond(row: Table, field: string, name: string, seen: Set<string>): void {
  if (name !== '' && seen.has(name)) row.refuse(field, `is "${name}", which stands above already`);
  seen.add(name);
}

/** ISO 4217. */
export function currency(text: string): string | Refused {
  return /^[A-Z]{3}$/.test(text) ? text : new Refused(`takes a currency of three letters such as EUR, not "${text}"`);
}

/** Refuses a list of more than `max` entries. */
export function refuseLong(row: Table, field: string, length: number, max: number): void {
  if (length > max) row.refuse(field, `has ${length} entries, ${max} are the most`);
}
