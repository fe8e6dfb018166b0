// The calendars of a network file, and the fields of other tables that name one.
//
//   calendars:
//     - name: business hours
//       timeZone: Europe/Berlin
//       periods:
//         - { days: Mon-Fri, from: 08:00, to: 18:00 }
//         - { days: Sat, from: 22:00, to: 02:00 }             over midnight: it ends on Sunday
//       specialDates:
//         - { date: 12-25, type: holiday }                    every year; no period begins on that day
//         - { date: 2027-05-08, type: workingDay }            that year only; a day like Monday
//         - { date: 12-24, type: workingDay, like: Sat }

import { CALENDAR_PERIODS_MAX, CALENDAR_SPECIAL_DATES_MAX, CALENDARS_MAX } from '../../core/base/limits.ts';
import { Refused, type Table } from '../../operator-file.ts';
import { oneOf } from '../../operator-values.ts';
import type { CalendarEntry, SpecialDate, WeeklyPeriod } from '../../store/network.ts';

import { refuseLong, uniqueName } from './names.ts';
import { isTimeZone } from './time-zone.ts';

const CALENDAR_FIELDS = ['name', 'timeZone', 'periods', 'specialDates'];
const PERIOD_FIELDS = ['days', 'from', 'to'];
const SPECIAL_FIELDS = ['date', 'type', 'like'];

/** Their places are their numbers: Sunday is 0, as in VOS3000. */
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONDAY = 1;

/** The list `calendars`. */
export function readCalendars(root: Table): CalendarEntry[] {
  const seen = new Set<string>();
  const calendars = root.rows('calendars', CALENDAR_FIELDS, (row) => {
    const name = uniqueName(row, 'name', seen);
    const timeZone = row.optional('timeZone', zone, 'UTC');
    const periods = row.rows('periods', PERIOD_FIELDS, readPeriod);
    const specialDates = row.rows('specialDates', SPECIAL_FIELDS, readSpecialDate);
    if (periods.length === 0) row.refuse('periods', 'is missing: when the calendar is open');
    refuseLong(row, 'periods', periods.length, CALENDAR_PERIODS_MAX);
    refuseLong(row, 'specialDates', specialDates.length, CALENDAR_SPECIAL_DATES_MAX);
    refuseSameDates(row, specialDates);
    return { name, timeZone, periods, specialDates };
  });
  refuseLong(root, 'calendars', calendars.length, CALENDARS_MAX);
  return calendars;
}

function readPeriod(row: Table): WeeklyPeriod {
  const given = row.many('days', weekdays).flat();
  const days = given.length === 0 ? WEEKDAYS.map((_, day) => day) : [...new Set(given)].sort();
  const fromSeconds = row.need('from', timeOfDay, 0);
  const toSeconds = row.need('to', timeOfDay, 0);
  if (row.has('from') && row.has('to') && fromSeconds === toSeconds) {
    row.refuse('to', 'is the time that it begins at; a whole day is 00:00 to 24:00');
  }
  return { days, fromSeconds, toSeconds };
}

function readSpecialDate(row: Table): SpecialDate {
  const date = row.need('date', calendarDate, { year: null, month: 1, day: 1 });
  const type = row.need('type', oneOf(['holiday', 'workingDay']), 'holiday');
  const like = row.optional<number | null>('like', weekday, type === 'workingDay' ? MONDAY : null);
  return { ...date, type, like };
}

function refuseSameDates(row: Table, dates: readonly SpecialDate[]): void {
  const seen = new Set<string>();
  for (const { year, month, day } of dates) {
    const key = `${year === null ? '' : `${year}-`}${twoDigits(month)}-${twoDigits(day)}`;
    if (seen.has(key)) row.refuse('specialDates', `has ${key} twice`);
    seen.add(key);
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A time zone that the platform knows, by its IANA name. */
export function zone(text: string): string | Refused {
  if (isTimeZone(text)) return text;
  return new Refused(`takes a time zone such as Europe/Berlin or UTC, not "${text}"`);
}

/** A day of the week, or a range that may go over the weekend: Fri-Mon. */
function weekdays(text: string): number[] | Refused {
  const [first, last = first] = text.split('-').map((word) => weekday(word.trim()));
  if (typeof first !== 'number' || typeof last !== 'number' || text.split('-').length > 2) {
    return new Refused(`takes days such as Mon, or Mon-Fri, not "${text}"`);
  }
  const days = [first];
  while (days.at(-1) !== last) days.push(((days.at(-1) as number) + 1) % WEEKDAYS.length);
  return days;
}

function weekday(text: string): number | Refused {
  const day = WEEKDAYS.indexOf(text as (typeof WEEKDAYS)[number]);
  return day < 0 ? new Refused(`takes ${WEEKDAYS.join(' or ')}, not "${text}"`) : day;
}

/** Seconds after midnight: 00:00 to 24:00, with seconds where wanted. */
function timeOfDay(text: string): number | Refused {
  const match = /^(\d\d):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  const seconds = match === null ? Number.NaN : Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (seconds <= 86_400) return seconds;
  return new Refused(`takes a time of day such as 08:30, up to 24:00, not "${text}"`);
}

/** A day of one year, or of every year. */
function calendarDate(text: string): Pick<SpecialDate, 'year' | 'month' | 'day'> | Refused {
  const match = /^(?:(\d{4})-)?(\d\d)-(\d\d)$/.exec(text);
  const [year, month, day] = [match?.[1], Number(match?.[2]), Number(match?.[3])];
  // 2000 had a 29th of February, and so may every year.
  const date = new Date(Date.UTC(Number(year ?? 2000), month - 1, day));
  if (match !== null && date.getUTCMonth() + 1 === month && date.getUTCDate() === day) {
    return { year: year === undefined ? null : Number(year), month, day };
  }
  return new Refused(`takes a day such as 2027-05-08, or 12-25 for every year, not "${text}"`);
}
