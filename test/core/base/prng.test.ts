import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/core/base/prng.ts';

test('one seed is one sequence, another seed another', () => {
  const first = new Prng(1, 2, 3);
  const same = new Prng(1, 2, 3);
  const other = new Prng(1, 2, 4);
  const drawn = Array.from({ length: 100 }, () => first.uint32());
  assert.deepEqual(
    Array.from({ length: 100 }, () => same.uint32()),
    drawn,
  );
  assert.notDeepEqual(
    Array.from({ length: 100 }, () => other.uint32()),
    drawn,
  );
});

test('neighbouring seeds have nothing in common', () => {
  const firsts = new Set(Array.from({ length: 10_000 }, (_, seed) => new Prng(seed).uint32()));
  assert.ok(firsts.size > 9990);
});

test('below is even and stays below its bound', () => {
  const prng = new Prng(7);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const drawn = prng.below(10);
    counts[drawn] = (counts[drawn] as number) + 1;
  }
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, `${counts}`);
});

test('chance comes as often as it says', () => {
  const prng = new Prng(7);
  let count = 0;
  for (let i = 0; i < 100_000; i++) if (prng.chance(0.05)) count += 1;
  assert.ok(Math.abs(count - 5000) < 400);
  assert.ok(!prng.chance(0));
  assert.ok(prng.chance(1));
});

test('hex gives eight digits a word and does not repeat itself', () => {
  const prng = new Prng(7);
  const seen = new Set(Array.from({ length: 50_000 }, () => prng.hex(2)));
  assert.equal(seen.size, 50_000);
  for (const text of seen) assert.match(text, /^[0-9a-f]{16}$/);
});
