// tandem cdr reconcile: a carrier's file against our CDRs, each kind of difference, and lines that cannot be read.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { place, tandem } from './command-line.ts';

const END = Date.parse('2026-03-29T12:00:10Z');

/** Answered on the minute, ten seconds long, paid with 0.01. */
function cdr(number: number, callee: string, change: Partial<Cdr> = {}): Cdr {
  const minute = number * 60_000;
  return { ...sampleCdr(number, END + minute), calleeSent: callee, buyFeeNanos: 10_000_000n, ...change };
}

async function stage(): Promise<string> {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const stores = openLmdbStores(join(directory, 'data'));
  const cdrs = [
    cdr(1, '442079460001'),
    cdr(2, '442079460001'),
    cdr(3, '442079460003'),
    cdr(4, '442079460004'),
    cdr(5, '442079460005'),
    cdr(6, '442079460006', { answeredAtWallMs: null }),
    cdr(7, '442079460007', { routingGateway: 'Other' }),
  ];
  stores.spool.append(cdrs.map((one) => pack(one)));
  await stores.close();
  return directory;
}

test('calls are found by the end of their number and their time; what differs on either side is told', async () => {
  const directory = await stage();
  writeFileSync(
    join(directory, 'carrier.csv'),
    [
      'number;start;duration;price',
      '+44 20 7946-0001;2026-03-29 14:01:02;10;0.01',
      '02079460001;2026-03-29T12:02:00Z;0:00:10;0.01',
      '442079460003;2026-03-29 14:03:00;15;0.02',
      '442079460004;2026-03-29 14:09:00;10;0.01',
    ].join('\n'),
  );
  const words = ['cdr', 'reconcile', 'carrier.csv', '--gateway', 'Vendor one', '--zone', 'Europe/Berlin'];
  const { out, code, error } = await tandem(directory, ...words);
  assert.equal(code, 1, error);
  assert.match(out, /^2 of 4 calls of the file are as ours\.\n/);
  assert.match(out, /\n1 call of the file that we do not have:\n.*\n2026-03-29 12:09:00 {2}442079460004 .* line 5\n/);
  assert.match(out, /\n2 calls of ours that the file does not have:\n.*\n.* 442079460004 .*\n.* 442079460005 /);
  assert.match(
    out,
    /\n1 call of another duration, in seconds:\n.*\n.* 442079460003 +10\.0 +15\.0 {2}line 4 {2}01J\w+3\n/,
  );
  assert.match(out, /\n1 call of another price:\n.*\n.* 442079460003 +0\.010000 +0\.020000 {2}line 4 /);
  const loose = await tandem(directory, ...words, '--time', '300', '--seconds', '5', '--price', '0.01', '--json');
  const { equalCount, missingHere, missingThere } = JSON.parse(loose.out) as {
    equalCount: number;
    missingHere: unknown[];
    missingThere: { number: string }[];
  };
  assert.deepEqual([equalCount, missingHere.length], [4, 0]);
  assert.deepEqual(
    missingThere.map(({ number }) => number),
    ['442079460005'],
  );
});

test('a file with lines that cannot be read is refused with each of them', async () => {
  const directory = await stage();
  writeFileSync(join(directory, 'bad.csv'), 'number,start,duration\n44,soon,10\n44,2026-03-29 14:00:00,long\n');
  const { code, error } = await tandem(directory, 'cdr', 'reconcile', 'bad.csv', '--gateway', 'Vendor one');
  assert.equal(code, 1);
  assert.match(error, /2 +start +takes 2027-01-31 18:00:00, or with its zone, not "soon"/);
  assert.match(error, /3 +duration +takes seconds such as 65, or 00:01:05, not "long"/);
  assert.match((await tandem(directory, 'cdr', 'reconcile', 'bad.csv')).error, /--gateway names the routing gateway/);
  const missing = await tandem(directory, 'cdr', 'reconcile', 'none.csv', '--gateway', 'Vendor one');
  assert.deepEqual([missing.code, /none\.csv cannot be read: .*no such file/.test(missing.error)], [2, true]);
});
