// Values of the system parameters: from the text that operators write to what the switch works with.

import { nearestName } from '../base/nearest-name.ts';
import type { ParameterKind, ParameterRow } from './row.ts';
import { PARAMETER_ALIASES, PARAMETERS, type ParameterName } from './table.ts';

/** What a value of each kind is: milliseconds for times, numbers for counts (null for None), booleans for switches. */
interface KindValues {
  readonly seconds: number;
  readonly secondsOrNone: number | null;
  readonly secondsList: readonly number[];
  readonly count: number;
  readonly countOrNone: number | null;
  readonly switch: boolean;
  readonly byte: number;
  readonly text: string;
}

type ValueOf<Row> =
  Row extends ParameterRow<'choice', infer C>
    ? C
    : Row extends ParameterRow<infer K extends Exclude<ParameterKind, 'choice'>, string>
      ? KindValues[K]
      : never;

/** Parsed values by name. */
export type ParameterValues = { readonly [Name in ParameterName]: ValueOf<(typeof PARAMETERS)[Name]> };

type ParameterValue = ParameterValues[ParameterName];

/** A refused value: what was wrong with it, in words for the operator. */
export class ParameterRefusal {
  readonly sentence: string;
  constructor(sentence: string) {
    this.sentence = sentence;
  }
}

const RESENDS_MAX = 10;

/** Parses one value as an operator writes it. Times become milliseconds. */
export function parseParameter(name: ParameterName, text: string): ParameterValue | ParameterRefusal {
  const row: ParameterRow = PARAMETERS[name];
  const value = valueIn(row, text.trim());
  return value === undefined ? new ParameterRefusal(`${name} takes ${rangeOf(row)}, not "${text}"`) : value;
}

/** What `row` takes, in words: "1 to 180 seconds". */
export function rangeOf({ kind, min, max, choices }: ParameterRow): string {
  switch (kind) {
    case 'seconds':
      return `${min} to ${max} seconds`;
    case 'secondsOrNone':
      return `None or ${min} to ${max} seconds`;
    case 'secondsList':
      return `1 to ${RESENDS_MAX} waits of ${min} to ${max} seconds, with commas between`;
    case 'count':
      return `a whole number from ${min} to ${max}`;
    case 'countOrNone':
      return `None or a whole number from ${min} to ${max}`;
    case 'switch':
      return 'On or Off';
    case 'choice':
      return `one of ${choices.join(', ')}`;
    case 'text':
      return `${min} to ${max} visible characters without spaces`;
    case 'byte':
      return `a byte from ${min} to ${max}, or in hexadecimal from 0x00 to 0xff`;
  }
}

/** The parameter that operators call `name`, by its own name or an alias; null when there is none. */
export function parameterNameOf(name: string): ParameterName | null {
  if (Object.hasOwn(PARAMETERS, name)) return name as ParameterName;
  return Object.hasOwn(PARAMETER_ALIASES, name) ? (PARAMETER_ALIASES[name] as ParameterName) : null;
}

/** Parses a whole set: unnamed parameters take their default. The first bad value refuses all. */
export function parseParameters(given: ReadonlyMap<string, string>): ParameterValues | ParameterRefusal {
  const written = new Map<ParameterName, string>();
  for (const [word, text] of given) {
    const name = parameterNameOf(word);
    if (name === null) return unknownParameter(word);
    written.set(name, text);
  }
  const values: Record<string, ParameterValue> = {};
  for (const [name, { fallback }] of Object.entries(PARAMETERS)) {
    const value = parseParameter(name as ParameterName, written.get(name as ParameterName) ?? fallback);
    if (value instanceof ParameterRefusal) return value;
    values[name] = value;
  }
  return values as unknown as ParameterValues;
}

/** The values of a switch in which nobody has set anything. */
export function defaultParameters(): ParameterValues {
  return parseParameters(new Map()) as ParameterValues;
}

/** The refusal of a name that is in no row, with the one that was meant. */
export function unknownParameter(word: string): ParameterRefusal {
  const near = nearestName(word, [...Object.keys(PARAMETERS), ...Object.keys(PARAMETER_ALIASES)]);
  return new ParameterRefusal(`${word} is not a system parameter${near === null ? '' : `; did you mean ${near}?`}`);
}

/** The value of `text`; undefined when `row` does not take it. */
function valueIn({ kind, min, max, choices }: ParameterRow, text: string): ParameterValue | undefined {
  switch (kind) {
    case 'seconds':
      return seconds(text, min, max);
    case 'secondsOrNone':
      return text === 'None' ? null : seconds(text, min, max);
    case 'secondsList': {
      const waitsMs = text.split(',').map((part) => seconds(part.trim(), min, max));
      return waitsMs.length <= RESENDS_MAX && waitsMs.every((waitMs) => waitMs !== undefined) ? waitsMs : undefined;
    }
    case 'count':
      return decimal(text, min, max);
    case 'countOrNone':
      return text === 'None' ? null : decimal(text, min, max);
    case 'switch':
      return text === 'On' ? true : text === 'Off' ? false : undefined;
    case 'choice':
      return choices.includes(text) ? (text as ParameterValue) : undefined;
    case 'text':
      return text.length >= min && text.length <= max && /^[\x21-\x7e]+$/.test(text) ? text : undefined;
    case 'byte':
      return /^0x[0-9a-f]{1,2}$/i.test(text) ? Number(text) : decimal(text, min, max);
  }
}

function seconds(text: string, min: number, max: number): number | undefined {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? Math.round(value * 1000) : undefined;
}

function decimal(text: string, min: number, max: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}
