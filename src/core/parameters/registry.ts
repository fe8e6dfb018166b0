// Values of the system parameters: from the text that operators write to what the switch works with.

import { PARAMETER_ALIASES, PARAMETERS, type ParameterKind, type ParameterName, type ParameterRow } from './table.ts';

/** What a value of each kind is: milliseconds for times, numbers for counts (null for None), booleans for switches. */
interface KindValues {
  readonly seconds: number;
  readonly secondsOrNone: number | null;
  readonly secondsList: readonly number[];
  readonly count: number;
  readonly countOrNone: number | null;
  readonly switch: boolean;
  readonly byte: number;
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
  const { kind, min, max, choices }: ParameterRow = PARAMETERS[name];
  const trimmed = text.trim();
  switch (kind) {
    case 'switch':
      if (trimmed === 'On') return true;
      if (trimmed === 'Off') return false;
      return refusal(name, 'On or Off', text);
    case 'choice':
      if (choices.includes(trimmed)) return trimmed as ParameterValue;
      return refusal(name, `one of ${choices.join(', ')}`, text);
    case 'byte':
      return byte(name, trimmed);
    case 'secondsOrNone':
    case 'countOrNone':
      if (trimmed === 'None') return null;
      return kind === 'countOrNone' ? count(name, trimmed, min, max) : seconds(name, trimmed, min, max);
    case 'count':
      return count(name, trimmed, min, max);
    case 'seconds':
      return seconds(name, trimmed, min, max);
    case 'secondsList': {
      const waitsMs: number[] = [];
      const parts = trimmed.split(',');
      if (parts.length > RESENDS_MAX) return refusal(name, `1 to ${RESENDS_MAX} entries`, text);
      for (const part of parts) {
        const waitMs = seconds(name, part.trim(), min, max);
        if (waitMs instanceof ParameterRefusal) return waitMs;
        waitsMs.push(waitMs);
      }
      return waitsMs;
    }
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
    if (name === null) return new ParameterRefusal(`${word} is not a system parameter`);
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

function seconds(name: string, text: string, min: number, max: number): number | ParameterRefusal {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) return refusal(name, `${min} to ${max} seconds`, text);
  return Math.round(value * 1000);
}

function count(name: string, text: string, min: number, max: number): number | ParameterRefusal {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) return refusal(name, `a whole number from ${min} to ${max}`, text);
  return value;
}

/** Decimal, or hexadecimal after 0x. */
function byte(name: string, text: string): number | ParameterRefusal {
  const value = /^(\d{1,3}|0x[0-9a-f]{1,2})$/i.test(text) ? Number(text) : Number.NaN;
  return value <= 255 ? value : refusal(name, 'a byte from 0 to 255 (0x00 to 0xff)', text);
}

function refusal(name: string, wanted: string, given: string): ParameterRefusal {
  return new ParameterRefusal(`${name} takes ${wanted}, not "${given}"`);
}
