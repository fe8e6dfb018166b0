// May a call enter: what its mapping gateway, its account, its numbers and the limits of the caller's side say, before
// it has a price or a route. The call path takes what it asks for, line by line; `tandem route` asks the same and takes
// nothing.
//
// The checks run in the order that operators know, and the first that objects decides. A rate counts the calls that
// ask, also those that are refused for something else.

import { APPLIANCE_SLOT } from '../base/appliance-slot.ts';
import type { EndReason } from '../base/end-reason.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import { capacityAt, isAvailableAt } from './gateway-hours.ts';
import { type CallNumbers, type NumberGroups, numberFault } from './number-filter.ts';
import { type NumberGroup, numberGroupsOf } from './number-group.ts';
import type { CallRate } from './route-conditions.ts';
import type { MappingGateway, Snapshot } from './snapshot.ts';

/** What the tables say that the checks go by. */
export interface EntryTables {
  readonly parameters: ParameterValues;
  readonly numberGroups: NumberGroups;
  /** Numbers in these are never on the blacklist. */
  readonly whiteList: readonly NumberGroup[];
}

/** The tables of a snapshot. */
export function entryTablesOf({ parameters, numberGroups: images = [], whiteList = [] }: Snapshot): EntryTables {
  const numberGroups = numberGroupsOf(images);
  return { parameters, numberGroups, whiteList: whiteList.flatMap((name) => numberGroups.get(name) ?? []) };
}

/** A call at the door, its numbers as they came. */
export interface EntryCall extends CallNumbers {
  readonly gateway: MappingGateway;
  readonly tables: EntryTables;
  readonly wallMs: number;
}

/** Lines and calls a second that one number may have. */
export interface NumberLimit extends CallRate {
  readonly capacity: number | null;
}

/** What the checks ask of the moment. */
export interface EntryConditions {
  /** Which of its numbers keeps the call out by the dynamic blacklist; null for none. */
  blackListed(call: EntryCall): 'caller' | 'callee' | null;
  /** Whether one more call fits into the calls a second of `slot`. */
  admitsRate(slot: number, rate: CallRate): boolean;
  /** Whether one more call fits under `capacity` in `slot`. */
  admitsCall(slot: number, capacity: number | null): boolean;
  /** What keeps back one more call of `number` within `scope`; null when it has room. */
  numberShut(scope: number, number: string, limit: NumberLimit): 'full' | 'tooFast' | null;
}

/** Why a call may not enter. */
export interface Refusal {
  readonly reason: EndReason;
  /** For `tandem route`. */
  readonly words: string;
}

type Check = (call: EntryCall, conditions: EntryConditions) => Refusal | null;

/** The checks in their order. */
const CHECKS: readonly Check[] = [
  gatewayRefusal,
  accountRefusal,
  numbersRefusal,
  blackListRefusal,
  rateRefusal,
  callerRefusal,
  lineRefusal,
];

/** The first objection to `call`; null when it may enter. What conditions have taken by then they keep. */
export function entryRefusal(call: EntryCall, conditions: EntryConditions): Refusal | null {
  for (const check of CHECKS) {
    const refusal = check(call, conditions);
    if (refusal !== null) return refusal;
  }
  return null;
}

function gatewayRefusal({ gateway, wallMs }: EntryCall): Refusal | null {
  if (gateway.locked) return { reason: 'CallerNotAllowed', words: 'the mapping gateway is locked' };
  if (isAvailableAt(gateway, wallMs)) return null;
  return { reason: 'CallerNotAllowed', words: `the calendar ${gateway.availability?.name ?? ''} is closed` };
}

function accountRefusal({ gateway, wallMs }: EntryCall): Refusal | null {
  const { account, accountLocked, accountExpiresAtWallMs } = gateway;
  if (accountLocked) return { reason: 'AccountLocked', words: `the account ${account} is locked` };
  if (accountExpiresAtWallMs === null || wallMs < accountExpiresAtWallMs) return null;
  return { reason: 'AccountExpired', words: `the account ${account} has expired` };
}

/** Its number lists, before any translation. */
function numbersRefusal(call: EntryCall): Refusal | null {
  const { gateway, tables, wallMs } = call;
  const fault = numberFault(gateway.numbers.filter, call, tables.numberGroups, wallMs);
  return fault === '' ? null : { reason: 'NumberRestricted', words: `the mapping gateway's number lists: ${fault}` };
}

function blackListRefusal(call: EntryCall, conditions: EntryConditions): Refusal | null {
  const party = conditions.blackListed(call);
  if (party === null) return null;
  return { reason: 'BlackListed', words: `the ${party} ${call[party]} is on the blacklist` };
}

/** The gateway comes first, then its account and its groups, then the appliance; so below. */
function rateRefusal({ gateway, tables }: EntryCall, conditions: EntryConditions): Refusal | null {
  if (!conditions.admitsRate(gateway.slot, gateway)) return tooFast('the mapping gateway');
  for (const shared of gateway.shared) {
    if (!conditions.admitsRate(shared.slot, shared)) return tooFast(`the ${shared.kind} ${shared.name}`);
  }
  const { SS_CPS_LIMIT, SS_CPS_BURST } = tables.parameters;
  if (SS_CPS_LIMIT === null) return null;
  const appliance = { cps: SS_CPS_LIMIT, cpsBurst: SS_CPS_BURST };
  return conditions.admitsRate(APPLIANCE_SLOT, appliance) ? null : tooFast('the appliance');
}

/** `callerCapacity` and `callerCps`. */
function callerRefusal({ gateway, caller }: EntryCall, conditions: EntryConditions): Refusal | null {
  const { slot, callerCapacity, callerCps } = gateway;
  if (callerCapacity === null && callerCps === null) return null;
  const limit = { capacity: callerCapacity, cps: callerCps, cpsBurst: null };
  const fault = conditions.numberShut(slot, caller, limit);
  if (fault === null) return null;
  return fault === 'full' ? full(`the caller ${caller}`) : tooFast(`the caller ${caller}`);
}

function lineRefusal({ gateway, tables, wallMs }: EntryCall, conditions: EntryConditions): Refusal | null {
  if (!conditions.admitsCall(gateway.slot, capacityAt(gateway, wallMs))) return full('the mapping gateway');
  for (const { slot, capacity, kind, name } of gateway.shared) {
    if (!conditions.admitsCall(slot, capacity)) return full(`the ${kind} ${name}`);
  }
  return conditions.admitsCall(APPLIANCE_SLOT, tables.parameters.SS_CAPACITY) ? null : full('the appliance');
}

function full(who: string): Refusal {
  return { reason: 'CapacityReached', words: `${who} has all the calls it may have` };
}

function tooFast(who: string): Refusal {
  return { reason: 'RateLimited', words: `${who} has all the calls a second it may have` };
}
