// Calendars in the network file: what is taken, what is refused, and how the tables that shards get are renewed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Configuration } from '../../../src/control/tables/configuration.ts';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import {
  CALENDAR_PERIODS_MAX,
  CALENDAR_SPECIAL_DATES_MAX,
  CALENDARS_MAX,
  SCHEDULED_VALUES_MAX,
} from '../../../src/core/base/limits.ts';
import { openMemoryStores } from '../../../src/store/memory.ts';
import { nowOf } from '../../core/routing/route-moment.ts';
import { refusals } from './network-sample.ts';

const DAY_MS = 86_400_000;
const FILE = `
calendars:
  - name: office
    timeZone: Europe/Berlin
    periods:
      - { days: Mon-Thu, from: 08:00, to: 18:00 }
      - { days: [Fri, Sat], from: 08:00:30, to: 24:00 }
      - { days: Sat-Mon, from: 22:00, to: 06:00 }
      - { from: 12:00, to: 12:30 }
    specialDates:
      - { date: 12-25, type: holiday }
      - { date: 02-29, type: holiday, like: Sun }
      - { date: 2027-05-08, type: workingDay }
      - { date: 12-24, type: workingDay, like: Sat }
mappingGateways:
  - { name: A, remoteIps: 192.0.2.7, account: a, availability: office }
routingGateways:
  - name: B
    remoteIp: 192.0.2.8
    scheduledCapacity: [{ calendar: office, capacity: None }]
    scheduledPriority: [{ calendar: office, priority: 7 }]
accounts: [{ account: a }]
`;

test('weekdays, ranges over the weekend, times with seconds, dates of one year and of every year', () => {
  const [office] = parseNetwork(FILE, 'net.yaml').calendars;
  assert.deepEqual(office, {
    name: 'office',
    timeZone: 'Europe/Berlin',
    periods: [
      { days: [1, 2, 3, 4], fromSeconds: 28_800, toSeconds: 64_800 },
      { days: [5, 6], fromSeconds: 28_830, toSeconds: 86_400 },
      { days: [0, 1, 6], fromSeconds: 79_200, toSeconds: 21_600 },
      { days: [0, 1, 2, 3, 4, 5, 6], fromSeconds: 43_200, toSeconds: 45_000 },
    ],
    specialDates: [
      { year: null, month: 12, day: 25, type: 'holiday', like: null },
      { year: null, month: 2, day: 29, type: 'holiday', like: 0 },
      { year: 2027, month: 5, day: 8, type: 'workingDay', like: 1 },
      { year: null, month: 12, day: 24, type: 'workingDay', like: 6 },
    ],
  });
});

test('gateways name calendars', () => {
  const { mappingGateways, routingGateways } = parseNetwork(FILE, 'net.yaml');
  assert.equal(mappingGateways[0]?.availability, 'office');
  assert.deepEqual(routingGateways[0]?.scheduledCapacity, [{ calendar: 'office', value: null }]);
  assert.deepEqual(routingGateways[0]?.scheduledPriority, [{ calendar: 'office', value: 7 }]);
});

const REFUSED: readonly (readonly [from: string, to: string, field: string, reason: RegExp])[] = [
  ['Europe/Berlin', 'Europe/Bonn', 'calendars[0].timeZone', /takes a time zone such as/],
  ['Mon-Thu', 'Mon-Die', 'calendars[0].periods[0].days', /takes days such as Mon/],
  ['[Fri, Sat]', '[Fri, Mo]', 'calendars[0].periods[1].days[1]', /takes days such as Mon/],
  ['to: 18:00', 'to: 24:01', 'calendars[0].periods[0].to', /time of day such as 08:30/],
  ['to: 18:00', 'to: 08:00', 'calendars[0].periods[0].to', /a whole day is 00:00 to 24:00/],
  ['to: 18:00', 'to: 8pm', 'calendars[0].periods[0].to', /time of day/],
  ['date: 12-25', 'date: 02-30', 'calendars[0].specialDates[0].date', /takes a day such as/],
  ['date: 2027-05-08', 'date: 2027-02-29', 'calendars[0].specialDates[2].date', /takes a day such as/],
  ['date: 12-25', 'date: 12-24', 'calendars[0].specialDates', /has 12-24 twice/],
  ['type: holiday', 'type: bank', 'calendars[0].specialDates[0].type', /holiday or workingDay/],
  ['like: Sun', 'like: Sunday', 'calendars[0].specialDates[1].like', /takes Sun or Mon/],
  ['availability: office', 'availability: never', 'mappingGateways[0].availability', /not in calendars/],
  ['calendar: office, cap', 'calendar: night, cap', 'routingGateways[0].scheduledCapacity', /not in calendars/],
  ['calendar: office, pri', 'calendar: night, pri', 'routingGateways[0].scheduledPriority', /not in calendars/],
  ['capacity: None', 'capacity: many', 'routingGateways[0].scheduledCapacity[0].capacity', /None or a whole number/],
];

for (const [from, to, field, reason] of REFUSED) {
  test(`${from} -> ${to}: refused`, () => {
    assert.ok(FILE.includes(from), from);
    const [first, ...rest] = refusals(FILE.replace(from, to));
    assert.deepEqual(rest, []);
    assert.equal(first?.field, field);
    assert.match(first?.reason ?? '', reason);
  });
}

test('a calendar without periods, and more of anything than the limits, are refused', () => {
  const rows = (count: number, row: (index: number) => string): string =>
    Array.from({ length: count }, (_, i) => row(i)).join(', ');
  const period = '{ from: 01:00, to: 02:00 }';
  const calendar = (name: string, periods = period, dates = ''): string =>
    `{ name: ${name}, periods: [${periods}], specialDates: [${dates}] }`;
  const whyNot = (calendars: string, more = ''): string =>
    refusals(`calendars: [${calendars}]\n${more}`).map(({ field, reason }) => `${field} ${reason}`)[0] ?? '';
  assert.match(whyNot('{ name: c }'), /calendars\[0\].periods is missing/);
  assert.match(
    whyNot(
      calendar(
        'c',
        rows(CALENDAR_PERIODS_MAX + 1, () => period),
      ),
    ),
    /periods has 33 entries/,
  );
  const day = (index: number): string =>
    `{ date: ${2000 + Math.floor(index / 28)}-01-${String((index % 28) + 1).padStart(2, '0')}, type: holiday }`;
  assert.match(
    whyNot(calendar('c', period, rows(CALENDAR_SPECIAL_DATES_MAX + 1, day))),
    /specialDates has 1001 entries/,
  );
  assert.match(whyNot(rows(CALENDARS_MAX + 1, (index) => calendar(`c${index}`))), /calendars has 257 entries/);
  const scheduled = rows(SCHEDULED_VALUES_MAX + 1, () => '{ calendar: c, capacity: 1 }');
  const gateway = `routingGateways: [{ name: B, remoteIp: 192.0.2.8, scheduledCapacity: [${scheduled}] }]`;
  assert.match(whyNot(calendar('c'), gateway), /scheduledCapacity has more than 16 rows/);
});

test('once a day the calendars are compiled anew; `explain` knows any moment', () => {
  const { configuration: store } = openMemoryStores();
  const startMs = Date.UTC(2026, 0, 7, 12);
  const configuration = new Configuration(store, [{ address: '192.0.2.1' }], startMs);
  configuration.apply({ text: FILE, name: 'net.yaml', author: '', note: '', atWallMs: startMs, dryRun: false });
  const before = configuration.snapshot;
  assert.equal(configuration.renewCalendars(startMs + DAY_MS - 1), false);
  assert.equal(configuration.snapshot, before);
  const why = (wallMs: number): string => {
    const now = nowOf(wallMs);
    return configuration.explain({ from: 'A', caller: '1', callee: '2' }, now).refusal;
  };
  assert.equal(why(Date.UTC(2036, 4, 13, 9)), '', 'a Tuesday morning');
  assert.equal(why(Date.UTC(2036, 4, 13, 20)), 'the calendar office is closed');
  assert.equal(configuration.snapshot, before, 'a question changes nothing');
  assert.equal(configuration.renewCalendars(startMs + DAY_MS), true);
  const until = (snapshot: typeof before): number => snapshot.mappingGateways[0]?.availability?.untilWallMs ?? 0;
  assert.equal(until(configuration.snapshot) - until(before), DAY_MS);
  assert.equal(configuration.snapshot.version, before.version);
});
