// Files of operators that are made to harm: they are refused with a sentence, in a time that grows with their length.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOperatorFile } from '../src/operator-file.ts';
import { type Refusal, TandemError } from '../src/tandem-error.ts';

function refusalsOf(text: string): readonly Refusal[] {
  const options = { name: 'x.yaml', code: 'TANDEM_NETWORK_REFUSED', fields: ['a', 'b', 'names'] } as const;
  try {
    readOperatorFile(text, options, (root) => root.table('names', null));
  } catch (error) {
    assert.ok(error instanceof TandemError, String(error));
    return error.refusals;
  }
  return [];
}

const DEEP: Readonly<Record<string, string>> = {
  'flow lists': '['.repeat(500_000),
  'flow tables': '{a: '.repeat(100_000),
  'block lists': '- '.repeat(5_000),
  'block keys': '? '.repeat(5_000),
  'block tables': Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
};

for (const [what, text] of Object.entries(DEEP)) {
  test(`${what} deeper than any file needs are refused, as often as they come`, () => {
    for (let time = 0; time < 3; time++) assert.match(refusalsOf(text)[0]?.reason ?? '', /more than 32 levels deep/);
  });
}

test('a name that comes twice is refused where it stands, with its field', () => {
  assert.deepEqual(refusalsOf('a: 1\nb: 2\na: 3\n'), [{ line: 3, field: 'a', reason: 'is given twice' }]);
  const inside = refusalsOf('names:\n  x: 1\n  y: 2\n  x: 3\n');
  assert.deepEqual(inside, [{ line: 4, field: 'names.x', reason: 'is given twice' }]);
});

test('a second document is refused', () => {
  assert.deepEqual(refusalsOf('a: 1\n---\na: 2\n'), [
    { line: 2, field: '', reason: 'is a second document; a file holds one' },
  ]);
});

test('a table of 50 000 names is read in a time that grows with their number', () => {
  const tableOf = (count: number): string => {
    const names = Array.from({ length: count }, (_, index) => `  n${index}: ${index}`);
    return `names:\n${names.join('\n')}\n`;
  };
  const tookMs = (text: string): number => {
    const { user } = process.cpuUsage();
    assert.deepEqual(refusalsOf(text), []);
    return (process.cpuUsage().user - user) / 1_000;
  };
  tookMs(tableOf(12_500));
  const one = tookMs(tableOf(12_500));
  const four = tookMs(tableOf(50_000));
  assert.ok(four < 10 * one + 200, `${one} ms for 12 500, ${four} ms for four times as many`);
});
