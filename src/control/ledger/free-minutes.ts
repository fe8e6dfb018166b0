// Free minutes of packages, as control keeps them: at the turn of a period, and when the network changes, it says in
// shared memory how many seconds of each allowance are left. What was used stands in the CDRs and is summed up in the
// ledger, so a start anew goes on where the last life ended; what a period leaves over lapses.

import { termOf } from '../../core/rating/free-seconds.ts';
import type { PricedAccount } from '../../core/routing/snapshot.ts';
import type { Account, Package } from '../../store/network.ts';
import { beginningOfDay, dayShown } from '../reports/periods.ts';
import { allowanceOf } from '../tables/compile.ts';
import type { AccountBook } from './account-book.ts';
import { firstDayOf, type HeldPeriod, heldPart, periodFrom } from './package-periods.ts';

/** The free minutes of one account in the period under way. */
export interface FreeState {
  /** Its name in the package. */
  readonly name: string;
  readonly grantedSeconds: number;
  /** By calls that are over. */
  readonly usedSeconds: number;
  readonly leftSeconds: number;
}

/** What it is made from. */
export interface FreeGround {
  readonly accounts: AccountBook;
  readonly configuration: {
    accounts(): readonly Account[];
    packages(): readonly Package[];
    readonly snapshot: { readonly prices?: { readonly accounts: readonly PricedAccount[] } };
  };
  readonly wallNow: () => number;
}

interface Grant {
  readonly term: number;
  readonly seconds: number;
}

const SECONDS = 60;

/** The free minutes of one switch. */
export class FreeMinutes {
  readonly #ground: FreeGround;
  /** By place in shared memory. */
  readonly #granted = new Map<number, Grant>();
  #accounts: readonly Account[] = [];
  #packages: readonly Package[] = [];
  /** When the first period ends, or begins. */
  #nextTurnWallMs = Number.NEGATIVE_INFINITY;
  /** A clock that is before it was set back, perhaps over a turn. */
  #lookedAtWallMs = Number.POSITIVE_INFINITY;

  constructor(ground: FreeGround) {
    this.#ground = ground;
  }

  /** Grants what is not granted yet; costs nothing between the turns of periods and changes of the network. */
  look(): void {
    const { configuration, wallNow } = this.#ground;
    const [accounts, packages, wallMs] = [configuration.accounts(), configuration.packages(), wallNow()];
    const isLater = wallMs >= this.#lookedAtWallMs && wallMs < this.#nextTurnWallMs;
    if (accounts === this.#accounts && packages === this.#packages && isLater) return;
    [this.#accounts, this.#packages, this.#lookedAtWallMs] = [accounts, packages, wallMs];
    this.#nextTurnWallMs = Number.POSITIVE_INFINITY;
    const byName = new Map(packages.map((one) => [one.name, one]));
    const priced = new Map(configuration.snapshot.prices?.accounts.map((one) => [one.account, one]));
    for (const account of accounts) {
      const held = byName.get(account.package);
      const free = priced.get(account.account)?.free ?? [];
      if (held === undefined || free.length === 0) continue;
      const { period, turnWallMs } = periodNow(account, held, wallMs);
      this.#nextTurnWallMs = Math.min(this.#nextTurnWallMs, turnWallMs);
      for (const [at, { place }] of free.entries()) this.#grant(account, held, at, place, period);
    }
  }

  /** How `account` stands with its free minutes, in the order of the package. */
  statesOf(account: Account, held: Package): FreeState[] {
    const { period } = periodNow(account, held, this.#ground.wallNow());
    if (period === null) return [];
    return held.freeMinutes.map(({ name, minutes }) => {
      const grantedSeconds = secondsOf(minutes, period);
      const usedSeconds = this.#ground.accounts.freeUsed(account.account, allowanceOf(held.name, name), period.fromDay);
      return { name, grantedSeconds, usedSeconds, leftSeconds: Math.max(0, grantedSeconds - usedSeconds) };
    });
  }

  #grant(account: Account, held: Package, at: number, place: number, period: HeldPeriod | null): void {
    const { free } = this.#ground.accounts;
    const entry = held.freeMinutes[at];
    if (entry === undefined || period === null) return free.open(place, 0, 0);
    const allowance = allowanceOf(held.name, entry.name);
    const grant = { term: termOf(allowance, period.fromDay), seconds: secondsOf(entry.minutes, period) };
    const before = this.#granted.get(place);
    this.#granted.set(place, grant);
    if (before?.term === grant.term) free.add({ place, term: grant.term, seconds: grant.seconds - before.seconds });
    const usedSeconds = this.#ground.accounts.freeUsed(account.account, allowance, period.fromDay);
    free.open(place, grant.term, grant.seconds - usedSeconds);
  }
}

/** The period of `held` that `account` is in, null where it has none now; and when that changes. */
function periodNow(
  { packageFromDay, packageUntilDay, timeZone }: Account,
  { period: kind }: Package,
  wallMs: number,
): { readonly period: HeldPeriod | null; readonly turnWallMs: number } {
  const today = dayShown(wallMs, timeZone);
  if (packageFromDay !== null && today < packageFromDay) {
    return { period: null, turnWallMs: beginningOfDay(packageFromDay, timeZone) };
  }
  if (packageUntilDay !== null && today >= packageUntilDay) {
    return { period: null, turnWallMs: Number.POSITIVE_INFINITY };
  }
  const fromDay = Math.max(firstDayOf(kind, today), packageFromDay ?? Number.NEGATIVE_INFINITY);
  const period = periodFrom(kind, fromDay, packageUntilDay);
  return { period, turnWallMs: beginningOfDay(period.untilDay, timeZone) };
}

/** Of a part of a period the part of its days. */
function secondsOf(minutes: number, period: HeldPeriod): number {
  return Number(heldPart(BigInt(minutes * SECONDS), period));
}
