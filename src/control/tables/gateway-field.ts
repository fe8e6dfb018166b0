// What a field of a gateway is: how files name it, how it is read, what holds when it is left out, and a sentence of
// help. Reading, refusals, older versions of the store and the documentation all go by tables of these.

import { SCHEDULED_VALUES_MAX } from '../../core/base/limits.ts';
import { PARAMETERS, type ParameterName } from '../../core/parameters/table.ts';
import { type Reader, Refused, type Table } from '../../operator-file.ts';
import { entityName, onOff, secondsAsMs } from '../../operator-values.ts';
import type { ScheduledEntry } from '../../store/network-numbers.ts';

/** One field. */
export interface GatewayField<T> {
  readonly name: string;
  /** What it takes, in words. */
  readonly range: string;
  /** Its value when the file leaves it out; stands in for one that must be there. */
  readonly absent: T;
  readonly isNeeded: boolean;
  /** The system parameter that holds where the field is left out; null: none. */
  readonly parameter: ParameterName | null;
  readonly help: string;
  readonly read: (row: Table) => T;
}

/** A field for each property of an entry. */
export type FieldsOf<Entry> = { readonly [Property in keyof Entry]-?: GatewayField<Entry[Property]> };

/** A field that may be left out. */
export function field<T, const A>(name: string, reader: Reader<T>, absent: A, help: string): GatewayField<T | A> {
  const read = (row: Table): T | A => row.optional<T | A>(name, reader, absent);
  return { name, range: rangeOf(reader), absent, isNeeded: false, parameter: null, help, read };
}

/** A field that must be there. */
export function neededField<T>(name: string, reader: Reader<T>, standIn: T, help: string): GatewayField<T> {
  const read = (row: Table): T => row.need(name, reader, standIn);
  return { name, range: rangeOf(reader), absent: standIn, isNeeded: true, parameter: null, help, read };
}

/** A field with any number of values. */
export function listField<T>(name: string, reader: Reader<T>, help: string): GatewayField<readonly T[]> {
  const read = (row: Table): readonly T[] => row.many(name, reader);
  return { name, range: `a list: ${rangeOf(reader)}`, absent: [], isNeeded: false, parameter: null, help, read };
}

/** Values that hold while calendars are open: rows of a calendar and, as `valueName`, what holds then. */
export function scheduledField<T>(
  name: string,
  valueName: string,
  reader: Reader<T>,
  help: string,
): GatewayField<readonly ScheduledEntry<T>[]> {
  // A refused file is never compiled: the stand-in is nobody's value.
  const read = (line: Table): T => line.need<T | null>(valueName, reader, null) as T;
  return scheduledRows(name, { fields: [valueName], range: `${valueName} (${rangeOf(reader)})`, read }, help);
}

/** What is scheduled, where it takes more than one field. */
export interface ScheduledRow<T> {
  /** Names of the fields beside `calendar`. */
  readonly fields: readonly string[];
  /** What they take, in words. */
  readonly range: string;
  readonly read: (line: Table) => T;
}

/** What holds while calendars are open: rows of a calendar and the fields of `value`. */
export function scheduledRows<T>(
  name: string,
  value: ScheduledRow<T>,
  help: string,
): GatewayField<readonly ScheduledEntry<T>[]> {
  const read = (row: Table): ScheduledEntry<T>[] => {
    const found = row.rows(name, ['calendar', ...value.fields], (line) => ({
      calendar: line.need('calendar', entityName, ''),
      value: value.read(line),
    }));
    if (found.length > SCHEDULED_VALUES_MAX) row.refuse(name, `has more than ${SCHEDULED_VALUES_MAX} rows`);
    return found;
  };
  const range = `a list of tables: calendar, and ${value.range}`;
  return { name, range, absent: [], isNeeded: false, parameter: null, help, read };
}

/** The gateway's own value of a parameter; null takes the system's. */
export function ownValue<T>(
  name: string,
  reader: Reader<T>,
  parameter: ParameterName,
  help: string,
): GatewayField<T | null> {
  return { ...field(name, reader, null, help), parameter };
}

/** The gateway's own value of a time: the range is the parameter's. */
export function ownTime(name: string, parameter: ParameterName, help: string): GatewayField<number | null> {
  const { min, max } = PARAMETERS[parameter];
  return ownValue(name, secondsAsMs(min, max), parameter, help);
}

/** The gateway's own value of a switch. */
export function ownSwitch(name: string, parameter: ParameterName, help: string): GatewayField<boolean | null> {
  return ownValue(name, onOff, parameter, help);
}

/** Reads `row` by `fields`. */
export function readEntry<Entry>(row: Table, fields: FieldsOf<Entry>): Entry {
  return eachField(fields, (field) => field.read(row));
}

/** `entry` with the fields it lacks at what they are when left out: an earlier build did not know them. */
export function withAbsentFields<Entry extends object>(entry: Partial<Entry>, fields: FieldsOf<Entry>): Entry {
  return { ...eachField(fields, ({ absent }) => absent), ...entry };
}

/** The value of a property as files write it; '' where the file would leave it out. */
export function valueInWords(property: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'On' : 'Off';
  if (typeof value === 'number') return String(property.endsWith('Ms') ? value / 1000 : value);
  return typeof value === 'string' ? value : '';
}

function eachField<Entry>(fields: FieldsOf<Entry>, valueFor: (field: GatewayField<unknown>) => unknown): Entry {
  const entries = Object.entries<GatewayField<unknown>>(fields);
  return Object.fromEntries(entries.map(([property, field]) => [property, valueFor(field)])) as Entry;
}

/** No field takes it. */
const NONSENSE = '\u0000';

/** What `reader` takes, in the words of its refusal. */
function rangeOf(reader: Reader<unknown>): string {
  const refused = reader(NONSENSE);
  const reason = refused instanceof Refused ? refused.reason : '';
  return /^takes (.*?)(?:, not ".*")?$/s.exec(reason)?.[1] ?? '';
}
