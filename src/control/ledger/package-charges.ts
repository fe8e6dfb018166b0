// Rent and minimum consumption of packages, booked at the turns of their periods by the clocks of the account: rent
// when a period begins, and when it is over what its calls lack of the minimum. How far an account is charged stands
// in its sums in the ledger and changes with the entry, in one commit: so each is booked once, whatever dies, and what
// came due while the switch was down is booked when it is back.

import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { PackageMarks, Payment } from '../../store/ledger.ts';
import type { Account, Package } from '../../store/network.ts';
import { sentenceOf } from '../../tandem-error.ts';
import type { CallHistory } from '../reports/call-history.ts';
import { Consumption, consumptionIn } from '../reports/consumption.ts';
import { beginningOfDay, dayShown } from '../reports/periods.ts';
import type { AccountBook } from './account-book.ts';
import { type FreeGround, FreeMinutes, type FreeState } from './free-minutes.ts';
import { firstDayOf, type HeldPeriod, heldPart, periodFrom } from './package-periods.ts';

/** What the charges are made from. */
export interface PackageGround {
  readonly accounts: AccountBook;
  readonly history: CallHistory;
  readonly configuration: FreeGround['configuration'];
  readonly log: Log;
  readonly wallNow: () => number;
}

/** How an account stands with its package. */
export interface PackageState {
  readonly account: string;
  readonly package: string;
  readonly currency: string;
  readonly rentNanos: bigint;
  readonly minimumNanos: bigint;
  /** Rent is booked for the days before this one, counted from 1970; null: it has not begun. */
  readonly rentUntilDay: number | null;
  /** The part of the period whose minimum is counted now; null where the package is over. */
  readonly period: HeldPeriod | null;
  /** What is to be consumed in it, and what was. */
  readonly dueNanos: bigint;
  readonly consumedNanos: bigint;
  /** Of the period under way. */
  readonly free: readonly FreeState[];
}

interface Held {
  readonly account: Account;
  readonly held: Package;
  readonly marks: PackageMarks;
}

/** Calls that ended before the turn of a period have their records so long after it. */
const RECORDS_MS_MAX = 60_000;
/** Accounts charged before something else has its turn; some 10 ms. */
const ACCOUNTS_IN_ONE_GO = 64;

/** The charges of one switch. */
export class PackageCharges {
  readonly #ground: PackageGround;
  /** When this life began; if the clock was set back since, when that was first seen. */
  #begunAtWallMs: number;
  readonly free: FreeMinutes;
  #looking: Promise<void> | null = null;
  #isStopped = false;

  constructor(ground: PackageGround) {
    this.#ground = ground;
    this.#begunAtWallMs = ground.wallNow();
    this.free = new FreeMinutes(ground);
  }

  /** Books what is due; resolves when it is. One look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#book()
      .catch((error: unknown) => {
        if (!this.#isStopped) this.#ground.log.error({ why: sentenceOf(error) }, 'packages cannot be charged');
      })
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#looking;
  }

  /** How every account with a package stands. */
  async states(): Promise<PackageState[]> {
    const { configuration, accounts, history, wallNow } = this.#ground;
    const counted = new Map<string, Consumption>();
    const states: PackageState[] = [];
    for (const account of configuration.accounts()) {
      const held = configuration.packages().find(({ name }) => name === account.package);
      if (held === undefined) continue;
      const today = dayShown(wallNow(), account.timeZone);
      const marks = accounts.packageMarks(account.account);
      const isNow = marks !== null && !isToCome(account, today);
      const isCharged = isNow && (marks.isHeld || isChargedToEnd(account, marks));
      const day = isCharged ? marks.minimumUntilDay : firstDay(account, held, today);
      const period = isOver(account, day) ? null : periodFrom(held.period, day, account.packageUntilDay);
      const time = period && timeOf(account, period);
      const key = JSON.stringify(time);
      const sums = counted.get(key) ?? (time === null ? new Consumption() : await consumptionIn(history, time));
      counted.set(key, sums);
      states.push({
        account: account.account,
        package: held.name,
        currency: held.currency,
        rentNanos: held.rentNanos,
        minimumNanos: held.minimumNanos,
        rentUntilDay: isCharged ? marks.rentUntilDay : null,
        period,
        dueNanos: period === null ? 0n : heldPart(held.minimumNanos, period),
        consumedNanos: sums.nanosOf(account.account, held.currency),
        free: this.free.statesOf(account, held),
      });
    }
    return states;
  }

  async #book(): Promise<void> {
    for (const [at, one] of this.#begin().entries()) {
      this.#bookRent(one);
      await this.#pauseAfter(at);
    }
    for (;;) {
      const due = this.#begin().filter((one) => this.#isMinimumDue(one));
      const [first] = due;
      if (first === undefined) return;
      const time = timeOf(first.account, minimumPeriod(first));
      const same = due.filter(({ account, held, marks }) => {
        const other = timeOf(account, minimumPeriod({ account, held, marks }));
        return other.fromWallMs === time.fromWallMs && other.untilWallMs === time.untilWallMs;
      });
      if (!this.#isKnown(time.fromWallMs)) {
        for (const one of same) this.#leaveMinimum(one);
        continue;
      }
      const consumed = await consumptionIn(this.#ground.history, time, () => this.#throwIfStopped());
      for (const [at, one] of same.entries()) {
        this.#bookMinimum(one, consumed.nanosOf(one.account.account, one.held.currency));
        await this.#pauseAfter(at);
      }
    }
  }

  /** After some accounts everything else on the thread goes on: at the turn of a month thousands are charged. */
  async #pauseAfter(at: number): Promise<void> {
    if (at % ACCOUNTS_IN_ONE_GO !== ACCOUNTS_IN_ONE_GO - 1) return;
    await setImmediate();
    this.#throwIfStopped();
  }

  #throwIfStopped(): void {
    if (this.#isStopped) throw new Error('the switch stops');
  }

  /** The accounts with a package. One that has it since the last look is charged from now on, or from its first day. */
  #begin(): Held[] {
    const { accounts, configuration, wallNow } = this.#ground;
    const packages = new Map(configuration.packages().map((one) => [one.name, one]));
    accounts.endPackagesBut(new Set(configuration.accounts().map(({ account }) => account)));
    return configuration.accounts().flatMap((account) => {
      const held = packages.get(account.package);
      const known = accounts.packageMarks(account.account);
      // Should its last day be set anew later, the days between are days without the package.
      if (held === undefined || (known !== null && isChargedToEnd(account, known))) {
        if (known?.isHeld) accounts.chargePackage(account.account, { ...known, isHeld: false }, []);
        return [];
      }
      if (known?.isHeld && hasBegun(account, known)) return [{ account, held, marks: known }];
      const today = dayShown(wallNow(), account.timeZone);
      if (isToCome(account, today)) {
        this.#noteToCome(account, held, { known, today });
        return [];
      }
      if (known?.isHeld) return [this.#sinceFirstDay(account, held, { known, today })];
      const day = firstDay(account, held, today);
      const marks = {
        isHeld: true,
        rentUntilDay: Math.max(day, known?.rentUntilDay ?? day),
        minimumUntilDay: Math.max(day, known?.minimumUntilDay ?? day),
      };
      accounts.chargePackage(account.account, marks, []);
      return [{ account, held, marks }];
    });
  }

  /** Its first day is yet to come, and may be set anew: into this period, or to a day that is paid no more. */
  #noteToCome(account: Account, held: Package, { known, today }: { known: PackageMarks | null; today: number }): void {
    const periodDay = firstDayOf(held.period, today);
    const day = Math.max(periodDay, known?.rentUntilDay ?? periodDay);
    if (known?.isHeld && known.rentUntilDay === day && known.minimumUntilDay === day) return;
    if (known?.isHeld) this.#tellLeftMinimum(account, held, known);
    this.#ground.accounts.chargePackage(account.account, marksAt(day), []);
  }

  /** `known`, of an account that has got another first day since, or whose first day has come: up to it is nothing. */
  #sinceFirstDay(account: Account, held: Package, { known, today }: { known: PackageMarks; today: number }): Held {
    const { packageFromDay } = account;
    const day = packageFromDay ?? today;
    this.#tellLeftMinimum(account, held, known);
    const marks = {
      isHeld: true,
      rentUntilDay: Math.max(day, known.rentUntilDay),
      minimumUntilDay: packageFromDay === null ? today : Math.max(day, known.minimumUntilDay),
    };
    this.#ground.accounts.chargePackage(account.account, marks, []);
    return { account, held, marks };
  }

  #tellLeftMinimum({ account }: Account, { name, minimumNanos }: Package, marks: PackageMarks): void {
    const { rentUntilDay, minimumUntilDay } = marks;
    if (minimumNanos === 0n || minimumUntilDay >= rentUntilDay) return;
    const told = { account, package: name, from: dayText(minimumUntilDay), until: dayText(rentUntilDay) };
    this.#ground.log.error(told, 'the minimum of a package is left: its first day was set before that was booked');
  }

  /** Books rent for every period that has begun. */
  #bookRent({ account, held, marks }: Held): void {
    const today = dayShown(this.#ground.wallNow(), account.timeZone);
    let { rentUntilDay } = marks;
    while (rentUntilDay <= today && !isOver(account, rentUntilDay)) {
      const period = periodFrom(held.period, rentUntilDay, account.packageUntilDay);
      rentUntilDay = period.untilDay;
      const { fromWallMs } = timeOf(account, period);
      const nanos = -heldPart(held.rentNanos, period);
      this.#enter(account, { ...marks, rentUntilDay }, { kind: 'rent', nanos, atWallMs: fromWallMs, held, period });
    }
  }

  #isMinimumDue({ account, held, marks }: Held): boolean {
    if (isOver(account, marks.minimumUntilDay)) return false;
    const { untilWallMs } = timeOf(account, minimumPeriod({ account, held, marks }));
    const wallMs = this.#ground.wallNow();
    this.#begunAtWallMs = Math.min(this.#begunAtWallMs, wallMs);
    // Calls that ended while the switch was down have their records a while after its start.
    const knownAtWallMs = Math.max(untilWallMs, this.#begunAtWallMs) + RECORDS_MS_MAX;
    return wallMs >= knownAtWallMs && this.#ground.history.backlog() === 0;
  }

  #bookMinimum({ account, held, marks }: Held, consumedNanos: bigint): void {
    const period = minimumPeriod({ account, held, marks });
    const lackingNanos = heldPart(held.minimumNanos, period) - consumedNanos;
    const atWallMs = timeOf(account, period).untilWallMs - 1;
    const nanos = lackingNanos > 0n ? -lackingNanos : 0n;
    const changed = { ...marks, minimumUntilDay: period.untilDay };
    this.#enter(account, changed, { kind: 'minimum', nanos, atWallMs, held, period });
  }

  /** Calls of its time have gone: the operator is told, and may enter it. */
  #leaveMinimum({ account, held, marks }: Held): void {
    const { fromDay, untilDay } = minimumPeriod({ account, held, marks });
    const told = { account: account.account, package: held.name, from: dayText(fromDay), until: dayText(untilDay) };
    this.#ground.log.error(told, 'the minimum of a package cannot be counted: not all calls of its time are known');
    this.#ground.accounts.chargePackage(account.account, { ...marks, minimumUntilDay: untilDay }, []);
  }

  #enter(
    { account }: Account,
    marks: PackageMarks,
    entry: Pick<Payment, 'kind' | 'nanos' | 'atWallMs'> & { readonly held: Package; readonly period: HeldPeriod },
  ): void {
    const { kind, nanos, atWallMs, held, period } = entry;
    const memo = `${held.name}, ${dayText(period.fromDay)} to ${dayText(period.untilDay - 1)}`;
    const payment = { account, kind, nanos, operator: 'package', memo, atWallMs };
    this.#ground.accounts.chargePackage(account, marks, nanos === 0n ? [] : [payment]);
  }

  #isKnown(fromWallMs: number): boolean {
    const { history } = this.#ground;
    return !history.hasLost() || (history.knownFromWallMs() ?? Number.POSITIVE_INFINITY) <= fromWallMs;
  }
}

/** The day from which on a package is charged that nobody has looked at: never for a period that was over by then. */
function firstDay({ packageFromDay }: Account, { period }: Package, today: number): number {
  return packageFromDay === null ? today : Math.max(packageFromDay, firstDayOf(period, today));
}

function minimumPeriod({ account, held, marks }: Held): HeldPeriod {
  return periodFrom(held.period, marks.minimumUntilDay, account.packageUntilDay);
}

/** Of an account that is charged up to `day`, and not from there on. */
function marksAt(day: number): PackageMarks {
  return { isHeld: true, rentUntilDay: day, minimumUntilDay: day };
}

/**
 * Whether `marks` are those since its first day; which day it is now takes long to ask. Rent is ahead of the minimum as
 * soon as there is any.
 */
function hasBegun({ packageFromDay }: Account, { rentUntilDay, minimumUntilDay }: PackageMarks): boolean {
  if (packageFromDay === null) return rentUntilDay !== minimumUntilDay;
  return packageFromDay <= Math.min(rentUntilDay, minimumUntilDay);
}

function isToCome({ packageFromDay }: Account, today: number): boolean {
  return packageFromDay !== null && packageFromDay > today;
}

function isOver({ packageUntilDay }: Account, day: number): boolean {
  return packageUntilDay !== null && day >= packageUntilDay;
}

function isChargedToEnd(account: Account, { rentUntilDay, minimumUntilDay }: PackageMarks): boolean {
  return isOver(account, rentUntilDay) && isOver(account, minimumUntilDay);
}

function timeOf({ timeZone }: Account, { fromDay, untilDay }: HeldPeriod): { fromWallMs: number; untilWallMs: number } {
  return { fromWallMs: beginningOfDay(fromDay, timeZone), untilWallMs: beginningOfDay(untilDay, timeZone) };
}

function dayText(day: number): string {
  return iso(day * 86_400_000).slice(0, 10);
}

function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
