// The calendars that ladders name: one is open whenever a call comes, the other closed.

import { type CalendarNamed, calendarsIn } from '../../src/control/tables/calendar-compile.ts';
import type { Calendar } from '../../src/core/routing/calendar.ts';

export const CLOSED: Calendar = {
  name: 'closed',
  fromWallMs: 0,
  untilWallMs: Number.MAX_SAFE_INTEGER,
  isOpenAtFirst: false,
  changesAtWallMs: new Float64Array(0),
};

export const OPEN: Calendar = { ...CLOSED, name: 'open', isOpenAtFirst: true };

/** `open` and `closed`, as fields name them. */
export const LADDER_CALENDARS: CalendarNamed = calendarsIn(
  new Map([
    ['open', OPEN],
    ['closed', CLOSED],
  ]),
);
