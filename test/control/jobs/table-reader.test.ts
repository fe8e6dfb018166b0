// Rows to tables.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ImportTask, readerOf } from '../../../src/control/jobs/table-reader.ts';
import type { ImportedTable } from '../../../src/control/tables/table-images.ts';
import { RateDeck } from '../../../src/core/rating/rate-deck.ts';
import { NumberGroup } from '../../../src/core/routing/number-group.ts';
import { RoutePrefixes } from '../../../src/core/routing/route-prefixes.ts';
import { CsvFile } from '../../../src/operator-csv.ts';
import { TandemError } from '../../../src/tandem-error.ts';

const GATEWAYS = ['One', 'Two', 'Three'];

async function tableOf(task: ImportTask, text: string): Promise<ImportedTable> {
  const reader = readerOf(task);
  const file = new CsvFile('table.csv', reader.columns, (row) => reader.take(row));
  await file.write(Buffer.from(text));
  await file.end();
  const table = reader.finish((line, field, reason) => file.refuse(line, field, reason));
  file.throwIfRefused();
  return table ?? assert.fail();
}

async function reasonOf(task: ImportTask, text: string): Promise<string> {
  const error = await tableOf(task, text).catch((caught: unknown) => caught);
  return error instanceof TandemError ? error.message : 'was taken';
}

/** Names of the gateways at each step of the walk. */
function walk(table: ImportedTable, callee: string): string[] {
  if (table.kind !== 'prefixes') return assert.fail();
  const { image, gateways } = table;
  const prefixes = new RoutePrefixes([{ image, gateways: Int32Array.from(gateways.keys()) }], gateways.length);
  const steps: string[] = [];
  for (prefixes.find(callee); prefixes.next(); ) {
    const names = [...prefixes.gateways.slice(0, prefixes.count)].map((index) => gateways[index]);
    steps.push(`${prefixes.length}:${names.sort().join('+')}`);
  }
  return steps;
}

test('prefixes: rows in any order, several gateways for a prefix, the empty prefix for every number', async () => {
  const text = 'gateway,prefix\nTwo,4930\nOne,49\nTwo,49\nThree,\n';
  const table = await tableOf({ kind: 'prefixes', gateways: GATEWAYS }, text);
  assert.deepEqual(walk(table, '4930'), ['4:Two', '2:One', '0:Three']);
  assert.deepEqual(walk(table, '33'), ['0:Three']);
});

test('prefixes: a table that any order of its rows makes is the same', async () => {
  const row = fc.tuple(fc.constantFrom(...GATEWAYS), fc.string({ unit: fc.constantFrom('1', '2'), maxLength: 4 }));
  const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 12, selector: (pair) => pair.join() });
  const callee = fc.string({ unit: fc.constantFrom('1', '2'), maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(rows, callee, async (pairs, asked) => {
      const textOf = (list: typeof pairs) => `gateway,prefix\n${list.map((pair) => pair.join()).join('\n')}\n`;
      const task: ImportTask = { kind: 'prefixes', gateways: GATEWAYS };
      const one = await tableOf(task, textOf(pairs));
      const other = await tableOf(task, textOf(pairs.toReversed()));
      assert.deepEqual(walk(one, asked), walk(other, asked));
      const matching = pairs.filter(([, prefix]) => asked.startsWith(prefix));
      const longest = Math.max(-1, ...matching.map(([, prefix]) => prefix.length));
      const names = matching.filter(([, prefix]) => prefix.length === longest).map(([gateway]) => gateway);
      assert.equal(walk(one, asked)[0], longest < 0 ? undefined : `${longest}:${names.sort().join('+')}`);
    }),
    { numRuns: 200 },
  );
});

test('prefixes: an unknown gateway and a row that stands twice are refused with their lines', async () => {
  const task: ImportTask = { kind: 'prefixes', gateways: GATEWAYS };
  assert.match(await reasonOf(task, 'gateway,prefix\nOne,1\nFour,1\n'), /line 3, gateway: names "Four", which is no/);
  const twice = 'gateway,prefix\nOne,1\nTwo,1\nOne,2\nOne,1\n';
  assert.match(await reasonOf(task, twice), /line 5, prefix: "1" of this gateway stands in line 2 already/);
});

test('numbers: a number that stands twice is in the group once', async () => {
  const table = await tableOf({ kind: 'numbers', name: 'blocked' }, 'number\n4930\n+49\n4930\n');
  assert.ok(table.kind === 'numbers');
  const group = new NumberGroup(table.image);
  assert.deepEqual([table.name, group.count, group.has('4930'), group.has('49')], ['blocked', 2, true, false]);
});

test('numbers: what is no number is refused', async () => {
  const task: ImportTask = { kind: 'numbers', name: 'blocked' };
  assert.match(await reasonOf(task, 'number\n4930\n49 30\n'), /line 3, number: takes a number of 1 to 32 digits/);
});

const RATES: ImportTask = { kind: 'rates', name: 'retail', currency: 'EUR', calendars: ['nights'] };

async function deckOf(text: string): Promise<RateDeck> {
  const table = await tableOf(RATES, text);
  assert.ok(table.kind === 'rates');
  assert.deepEqual([table.name, table.currency], ['retail', 'EUR']);
  return new RateDeck(table.image);
}

test('rates: a row has the fields of a rate in a network file, in any order of columns', async () => {
  const deck = await deckOf('price;prefix;area;period;sections\n0.05;4470;UK mobile;6;0.6/60,0.1/30\n0.01;447;;;\n');
  const { prefix, area, terms } = deck.find('44701', 0) ?? assert.fail();
  assert.deepEqual([prefix, area, terms.priceNanos, terms.periodSeconds], ['4470', 'UK mobile', 50_000_000, 6]);
  assert.deepEqual(terms.sections, [
    { priceNanos: 600_000_000, seconds: 60 },
    { priceNanos: 100_000_000, seconds: 30 },
  ]);
  assert.equal(deck.find('4471', 0)?.terms.priceNanos, 10_000_000);
  assert.equal(deck.find('44', 0), null);
});

test('rates: per minute with increments, as carriers send them', async () => {
  const deck = await deckOf('prefix,perMinute,increments\n44,0.01,30/6\n');
  const { terms } = deck.find('44', 0) ?? assert.fail();
  assert.deepEqual([terms.priceNanos, terms.priceSeconds, terms.periodSeconds], [10_000_000, 60, 6]);
  assert.deepEqual(terms.sections, [{ priceNanos: 5_000_000, seconds: 30 }]);
});

test('rates: what cannot be a rate is refused with its line', async () => {
  assert.match(await reasonOf(RATES, 'prefix,price\n44,0.01\n45,x\n'), /line 3, price: takes a price from 0/);
  assert.match(await reasonOf(RATES, 'prefix,price\n44,\n'), /line 2, price: is missing/);
  assert.match(
    await reasonOf(RATES, 'prefix,price\n,0.01\n'),
    /line 2, prefix: is missing/,
    'no rate for all by mistake',
  );
  assert.match(await reasonOf(RATES, 'prefix,cost\n44,1\n'), /line 1, cost: is no column here/);
});

test('rates: rows that say the same beside their prefix have the same terms; each is refused for itself', async () => {
  const head = 'prefix,area,perMinute,increments\n';
  const deck = await deckOf(`${head}44,UK,0.02,1/1\n49,DE,0.02,1/1\n4420,UK,0.02,1/1\n`);
  const [uk, de, london] = ['441', '491', '44201'].map((digits) => deck.find(digits, 0));
  assert.deepEqual([uk?.prefix, de?.prefix, london?.prefix], ['44', '49', '4420']);
  assert.deepEqual([uk?.area, de?.area, london?.area], ['UK', 'DE', 'UK']);
  assert.equal(uk?.terms, de?.terms);
  assert.match(await reasonOf(RATES, `${head}44,UK,0.02,0/0\n49,UK,0.02,0/0\n`), /line 2, .*and 1 more/u);
  assert.match(await reasonOf(RATES, `${head}44,UK,0.02,1/1\n4x9,UK,0.02,1/1\n`), /line 3/u);
});

test('rates: by a calendar of the network, and by no other', async () => {
  assert.deepEqual((await deckOf('prefix,price,calendar\n44,1,nights\n')).calendarNames(), ['nights']);
  const whyNot = await reasonOf(RATES, 'prefix,price,calendar\n44,1,\n44,1,night\n');
  assert.match(whyNot, /line 3, calendar: names "night", which is not in calendars of the network/);
});

test('rates: a prefix that stands twice for the same time is refused with both lines, each time', async () => {
  const text = 'prefix,price,validFrom\n44,1,\n45,1,\n44,2,\n45,2,2027-01-31\n44,3,\n';
  const error = await tableOf(RATES, text).catch((caught: unknown) => caught);
  assert.ok(error instanceof TandemError);
  assert.deepEqual(error.refusals, [
    { line: 4, field: 'prefix', reason: '"44" stands in line 2 already, for the same time' },
    { line: 6, field: 'prefix', reason: '"44" stands in line 4 already, for the same time' },
  ]);
});
