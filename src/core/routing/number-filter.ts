// Which calls a gateway takes, by their numbers. Each list says of itself whether it allows what it names or denies it,
// and an empty list lets everything pass. On a mapping gateway the filter decides about the call, on a routing gateway
// whether it is a candidate.

import { isOpenAt, type Scheduled } from './calendar.ts';
import type { NumberGroup } from './number-group.ts';
import { isInSet, type NumberSet } from './number-set.ts';

/** A list of numbers. */
export interface ListedNumbers {
  readonly isAllowed: boolean;
  readonly numbers: NumberSet;
}

/** A list of prefixes of one party's numbers. */
export interface PartyPrefixes extends ListedNumbers {
  readonly party: 'caller' | 'callee';
}

/** A list of number groups. */
export interface ListedGroups {
  readonly isAllowed: boolean;
  readonly names: readonly string[];
}

/** A list of pairs caller:callee. */
export interface ListedPairs {
  readonly isAllowed: boolean;
  /** Called numbers by the caller that may, or may not, call them. */
  readonly whole: ReadonlyMap<string, NumberSet>;
  /** The same by the beginning of the caller's number. */
  readonly prefixes: ReadonlyMap<string, NumberSet>;
  readonly lengths: readonly number[];
}

/** A gateway's filter; null where a list is empty. */
export interface NumberFilter {
  readonly callerPrefixes: ListedNumbers | null;
  readonly calleePrefixes: ListedNumbers | null;
  readonly forwardPrefixes: ListedNumbers | null;
  /** Beside those above, each while its calendar is open. */
  readonly scheduledPrefixes: readonly Scheduled<PartyPrefixes>[];
  readonly callerGroups: ListedGroups | null;
  readonly calleeGroups: ListedGroups | null;
  readonly pairs: ListedPairs | null;
  /** Bit n: numbers of n digits pass; 0: all do. */
  readonly callerLengths: number;
  readonly calleeLengths: number;
}

/** Lets every call pass. */
export const OPEN_FILTER: NumberFilter = {
  callerPrefixes: null,
  calleePrefixes: null,
  forwardPrefixes: null,
  scheduledPrefixes: [],
  callerGroups: null,
  calleeGroups: null,
  pairs: null,
  callerLengths: 0,
  calleeLengths: 0,
};

/** The numbers of a call. */
export interface CallNumbers {
  readonly caller: string;
  readonly callee: string;
  /** Who sent the call on, by its Diversion header; '' for a call that nobody did. */
  readonly forwarder: string;
}

/** What a filter objects to. */
export type NumberFault =
  | 'callerLength'
  | 'calleeLength'
  | 'callerPrefix'
  | 'calleePrefix'
  | 'forwardPrefix'
  | 'scheduledPrefix'
  | 'callerGroup'
  | 'calleeGroup'
  | 'callerCallee';

/** Number groups by name. */
export type NumberGroups = ReadonlyMap<string, NumberGroup>;

/** '' when `filter` lets a call with `numbers` pass at `wallMs`, else the first thing it objects to. */
export function numberFault(
  filter: NumberFilter,
  numbers: CallNumbers,
  groups: NumberGroups,
  wallMs: number,
): NumberFault | '' {
  const { caller, callee, forwarder } = numbers;
  if (!fitsLength(filter.callerLengths, caller)) return 'callerLength';
  if (!fitsLength(filter.calleeLengths, callee)) return 'calleeLength';
  if (!passesList(filter.callerPrefixes, caller)) return 'callerPrefix';
  if (!passesList(filter.calleePrefixes, callee)) return 'calleePrefix';
  if (forwarder !== '' && !passesList(filter.forwardPrefixes, forwarder)) return 'forwardPrefix';
  if (!passesScheduled(filter.scheduledPrefixes, numbers, wallMs)) return 'scheduledPrefix';
  if (!passesGroups(filter.callerGroups, caller, groups)) return 'callerGroup';
  if (!passesGroups(filter.calleeGroups, callee, groups)) return 'calleeGroup';
  return passesPairs(filter.pairs, caller, callee) ? '' : 'callerCallee';
}

/** Lengths that a mask of 32 bits can name. */
const LENGTH_MAX = 31;

function fitsLength(mask: number, { length }: string): boolean {
  return mask === 0 || (length <= LENGTH_MAX && ((mask >>> length) & 1) === 1);
}

function passesList(list: ListedNumbers | null, number: string): boolean {
  return list === null || isInSet(list.numbers, number) === list.isAllowed;
}

function passesScheduled(lists: readonly Scheduled<PartyPrefixes>[], numbers: CallNumbers, wallMs: number): boolean {
  for (const { calendar, value } of lists) {
    if (isOpenAt(calendar, wallMs) && !passesList(value, numbers[value.party])) return false;
  }
  return true;
}

function passesGroups(list: ListedGroups | null, number: string, groups: NumberGroups): boolean {
  if (list === null) return true;
  for (const name of list.names) if (groups.get(name)?.has(number) === true) return list.isAllowed;
  return !list.isAllowed;
}

function passesPairs(list: ListedPairs | null, caller: string, callee: string): boolean {
  return list === null || hasPair(list, caller, callee) === list.isAllowed;
}

function hasPair({ whole, prefixes, lengths }: ListedPairs, caller: string, callee: string): boolean {
  const callees = whole.get(caller);
  if (callees !== undefined && isInSet(callees, callee)) return true;
  for (const length of lengths) {
    const some = length <= caller.length ? prefixes.get(caller.slice(0, length)) : undefined;
    if (some !== undefined && isInSet(some, callee)) return true;
  }
  return false;
}
