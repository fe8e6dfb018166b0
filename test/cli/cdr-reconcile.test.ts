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
  assert.match(out, /^Of 4 calls of the file 2 are as ours\.\n/);
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

interface Told {
  readonly ours: number;
  readonly equalCount: number;
  readonly missingHere: readonly { readonly number: string }[];
  readonly missingThere: readonly { readonly number: string }[];
}

/** What is told of a list of the second, third and fourth of our calls. */
async function toldOfThree(directory: string, ...words: string[]): Promise<Told> {
  const rows = [2, 3, 4].map((minute) => `44207946000${minute === 2 ? 1 : minute},2026-03-29T12:0${minute}:00Z,10`);
  writeFileSync(join(directory, 'three.csv'), ['number,start,duration', ...rows].join('\n'));
  const asked = ['cdr', 'reconcile', 'three.csv', '--gateway', 'Vendor one', '--json', ...words];
  const { out, error } = await tandem(directory, ...asked);
  return JSON.parse(out || error) as Told;
}

test('of our calls before the first start of a list, and after its last, none is missed', async () => {
  const { ours, equalCount, missingThere } = await toldOfThree(await stage());
  assert.deepEqual([ours, equalCount, missingThere], [3, 3, []]);
});

test('of a time that is asked for each call of ours is missed; those beyond are found, and not missed', async () => {
  const directory = await stage();
  const missed = async (...words: string[]): Promise<unknown[]> => {
    const { equalCount, missingHere, missingThere } = await toldOfThree(directory, ...words);
    return [equalCount, missingHere.length, ...missingThere.map(({ number }) => number)];
  };
  assert.deepEqual(await missed('--period', '2026-03'), [3, 0, '442079460001', '442079460005']);
  const minutes = ['--from', '2026-03-29T12:01:00Z', '--until', '2026-03-29T12:05:00Z'];
  assert.deepEqual(await missed(...minutes), [3, 0, '442079460001']);
  assert.deepEqual(await missed('--from', '2026-03-29T12:03:00Z', '--until', '2026-03-29T12:04:00Z'), [3, 0]);
  assert.deepEqual(await missed('--period', '2026-03-29', '--zone', 'Pacific/Kiritimati'), [3, 0]);
  const list = ['cdr', 'reconcile', 'three.csv', '--gateway', 'Vendor one'];
  const { error } = await tandem(directory, ...list, '--period', 'today', '--from', '2026-03-29');
  assert.match(error, /period does not go with from and until/);
});

test('starts may have milliseconds, as ours have, and names of columns capitals', async () => {
  const directory = await stage();
  const rows = ['442079460003|2026-03-29T12:03:00.429Z|10', '442079460004|2026-03-29 14:04:00.571|10'];
  writeFileSync(join(directory, 'exact.csv'), ['Number|Start|Duration', ...rows].join('\n'));
  const words = ['cdr', 'reconcile', 'exact.csv', '--gateway', 'Vendor one', '--zone', 'Europe/Berlin', '--time', '1'];
  const { out, error } = await tandem(directory, ...words, '--from', '2026-03-29T12:03:00.000Z');
  assert.match(out, /^Of 2 calls of the file 2 are as ours\./, error);
});

test('in the hour that clocks show twice a start is the one that a call of ours has', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const stores = openLmdbStores(join(directory, 'data'));
  const starts = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T01:40:00Z', '2026-10-25T01:50:00Z'];
  const answered = starts.map((start, at) => ({
    ...{ ...sampleCdr(at + 1, Date.parse(start) + 10_000), calleeSent: '442079460001' },
    ...{ answeredAtWallMs: Date.parse(start), holdMs: 10_000 },
  }));
  stores.spool.append(answered.map((one) => pack(one)));
  await stores.close();
  const rows = ['02:30', '02:30', '02:40', '02:45', '02:50'].map((time) => `442079460001,2026-10-25 ${time}:00,10`);
  writeFileSync(join(directory, 'twice.csv'), ['number,start,duration', ...rows].join('\n'));
  const words = ['cdr', 'reconcile', 'twice.csv', '--gateway', 'Vendor one', '--zone', 'Europe/Berlin'];
  const { out } = await tandem(directory, ...words);
  assert.match(out, /^Of 5 calls of the file 4 are as ours\.\n/);
  assert.match(out, /\n1 call of the file that we do not have:\n.*\n2026-10-25 01:45:00 .* line 5\n/);
  assert.doesNotMatch(out, /of ours that the file does not have/);
});

test('where we have no call of the gateway at all, its name is asked about', async () => {
  const directory = await stage();
  writeFileSync(join(directory, 'one.csv'), 'number,start,duration\n442079460003,2026-03-29T12:03:00Z,10\n');
  const told = async (gateway: string): Promise<string> =>
    (await tandem(directory, 'cdr', 'reconcile', 'one.csv', '--gateway', gateway)).out;
  const [, hint] = (await told('Vendor 1')).split('\n');
  assert.equal(hint, '! No call of ours was answered at Vendor 1 then: is that its name here?');
  assert.equal(await told('Vendor one'), 'Of 1 call of the file 1 is as ours.\n');
});

test('calls that ended before the oldest CDR are told, and not taken for missing', async () => {
  const directory = await stage();
  const stores = openLmdbStores(join(directory, 'data'));
  stores.spool.trim(4, 3, 7);
  await stores.close();
  const rows = [1, 2, 4].map((number) => `44207946000${Math.max(1, number)},2026-03-29T12:0${number}:00Z,10`);
  rows.push('442079460009,2026-03-29T12:05:00Z,10');
  writeFileSync(join(directory, 'old.csv'), ['number,start,duration', ...rows].join('\n'));
  const { out, code } = await tandem(directory, 'cdr', 'reconcile', 'old.csv', '--gateway', 'Vendor one');
  assert.equal(code, 1);
  assert.match(out, /^Of 4 calls of the file 1 is as ours\.\n/);
  const oldest = '2026-03-29 12:04:10';
  assert.ok(out.includes(`\n! 2 calls of the file ended before our oldest CDR (${oldest} UTC): not compared.\n`), out);
  assert.match(out, /\n1 call of the file that we do not have:\n.*\n.* 442079460009 /);
});

test('of one who is vendor and customer by one name, the list of either is compared with its own calls', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const stores = openLmdbStores(join(directory, 'data'));
  const inward = { mappingGateway: 'both' };
  const attempts = sampleCdr(1).attempts.map((attempt) => ({ ...attempt, gateway: 'both' }));
  const outward = { routingGateway: 'both', attempts };
  const cdrs = [cdr(1, '442079460001', inward), cdr(2, '442079460002', outward), cdr(3, '442079460003', outward)];
  stores.spool.append(cdrs.map((one) => pack(one)));
  await stores.close();
  for (const [option, name, numbers] of [
    ['--gateway', 'both', [2, 3]],
    ['--from-gateway', 'both', [1]],
  ] as const) {
    const called = (number: number): string =>
      option === '--gateway' ? `44207946000${number}` : cdr(number, '').callee;
    const rows = numbers.map((number) => `${called(number)},2026-03-29T12:0${number}:00Z,10`);
    writeFileSync(join(directory, 'list.csv'), ['number,start,duration', ...rows].join('\n'));
    const period = ['--period', '2026-03-29'];
    const { out, code } = await tandem(directory, 'cdr', 'reconcile', 'list.csv', option, name, ...period);
    assert.equal(code, 0, out);
  }
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
