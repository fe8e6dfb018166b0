import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Turns } from '../../../src/core/admission/turns.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import { dealHundred } from '../../../src/core/routing/proportion.ts';
import type { Proportion } from '../../../src/core/routing/snapshot.ts';

const SLOT = 3;

function counts(prefixes: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const prefix of prefixes) found[prefix] = (found[prefix] ?? 0) + 1;
  return found;
}

test('a hundred places have each share exactly, and nothing where no share is', () => {
  const places = dealHundred([
    { proportion: 30, addPrefix: 'a' },
    { proportion: 1, addPrefix: 'b' },
  ]);
  assert.deepEqual(counts(places), { a: 30, b: 1, '': 69 });
  assert.deepEqual(counts(dealHundred([{ proportion: 100, addPrefix: '00' }])), { '00': 100 });
  assert.deepEqual(counts(dealHundred([])), { '': 100 });
});

test('they are spread: of any ten places in a row a share of 30 has 2 to 4', () => {
  const places = dealHundred([{ proportion: 30, addPrefix: 'a' }]);
  for (let at = 0; at + 10 <= 100; at++) {
    const found = places.slice(at, at + 10).filter((prefix) => prefix === 'a').length;
    assert.ok(found >= 2 && found <= 4, `${found} from ${at}`);
  }
});

test('any hundred calls in a row, over several shards that interleave at random, have exactly their shares', () => {
  const shares = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(shares, fc.integer({ min: 1, max: 1_000_000 }), (percents, seed) => {
      const proportions: Proportion[] = percents.map((proportion, at) => ({ proportion, addPrefix: 'abc'[at] ?? '' }));
      const shared = Turns.allocate();
      const shards = [0, 1, 2].map(() => ({ turns: new Turns(shared), places: dealHundred(proportions) }));
      const prng = new Prng(seed, 1);
      const calls = Array.from({ length: 350 }, () => {
        const { turns, places } = shards[prng.below(3)] as (typeof shards)[0];
        return places[turns.takeOfHundred(SLOT)] as string;
      });
      for (let first = 0; first + 100 <= calls.length; first++) {
        const found = counts(calls.slice(first, first + 100));
        for (const { proportion, addPrefix } of proportions) assert.equal(found[addPrefix], proportion);
      }
    }),
    { numRuns: 100 },
  );
});

test('who only asks takes no place', () => {
  const turns = new Turns(Turns.allocate());
  assert.deepEqual([turns.nextOfHundred(SLOT), turns.nextOfHundred(SLOT)], [0, 0]);
  turns.takeOfHundred(SLOT);
  assert.equal(turns.nextOfHundred(SLOT), 1);
  assert.equal(turns.next(SLOT), turns.next(SLOT));
});
