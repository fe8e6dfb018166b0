// What a calendar says of a moment, by looking at the clock on the wall of its zone and at nothing else.

import type { CalendarEntry } from '../../../src/store/network.ts';

const DAY_MS = 86_400_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Whether `calendar` is open at `wallMs`. */
export function isOpenByTheWall(calendar: CalendarEntry, wallMs: number): boolean {
  const { date, seconds } = shown(calendar.timeZone, wallMs);
  const [today, yesterday] = [weekdayOf(calendar, date), weekdayOf(calendar, date - DAY_MS)];
  return calendar.periods.some(({ days, fromSeconds, toSeconds }) => {
    const isOverMidnight = toSeconds < fromSeconds;
    const isOfToday = days.includes(today) && seconds >= fromSeconds && (isOverMidnight || seconds < toSeconds);
    return isOfToday || (isOverMidnight && days.includes(yesterday) && seconds < toSeconds);
  });
}

/** The date that the wall shows, as the UTC ms at which UTC has that date, and the seconds since its midnight. */
function shown(timeZone: string, wallMs: number): { readonly date: number; readonly seconds: number } {
  const clock = clocks.get(timeZone) ?? newClock(timeZone);
  clocks.set(timeZone, clock);
  const parts = new Map(clock.formatToParts(wallMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? Number.NaN;
  const date = Date.UTC(part('year'), part('month') - 1, part('day'));
  return { date, seconds: part('hour') * 3600 + part('minute') * 60 + part('second') };
}

function newClock(timeZone: string): Intl.DateTimeFormat {
  const date = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('en-US', { timeZone, ...date, ...time });
}

function weekdayOf({ specialDates }: CalendarEntry, dateMs: number): number {
  const date = new Date(dateMs);
  const fitting = specialDates.filter(
    ({ year, month, day }) =>
      (year ?? date.getUTCFullYear()) === date.getUTCFullYear() &&
      month === date.getUTCMonth() + 1 &&
      day === date.getUTCDate(),
  );
  const special = fitting.find(({ year }) => year !== null) ?? fitting[0];
  return special === undefined ? date.getUTCDay() : (special.like ?? -1);
}
