// The talk time of a prepaid call, or of one with free minutes: a slice is reserved before it hunts, the next one
// before the last is talked up, of free seconds while there are some, then of money; and of the money of each agent
// above its account who has a limit. When one of them has nothing left a prepaid call ends at the very second that was
// paid for; any other pays at its end for what was not free.
//
//   answered --shortly before the slice ends--> reserve --got more--> and so on
//                                                    \--no more--> at its end once more --no more--> exhausted

import type { EndReason } from '../base/end-reason.ts';
import type { Balances } from '../rating/balances.ts';
import { type Bill, type BillLine, lossesOf } from '../rating/bill.ts';
import { extendFree } from '../rating/free-seconds.ts';
import { extendReserve, type Reserve, type SliceRules } from '../rating/reserve.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import type { LiveRecord } from './call-record.ts';
import type { RoutingView, Surroundings } from './ports.ts';

/** How long before the end of a slice the next one is reserved, ms; half of a slice that is short. */
const AHEAD_MS = 5_000;

/** Who is told. */
export interface TalkReserveUser {
  /** Nothing is left, and what was reserved is talked up. */
  release(reason: EndReason): void;
}

/** Keeps one answered call paid for. */
export class TalkReserve implements Timed {
  readonly #around: Surroundings;
  readonly #record: LiveRecord;
  readonly #routing: RoutingView;
  readonly #user: TalkReserveUser;
  #timer: TimerHandle = 0;

  /** The call, which has reserved a slice, is answered, now or in an earlier life of the switch. */
  constructor(around: Surroundings, record: LiveRecord, routing: RoutingView, user: TalkReserveUser) {
    this.#around = around;
    this.#record = record;
    this.#routing = routing;
    this.#user = user;
    this.#arm();
  }

  due(): void {
    this.#timer = 0;
    if (this.#hasMore()) {
      this.#around.recordChanged(this.#record);
      this.#arm();
      return;
    }
    const leftMs = this.#leftMs();
    if (leftMs > 0) this.#timer = this.#around.wheel.arm(this, 0, leftMs);
    else this.#user.release('CreditExhausted');
  }

  /** A slice is as long as it has to be for a call that talked on while the switch was down. */
  #sliceRules(): SliceRules {
    const { sliceSeconds, advanceSeconds } = this.#routing.sliceRules;
    const lateSeconds = Math.max(0, Math.ceil(-this.#leftMs() / 1000));
    return { sliceSeconds: sliceSeconds + lateSeconds, advanceSeconds };
  }

  /**
   * The call is over. What it has talked while nobody could look is reserved, as far as they have that. An agent pays
   * for all that the record says: what he has not reserved is no part of it.
   */
  end(): void {
    const [record, { wheel, nowMs }] = [this.#record, this.#around];
    wheel.disarm(this.#timer, this);
    this.#timer = 0;
    while (this.#leftMs() < 0 && this.#hasMore());
    const leftMs = this.#leftMs();
    const bill = record.bill as Bill;
    if (leftMs < 0 && coveredSecondsOf(bill) < ownSecondsOf(bill)) record.talkedUntil(nowMs + leftMs);
  }

  /** Reserves the next slice, if there is one. A limit that was raised since the call began holds for it too. */
  #hasMore(): boolean {
    const { reserve, sell, agents } = this.#record.bill as Bill;
    if (sell !== null) this.#lowerFloor(reserve, sell);
    for (const line of agents) this.#lowerFloor(line.reserve, line);
    return extended(this.#record, this.#around.balances, this.#sliceRules());
  }

  #lowerFloor(reserve: Reserve | null, { account }: BillLine): void {
    if (reserve === null) return;
    const floorNanos = this.#around.floorOf(account);
    if (floorNanos < reserve.floorNanos) reserve.floorNanos = floorNanos;
  }

  #arm(): void {
    const leftMs = Math.max(0, this.#leftMs());
    if (leftMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#around.wheel.arm(this, 0, leftMs - Math.min(AHEAD_MS, leftMs / 2));
  }

  /** Talk time that is paid for and not yet over. */
  #leftMs(): number {
    const bill = this.#record.bill as Bill;
    return this.#record.answeredAtMs + coveredSecondsOf(bill) * 1000 + bill.rules.freeMs - this.#around.nowMs;
  }
}

/** Whether somebody pays for a call, in money or free seconds, before it is over. */
export function isPaidAhead(bill: Bill | null): boolean {
  return bill !== null && coveredSecondsOf(bill) < Number.POSITIVE_INFINITY;
}

/** Seconds of talk that all have reserved who pay ahead; Infinity where nobody does. */
export function coveredSecondsOf(bill: Bill): number {
  let seconds = ownSecondsOf(bill);
  for (const { reserve } of bill.agents) seconds = Math.min(seconds, reserve?.grantedSeconds ?? seconds);
  return seconds;
}

/** Those that its account has. */
function ownSecondsOf({ reserve, free }: Bill): number {
  if (reserve === null && (free === null || free.isSpent)) return Number.POSITIVE_INFINITY;
  return (reserve?.grantedSeconds ?? 0) + (free?.grantedSeconds ?? 0);
}

/** Reserves the next slice of a call; false when somebody has nothing for it, or nobody needs any. */
export function extended({ bill }: LiveRecord, balances: Balances, sliceRules: SliceRules): boolean {
  if (bill === null) return false;
  const before = coveredSecondsOf(bill);
  const wanted = before + sliceRules.sliceSeconds;
  if (ownSecondsOf(bill) < wanted) extendOwn(bill, balances, sliceRules);
  for (const line of bill.agents) {
    const { reserve } = line;
    if (reserve !== null && reserve.grantedSeconds < wanted) extendReserve(reserve, line, balances, sliceRules);
  }
  return coveredSecondsOf(bill) > before;
}

function extendOwn({ free, reserve, sell }: Bill, balances: Balances, sliceRules: SliceRules): void {
  if (free !== null && extendFree(free, balances.free, sliceRules.sliceSeconds)) return;
  if (reserve !== null && sell !== null) extendReserve(reserve, sell, balances, sliceRules);
}

/** The call is over and its fees are in its record: gives back what it reserved, takes what it costs. */
export function settleBill(record: LiveRecord, balances: Balances): void {
  const { bill, cdr } = record;
  if (bill === null) return;
  record.losses = lossesOf(cdr, bill);
  const { free } = bill;
  if (free !== null) {
    balances.free.giveBack({ place: free.place, term: free.term, seconds: free.grantedSeconds - cdr.freeSeconds });
  }
  for (const { slot, reservedNanos, nanos } of record.losses) balances.charge(slot, reservedNanos, nanos);
}
