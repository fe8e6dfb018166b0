// The evaluation of compiled calendars.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Calendar, isOpenAt, scheduledValue } from '../../../src/core/routing/calendar.ts';

function calendar(isOpenAtFirst: boolean, changes: readonly number[]): Calendar {
  const changesAtWallMs = Float64Array.from(changes);
  return { name: 'c', fromWallMs: 0, untilWallMs: 1000, isOpenAtFirst, changesAtWallMs };
}

test('it opens at the moment of a change and closes at that of the next', () => {
  const table = calendar(false, [10, 20]);
  assert.deepEqual(
    [-5, 9, 10, 19, 20, 5000].map((wallMs) => isOpenAt(table, wallMs)),
    [false, false, true, true, false, false],
  );
});

test('without changes it is always as it was at first', () => {
  assert.deepEqual([isOpenAt(calendar(true, []), 5), isOpenAt(calendar(false, []), 5)], [true, false]);
});

test('as counting the changes one by one', () => {
  const moments = fc.uniqueArray(fc.nat(100), { maxLength: 30 });
  fc.assert(
    fc.property(fc.boolean(), moments, fc.integer({ min: -5, max: 105 }), (isOpenAtFirst, changes, wallMs) => {
      const sorted = changes.sort((one, other) => one - other);
      const passed = sorted.filter((atMs) => atMs <= wallMs).length;
      assert.equal(
        isOpenAt(calendar(isOpenAtFirst, sorted), wallMs),
        passed % 2 === 0 ? isOpenAtFirst : !isOpenAtFirst,
      );
    }),
    { numRuns: 10_000 },
  );
});

test('of scheduled values the first whose calendar is open holds, else the ordinary one', () => {
  const schedule = [
    { calendar: calendar(false, [10, 20]), value: 1 },
    { calendar: calendar(false, [15, 30]), value: null },
  ];
  assert.deepEqual(
    [5, 12, 17, 25, 40].map((wallMs) => scheduledValue<number | null>(schedule, wallMs, 7)),
    [7, 1, 1, null, 7],
  );
});
