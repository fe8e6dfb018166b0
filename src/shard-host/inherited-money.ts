// What an earlier life of a shard has left of money: what its calls that live on have reserved is held on; calls that
// have ended, and stand in its journal but not in the balances yet, are charged.

import type { TakenMark } from '../core/base/taken-mark.ts';
import type { CallCheckpoint } from '../core/call/checkpoint.ts';
import type { Balances } from '../core/rating/balances.ts';
import { chargesOf, freeReservedBy, reservedBy } from '../core/rating/bill.ts';
import { termOf } from '../core/rating/free-seconds.ts';
import type { PackedSnapshot } from '../core/shard/packed-snapshot.ts';
import type { JournalCdr } from '../store/journal-segment.ts';
import { unpackCdr } from '../store/records.ts';

/** How far the journal's CDRs are in the balances, whichever is further. */
export interface ChargeMarks {
  /** With what the ledger had when this process began. */
  readonly taken: TakenMark;
  /** By a life of the shard in this process. */
  readonly charged: TakenMark;
}

/** What an earlier life has left. */
export interface Estate {
  readonly calls: readonly CallCheckpoint[];
  readonly cdrs: readonly JournalCdr[];
}

export function inheritMoney(
  { prices }: PackedSnapshot,
  { calls, cdrs }: Estate,
  balances: Balances,
  { taken, charged }: ChargeMarks,
): void {
  balances.holdOnly(calls.flatMap(({ bill }) => (bill === null ? [] : reservedBy(bill))));
  balances.free.holdOnly(calls.flatMap(({ bill }) => (bill === null ? [] : freeReservedBy(bill))));
  const accounts = new Map(prices?.accounts.map((account) => [account.account, account]));
  const knownPosition = Math.max(taken.position, charged.position);
  for (const { position, bytes } of cdrs) {
    if (position <= knownPosition) continue;
    const cdr = unpackCdr(bytes);
    for (const { account, nanos } of chargesOf(cdr)) {
      const slot = accounts.get(account)?.slot;
      if (slot !== undefined) balances.add(slot, -nanos);
    }
    const { freeAllowance, freeFromDay, freeSeconds } = cdr;
    const free = accounts.get(cdr.account)?.free.find(({ allowance }) => allowance === freeAllowance);
    if (free === undefined || freeSeconds === 0) continue;
    balances.free.add({ place: free.place, term: termOf(freeAllowance, freeFromDay), seconds: -freeSeconds });
  }
}
