// What puts numbers on the dynamic blacklist, and keeps calls out by it: callers that try too often or too much at
// once, called numbers that keep not answering. Numbers are those that came, before any translation.

import type { Party } from '../admission/black-list.ts';
import { NUMBER_FULL } from '../admission/number-counters.ts';
import { APPLIANCE_SLOT } from '../base/appliance-slot.ts';
import type { EntryCall, EntryTables } from '../routing/entry-checks.ts';
import type { MappingGateway } from '../routing/snapshot.ts';
import type { LiveRecord } from './call-record.ts';
import type { Surroundings } from './ports.ts';

/** What has none is no number but a word for many callers: `anonymous` (RFC 3323 4.1.1.3), `unavailable`, `private`. */
const DIGIT = /\d/;

/** Which number of `call` keeps it out; null for none. Counts the call against its caller. */
export function keptOutBy(around: Surroundings, record: LiveRecord, call: EntryCall): Party | null {
  const { gateway, tables } = call;
  if (!isWatched(gateway, tables)) return null;
  const { blackList, wallMs } = around;
  if (isWatchedNumber(tables, call.caller)) {
    if (blackList.refuses({ party: 'caller', number: call.caller }, wallMs)) return 'caller';
    if (DIGIT.test(call.caller) && (callsTooOften(around, call) || callsTooMuch(around, record, call))) return 'caller';
  }
  const callee = { party: 'callee', number: call.callee } as const;
  return isWatchedNumber(tables, call.callee) && blackList.refuses(callee, wallMs) ? 'callee' : null;
}

/** Whether the blacklist has to do with calls of `gateway`. */
export function isWatched({ dynamicBlackListInStandalone }: MappingGateway, { parameters }: EntryTables): boolean {
  return parameters.SS_BLACK_LIST_DYNAMIC_RUN_MODE === 'Global' || dynamicBlackListInStandalone;
}

/** Whether a number is one that can be on it. */
export function isWatchedNumber({ whiteList }: EntryTables, number: string): boolean {
  return number !== '' && !whiteList.some((group) => group.has(number));
}

function callsTooOften(around: Surroundings, { caller, tables: { parameters } }: EntryCall): boolean {
  const countMax = parameters.SS_BLACK_LIST_CALLER_MALICIOUS_CALL_LIMIT;
  if (countMax === 0) return false;
  const withinMs = parameters.SS_BLACK_LIST_CALLER_MALICIOUS_CALL_CHECK_INTERVAL;
  const expireMs = parameters.SS_BLACK_LIST_CALLER_MALICIOUS_CALL_EXPIRE;
  const rule = { kind: 'malicious', withinMs, countMax, expireMs } as const;
  return around.blackList.count({ party: 'caller', number: caller }, rule, around);
}

/** Its calls are counted for the whole switch, as those of the appliance are. */
function callsTooMuch(around: Surroundings, record: LiveRecord, { caller, tables }: EntryCall): boolean {
  const { admission, blackList, nowMs, wallMs } = around;
  const capacity = tables.parameters.SS_BLACK_LIST_CALLER_CONCURRENT_LIMIT;
  if (capacity === 0) return false;
  const place = admission.takeNumber(APPLIANCE_SLOT, caller, { capacity, cps: null, cpsBurst: null }, nowMs);
  if (place >= 0) record.slots.push(place);
  if (place !== NUMBER_FULL) return false;
  const untilWallMs = wallMs + tables.parameters.SS_BLACK_LIST_CALLER_CONCURRENT_EXPIRE;
  return blackList.block({ party: 'caller', number: caller, kind: 'concurrent', sinceWallMs: wallMs, untilWallMs });
}

/** How a call to a number has ended, as far as the blacklist goes. */
export interface CalledNumber {
  readonly callee: string;
  readonly isAnswered: boolean;
  /** Whoever is called was alerted, or nobody heard of him. */
  readonly isUnanswered: boolean;
}

/** A called number that is alerted again and again without an answer is blocked; one that answers begins anew. */
export function noteCalled(
  around: Surroundings,
  gateway: MappingGateway,
  tables: EntryTables,
  { callee, isAnswered, isUnanswered }: CalledNumber,
): void {
  const { parameters } = tables;
  const limit = parameters.SS_BLACK_LIST_NO_ANSWER_LIMIT;
  if (limit === 0 || !isWatched(gateway, tables) || !isWatchedNumber(tables, callee)) return;
  const number = { party: 'callee', number: callee } as const;
  if (isAnswered) return around.blackList.forgive(number);
  if (!isUnanswered) return;
  const withinMs = parameters.SS_BLACK_LIST_NO_ANSWER_PERIODS;
  const expireMs = parameters.SS_BLACK_LIST_NO_ANSWER_EXPIRE;
  around.blackList.count(number, { kind: 'noAnswer', withinMs, countMax: limit - 1, expireMs }, around);
}
