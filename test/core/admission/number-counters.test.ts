// The counters of numbers: exact, bounded, and left whole by a shard that dies anywhere.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Admission } from '../../../src/core/admission/admission.ts';
import {
  NUMBER_FULL,
  NUMBER_TOO_FAST,
  NUMBER_WITHOUT_ROOM,
  type NumberLimits,
} from '../../../src/core/admission/number-counters.ts';
import { NUMBER_COUNTERS_MAX } from '../../../src/core/base/limits.ts';
import { Prng } from '../../../src/core/base/prng.ts';

const SCOPE = 7;
const WAYS = 16;

function shards(count: number, numberCount = 1024): Admission[] {
  const shared = Admission.allocate(64, numberCount);
  return Array.from(
    { length: count },
    (_, shardIndex) => new Admission(shared, { taken: Admission.allocateTaken(64, numberCount), shardIndex }),
  );
}

function one(numberCount = 1024): Admission {
  return shards(1, numberCount)[0] as Admission;
}

function limits(capacity: number | null, cps: number | null = null): NumberLimits {
  return { capacity, cps, cpsBurst: null };
}

describe('the calls of a number', () => {
  test('never pass its capacity, whichever shard takes them, and go back', () => {
    const [first, second] = shards(2) as [Admission, Admission];
    const place = first.takeNumber(SCOPE, '491701', limits(2), 0);
    assert.equal(second.takeNumber(SCOPE, '491701', limits(2), 0), place);
    assert.equal(first.takeNumber(SCOPE, '491701', limits(2), 0), NUMBER_FULL);
    assert.equal(second.calls(place), 2);
    second.giveCall(place);
    assert.equal(first.takeNumber(SCOPE, '491701', limits(2), 0), place);
    assert.equal(first.takeNumber(SCOPE, '491701', limits(2), 0), NUMBER_FULL);
  });

  test('are those of one scope: the same number in another one has its own', () => {
    const admission = one();
    assert.ok(admission.takeNumber(1, '49', limits(1), 0) >= 0);
    assert.ok(admission.takeNumber(2, '49', limits(1), 0) >= 0);
    assert.equal(admission.takeNumber(1, '49', limits(1), 0), NUMBER_FULL);
  });

  test('of a capacity of 0 there is none, without a capacity any number', () => {
    const admission = one();
    assert.equal(admission.takeNumber(SCOPE, '49', limits(0), 0), NUMBER_FULL);
    for (let i = 0; i < 1000; i++) assert.ok(admission.takeNumber(SCOPE, '48', limits(null), 0) >= 0);
  });

  test('a capacity lowered below the present calls takes none until they are fewer', () => {
    const admission = one();
    const place = admission.takeNumber(SCOPE, '49', limits(3), 0);
    for (let i = 0; i < 2; i++) admission.takeNumber(SCOPE, '49', limits(3), 0);
    assert.equal(admission.takeNumber(SCOPE, '49', limits(1), 0), NUMBER_FULL);
    for (let i = 0; i < 3; i++) admission.giveCall(place);
    assert.ok(admission.takeNumber(SCOPE, '49', limits(1), 0) >= 0);
  });

  test('who asks beforehand is told what taking one comes to, and takes none', () => {
    const prng = new Prng(8);
    const admission = one();
    const given = [0, 1, 2, null].flatMap((capacity) => [limits(capacity), limits(capacity, 1)]);
    const places: number[] = [];
    const counts = new Map<number, number>();
    for (let step = 0; step < 5_000; step++) {
      const number = `49${prng.below(5)}`;
      const asked = given[prng.below(given.length)] ?? assert.fail();
      const fault = admission.numbers.fault(SCOPE, number, asked, step * 100);
      const place = admission.takeNumber(SCOPE, number, asked, step * 100);
      assert.equal(fault, Math.min(0, place), `${number} with ${JSON.stringify(asked)} in step ${step}`);
      counts.set(fault, (counts.get(fault) ?? 0) + 1);
      if (place >= 0) places.push(place);
      if (prng.chance(0.6)) for (const ended of places.splice(0, 1)) admission.giveCall(ended);
    }
    for (const fault of [0, NUMBER_FULL, NUMBER_TOO_FAST]) assert.ok((counts.get(fault) ?? 0) > 100, `${fault}`);
  });

  test('to give back what was not taken is a defect', () => {
    const [first, second] = shards(2) as [Admission, Admission];
    const place = first.takeNumber(SCOPE, '49', limits(1), 0);
    assert.throws(() => second.giveCall(place), /given back once, by the shard that took it/);
  });

  test('numbers differ by every character up to 35, but not by case; longer ones at least count together', () => {
    const admission = one();
    const places = ['1', '11', '+1', '*1', '#1', 'a1', '1.', '-1', '', '1'.repeat(34), '1'.repeat(35)].map((number) =>
      admission.takeNumber(SCOPE, number, limits(1), 0),
    );
    assert.equal(new Set(places).size, places.length);
    assert.ok(places.every((place) => place >= 0));
    assert.equal(admission.takeNumber(SCOPE, 'A1', limits(1), 0), NUMBER_FULL);
    assert.ok(admission.takeNumber(SCOPE, '2'.repeat(36), limits(1), 0) >= 0);
    assert.equal(admission.takeNumber(SCOPE, '2'.repeat(36), limits(1), 0), NUMBER_FULL);
  });
});

describe('the rate of a number', () => {
  test('is its own; a call that comes too fast leaves no call behind', () => {
    const admission = one();
    const place = admission.takeNumber(SCOPE, '49', limits(null, 1), 0);
    admission.giveCall(place);
    assert.equal(admission.takeNumber(SCOPE, '49', limits(null, 1), 500), NUMBER_TOO_FAST);
    assert.equal(admission.calls(place), 0);
    assert.ok(admission.takeNumber(SCOPE, '48', limits(null, 1), 500) >= 0);
    assert.equal(admission.takeNumber(SCOPE, '49', limits(null, 1), 1000), place);
  });

  test('is remembered while the number has no calls, until it is at rest', () => {
    const admission = one(WAYS);
    for (let number = 0; number < WAYS; number++) {
      admission.giveCall(admission.takeNumber(SCOPE, `${number}`, limits(null, 1), 0));
    }
    assert.equal(admission.takeNumber(SCOPE, 'new', limits(1), 999), NUMBER_WITHOUT_ROOM);
    assert.ok(admission.takeNumber(SCOPE, 'new', limits(1), 1000) >= 0);
  });
});

describe('room', () => {
  test('a number that has calls keeps its place; one without gives it to others', () => {
    const admission = one(WAYS);
    const places = Array.from({ length: WAYS }, (_, i) => admission.takeNumber(SCOPE, `${i}`, limits(1), 0));
    assert.equal(new Set(places).size, WAYS);
    assert.equal(admission.takeNumber(SCOPE, 'new', limits(1), 0), NUMBER_WITHOUT_ROOM);
    admission.giveCall(places[3] as number);
    assert.equal(admission.takeNumber(SCOPE, 'new', limits(1), 0), places[3]);
    assert.equal(admission.takeNumber(SCOPE, '4', limits(1), 0), NUMBER_FULL);
    assert.equal(admission.takeNumber(SCOPE, '3', limits(1), 0), NUMBER_WITHOUT_ROOM);
  });

  test('for a third of NUMBER_COUNTERS_MAX at once', () => {
    const admission = one(NUMBER_COUNTERS_MAX);
    let lost = 0;
    for (let i = 0; i < NUMBER_COUNTERS_MAX / 3; i++) {
      if (admission.takeNumber(SCOPE, `4930${i}`, limits(1), 0) < 0) lost += 1;
    }
    assert.ok(lost <= 4, `${lost} found no room`);
  });
});

describe('a shard that dies', () => {
  test('gives back what it held, and nothing of the others', () => {
    const [first, second] = shards(2) as [Admission, Admission];
    const place = first.takeNumber(SCOPE, '49', limits(3), 0);
    first.takeNumber(SCOPE, '49', limits(3), 0);
    second.takeNumber(SCOPE, '49', limits(3), 0);
    first.holdOnly([], [], 0);
    assert.equal(second.calls(place), 1);
    first.holdOnly([], [], 0);
    assert.equal(second.calls(place), 1);
  });

  test('holds for its calls that live on, once for each, and gives back the others', () => {
    const [first, second] = shards(2) as [Admission, Admission];
    const place = first.takeNumber(SCOPE, '49', limits(3), 0);
    first.takeNumber(SCOPE, '49', limits(3), 0);
    const gone = first.takeNumber(SCOPE, '48', limits(3), 0);
    const key = first.numberKey(place);
    first.holdOnly([], [key], 0);
    assert.deepEqual([second.calls(place), second.calls(gone)], [1, 0]);
    assert.equal(first.placeOfNumber(key), place);
    first.giveCall(place);
    assert.equal(second.calls(place), 0);
  });

  test('counts them again in the memory of another process', () => {
    const before = one();
    const held = before.numberKey(before.takeNumber(SCOPE, '49', limits(1), 0));
    const after = one();
    after.holdMore([], [held, held], 0);
    assert.equal(after.calls(after.placeOfNumber(held)), 2, 'also above the capacity');
    assert.equal(after.takeNumber(SCOPE, '49', limits(1), 0), NUMBER_FULL);
  });
});

test('whatever shards do in a crowded table: a number is never above its capacity, and the sum of what is held', () => {
  const step = fc.record({ shard: fc.nat(2), number: fc.nat(40), takes: fc.boolean(), dies: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 1, max: 3 }), (steps, capacity) => {
      const admissions = shards(3, WAYS * 2);
      const held = new Map<string, { shard: number; place: number }[]>();
      const of = (number: number): { shard: number; place: number }[] => held.get(`${number}`) ?? [];
      for (const { shard, number, takes, dies } of steps) {
        const admission = admissions[shard] as Admission;
        if (dies === 0) {
          admission.holdOnly([], [], 0);
          for (const [key, places] of held)
            held.set(
              key,
              places.filter((call) => call.shard !== shard),
            );
        } else if (takes) {
          const place = admission.takeNumber(SCOPE, `${number}`, limits(capacity), 0);
          if (place >= 0) held.set(`${number}`, [...of(number), { shard, place }]);
          else if (place === NUMBER_FULL) assert.equal(of(number).length, capacity);
        } else {
          const call = of(number).find((one) => one.shard === shard);
          if (call === undefined) continue;
          held.set(
            `${number}`,
            of(number).filter((other) => other !== call),
          );
          admission.giveCall(call.place);
        }
        for (const calls of held.values()) {
          assert.ok(calls.length <= capacity);
          for (const { place } of calls) assert.equal(admission.calls(place), calls.length);
        }
      }
    }),
    { numRuns: 300 },
  );
});
