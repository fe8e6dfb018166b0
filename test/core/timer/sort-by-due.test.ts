import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sortByDue } from '../../../src/core/timer/sort-by-due.ts';

test('the order is by due time, and by place where due times are equal', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 200 }), (due) => {
      const places = due.map((_, place) => place);
      const batch = Int32Array.from(places);
      const sorted = sortByDue(batch, new Int32Array(due.length), due.length, Float64Array.from(due));
      const expected = places.toSorted((a, b) => (due[a] ?? 0) - (due[b] ?? 0) || a - b);
      assert.deepEqual([...sorted], expected);
    }),
  );
});

test('entries beyond the count keep their places', () => {
  const batch = Int32Array.of(2, 1, 0, 9, 8);
  sortByDue(batch, new Int32Array(5), 3, Float64Array.of(0, 1, 2));
  assert.deepEqual([...batch.subarray(3)], [9, 8]);
});
