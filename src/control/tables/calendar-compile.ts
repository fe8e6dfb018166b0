// Calendars as operators write them become the moments at which they open and close. What the clock on the wall of the
// zone shows decides: a period from 02:30 to 05:00 begins when that clock first shows 02:30 or later, and an hour that
// it shows twice is open or closed twice.
//
// A period that goes over midnight belongs to the day it begins on, whatever the next day is.

import { assert } from '../../core/base/assert.ts';
import type { Calendar, Scheduled } from '../../core/routing/calendar.ts';
import type { CalendarEntry, SpecialDate } from '../../store/network.ts';
import type { ScheduledEntry } from '../../store/network-numbers.ts';
import { stretchesOf, type ZoneStretch } from './time-zone.ts';

/** Time that compiled calendars cover, before and after the time they are compiled for. */
const PAST_MS = 2 * 86_400_000;
const AHEAD_MS = 400 * 86_400_000;

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;
const DAYS_A_WEEK = 7;

/** 1970-01-01, day 0, was a Thursday; Sunday is 0. */
const WEEKDAY_OF_DAY_0 = 4;

/** On such a day no period begins. */
const NO_WEEKDAY = -1;

/** Open from the first to before the second, wall clock ms. */
type Span = readonly [number, number];

/** `entries` by name, for the time around `wallMs`, and up to `endWallMs`. */
export function compileCalendars(
  entries: readonly CalendarEntry[],
  wallMs: number,
  endWallMs = wallMs,
): ReadonlyMap<string, Calendar> {
  const [fromWallMs, untilWallMs] = [Math.floor(wallMs) - PAST_MS, Math.floor(endWallMs) + AHEAD_MS];
  const zones = new Map<string, readonly ZoneStretch[]>();
  const calendars = new Map<string, Calendar>();
  for (const entry of entries) {
    const { name, timeZone } = entry;
    const stretches = zones.get(timeZone) ?? stretchesOf(timeZone, fromWallMs, untilWallMs);
    zones.set(timeZone, stretches);
    calendars.set(name, calendarOf(name, fromWallMs, untilWallMs, openSpans(entry, stretches)));
  }
  return calendars;
}

/** The calendar of a name that a network has; reading its file has refused names that are not there. */
export type CalendarNamed = (name: string) => Calendar;

export function calendarsIn(calendars: ReadonlyMap<string, Calendar>): CalendarNamed {
  return (name) => {
    const calendar = calendars.get(name);
    assert(calendar !== undefined, 'a calendar that is named is there');
    return calendar;
  };
}

/** `entries` with their calendars. */
export function scheduleOf<T>(entries: readonly ScheduledEntry<T>[], calendarNamed: CalendarNamed): Scheduled<T>[] {
  return entries.map(({ calendar, value }) => ({ calendar: calendarNamed(calendar), value }));
}

function calendarOf(name: string, fromWallMs: number, untilWallMs: number, spans: readonly Span[]): Calendar {
  const isOpenAtFirst = spans[0]?.[0] === fromWallMs;
  const changes = spans.flat().filter((atMs) => atMs > fromWallMs && atMs < untilWallMs);
  return { name, fromWallMs, untilWallMs, isOpenAtFirst, changesAtWallMs: Float64Array.from(changes) };
}

/** When it is open, in order, none touching the next. */
function openSpans(entry: CalendarEntry, stretches: readonly ZoneStretch[]): Span[] {
  const weekdayOf = weekdays(entry.specialDates);
  const spans: Span[] = [];
  for (const stretch of stretches) {
    // As the wall shows it, in ms since the wall showed 1970.
    const shownFromMs = stretch.fromWallMs + stretch.aheadMs;
    const shownUntilMs = stretch.untilWallMs + stretch.aheadMs;
    // The day before the first may have a period that goes over midnight.
    for (let day = Math.floor(shownFromMs / DAY_MS) - 1; day * DAY_MS < shownUntilMs; day++) {
      const weekday = weekdayOf(day);
      for (const { days, fromSeconds, toSeconds } of entry.periods) {
        if (!days.includes(weekday)) continue;
        const endDay = toSeconds > fromSeconds ? day : day + 1;
        const from = Math.max(day * DAY_MS + fromSeconds * SECOND_MS, shownFromMs);
        const until = Math.min(endDay * DAY_MS + toSeconds * SECOND_MS, shownUntilMs);
        if (from < until) spans.push([from - stretch.aheadMs, until - stretch.aheadMs]);
      }
    }
  }
  return merged(spans);
}

/** Whose day of the week's periods begin on a day (counted from 1970): its own, or those its special date says. */
function weekdays(specialDates: readonly SpecialDate[]): (day: number) => number {
  const special = new Map(specialDates.map((date) => [keyOf(date.year, date.month, date.day), date]));
  return (day) => {
    const date = new Date(day * DAY_MS);
    const [year, month, dayOfMonth] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    const found = special.get(keyOf(year, month, dayOfMonth)) ?? special.get(keyOf(null, month, dayOfMonth));
    if (found !== undefined) return found.like ?? NO_WEEKDAY;
    const weekday = (day + WEEKDAY_OF_DAY_0) % DAYS_A_WEEK;
    return weekday < 0 ? weekday + DAYS_A_WEEK : weekday;
  };
}

function keyOf(year: number | null, month: number, day: number): string {
  return `${year ?? ''}-${month}-${day}`;
}

function merged(spans: Span[]): Span[] {
  const apart: [number, number][] = [];
  for (const [from, until] of spans.sort((one, other) => one[0] - other[0])) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until);
    else apart.push([from, until]);
  }
  return apart;
}
