// Hours, days and months as the clocks of a time zone show them, as moments. A day may have 23 hours, an hour may come
// twice, and an hour of India begins at half past.

import { stretchesOf, type ZoneStretch } from '../tables/time-zone.ts';
import { ShownClock } from './shown-clock.ts';

/** How long a period is. `all`: the whole time is one. */
export const PERIOD_KINDS = ['all', 'hour', 'day', 'month'] as const;
export type PeriodKind = (typeof PERIOD_KINDS)[number];

/** One period, from its beginning until the next one's, or the end of what was asked for. */
export interface Period {
  readonly fromWallMs: number;
  /** What the clocks show at its beginning: by how much they are ahead of UTC. */
  readonly aheadMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** No month is longer, whatever its clocks do. */
const MONTH_MS_MAX = 32 * DAY_MS;

/** The periods of `kind` that touch the time from `fromWallMs` to `untilWallMs`; the first begins there. */
export function periodsOf(kind: PeriodKind, timeZone: string, fromWallMs: number, untilWallMs: number): Period[] {
  const periods: Period[] = [];
  let lastLabel = Number.NaN;
  for (const stretch of stretchesOf(timeZone, fromWallMs, untilWallMs)) {
    const { aheadMs } = stretch;
    for (const shownMs of shownBeginnings(kind, stretch)) {
      const label = labelOf(kind, shownMs);
      // An hour that is shown twice is two; a day that is interrupted by a change of the clocks is one.
      if (label === lastLabel && kind !== 'hour') continue;
      lastLabel = label;
      periods.push({ fromWallMs: shownMs - aheadMs, aheadMs });
    }
  }
  return periods;
}

/** Where the period of `kind` begins that `wallMs` is in; `all` has no beginning but `wallMs`. */
export function beginningOfPeriod(kind: PeriodKind, timeZone: string, wallMs: number): number {
  if (kind === 'all') return wallMs;
  return periodsOf(kind, timeZone, wallMs - MONTH_MS_MAX, wallMs + 1).at(-1)?.fromWallMs ?? wallMs;
}

/** Beginnings of days, by zone and day: thousands of accounts are asked about each minute, and clocks answer slowly. */
const beginnings = new Map<string, number>();
const BEGINNINGS_MAX = 10_000;

/**
 * The moment at which the clocks of `timeZone` first show `day` (days since 1970) or later: the beginning of that day.
 */
export function beginningOfDay(day: number, timeZone: string): number {
  const key = `${day} ${timeZone}`;
  const known = beginnings.get(key);
  if (known !== undefined) return known;
  if (beginnings.size >= BEGINNINGS_MAX) beginnings.clear();
  const wallMs = new ShownClock(timeZone).first(day * DAY_MS);
  beginnings.set(key, wallMs);
  return wallMs;
}

/** The day (since 1970) that the clocks of `timeZone` show at `wallMs`: the last one that has begun. */
export function dayShown(wallMs: number, timeZone: string): number {
  // No clock is a day or more ahead of UTC, nor behind it.
  let day = Math.floor(wallMs / DAY_MS) + 1;
  while (beginningOfDay(day, timeZone) > wallMs) day--;
  return day;
}

/** Beginnings of periods within a stretch, as its clocks show them; the stretch's own is the first. */
function shownBeginnings(kind: PeriodKind, { fromWallMs, untilWallMs, aheadMs }: ZoneStretch): number[] {
  const beginnings: number[] = [];
  const end = untilWallMs + aheadMs;
  for (let shownMs = fromWallMs + aheadMs; shownMs < end; shownMs = nextBeginning(kind, shownMs)) {
    beginnings.push(shownMs);
  }
  return beginnings;
}

function nextBeginning(kind: PeriodKind, shownMs: number): number {
  switch (kind) {
    case 'all':
      return Number.POSITIVE_INFINITY;
    case 'hour':
      return (Math.floor(shownMs / HOUR_MS) + 1) * HOUR_MS;
    case 'day':
      return (Math.floor(shownMs / DAY_MS) + 1) * DAY_MS;
    case 'month':
      return nextMonth(new Date(shownMs));
  }
}

function nextMonth(shown: Date): number {
  return Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + 1);
}

function labelOf(kind: PeriodKind, shownMs: number): number {
  switch (kind) {
    case 'all':
      return 0;
    case 'hour':
      return Math.floor(shownMs / HOUR_MS);
    case 'day':
      return Math.floor(shownMs / DAY_MS);
    case 'month':
      return nextMonth(new Date(shownMs));
  }
}
