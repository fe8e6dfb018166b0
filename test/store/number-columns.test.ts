// Tables of numbers and words as bytes: what is put in comes out, whatever width it takes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/core/base/prng.ts';
import { bytesOfTables, type ClosedTable, marksOf, OpenTable, tablesIn } from '../../src/store/number-columns.ts';

const MARKS = [1, 2.5, -3, 4e15];

/** Ranges of values, each of another width. */
const RANGES: Readonly<Record<string, (prng: Prng) => number>> = {
  nothing: () => 0,
  same: () => 1_767_225_600_000,
  bytes: (prng) => prng.below(256) - 100,
  words: (prng) => 1e12 + prng.below(65_536),
  large: (prng) => prng.below(2 ** 32),
  times: (prng) => prng.below(2 ** 32) * 4_096 + prng.below(4_096),
  parts: (prng) => prng.below(1_000) / 7,
};

test('every value comes back as it was, of every width, and tables go on where they ended', () => {
  const prng = new Prng(1);
  const names = Object.keys(RANGES);
  const open = new OpenTable('numbers', names, ['word', 'other']);
  const rows = Array.from({ length: 3_000 }, () => ({
    numbers: names.map((name) => RANGES[name]?.(prng) ?? 0),
    words: [`word ${prng.below(300)}`, ['', 'Ü', '\n'][prng.below(3)] ?? ''],
  }));
  for (const { numbers, words } of rows.slice(0, 1_000)) open.add(numbers, words);
  const first = tablesIn(bytesOfTables([open], MARKS)).get('numbers');
  assert.ok(first !== undefined);
  const next = new OpenTable('numbers', names, ['word', 'other']);
  next.addAll(first);
  for (const { numbers, words } of rows.slice(1_000)) next.add(numbers, words);
  const empty = new OpenTable('empty', ['number'], ['word']);
  const bytes = bytesOfTables([empty, next], MARKS);
  assert.deepEqual(marksOf(bytes), MARKS);
  const tables = tablesIn(bytes);
  assert.equal(tables.get('empty')?.rowCount, 0);
  assert.deepEqual(tables.get('empty')?.words('word'), []);
  const table = tables.get('numbers');
  assert.ok(table !== undefined);
  for (const [at, name] of names.entries()) {
    assert.deepEqual(
      [...table.numbers(name)],
      rows.map(({ numbers }) => numbers[at]),
      name,
    );
    assert.deepEqual([...table.numbers(name, new Float64Array(4_000))], [...table.numbers(name)], name);
  }
  for (const [at, name] of ['word', 'other'].entries()) {
    const words = table.words(name);
    assert.deepEqual(
      [...table.numbers(name)].map((id) => words[id]),
      rows.map((row) => row.words[at]),
    );
  }
  assert.deepEqual([table.isZero('nothing'), table.isZero('same'), table.isZero('bytes')], [true, false, false]);
  assert.ok(bytes.length < 3_000 * 40, `${bytes.length} bytes`);
});

test('a column that an earlier release did not store has nothing in any row', () => {
  const before = new OpenTable('calls', ['count'], ['account']);
  before.add([7], ['alpha']);
  const stored = tablesIn(bytesOfTables([before], MARKS)).get('calls');
  assert.ok(stored !== undefined);
  const now = new OpenTable('calls', ['count'], ['account', 'buyCurrency']);
  now.addAll(stored);
  now.add([8], ['beta', 'USD']);
  const made = tablesIn(bytesOfTables([now], MARKS)).get('calls');
  assert.deepEqual(made?.words('buyCurrency'), ['', 'USD']);
  assert.deepEqual([...(made?.numbers('buyCurrency') ?? [])], [0, 1]);
  const again = new OpenTable('calls', ['count'], ['account', 'buyCurrency']);
  again.add([7], ['alpha', '']);
  assert.equal(
    tablesIn(bytesOfTables([again], MARKS))
      .get('calls')
      ?.isLike(stored),
    true,
  );
});

test('tables are alike where a column that was not said is like anything, and in nothing else', () => {
  const stored = (count: number, delay: number) => {
    const table = new OpenTable('calls', ['count', 'delay'], []);
    table.add([count, delay], []);
    return tablesIn(bytesOfTables([table], MARKS)).get('calls') as ClosedTable;
  };
  const isLike = (kept: ClosedTable, unsaid?: readonly string[]) => stored(7, 9).isLike(kept, unsaid);
  assert.deepEqual([isLike(stored(7, 9)), isLike(stored(7, 0))], [true, false]);
  assert.deepEqual([isLike(stored(7, 0), ['delay']), isLike(stored(7, 8), ['delay'])], [true, false]);
  assert.equal(isLike(stored(0, 0), ['delay']), false);
});
