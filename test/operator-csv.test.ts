// Tables from CSV: what is taken, and that what is not is told with its line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IMPORT_ROWS_MAX } from '../src/core/base/limits.ts';
import { CsvFile, type CsvRow } from '../src/operator-csv.ts';
import { onOff, prefixDigits, wholeNumber } from '../src/operator-values.ts';
import { type Refusal, TandemError } from '../src/tandem-error.ts';

const COLUMNS = { needed: ['prefix'], optional: ['count', 'locked', 'list'] };

interface Read {
  readonly line: number;
  readonly prefix: string;
  readonly count: number;
  readonly list: readonly string[];
}

function take(row: CsvRow): Read {
  return {
    line: row.line,
    prefix: row.need('prefix', prefixDigits, ''),
    count: row.optional('count', wholeNumber(0, 100), -1),
    list: row.many('list', prefixDigits),
  };
}

/** Reads `text`, given in chunks of `chunkBytes`. */
async function read(text: string | Buffer, chunkBytes = 1_000_000, rowsMax = IMPORT_ROWS_MAX): Promise<Read[]> {
  const rows: Read[] = [];
  const file = new CsvFile('deck.csv', COLUMNS, (row) => rows.push(take(row)), rowsMax);
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; at += chunkBytes) await file.write(bytes.subarray(at, at + chunkBytes));
  await file.end();
  assert.equal(file.rowCount, rows.length);
  return rows;
}

async function refusals(text: string | Buffer, rowsMax = IMPORT_ROWS_MAX): Promise<readonly Refusal[]> {
  const error = await read(text, 1_000_000, rowsMax).then(
    () => assert.fail('was taken'),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof TandemError && error.code === 'TANDEM_IMPORT_REFUSED', String(error));
  assert.match(error.message, /^deck\.csv was refused: line /);
  return error.refusals;
}

test('fields are found by the names in the first line, whatever their order and however the bytes arrive', async () => {
  const text = '\ufeffcount,prefix,list\r\n7,0049,"1,2"\r\n\r\n, 44 ,\r\n3,"1",5;6\r\n';
  const expected = [
    { line: 2, prefix: '0049', count: 7, list: ['1', '2'] },
    { line: 4, prefix: '44', count: -1, list: [] },
    { line: 5, prefix: '1', count: 3, list: ['5', '6'] },
  ];
  for (const chunkBytes of [1, 2, 7, 1000]) assert.deepEqual(await read(text, chunkBytes), expected);
});

test('fields stand between commas, semicolons, tabs or bars', async () => {
  for (const sign of [',', ';', '\t', '|']) {
    const [row] = await read(`prefix${sign}count\n49${sign}5\n`);
    assert.deepEqual([row?.prefix, row?.count], ['49', 5]);
  }
});

test('names of columns may be written with capitals', async () => {
  const [row] = await read('PREFIX,Count\n49,5\n');
  assert.deepEqual([row?.prefix, row?.count], ['49', 5]);
  assert.equal((await refusals('prefix,Prefix\n49,5\n'))[0]?.reason, 'is a column twice');
});

test('a broken row is told with its line and the reason, and so are its neighbours', async () => {
  const found = await refusals('prefix,count\n49,1\n4-9,1\n44,101\n,7\n33,1,2\n');
  assert.deepEqual(
    found.map(({ line, field }) => [line, field]),
    [
      [3, 'prefix'],
      [4, 'count'],
      [5, 'prefix'],
      [6, ''],
    ],
  );
  assert.match(found[0]?.reason ?? '', /takes a prefix of up to 32 digits/);
  assert.match(found[1]?.reason ?? '', /a whole number from 0 to 100/);
  assert.equal(found[2]?.reason, 'is missing');
  assert.equal(found[3]?.reason, 'has 3 fields, the first line has 2');
});

test('a row that is not in UTF-8 is refused, as a spreadsheet may save one', async () => {
  assert.equal((await read('prefix,list\n49,1;2\n44,\n')).length, 2);
  const found = await refusals(Buffer.from('prefix,list\n49,\xd6sterreich\n', 'latin1'));
  assert.deepEqual(found, [{ line: 2, field: '', reason: 'is not in UTF-8; save the file in that encoding' }]);
});

test('a first line that is none of ours is refused by its columns', async () => {
  assert.deepEqual(await refusals('prefx,count\n49,1\n'), [
    { line: 1, field: 'prefx', reason: 'is no column here; did you mean prefix?' },
    { line: 1, field: 'prefix', reason: 'is a column that is missing' },
  ]);
  assert.equal((await refusals('prefix,prefix\n'))[0]?.reason, 'is a column twice');
  assert.match((await refusals(''))[0]?.reason ?? '', /the file is empty/);
  assert.match((await refusals('prefix,count\n'))[0]?.reason ?? '', /has no rows/);
});

test('a quote that is never closed is told, and does not swallow the file', async () => {
  assert.match((await refusals('prefix,count\n"49,1\n44,2\n'))[0]?.reason ?? '', /Quote Not Closed/);
  const long = `prefix,count\n"49,1\n${'44,2\n'.repeat(20_000)}`;
  assert.match((await refusals(long))[0]?.reason ?? '', /Max Record Size/);
});

test('a file of more rows than IMPORT_ROWS_MAX is refused, and no more than twenty refusals are told', async () => {
  assert.equal((await read('prefix\n1\n2\n', 100, 2)).length, 2);
  const found = await refusals('prefix\n1\n2\n3\n4\n', 2);
  assert.deepEqual(found, [{ line: 4, field: '', reason: 'is one row more than the 2 taken' }]);
  assert.equal((await refusals(`prefix\n${'x\n'.repeat(100)}`)).length, 20);
});

test('a switch in a row is On or Off', async () => {
  const seen: boolean[] = [];
  const file = new CsvFile('deck.csv', COLUMNS, (row) => seen.push(row.optional('locked', onOff, false)));
  await file.write(Buffer.from('prefix,locked\n1,On\n2,Off\n3,\n'));
  await file.end();
  assert.deepEqual(seen, [true, false, false]);
});
