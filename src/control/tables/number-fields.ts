// The fields of gateways that are about numbers: read, refused with reasons, and compiled for the snapshot.

import type { Scheduled } from '../../core/routing/calendar.ts';
import { type DialPlan, EMPTY_DIAL_PLAN } from '../../core/routing/dial-plan.ts';
import { compileDialPlan, splitRules } from '../../core/routing/dial-plan-compiler.ts';
import type { MappingNumbers, NumberPlans, RoutingNumbers } from '../../core/routing/gateway-numbers.ts';
import type { Table } from '../../operator-file.ts';
import { entityName, oneOf, wholeNumber } from '../../operator-values.ts';
import type {
  MappingNumberFields,
  PartyRulesEntry,
  RoutingNumberFields,
  ScheduledEntry,
} from '../../store/network-numbers.ts';
import { type CalendarNamed, scheduleOf } from './calendar-compile.ts';
import { type FieldsOf, field, type GatewayField, scheduledRows } from './gateway-field.ts';
import { filterOf, numberFilterFields, party } from './number-filter-fields.ts';

const POOL_LINE_MAX = 10_000;
const RULES_RANGE = 'rules pattern:target, such as `00*:*` or `*:88*`';

export const MAPPING_NUMBER_FIELDS: FieldsOf<MappingNumberFields> = {
  ...numberFilterFields('callout'),
  sipCallerE164Domain: field(
    'sipCallerE164Domain',
    oneOf(['from', 'remotePartyId', 'display', 'pAssertedIdentity', 'pPreferredIdentity']),
    'from',
    'Where its caller numbers are taken from; where that names none, from From.',
  ),
  sipCalleeE164Domain: field(
    'sipCalleeE164Domain',
    oneOf(['requestLine', 'to', 'diversion']),
    'requestLine',
    'Where its called numbers are taken from; where that names none, from the request line.',
  ),
  rewriteRulesOutCaller: dialPlan('rewriteRulesOutCaller', 'What its caller numbers become.'),
  rewriteRulesOutCallee: dialPlan('rewriteRulesOutCallee', 'What its called numbers become, before they are routed.'),
  scheduledRewriteRulesOut: scheduledPlans('Out'),
};

export const ROUTING_NUMBER_FIELDS: FieldsOf<RoutingNumberFields> = {
  ...numberFilterFields('callin'),
  rewriteRulesInCaller: dialPlan('rewriteRulesInCaller', 'What caller numbers become toward it.'),
  rewriteRulesInCallee: dialPlan('rewriteRulesInCallee', 'What called numbers become toward it.'),
  scheduledRewriteRulesIn: scheduledPlans('In'),
  rewriteRulesPIdentity: dialPlan(
    'rewriteRulesPIdentity',
    'What the numbers of P-Asserted-Identity, P-Preferred-Identity and Remote-Party-ID become toward it.',
  ),
  callerPool: field(
    'callerPool',
    entityName,
    '',
    'A number group: each of its calls gets a caller number out of it that is free, in place of its own.',
  ),
  callerPoolLine: field(
    'callerPoolLine',
    wholeNumber(1, POOL_LINE_MAX),
    1,
    'Calls at once that a number of `callerPool` may have.',
  ),
};

/** `fields`, which were checked when they were written. */
export function mappingNumbersOf(fields: MappingNumberFields, calendarNamed: CalendarNamed): MappingNumbers {
  return {
    callerSource: fields.sipCallerE164Domain,
    calleeSource: fields.sipCalleeE164Domain,
    filter: filterOf(fields, calendarNamed),
    caller: planOf(fields.rewriteRulesOutCaller),
    callee: planOf(fields.rewriteRulesOutCallee),
    ...scheduledPlansOf(fields.scheduledRewriteRulesOut, calendarNamed),
  };
}

/** `fields`, which were checked when they were written. */
export function routingNumbersOf(fields: RoutingNumberFields, calendarNamed: CalendarNamed): RoutingNumbers {
  return {
    filter: filterOf(fields, calendarNamed),
    caller: planOf(fields.rewriteRulesInCaller),
    callee: planOf(fields.rewriteRulesInCallee),
    ...scheduledPlansOf(fields.scheduledRewriteRulesIn, calendarNamed),
    identity: planOf(fields.rewriteRulesPIdentity),
    callerPool: fields.callerPool === '' ? null : { group: fields.callerPool, line: fields.callerPoolLine },
  };
}

/** `entry` without `fields`: what is left needs no compiling. */
export function withoutNumberFields<Entry extends Fields, Fields extends object>(
  entry: Entry,
  fields: FieldsOf<Fields>,
): Omit<Entry, keyof Fields> {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !Object.hasOwn(fields, name))) as Omit<
    Entry,
    keyof Fields
  >;
}

function planOf(rules: readonly string[]): DialPlan {
  return rules.length === 0 ? EMPTY_DIAL_PLAN : compileDialPlan(rules).plan;
}

function scheduledPlansOf(
  entries: readonly ScheduledEntry<PartyRulesEntry>[],
  calendarNamed: CalendarNamed,
): Pick<NumberPlans, 'scheduledCaller' | 'scheduledCallee'> {
  const of = (wanted: PartyRulesEntry['party']): Scheduled<DialPlan>[] =>
    scheduleOf(entries, calendarNamed)
      .filter(({ value }) => value.party === wanted)
      .map(({ calendar, value }) => ({ calendar, value: planOf(value.rules) }));
  return { scheduledCaller: of('caller'), scheduledCallee: of('callee') };
}

function dialPlan(name: string, help: string): GatewayField<readonly string[]> {
  const read = (row: Table): readonly string[] => readRules(row, name);
  return { name, range: RULES_RANGE, absent: [], isNeeded: false, parameter: null, help, read };
}

function scheduledPlans(way: 'Out' | 'In'): GatewayField<readonly ScheduledEntry<PartyRulesEntry>[]> {
  const read = (line: Table): PartyRulesEntry => ({
    party: line.need('type', party, 'callee'),
    rules: readRules(line, 'rules'),
  });
  const range = `type (caller or callee), rules (${RULES_RANGE})`;
  const help = `Its rules while a calendar is open; the first that is, before \`rewriteRules${way}...\`.`;
  return scheduledRows(`scheduledRewriteRules${way}`, { fields: ['type', 'rules'], range, read }, help);
}

/** Rules in one text with commas between them, or as a list. */
function readRules(row: Table, name: string): readonly string[] {
  const rules = row.texts(name).flatMap(splitRules);
  for (const { rule, reason } of compileDialPlan(rules).faults) row.refuse(name, `${rule} ${reason}`);
  return rules;
}
