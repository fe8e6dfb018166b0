import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NumberGroup, numberGroupsOf, packNumberGroup } from '../../../src/core/routing/number-group.ts';

const CASES = 2_000;

describe('a number group', () => {
  test('has its numbers whole, and none that one of them begins or that begins with one', () => {
    const group = new NumberGroup(packNumberGroup(['4930123', '4930', '4930123']));
    assert.equal(group.count, 2);
    assert.ok(group.has('4930123') && group.has('4930'));
    assert.ok(!group.has('49301') && !group.has('49301234') && !group.has('') && !group.has('4930124'));
  });

  test('of nothing has nothing', () => {
    const group = new NumberGroup(packNumberGroup([]));
    assert.equal(group.count, 0);
    assert.ok(!group.has('') && !group.has('49'));
  });

  test('gives every number by its place, and has what a set has', () => {
    const number = fc.string({ unit: fc.constantFrom('1', '2', '9'), minLength: 1, maxLength: 20 });
    const property = fc.property(fc.array(number, { maxLength: 20 }), number, (numbers, asked) => {
      const group = new NumberGroup(packNumberGroup(numbers));
      const sorted = [...new Set(numbers)].sort();
      assert.deepEqual(
        sorted.map((_, place) => group.at(place)),
        sorted,
      );
      assert.equal(group.has(asked), numbers.includes(asked));
    });
    fc.assert(property, { numRuns: CASES });
  });

  test('is found by its name', () => {
    const groups = numberGroupsOf([{ name: 'blocked', image: packNumberGroup(['1']) }]);
    assert.ok(groups.get('blocked')?.has('1'));
    assert.equal(groups.get('open'), undefined);
  });
});
