// What an earlier life of a shard has left of money: what its calls that live on have reserved is held on; calls that
// have ended, and stand in its journal but not in the balances yet, are charged.

import type { TakenMark } from '../core/base/taken-mark.ts';
import type { CallCheckpoint } from '../core/call/checkpoint.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import type { Balances } from '../core/rating/balances.ts';
import { chargesOf, freeReservedBy, reservedBy } from '../core/rating/bill.ts';
import { termOf } from '../core/rating/free-seconds.ts';
import type { PricedAccount } from '../core/routing/snapshot.ts';
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
  /** The life before was of this process. */
  readonly isSuccessor: boolean;
}

export function inheritMoney(
  { prices }: PackedSnapshot,
  { calls, cdrs, isSuccessor }: Estate,
  balances: Balances,
  { taken, charged }: ChargeMarks,
): void {
  const reserved = calls.flatMap(({ bill }) => (bill === null ? [] : reservedBy(bill)));
  const free = calls.flatMap(({ bill }) => (bill === null ? [] : freeReservedBy(bill)));
  if (isSuccessor) {
    balances.holdOnly(reserved);
    balances.free.holdOnly(free);
  } else {
    balances.holdMore(reserved);
    balances.free.holdMore(free);
  }
  const accounts = new Map(prices?.accounts.map((account) => [account.account, account]));
  const former = new Map(prices?.formerAccounts?.map((account) => [account.account, account]));
  const knownPosition = Math.max(taken.position, charged.position);
  for (const { position, bytes } of cdrs) {
    if (position <= knownPosition) continue;
    const cdr = unpackCdr(bytes);
    for (const { account, nanos } of chargesOf(cdr)) {
      const slot = (accounts.get(account) ?? former.get(account))?.slot;
      if (slot !== undefined) balances.add(slot, -nanos);
    }
    takeFree(cdr, accounts.get(cdr.account), balances);
    // This life may end before its first batch is written.
    charged.position = position;
  }
}

function takeFree(
  { freeAllowance, freeFromDay, freeSeconds }: Cdr,
  account: PricedAccount | undefined,
  { free }: Balances,
): void {
  const counter = account?.free.find(({ allowance }) => allowance === freeAllowance);
  if (counter === undefined || freeSeconds === 0) return;
  free.add({ place: counter.place, term: termOf(freeAllowance, freeFromDay), seconds: -freeSeconds });
}
