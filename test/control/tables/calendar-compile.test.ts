// Calendars against the clock on the wall: at random moments, at every change of theirs, and where clocks change.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileCalendars } from '../../../src/control/tables/calendar-compile.ts';
import { stretchesOf } from '../../../src/control/tables/time-zone.ts';
import { type Calendar, isOpenAt } from '../../../src/core/routing/calendar.ts';
import type { CalendarEntry } from '../../../src/store/network.ts';
import { isOpenByTheWall } from './calendar-reference.ts';

const HOUR_MS = 3_600_000;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

/** Half and quarter hours, half an hour of summer time, clocks that change at midnight, both halves of the globe. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
];

function compiled(entry: CalendarEntry, wallMs: number): Calendar {
  return compileCalendars([entry], wallMs).get(entry.name) as Calendar;
}

function calendar(
  timeZone: string,
  periods: CalendarEntry['periods'],
  specialDates: CalendarEntry['specialDates'] = [],
) {
  return { name: 'c', timeZone, periods, specialDates };
}

function period(from: string, to: string, days = EVERY_DAY): CalendarEntry['periods'][number] {
  const seconds = (text: string): number => Number(text.slice(0, 2)) * 3600 + Number(text.slice(3)) * 60;
  return { days, fromSeconds: seconds(from), toSeconds: seconds(to) };
}

const time = fc.oneof(
  fc.integer({ min: 0, max: 86_400 }),
  fc.integer({ min: 0, max: 48 }).map((halves) => halves * 1800),
);
const anyPeriod = fc
  .record({ days: fc.uniqueArray(fc.nat(6), { minLength: 1 }), fromSeconds: time, toSeconds: time })
  .filter(({ fromSeconds, toSeconds }) => fromSeconds !== toSeconds && fromSeconds < 86_400);
const anySpecialDate = fc.record({
  year: fc.option(fc.integer({ min: 2023, max: 2037 })),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  type: fc.constantFrom('holiday' as const, 'workingDay' as const),
  like: fc.option(fc.nat(6)),
});
const anyCalendar = fc.record({
  name: fc.constant('c'),
  timeZone: fc.constantFrom(...ZONES),
  periods: fc.array(anyPeriod, { minLength: 1, maxLength: 4 }),
  specialDates: fc.uniqueArray(anySpecialDate, {
    maxLength: 60,
    selector: ({ year, month, day }) => `${year}-${month}-${day}`,
  }),
});
const anyMoment = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2036, 0) });
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('at more than 30 000 random moments, every change and every change of the clocks: as the wall shows', () => {
  let comparedCount = 0;
  const compare = (entry: CalendarEntry, table: Calendar, wallMs: number): void => {
    if (wallMs < table.fromWallMs || wallMs >= table.untilWallMs) return;
    comparedCount += 1;
    const moment = new Date(wallMs).toISOString();
    assert.equal(isOpenAt(table, wallMs), isOpenByTheWall(entry, wallMs), `${entry.timeZone} at ${moment}`);
  };
  const shares = fc.array(share, { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(anyCalendar, anyMoment, shares, (entry, wallMs, places) => {
      const table = compiled(entry, wallMs);
      const { fromWallMs, untilWallMs, changesAtWallMs } = table;
      for (const place of places) {
        compare(entry, table, Math.floor(fromWallMs + place * (untilWallMs - fromWallMs)));
        const change = changesAtWallMs[Math.floor(place * changesAtWallMs.length)] ?? fromWallMs;
        for (const atMs of [change - 1, change]) compare(entry, table, atMs);
      }
      for (const { fromWallMs: change } of stretchesOf(entry.timeZone, fromWallMs, untilWallMs)) {
        for (const nearMs of [-HOUR_MS, -1, 0, 1, HOUR_MS / 2, HOUR_MS]) compare(entry, table, change + nearMs);
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(comparedCount > 30_000, `${comparedCount} moments were compared`);
});

test('it opens and closes in turn: no change is told twice', () => {
  fc.assert(
    fc.property(anyCalendar, anyMoment, (entry, wallMs) => {
      const { fromWallMs, untilWallMs, changesAtWallMs } = compiled(entry, wallMs);
      const moments = [fromWallMs, ...changesAtWallMs, untilWallMs];
      for (let i = 1; i < moments.length; i++) assert.ok((moments[i - 1] as number) < (moments[i] as number));
    }),
    { numRuns: 100 },
  );
});

describe('where clocks change', () => {
  const opens = (table: Calendar, texts: readonly string[]): boolean[] =>
    texts.map((text) => isOpenAt(table, Date.parse(text)));

  test('Berlin, 29 March 2026, 02:00 becomes 03:00: a period from 02:30 begins at 03:00', () => {
    const table = compiled(calendar('Europe/Berlin', [period('02:30', '05:00')]), Date.UTC(2026, 2, 1));
    const moments = ['00:59:59', '01:00:00', '02:59:59', '03:00:00'].map((time) => `2026-03-29T${time}Z`);
    assert.deepEqual(opens(table, moments), [false, true, true, false]);
  });

  test('Berlin, 25 October 2026, 03:00 becomes 02:00: 02:30 to 02:45 comes twice', () => {
    const table = compiled(calendar('Europe/Berlin', [period('02:30', '02:45')]), Date.UTC(2026, 9, 1));
    const moments = ['00:29', '00:30', '00:45', '01:29', '01:30', '01:45'].map((time) => `2026-10-25T${time}:00Z`);
    assert.deepEqual(opens(table, moments), [false, true, false, false, true, false]);
  });

  test('New York, 8 March 2026: a day that is open from 00:00 to 24:00 has 23 hours', () => {
    const table = compiled(calendar('America/New_York', [period('00:00', '24:00', [0])]), Date.UTC(2026, 2, 1));
    const [opensAt, closesAt] = table.changesAtWallMs.filter((atMs) => atMs > Date.UTC(2026, 2, 6));
    assert.equal(((closesAt as number) - (opensAt as number)) / HOUR_MS, 23);
  });

  test('Lord Howe, 5 April 2026: clocks go back by half an hour, and the night has half an hour more', () => {
    const table = compiled(calendar('Australia/Lord_Howe', [period('22:00', '06:00', [6])]), Date.UTC(2026, 3, 1));
    const [opensAt, closesAt] = table.changesAtWallMs.filter((atMs) => atMs > Date.UTC(2026, 3, 3));
    assert.equal(((closesAt as number) - (opensAt as number)) / HOUR_MS, 8.5);
  });

  test('Kolkata, half an hour off: 09:00 there is 03:30 UTC', () => {
    const table = compiled(calendar('Asia/Kolkata', [period('09:00', '18:00')]), Date.UTC(2026, 0, 5));
    const moments = ['03:29:59', '03:30:00', '12:29:59', '12:30:00'].map((time) => `2026-01-05T${time}Z`);
    assert.deepEqual(opens(table, moments), [false, true, true, false]);
  });

  test('Santiago, 6 September 2026, midnight becomes 01:00: that Sunday begins at 01:00', () => {
    const table = compiled(calendar('America/Santiago', [period('00:00', '12:00', [0])]), Date.UTC(2026, 8, 1));
    const moments = ['03:59:59', '04:00:00', '14:59:59', '15:00:00'].map((time) => `2026-09-06T${time}Z`);
    assert.deepEqual(opens(table, moments), [false, true, true, false]);
  });
});

describe('special dates', () => {
  const office = [period('08:00', '18:00', [1, 2, 3, 4, 5]), period('09:00', '12:00', [6])];
  const at = (specialDates: CalendarEntry['specialDates'], text: string): boolean =>
    isOpenAt(compiled(calendar('UTC', office, specialDates), Date.UTC(2026, 11, 1)), Date.parse(`${text}:00Z`));
  const everyYear = { year: null, month: 12, day: 25 };

  test('on a holiday no period begins, in that year or in every year', () => {
    assert.equal(at([], '2026-12-25T10:00'), true);
    assert.equal(at([{ ...everyYear, type: 'holiday', like: null }], '2026-12-25T10:00'), false);
    assert.equal(at([{ ...everyYear, year: 2027, type: 'holiday', like: null }], '2026-12-25T10:00'), true);
  });

  test('a working day is like the weekday it names, and a year goes before every year', () => {
    const saturday = { ...everyYear, type: 'workingDay', like: 6 } as const;
    assert.deepEqual([at([saturday], '2026-12-25T08:30'), at([saturday], '2026-12-25T11:30')], [false, true]);
    const thisYear = { ...everyYear, year: 2026, type: 'workingDay', like: 1 } as const;
    assert.equal(at([saturday, thisYear], '2026-12-25T08:30'), true);
    assert.equal(at([thisYear, saturday], '2026-12-25T08:30'), true);
  });

  test('a period over midnight belongs to the day it begins on: a holiday does not cut it, nor is cut into', () => {
    const nights = calendar('UTC', [period('22:00', '06:00')], [{ ...everyYear, type: 'holiday', like: null }]);
    const table = compiled(nights, Date.UTC(2026, 11, 20));
    const open = ['2026-12-25T05:59', '2026-12-25T06:00', '2026-12-25T23:00', '2026-12-26T05:00', '2026-12-26T22:00'];
    assert.deepEqual(
      open.map((text) => isOpenAt(table, Date.parse(`${text}:00Z`))),
      [true, false, false, false, true],
    );
  });
});
