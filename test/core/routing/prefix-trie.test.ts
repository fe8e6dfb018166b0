import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Defect } from '../../../src/core/base/assert.ts';
import { isPrefix } from '../../../src/core/base/digits.ts';
import { PREFIX_DIGITS_MAX } from '../../../src/core/base/limits.ts';
import { PrefixTrie } from '../../../src/core/routing/prefix-trie.ts';
import { type PrefixRow, packTrie } from '../../../src/core/routing/prefix-trie-packer.ts';

const CASES = 10_000;

/** `bytes` in shared memory, `offset` bytes from its beginning. */
function shared(bytes: Uint8Array, offset = 0): SharedArrayBuffer {
  const image = new SharedArrayBuffer(offset + bytes.length);
  new Uint8Array(image).set(bytes, offset);
  return image;
}

/** A trie of `prefixes`; the row of each is its place among them. */
function trieOf(prefixes: readonly string[]): PrefixTrie {
  const rows = prefixes.map((prefix, row) => ({ prefix, row }));
  return new PrefixTrie(shared(packTrie(rows.sort((a, b) => (a.prefix < b.prefix ? -1 : 1)))));
}

function matchesOf(trie: PrefixTrie, digits: string): PrefixRow[] {
  const rows = new Int32Array(PREFIX_DIGITS_MAX + 1);
  const lengths = new Uint8Array(PREFIX_DIGITS_MAX + 1);
  const count = trie.matches(digits, rows, lengths);
  return Array.from({ length: count }, (_, index) => ({
    prefix: digits.slice(0, lengths[index]),
    row: rows[index] as number,
  }));
}

/** The reference: every prefix is looked at. */
function naiveMatches(prefixes: readonly string[], digits: string): PrefixRow[] {
  return prefixes
    .map((prefix, row) => ({ prefix, row }))
    .filter(({ prefix }) => digits.startsWith(prefix))
    .sort((a, b) => a.prefix.length - b.prefix.length);
}

/** Few symbols, so that prefixes share beginnings, and lengths on both sides of a tail's. */
const sharedDigits = fc.string({ unit: fc.constantFrom('1', '2', '#', 's'), maxLength: 16 });
const anyDigits = fc.string({ unit: fc.constantFrom(...'#*+0123456789abcdefghijklmnopqrs'), maxLength: 32 });
const anyText = fc.string({ maxLength: 16 });

describe('against a scan of all prefixes', () => {
  test('longest, exact and all matches of random numbers in random tables', () => {
    const tables = fc.uniqueArray(fc.oneof(sharedDigits, anyDigits), { maxLength: 24 });
    const tails = fc.oneof(sharedDigits, anyDigits, anyText);
    fc.assert(
      fc.property(tables, fc.nat(), tails, (prefixes, pick, tail) => {
        const trie = trieOf(prefixes);
        const begun = prefixes[pick % (prefixes.length || 1)] ?? '';
        for (const digits of [tail, begun, begun + tail, begun.slice(0, -1) + tail]) {
          const expected = naiveMatches(prefixes, digits);
          assert.deepEqual(matchesOf(trie, digits), expected);
          assert.equal(trie.longest(digits), expected.at(-1)?.row ?? -1);
          assert.equal(trie.exact(digits), prefixes.indexOf(digits));
        }
      }),
      { numRuns: CASES },
    );
  });
});

describe('a trie', () => {
  test('of nothing finds nothing', () => {
    const trie = trieOf([]);
    assert.equal(trie.prefixCount, 0);
    assert.equal(trie.longest('49'), -1);
    assert.equal(trie.exact(''), -1);
    assert.deepEqual(matchesOf(trie, '49'), []);
  });

  test('may have the empty prefix, which every number begins with', () => {
    const trie = trieOf(['', '49']);
    assert.equal(trie.longest('33'), 0);
    assert.equal(trie.longest('not a number'), 0);
    assert.equal(trie.exact(''), 0);
    assert.equal(trie.longest('4930'), 1);
  });

  test('lies anywhere in an image, at a multiple of four', () => {
    const bytes = packTrie([{ prefix: '49', row: 7 }]);
    const trie = new PrefixTrie(shared(bytes, 12), 12);
    assert.equal(trie.longest('4930'), 7);
    assert.equal(trie.sizeBytes, bytes.length);
  });

  test('of prefixes that share nothing but their beginnings has one node for each branch', () => {
    const prefixes = Array.from({ length: 10 }, (_, index) => `${index}2345678901`);
    assert.equal(trieOf(prefixes).sizeBytes, 4 * 4 + 11 * 12);
  });

  test('is read from nothing but an image of the packer', () => {
    assert.throws(() => new PrefixTrie(new SharedArrayBuffer(64)), Defect);
  });
});

describe('the packer', () => {
  test('insists on order, on each prefix once and on rows', () => {
    const unsorted = ['49', '44'].map((prefix, row) => ({ prefix, row }));
    assert.throws(() => packTrie(unsorted), Defect);
    assert.throws(() => packTrie([...unsorted.slice(0, 1), ...unsorted.slice(0, 1)]), Defect);
    assert.throws(() => packTrie([{ prefix: '49', row: -1 }]), Defect);
    assert.throws(() => packTrie([{ prefix: '4-9', row: 0 }]), Defect);
  });

  test('takes prefixes of up to PREFIX_DIGITS_MAX digits', () => {
    const longest = '1'.repeat(PREFIX_DIGITS_MAX);
    assert.ok(isPrefix(longest) && isPrefix('') && isPrefix('a+49*#'));
    assert.ok(!isPrefix(`${longest}1`) && !isPrefix('49 30') && !isPrefix('x') && !isPrefix('\u0131'));
    assert.equal(trieOf(['1', longest]).longest(`${longest}1`), 1);
    assert.throws(() => packTrie([{ prefix: `${longest}1`, row: 0 }]), Defect);
  });
});
