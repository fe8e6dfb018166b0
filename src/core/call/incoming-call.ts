// The first INVITE of a call: whose it is, whether it may enter, where it could go. The steps are listed here and stand
// in files of their own (`entry/`). Checks run in the order that operators know, the first failure decides, and a
// refused call of a known gateway leaves a CDR as any other.
//
//   100 Trying -> ADMISSION: may it enter? -> translation -> LRN -> PRICING: is it paid for? -> route plan, hunt
//
// Numbers are translated before prices are looked up, for the translated number is what is billed; a translation
// refuses nothing, so the order of refusals is that of the two lists.

import type { ServerTransaction, ServerUser } from '../transaction/ports.ts';
import { Call } from './call.ts';
import { LiveRecord } from './call-record.ts';
import { dialledIn } from './dialled.ts';
import { beginHunt } from './entry/begin-hunt.ts';
import { checkBalance } from './entry/check-balance.ts';
import { checkRates } from './entry/check-rates.ts';
import { checkRoom } from './entry/check-room.ts';
import { dipLrn } from './entry/dip-lrn.ts';
import { type Arrival, type Check, Entry } from './entry/entry.ts';
import { firstRecord } from './entry/first-record.ts';
import { steer } from './entry/steer.ts';
import { checkEntry } from './entry/take-entry.ts';
import { translateNumbers } from './entry/translate.ts';
import type { Surroundings } from './ports.ts';

/** May it enter. */
const ADMISSION: readonly Check[] = [checkRoom, checkEntry];

/** Is it paid for. */
const PRICING: readonly Check[] = [checkRates, checkBalance];

/**
 * Makes a call of `arrival`: says 100 Trying, then hunts, or refuses. `serve` makes the INVITE's server transaction.
 */
export function beginCall(
  around: Surroundings,
  arrival: Arrival,
  serve: (user: ServerUser) => ServerTransaction,
): void {
  const { invite, source, gateway, routing, sessionTimer } = arrival;
  const dialled = dialledIn(invite, gateway);
  const record = new LiveRecord(firstRecord(around, arrival, dialled), around.nowMs, dialled.dialled);
  const call = new Call(around, { record, routing, gateway, invite, source, sessionTimer });
  around.callBegun(call);
  const crossing = call.caller.begin(serve(call.caller));
  record.callerDescribed(crossing);
  const entry = new Entry(around, { arrival, call, crossing, dialled });
  if (isRefused(entry, ADMISSION)) return;
  translateNumbers(entry);
  enter(entry);
}

/** Admitted. Its number may have to be looked up outside, which takes a while. */
function enter(entry: Entry): void {
  dipLrn(entry, price);
}

/** What is left when its numbers are final. */
function price(entry: Entry): void {
  if (isRefused(entry, PRICING)) return;
  steer(entry);
  beginHunt(entry);
}

/** Whether one of `checks` has ended the call. */
function isRefused(entry: Entry, checks: readonly Check[]): boolean {
  for (const check of checks) {
    const reason = check(entry);
    if (reason === null) continue;
    entry.call.release(reason);
    return true;
  }
  return false;
}
