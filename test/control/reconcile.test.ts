// A carrier's list against ours, where its clock is off and numbers are called again and again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pairsInOrder, type TimedCall } from '../../src/control/cdr/checks/pair-in-order.ts';
import { type ListedCall, reconcile } from '../../src/control/cdr/checks/reconcile.ts';

const TOLERANCES = { digits: 9, atMs: 60_000, seconds: 1, nanos: 0n };
const ALWAYS = { fromWallMs: 0, untilWallMs: Number.POSITIVE_INFINITY };

/** Calls to one number, each a second of its start and its duration. */
function calls(...given: readonly (readonly [at: number, seconds: number])[]): ListedCall[] {
  return given.map(([at, seconds]) => {
    return { number: '442079460001', atWallMs: at * 1000, seconds, nanos: null, name: `${at}` };
  });
}

/** Equal calls, those of another duration, and those missing here and there. */
function told(ours: readonly ListedCall[], theirs: readonly ListedCall[]): readonly unknown[] {
  const { equalCount, otherSeconds, missingHere, missingThere } = reconcile(ours, theirs, TOLERANCES, ALWAYS);
  const pairs = otherSeconds.map((pair) => `${pair.ours.name} ${pair.theirs.name}`);
  return [equalCount, pairs, ...[missingHere, missingThere].map((missing) => missing.map(({ name }) => name))];
}

test('calls to one number in a row find theirs by their duration, and by their order where it is the same', () => {
  for (const everySeconds of [1, 5, 10, 15, 20, 30, 59]) {
    for (const lateSeconds of [-60, -20, -1, 0, 20, 60]) {
      for (const durations of [
        [1, 2, 3, 4, 5],
        [5, 5, 5, 5, 5],
        [5, 30, 5, 30, 7],
      ]) {
        const at = durations.map((seconds, index) => [100 + index * everySeconds, seconds] as const);
        const theirs = at.map(([start, seconds]) => [start + lateSeconds, seconds] as const);
        assert.deepEqual(told(calls(...at), calls(...theirs)), [5, [], [], []], `${[everySeconds, lateSeconds]}`);
      }
    }
  }
});

test('calls of one moment find theirs, whatever their order', () => {
  assert.deepEqual(told(calls([100, 5], [100.5, 20]), calls([100, 20], [100, 5])), [2, [], [], []]);
});

test('the missing one is the one that is not near; what agrees with none goes to the nearest that is left', () => {
  assert.deepEqual(told(calls([100, 10], [150, 10]), calls([150, 10])), [1, [], [], ['100']]);
  assert.deepEqual(told(calls([100, 10], [120, 50]), calls([110, 50], [121, 30])), [1, ['100 121'], [], []]);
  assert.deepEqual(told(calls([100, 10], [300, 10]), calls([200, 10])), [0, [], ['200'], ['100', '300']]);
});

test('as many pairs as the order allows, and of those the nearest, as every way to pair them tells', () => {
  const list = fc
    .array(fc.record({ atWallMs: fc.nat(12), seconds: fc.nat(3) }), { maxLength: 6 })
    .map((found) => found.sort((one, other) => one.atWallMs - other.atWallMs));
  const apart = { atMs: 4, seconds: 1 };
  const isPair = (one: TimedCall, other: TimedCall): boolean =>
    Math.abs(one.atWallMs - other.atWallMs) <= apart.atMs && Math.abs(one.seconds - other.seconds) <= apart.seconds;
  /** A pair is worth 1000 less its time. */
  const best = ([one, ...ones]: TimedCall[], others: TimedCall[]): number => {
    if (one === undefined) return 0;
    const ways = others.map((other, place) => {
      const worth = 1000 - Math.abs(one.atWallMs - other.atWallMs);
      return isPair(one, other) ? worth + best(ones, others.slice(place + 1)) : 0;
    });
    return Math.max(best(ones, others), ...ways);
  };
  fc.assert(
    fc.property(list, list, (ones, others) => {
      let worth = 0;
      let last = { one: -1, other: -1 };
      for (const pair of pairsInOrder(ones, others, apart)) {
        const [one, other] = [ones[pair.one] as TimedCall, others[pair.other] as TimedCall];
        assert.ok(isPair(one, other) && pair.one > last.one && pair.other > last.other);
        worth += 1000 - Math.abs(one.atWallMs - other.atWallMs);
        last = pair;
      }
      assert.equal(worth, best(ones, others));
    }),
  );
});
