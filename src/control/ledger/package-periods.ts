// The periods of a package: days, months or years of the calendar. Where a package begins or ends within one, it is
// held for a part of it, and costs that part.

import { roundedDivision } from '../../core/rating/money.ts';
import type { PackagePeriodKind } from '../../store/network.ts';

/** A period, or the part of it for which a package is held. Days since 1970; the last is not in it. */
export interface HeldPeriod {
  readonly fromDay: number;
  readonly untilDay: number;
  /** Days of the whole period. */
  readonly wholeDays: number;
}

const DAY_MS = 86_400_000;

/** The period that `day` is in, from `day` on, up to `untilDay` where it ends there. */
export function periodFrom(kind: PackagePeriodKind, day: number, untilDay: number | null): HeldPeriod {
  const { first, after } = calendarPeriod(kind, day);
  return { fromDay: day, untilDay: Math.min(after, untilDay ?? after), wholeDays: after - first };
}

/** The first day of the period that `day` is in. */
export function firstDayOf(kind: PackagePeriodKind, day: number): number {
  return calendarPeriod(kind, day).first;
}

/** The part of `nanos` for the days that are held, rounded half up. */
export function heldPart(nanos: bigint, { fromDay, untilDay, wholeDays }: HeldPeriod): bigint {
  return roundedDivision(nanos * BigInt(untilDay - fromDay), BigInt(wholeDays));
}

function calendarPeriod(kind: PackagePeriodKind, day: number): { readonly first: number; readonly after: number } {
  const date = new Date(day * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (kind) {
    case 'day':
      return { first: day, after: day + 1 };
    case 'month':
      return { first: Date.UTC(year, month) / DAY_MS, after: Date.UTC(year, month + 1) / DAY_MS };
    case 'year':
      return { first: Date.UTC(year, 0) / DAY_MS, after: Date.UTC(year + 1, 0) / DAY_MS };
  }
}
