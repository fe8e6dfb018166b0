import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Admission } from '../../../src/core/admission/admission.ts';
import type { Rate } from '../../../src/core/admission/token-bucket.ts';
import { ADMISSION_SLOTS_MAX } from '../../../src/core/base/limits.ts';

const SLOT = 5;

/** The admissions of several shards over one memory. */
function shards(count: number): Admission[] {
  const shared = Admission.allocate();
  return Array.from(
    { length: count },
    (_, shardIndex) => new Admission(shared, { taken: Admission.allocateTaken(), shardIndex }),
  );
}

function rate(cps: number | null, cpsBurst: number | null = null): Rate {
  return { cps, cpsBurst };
}

function one(): Admission {
  return shards(1)[0] as Admission;
}

describe('concurrent calls', () => {
  test('never pass the capacity, whichever shard takes them', () => {
    const [first, second] = shards(2) as [Admission, Admission];
    assert.deepEqual(
      [first, second, first, second].map((shard) => shard.takeCall(SLOT, 3)),
      [true, true, true, false],
    );
    assert.equal(second.calls(SLOT), 3);
    second.giveCall(SLOT);
    assert.ok(first.takeCall(SLOT, 3));
    assert.ok(!first.takeCall(SLOT, 3));
  });

  test('a capacity of 0 takes none, no capacity takes any number', () => {
    const admission = one();
    assert.ok(!admission.takeCall(SLOT, 0));
    for (let i = 0; i < 1000; i++) assert.ok(admission.takeCall(SLOT, null));
    assert.equal(admission.calls(SLOT), 1000);
  });

  test('a capacity that was lowered below the present calls takes none until they are fewer', () => {
    const admission = one();
    for (let i = 0; i < 5; i++) admission.takeCall(SLOT, 5);
    assert.ok(!admission.takeCall(SLOT, 2));
    for (let i = 0; i < 4; i++) admission.giveCall(SLOT);
    assert.ok(admission.takeCall(SLOT, 2));
  });

  test('to give back what was not taken is a defect, and another shard is not robbed', () => {
    const [first, second] = shards(2) as [Admission, Admission];
    first.takeCall(SLOT, null);
    assert.throws(() => second.giveCall(SLOT), /given back once, by the shard that took it/);
    assert.equal(first.calls(SLOT), 1);
  });

  test('of what a dead shard held its living calls keep theirs; the rest goes back, and nothing of the others', () => {
    const [first, second] = shards(2) as [Admission, Admission];
    for (let i = 0; i < 3; i++) first.takeCall(SLOT, null);
    first.takeCall(9, null);
    second.takeCall(SLOT, null);
    first.holdOnly([SLOT, SLOT, 7], [], 0);
    assert.deepEqual([second.calls(SLOT), second.calls(9), second.calls(7)], [3, 0, 1]);
    first.giveCall(7);
    first.holdOnly([], [], 0);
    assert.deepEqual([second.calls(SLOT), second.calls(7)], [1, 0]);
  });

  test('of another process live on: the calls that it had are counted, also above the capacity', () => {
    const admission = one();
    admission.holdMore([SLOT, SLOT, 7], [], 0);
    assert.deepEqual([admission.calls(SLOT), admission.calls(7)], [2, 1]);
    assert.ok(!admission.takeCall(SLOT, 1));
    admission.giveCall(SLOT);
    assert.equal(admission.calls(SLOT), 1);
  });

  test('slots do not touch each other, up to the last of ADMISSION_SLOTS_MAX', () => {
    const admission = one();
    const last = ADMISSION_SLOTS_MAX - 1;
    assert.ok(admission.takeCall(last, 1));
    assert.ok(!admission.takeCall(last, 1));
    assert.ok(admission.takeRate(last, rate(1), 0));
    assert.ok(!admission.takeRate(last, rate(1), 0));
    assert.ok(admission.takeCall(last - 1, 1));
    assert.ok(admission.takeRate(last - 1, rate(1), 0));
    assert.equal(admission.calls(0), 0);
  });

  test('whatever shards do, the counter is the sum of what they hold and never above the capacity', () => {
    const step = fc.record({ shard: fc.nat(2), takes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.nat(5), (steps, capacity) => {
        const admissions = shards(3);
        const held = [0, 0, 0];
        for (const { shard, takes } of steps) {
          const admission = admissions[shard] as Admission;
          if (takes && admission.takeCall(SLOT, capacity)) held[shard] = (held[shard] as number) + 1;
          if (!takes && (held[shard] as number) > 0) {
            admission.giveCall(SLOT);
            held[shard] = (held[shard] as number) - 1;
          }
          const sum = held.reduce((total, count) => total + count, 0);
          assert.equal(admission.calls(SLOT), sum);
          assert.ok(sum <= capacity);
        }
      }),
    );
  });
});

describe('calls a second (GCRA)', () => {
  const takenAt = (admission: Admission, perSecond: number, nowMs: number, tries: number): number => {
    let count = 0;
    for (let i = 0; i < tries; i++) if (admission.takeRate(SLOT, rate(perSecond), nowMs)) count += 1;
    return count;
  };

  test('a second of them may come at once, then one each time its share of the second has passed', () => {
    const admission = one();
    assert.equal(takenAt(admission, 10, 1000, 100), 10);
    assert.equal(takenAt(admission, 10, 1099, 100), 0);
    assert.equal(takenAt(admission, 10, 1100, 100), 1);
    assert.equal(takenAt(admission, 10, 1350, 100), 2);
    assert.equal(takenAt(admission, 10, 1400, 100), 1);
  });

  test('after a second of rest the whole burst is there again, and never more', () => {
    const admission = one();
    takenAt(admission, 10, 0, 100);
    assert.equal(takenAt(admission, 10, 1000, 100), 10);
    assert.equal(takenAt(admission, 10, 3_600_000, 100), 10);
  });

  test('one a second is one a second', () => {
    const admission = one();
    const taken = [0, 1, 999, 1000, 1500, 2000, 2999.9, 3001].filter((nowMs) =>
      admission.takeRate(SLOT, rate(1), nowMs),
    );
    assert.deepEqual(taken, [0, 1000, 2000, 3001]);
  });

  test('a burst of its own: so many at once, whatever a second allows, then one each time its share has passed', () => {
    const burst = (cps: number, cpsBurst: number, moments: readonly number[]): number[] => {
      const admission = one();
      return moments.map((nowMs) => {
        let count = 0;
        while (count < 100 && admission.takeRate(SLOT, rate(cps, cpsBurst), nowMs)) count += 1;
        return count;
      });
    };
    assert.deepEqual(burst(10, 1, [0, 99, 100, 150, 200, 5000]), [1, 0, 1, 0, 1, 1]);
    assert.deepEqual(burst(1, 5, [0, 999, 1000, 3000, 60_000]), [5, 0, 1, 2, 5]);
  });

  test('a rate that is raised, or whose burst is shortened, counts at once: one, then as often as it says', () => {
    const admission = one();
    for (let i = 0; i < 40; i++) assert.ok(admission.takeRate(SLOT, rate(1, 40), 1_000));
    assert.ok(!admission.hasRate(SLOT, rate(1, 40), 1_000));
    assert.ok(admission.hasRate(SLOT, rate(50), 1_000));
    assert.equal(takenAt(admission, 50, 1_000, 100), 1);
    assert.equal(takenAt(admission, 50, 1_500, 100), 25);
  });

  test('what is given back may be taken again, and asking takes nothing', () => {
    const admission = one();
    assert.ok(admission.takeRate(SLOT, rate(1), 0));
    assert.ok(!admission.hasRate(SLOT, rate(1), 0));
    admission.giveRate(SLOT, rate(1));
    for (let i = 0; i < 3; i++) assert.ok(admission.hasRate(SLOT, rate(1), 0));
    assert.ok(admission.takeRate(SLOT, rate(1), 0));
    assert.ok(!admission.takeRate(SLOT, rate(1), 0));
  });

  test('a rate that does not divide a second is never passed, however long it lasts', () => {
    const admission = one();
    let count = 0;
    for (let tenths = 0; tenths < 100_000; tenths++) {
      while (admission.takeRate(SLOT, rate(700, 2), tenths / 10)) count += 1;
    }
    assert.ok(count <= 7_001 && count > 6_990, String(count));
  });

  test('no limit takes all', () => {
    const admission = one();
    for (let i = 0; i < 1000; i++) assert.ok(admission.takeRate(SLOT, rate(null), 0));
  });

  test('shards share one allowance', () => {
    const [first, second] = shards(2) as [Admission, Admission];
    assert.equal(takenAt(first, 4, 0, 3) + takenAt(second, 4, 0, 3), 4);
  });

  test('in any stretch of time no more than the rate allows and one burst', () => {
    const gaps = fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), (waits, perSecond) => {
        const admission = one();
        const taken: number[] = [];
        let nowMs = 0;
        for (const waitMs of waits) {
          nowMs += waitMs;
          if (admission.takeRate(SLOT, rate(perSecond), nowMs)) taken.push(nowMs);
        }
        for (let from = 0; from < taken.length; from++) {
          for (let to = from; to < taken.length; to++) {
            const seconds = ((taken[to] as number) - (taken[from] as number)) / 1000;
            assert.ok(to - from + 1 <= perSecond * (seconds + 0.001) + perSecond + 1);
          }
        }
      }),
    );
  });
});
