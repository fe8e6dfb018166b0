// A table and a list for what comes and goes fast, against what they stand for: a Map and a Set.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { ChurnTable } from '../../../src/core/base/churn-table.ts';
import { type Linked, LinkedList, leave } from '../../../src/core/base/linked-list.ts';
import { Prng } from '../../../src/core/base/prng.ts';

test('a churn table is a Map', () => {
  const prng = new Prng(1, 2);
  const [table, map] = [new ChurnTable<{ step: number }>(), new Map<string, { step: number }>()];
  for (let step = 0; step < 20_000; step++) {
    const name = `call-${prng.below(40)}`;
    if (prng.below(2) === 0) {
      table.set(name, { step });
      map.set(name, { step });
    } else {
      table.delete(name);
      map.delete(name);
    }
    assert.deepEqual([table.get(name), table.has(name), table.size], [map.get(name), map.has(name), map.size]);
    if (step % 100 === 0) assert.deepEqual(table.values(), [...map.values()]);
  }
});

class Item implements Linked<Item> {
  list: LinkedList<Item> | null = null;
  before: Item | null = null;
  after: Item | null = null;
}

function itemsOf(list: LinkedList<Item>): Item[] {
  const items: Item[] = [];
  for (let item = list.first; item !== null; item = item.after) items.push(item);
  return items;
}

test('a linked list is a Set; an item that comes to another list leaves its own', () => {
  const prng = new Prng(5, 6);
  const items = Array.from({ length: 12 }, () => new Item());
  const lists = [new LinkedList<Item>(), new LinkedList<Item>()] as const;
  const sets = [new Set<Item>(), new Set<Item>()] as const;
  for (let step = 0; step < 5_000; step++) {
    const item = items[prng.below(items.length)] as Item;
    const at = prng.below(3);
    for (const set of sets) set.delete(item);
    if (at === 2) {
      leave(item);
      assert.deepEqual([item.list, item.before, item.after], [null, null, null]);
    } else {
      lists[at as 0 | 1].add(item);
      sets[at as 0 | 1].add(item);
    }
    for (const side of [0, 1] as const) assert.deepEqual(itemsOf(lists[side]), [...sets[side]]);
  }
});

/** Comes and goes in a table that has become old, until the nursery has been collected a hundred times. */
const CHURN = `
import { PerformanceObserver } from 'node:perf_hooks';
let collections = 0;
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] });
const table = TABLE;
const names = [];
let [count, sink] = [0, null];
const call = () => {
  const name = 'call ' + (count += 1);
  table.set(name, new Array(200).fill(count));
  names.push(name);
  if (names.length > 50) table.delete(names.shift());
  for (let waste = 0; waste < 100; waste++) sink = [waste];
};
const round = () => {
  for (let calls = 0; calls < 100; calls++) call();
  if (collections < 100) setImmediate(round);
};
for (let calls = 0; calls < 60; calls++) call();
for (let times = 0; times < 3; times++) gc();
setImmediate(round);
`;

/** What a collection of the nursery made old, bytes, with the table that `text` makes. */
function promotedBytes(text: string): number {
  const file = new URL('../../../src/core/base/churn-table.js', import.meta.url).href;
  const program = `import { ChurnTable } from '${file}';\n${CHURN.replace('TABLE', text)}`;
  const flags = ['--expose-gc', '--trace-gc-nvp', '--max-semi-space-size=1', '--min-semi-space-size=1'];
  const traced = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], { encoding: 'utf8' });
  const promoted = [...traced.matchAll(/ gc=s .* promoted=(\d+)/g)].slice(-80).map(([, bytes]) => Number(bytes));
  assert.equal(promoted.length, 80);
  return promoted.reduce((sum, bytes) => sum + bytes, 0) / promoted.length;
}

test('what has left a churn table is collected while it is young, though the table is old; of a Map it is not', () => {
  const [churn, map] = [promotedBytes('new ChurnTable()'), promotedBytes('new Map()')];
  assert.ok(churn < map / 4, `${churn.toFixed()} bytes became old at each collection, ${map.toFixed()} with a Map`);
});
