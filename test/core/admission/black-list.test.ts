import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BlackList, type BlackListRule, type PartyNumber } from '../../../src/core/admission/black-list.ts';
import { KEY_WORDS, numberOfKey, readNumberKey } from '../../../src/core/admission/number-key.ts';
import { BLACK_LIST_NUMBERS_MAX } from '../../../src/core/base/limits.ts';

const WALL_MS = 1_800_000_000_000;
const CALLER: PartyNumber = { party: 'caller', number: '4930123' };
const RULE: BlackListRule = { kind: 'malicious', withinMs: 12_000, countMax: 3, expireMs: 60_000 };

function listOf(): BlackList {
  return new BlackList(BlackList.allocate());
}

/** Whether the counts at `momentsMs` end in a block. */
function blocksAt(momentsMs: readonly number[], list = listOf()): boolean {
  return momentsMs.map((nowMs) => list.count(CALLER, RULE, { nowMs, wallMs: WALL_MS + nowMs })).at(-1) === true;
}

describe('a number that is blocked', () => {
  const entry = { ...CALLER, kind: 'manual', sinceWallMs: WALL_MS, untilWallMs: WALL_MS + 10_000 } as const;

  test('is refused until its time is over, on its side of the call only', () => {
    const list = listOf();
    list.block(entry);
    assert.equal(list.refuses(CALLER, WALL_MS), true);
    assert.equal(list.refuses(CALLER, WALL_MS + 9_999), true);
    assert.equal(list.refuses(CALLER, WALL_MS + 10_000), false);
    assert.equal(list.refuses({ ...CALLER, party: 'callee' }, WALL_MS), false);
    assert.equal(list.refuses({ ...CALLER, number: '4930124' }, WALL_MS), false);
  });

  test('is told with what it is blocked for and when it last tried; asking is no try', () => {
    const list = listOf();
    list.block(entry);
    assert.equal(list.isBlocked(CALLER, WALL_MS + 2_000), true);
    assert.deepEqual(list.entries(WALL_MS + 2_000), [{ ...entry, lastCallWallMs: null }]);
    list.refuses(CALLER, WALL_MS + 3_000);
    assert.deepEqual(list.entries(WALL_MS + 4_000), [{ ...entry, lastCallWallMs: WALL_MS + 3_000 }]);
    assert.deepEqual(list.entries(WALL_MS + 10_000), []);
  });

  test('2038: is blocked, told and freed as ever when the seconds since 1970 need 32 bits, and after 2106', () => {
    const list = listOf();
    for (const at of ['2037-06-01', '2038-01-19', '2100-01-01', '2110-01-01'].map((day) => Date.parse(day))) {
      const late = { ...entry, sinceWallMs: at, untilWallMs: at + 365 * 86_400_000 };
      assert.equal(list.block(late), true);
      if (at > Date.parse('2106-01-01')) continue; // Nobody hangs; that is all.
      assert.deepEqual(list.entries(at + 1_000), [{ ...late, lastCallWallMs: null }]);
      assert.equal(list.refuses(CALLER, at + 5_000), true);
      assert.equal(list.entries(at + 6_000)[0]?.lastCallWallMs, at + 5_000);
      assert.equal(list.refuses(CALLER, late.untilWallMs), false);
      assert.equal(list.unblock(CALLER, at + 7_000), true);
      assert.deepEqual(list.entries(at + 8_000), []);
    }
  });

  test('may be taken off, once; each change of the list is seen', () => {
    const list = listOf();
    const { changeCount } = list;
    list.block(entry);
    assert.equal(list.changeCount, changeCount + 1);
    assert.equal(list.unblock(CALLER, WALL_MS), true);
    assert.equal(list.unblock(CALLER, WALL_MS), false);
    assert.equal(list.refuses(CALLER, WALL_MS), false);
    assert.equal(list.changeCount, changeCount + 2);
  });
});

describe('what is counted', () => {
  test('cuts no block short that an operator has made meanwhile, while calls were under way', () => {
    const list = listOf();
    blocksAt([0, 10, 20], list);
    const manual = { ...CALLER, kind: 'manual', sinceWallMs: WALL_MS, untilWallMs: WALL_MS + 86_400_000 } as const;
    list.block(manual);
    assert.equal(blocksAt([30, 40, 50, 60], list), true);
    assert.deepEqual(list.entries(WALL_MS + 3_600_000), [{ ...manual, lastCallWallMs: WALL_MS }]);
  });

  test('more than so many within the time block the number, for as long as the rule says', () => {
    const list = listOf();
    assert.equal(blocksAt([0, 10, 20], list), false);
    assert.equal(list.refuses(CALLER, WALL_MS + 20), false);
    assert.equal(blocksAt([30], list), true);
    assert.equal(list.refuses(CALLER, WALL_MS + 59_000), true);
    assert.equal(list.refuses(CALLER, WALL_MS + 61_000), false);
  });

  test('the time moves in twelfths: what is older says nothing', () => {
    assert.equal(blocksAt([0, 100, 200, 10_999]), true);
    assert.equal(blocksAt([0, 100, 200, 12_000]), false);
    assert.equal(blocksAt([0, 4_000, 8_000, 11_900]), true, 'however evenly they come');
  });

  test('a block begins the count anew, and so does what is forgiven', () => {
    const list = listOf();
    blocksAt([0, 1, 2, 3], list);
    list.unblock(CALLER, WALL_MS);
    assert.equal(blocksAt([4, 5, 6], list), false);
    list.forgive(CALLER);
    assert.equal(blocksAt([7, 8, 9], list), false);
    assert.equal(blocksAt([10], list), true);
  });

  test('shards count together', () => {
    const shared = BlackList.allocate();
    const shards = [0, 1, 2].map(() => new BlackList(shared));
    const outcomes = [0, 1, 2, 0].map((shard) => blocksAt([5], shards[shard]));
    assert.deepEqual(outcomes, [false, false, false, true]);
    assert.ok(shards.every((list) => list.isBlocked(CALLER, WALL_MS + 5)));
  });
});

test('BLACK_LIST_NUMBERS_MAX: numbers that are watched make room, those that are blocked stay', () => {
  const list = listOf();
  const blocked = Array.from({ length: 1_000 }, (_, i) => ({ party: 'caller', number: `49${i}` }) as const);
  const untilWallMs = WALL_MS + 3_600_000;
  for (const of of blocked) list.block({ ...of, kind: 'malicious', sinceWallMs: WALL_MS, untilWallMs });
  const moment = { nowMs: 0, wallMs: WALL_MS };
  for (let i = 0; i < 2 * BLACK_LIST_NUMBERS_MAX; i++) list.count({ party: 'callee', number: `1${i}` }, RULE, moment);
  assert.deepEqual(
    blocked.filter((of) => !list.isBlocked(of, WALL_MS)),
    [],
  );
  let refusedCount = 0;
  for (let i = 0; i < 2 * BLACK_LIST_NUMBERS_MAX; i++) {
    const entry = { party: 'callee', number: `2${i}`, kind: 'manual', sinceWallMs: WALL_MS, untilWallMs } as const;
    if (!list.block(entry)) refusedCount += 1;
  }
  assert.equal(list.entries(WALL_MS).length + refusedCount, 1_000 + 2 * BLACK_LIST_NUMBERS_MAX, 'none without a word');
  assert.ok(list.entries(WALL_MS).length <= BLACK_LIST_NUMBERS_MAX);
});

test('the number of an entry is read back from its key', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcs*#+'), minLength: 1, maxLength: 32 }), (number) => {
      const key = new Int32Array(KEY_WORDS);
      readNumberKey(key, 1, number);
      assert.equal(numberOfKey(key), number);
    }),
    { numRuns: 5_000, seed: 3 },
  );
});
