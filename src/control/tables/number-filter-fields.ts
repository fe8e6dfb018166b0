// The number filters of gateways: fields with the names of either kind, and what a snapshot makes of them.

import type { Scheduled } from '../../core/routing/calendar.ts';
import type {
  ListedGroups,
  ListedNumbers,
  ListedPairs,
  NumberFilter,
  PartyPrefixes,
} from '../../core/routing/number-filter.ts';
import { NUMBER_LIST_MAX } from '../../core/routing/number-limits.ts';
import { type NumberSet, numberSetOf } from '../../core/routing/number-set.ts';
import { type Reader, Refused, type Table } from '../../operator-file.ts';
import { entityName, oneOf, onOff, prefixDigits, wholeNumber } from '../../operator-values.ts';
import type { NumberFilterFields, PartyPrefixesEntry, ScheduledEntry } from '../../store/network-numbers.ts';
import { type CalendarNamed, scheduleOf } from './calendar-compile.ts';
import {
  type FieldsOf,
  field,
  type GatewayField,
  listField,
  scheduledRows,
  withAbsentFields,
} from './gateway-field.ts';

const LENGTH_MAX = 31;

/** The fields of one kind: those of prefixes have names that begin with `calls`. */
export function numberFilterFields(calls: 'callout' | 'callin'): FieldsOf<NumberFilterFields> {
  return {
    callerPrefixes: list(`${calls}CallerPrefixes`, prefixDigits, 'What caller numbers begin with; left out, anything.'),
    callerPrefixesAllow: allow(`${calls}CallerPrefixes`, true),
    calleePrefixes: list(`${calls}CalleePrefixes`, prefixDigits, 'What called numbers begin with; left out, anything.'),
    calleePrefixesAllow: allow(`${calls}CalleePrefixes`, true),
    forwardPrefixes: list(
      `${calls}ForwardPrefixes`,
      prefixDigits,
      'What the number begins with that has sent a call on (Diversion); other calls pass.',
    ),
    forwardPrefixesAllow: allow(`${calls}ForwardPrefixes`, true),
    scheduledPrefixes: scheduledPrefixes(`scheduled${calls === 'callout' ? 'Callout' : 'Callin'}Prefixes`),
    callerAllowLength: list('callerAllowLength', wholeNumber(1, LENGTH_MAX), 'Digits that caller numbers may have.'),
    calleeAllowLength: list('calleeAllowLength', wholeNumber(1, LENGTH_MAX), 'Digits that called numbers may have.'),
    callerLimitE164Groups: list('callerLimitE164Groups', entityName, 'Number groups that the caller is held against.'),
    callerLimitE164GroupsAllow: allow('callerLimitE164Groups', true),
    calleeLimitE164Groups: list(
      'calleeLimitE164Groups',
      entityName,
      'Number groups that the called number is held against.',
    ),
    calleeLimitE164GroupsAllow: allow('calleeLimitE164Groups', true),
    denyCallerCallee: list(
      'denyCallerCallee',
      numberPair,
      'Callers with the numbers they may not call; an asterisk at the end of either is any rest.',
    ),
    denyCallerCalleeAllow: allow('denyCallerCallee', false),
  };
}

/** What the fields are when left out. */
export const NUMBER_FILTER_DEFAULTS: NumberFilterFields = withAbsentFields({}, numberFilterFields('callout'));

/** Which party of a call a row is about. */
export const party = oneOf(['caller', 'callee']);

/** The filter of `fields`, which were checked when they were written. */
export function filterOf(fields: NumberFilterFields, calendarNamed: CalendarNamed): NumberFilter {
  return {
    callerPrefixes: prefixesOf(fields.callerPrefixes, fields.callerPrefixesAllow),
    calleePrefixes: prefixesOf(fields.calleePrefixes, fields.calleePrefixesAllow),
    forwardPrefixes: prefixesOf(fields.forwardPrefixes, fields.forwardPrefixesAllow),
    scheduledPrefixes: scheduleOf(fields.scheduledPrefixes, calendarNamed).map(compiledPrefixes),
    callerGroups: groupsOf(fields.callerLimitE164Groups, fields.callerLimitE164GroupsAllow),
    calleeGroups: groupsOf(fields.calleeLimitE164Groups, fields.calleeLimitE164GroupsAllow),
    pairs: pairsOf(fields.denyCallerCallee, fields.denyCallerCalleeAllow),
    callerLengths: lengthsOf(fields.callerAllowLength),
    calleeLengths: lengthsOf(fields.calleeAllowLength),
  };
}

function prefixesOf(prefixes: readonly string[], isAllowed: boolean): ListedNumbers | null {
  return prefixes.length === 0 ? null : { isAllowed, numbers: numberSetOf([], prefixes) };
}

function compiledPrefixes({ calendar, value }: Scheduled<PartyPrefixesEntry>): Scheduled<PartyPrefixes> {
  const { prefixes, ...rest } = value;
  return { calendar, value: { ...rest, numbers: numberSetOf([], prefixes) } };
}

function groupsOf(names: readonly string[], isAllowed: boolean): ListedGroups | null {
  return names.length === 0 ? null : { isAllowed, names };
}

function lengthsOf(lengths: readonly number[]): number {
  return lengths.reduce((mask, length) => mask | (1 << length), 0);
}

function pairsOf(pairs: readonly string[], isAllowed: boolean): ListedPairs | null {
  if (pairs.length === 0) return null;
  const callees = new Map<string, string[]>();
  for (const pair of pairs) {
    const [caller = '', callee = ''] = pair.split(':');
    callees.set(caller, [...(callees.get(caller) ?? []), callee]);
  }
  const whole = new Map<string, NumberSet>();
  const prefixes = new Map<string, NumberSet>();
  for (const [caller, numbers] of callees) {
    const set = patternSetOf(numbers);
    if (caller.endsWith('*')) prefixes.set(caller.slice(0, -1), set);
    else whole.set(caller, set);
  }
  const lengths = [...new Set([...prefixes.keys()].map(({ length }) => length))];
  return { isAllowed, whole, prefixes, lengths };
}

/** Numbers, and with an asterisk at their end beginnings of numbers. */
function patternSetOf(patterns: readonly string[]): NumberSet {
  const beginnings = patterns.filter((pattern) => pattern.endsWith('*'));
  return numberSetOf(
    patterns.filter((pattern) => !pattern.endsWith('*')),
    beginnings.map((pattern) => pattern.slice(0, -1)),
  );
}

function scheduledPrefixes(name: string): GatewayField<readonly ScheduledEntry<PartyPrefixesEntry>[]> {
  const prefixes = list('prefixes', prefixDigits, '');
  const read = (line: Table): PartyPrefixesEntry => {
    if (!line.has('prefixes')) line.refuse('prefixes', 'is missing');
    return {
      party: line.need('type', party, 'callee'),
      isAllowed: line.need('action', oneOf(['allow', 'deny']), 'allow') === 'allow',
      prefixes: prefixes.read(line),
    };
  };
  const range = 'type (caller or callee), action (allow or deny), prefixes (a list)';
  const help = 'What numbers begin with while a calendar is open, or do not; beside the lists that always hold.';
  return scheduledRows(name, { fields: ['type', 'action', 'prefixes'], range, read }, help);
}

function allow(name: string, absent: boolean): GatewayField<boolean> {
  const help = `On: only what \`${name}\` names passes; Off: all but that.`;
  return field(`${name}Allow`, onOff, absent, help);
}

function list<T>(name: string, reader: Reader<T>, help: string): GatewayField<readonly T[]> {
  const all = listField(name, reader, help);
  const read = (row: Table): readonly T[] => {
    const entries = all.read(row);
    if (entries.length > NUMBER_LIST_MAX)
      row.refuse(name, `has more than ${NUMBER_LIST_MAX} entries; a number group has room`);
    return entries;
  };
  return { ...all, read };
}

function numberPair(text: string): string | Refused {
  if (/^[0-9a-s+#]{0,32}\*?:[0-9a-s+#]{0,32}\*?$/.test(text)) return text;
  return new Refused(`takes caller:callee, such as 4922*:4930123, not "${text}"`);
}
