// The time that is asked for: days of the zone, words, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedTime, askedZone } from '../../../src/control/reports/asked-time.ts';
import { beginningOfPeriod, type PeriodKind, periodsOf } from '../../../src/control/reports/periods.ts';

const NOW = Date.parse('2026-03-29T22:30:00Z');

function asked(query: string, zone = 'Europe/Berlin'): string[] {
  const { fromWallMs, untilWallMs } = askedTime(new URLSearchParams(query), zone, NOW, 'week');
  return [fromWallMs, untilWallMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
}

test('days and months are those of the zone, also where its clocks change', () => {
  assert.deepEqual(asked('period=today'), ['2026-03-29T22:00', '2026-03-30T22:00']);
  assert.deepEqual(asked('period=yesterday'), ['2026-03-28T23:00', '2026-03-29T22:00'], 'a day of 23 hours');
  assert.deepEqual(asked('period=2026-03'), ['2026-02-28T23:00', '2026-03-31T22:00']);
  assert.deepEqual(asked('period=2026-12'), ['2026-11-30T23:00', '2026-12-31T23:00']);
  assert.deepEqual(asked('period=2026-01-31', 'Asia/Kolkata'), ['2026-01-30T18:30', '2026-01-31T18:30']);
  assert.deepEqual(asked(''), ['2026-03-23T23:00', '2026-03-30T22:00'], 'a week when nothing is said');
  assert.deepEqual(asked('from=2026-03-01'), ['2026-02-28T23:00', '2026-03-29T22:30'], 'until now');
  assert.deepEqual(asked('from=2026-03-01T00:00Z&until=2026-03-02'), ['2026-03-01T00:00', '2026-03-01T23:00']);
});

test('a day that begins at one in the morning, because midnight is skipped, begins then', () => {
  assert.deepEqual(asked('period=2026-04-24', 'Africa/Cairo'), ['2026-04-23T22:00', '2026-04-24T21:00']);
});

test('what cannot be meant is refused with what is taken', () => {
  assert.throws(() => asked('period=2026-02-30'), /period takes/);
  assert.throws(() => asked('from=2026-06-31T00:00:00Z'), /from takes/);
  assert.throws(() => asked('period=2026-13'), /period takes today, yesterday, week, a month such as/);
  assert.throws(() => asked('until=2026-01-01'), /until needs a from/);
  assert.throws(() => asked('from=2026-01-02&until=2026-01-01'), /until is not after from/);
  assert.throws(() => asked('from=2100-01-01'), /^TandemError: from is yet to come\.$/);
  assert.throws(() => asked('from=0001-01-01&until=9999-01-01'), /more than 50 years apart: ask for less/);
  assert.doesNotThrow(() => asked('from=1980-01-01&until=2030-01-01'));
  assert.throws(() => asked('from=2026-01-02&period=today'), /period does not go with from/);
  assert.throws(() => asked('from=soon'), /from takes a date such as .* not "soon"/);
  assert.throws(() => askedZone(new URLSearchParams('zone=Europe/Berln'), 'UTC'), /did you mean Europe\/Berlin/);
});

test('an hour that is shown twice is two, and hours of half an hour zones begin at half past', () => {
  const begins = (zone: string, from: string, until: string): string[] =>
    periodsOf('hour', zone, Date.parse(from), Date.parse(until)).map(({ fromWallMs }) =>
      new Date(fromWallMs).toISOString().slice(11, 16),
    );
  assert.deepEqual(begins('Europe/Berlin', '2026-10-25T00:00Z', '2026-10-25T02:00Z'), ['00:00', '01:00']);
  assert.deepEqual(begins('Asia/Kolkata', '2026-01-01T00:00Z', '2026-01-01T02:00Z'), ['00:00', '00:30', '01:30']);
});

test('the beginning of a period is that of its clocks, also of an hour that comes twice', () => {
  const begins = (kind: PeriodKind, zone: string, at: string): string =>
    new Date(beginningOfPeriod(kind, zone, Date.parse(at))).toISOString().slice(0, 16);
  assert.equal(begins('hour', 'Asia/Kolkata', '2026-01-01T01:10Z'), '2026-01-01T00:30');
  assert.equal(begins('hour', 'Europe/Berlin', '2026-10-25T01:59Z'), '2026-10-25T01:00');
  assert.equal(begins('day', 'Africa/Cairo', '2026-04-24T05:00Z'), '2026-04-23T22:00');
  assert.equal(begins('month', 'Europe/Berlin', '2026-11-27T23:35Z'), '2026-10-31T23:00');
  assert.equal(begins('all', 'UTC', '2026-11-27T23:35Z'), '2026-11-27T23:35');
});
