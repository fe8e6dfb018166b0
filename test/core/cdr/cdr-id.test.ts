import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CdrIdMint } from '../../../src/core/cdr/cdr-id.ts';

const WALL_MS = 1_700_000_000_000;

test("identifiers have 26 characters of Crockford's alphabet", () => {
  assert.match(new CdrIdMint(0xffff_ffff, 65_535).next(WALL_MS), /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.match(new CdrIdMint(0, 0).next(0), /^[0-9A-HJKMNP-TV-Z]{26}$/);
});

test('identifiers of one shard sort by time, and within a millisecond in the order of their making', () => {
  const mint = new CdrIdMint(123, 4);
  const ids: string[] = [];
  for (let i = 0; i < 5000; i++) ids.push(mint.next(WALL_MS + Math.floor(i / 100)));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
});

test('later sorts after earlier across shards and runs, up to the year 10889 and beyond', () => {
  const earlier = new CdrIdMint(0xffff_ffff, 9).next(WALL_MS);
  const later = new CdrIdMint(0, 0).next(WALL_MS + 1);
  assert.ok(earlier < later);
  assert.ok(later < new CdrIdMint(0, 0).next(2 ** 48));
});

test('shards and runs do not share identifiers', () => {
  const ids = [new CdrIdMint(1, 0), new CdrIdMint(1, 1), new CdrIdMint(2, 0)].map((mint) => mint.next(WALL_MS));
  assert.equal(new Set(ids).size, 3);
});
