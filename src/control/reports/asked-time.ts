// The time that a report or a bill is asked for, as operators write it: two moments, or a word. Dates are days of the
// time zone that is asked for.

import { nearestName } from '../../core/base/nearest-name.ts';
import { Refused } from '../../operator-file.ts';
import { moment, parsedDate } from '../../operator-values.ts';
import { TandemError } from '../../tandem-error.ts';
import { isTimeZone } from '../tables/time-zone.ts';
import { beginningOfDay, dayShown } from './periods.ts';

/** A time, its end not in it; wall clock ms. */
export interface AskedTime {
  readonly timeZone: string;
  readonly fromWallMs: number;
  readonly untilWallMs: number;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
/** No records go back so far; by the hour of thousands of years a report has nothing but empty rows, in all memory. */
const YEARS_MAX = 50;
/** `week`: today and the six days before. */
const WORDS = ['today', 'yesterday', 'week'];

/**
 * What `query` asks for: `period` (today, yesterday, a month or a day), or `from` and `until`; `fallback` where it says
 * nothing. Throws TANDEM_API_QUESTION.
 */
export function askedTime(query: URLSearchParams, timeZone: string, wallMs: number, fallback: string): AskedTime {
  const from = query.get('from');
  const until = query.get('until');
  const period = query.get('period') ?? (from === null && until === null ? fallback : null);
  if (period !== null) {
    if (from !== null || until !== null) throw refused('period does not go with from and until: say one of them');
    return { timeZone, ...timeOfWord(period, timeZone, wallMs) };
  }
  if (from === null) throw refused('until needs a from: since when');
  const fromWallMs = momentIn('from', from, timeZone);
  const untilWallMs = until === null ? wallMs : momentIn('until', until, timeZone);
  if (untilWallMs <= fromWallMs) throw refused(until === null ? 'from is yet to come' : 'until is not after from');
  if (untilWallMs - fromWallMs > YEARS_MAX * YEAR_MS) {
    throw refused(`from and until are more than ${YEARS_MAX} years apart: ask for less at a time`);
  }
  return { timeZone, fromWallMs, untilWallMs };
}

/** The time zone in `query`; `fallback` where it names none. Throws TANDEM_API_QUESTION. */
export function askedZone(query: URLSearchParams, fallback: string): string {
  const zone = query.get('zone') ?? fallback;
  if (isTimeZone(zone)) return zone;
  const near = nearestName(zone, Intl.supportedValuesOf('timeZone'));
  const advice = near === null ? 'such as Europe/Berlin or UTC' : `did you mean ${near}?`;
  throw refused(`zone "${zone}" is no time zone; ${advice}`);
}

function timeOfWord(word: string, timeZone: string, wallMs: number): Omit<AskedTime, 'timeZone'> {
  const today = dayShown(wallMs, timeZone);
  const days = (first: number, after: number): Omit<AskedTime, 'timeZone'> => ({
    fromWallMs: beginningOfDay(first, timeZone),
    untilWallMs: beginningOfDay(after, timeZone),
  });
  if (word === 'today') return days(today, today + 1);
  if (word === 'yesterday') return days(today - 1, today);
  if (word === 'week') return days(today - 6, today + 1);
  const [, year, month] = /^(\d{4})-(\d\d)$/.exec(word) ?? [];
  if (month !== undefined && Number(month) >= 1 && Number(month) <= 12) {
    const first = Date.UTC(Number(year), Number(month) - 1) / DAY_MS;
    return days(first, Date.UTC(Number(year), Number(month)) / DAY_MS);
  }
  const day = dayOf(word);
  if (day !== null) return days(day, day + 1);
  const words = WORDS.join(', ');
  throw refused(`period takes ${words}, a month such as 2027-01 or a day such as 2027-01-31, not "${word}"`);
}

function momentIn(name: string, text: string, timeZone: string): number {
  const day = dayOf(text);
  if (day !== null) return beginningOfDay(day, timeZone);
  const wallMs = /^\d{12,14}$/.test(text) ? Number(text) : moment(text);
  if (wallMs instanceof Refused) throw refused(`${name} ${wallMs.reason}`);
  return wallMs;
}

/** Days since 1970 of a date alone; null of anything else. */
function dayOf(text: string): number | null {
  const wallMs = /^\d{4}-\d\d-\d\d$/.test(text) ? parsedDate(text) : Number.NaN;
  return Number.isNaN(wallMs) ? null : wallMs / DAY_MS;
}

function refused(sentence: string): TandemError {
  return new TandemError('TANDEM_API_QUESTION', `${sentence}.`);
}
