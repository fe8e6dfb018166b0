// tandem rerate: with the switch down and with it running; a dry run, corrections, and those that were entered.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { place, running, tandem } from './command-line.ts';

const NETWORK = `
rateTables:
  - { name: retail, currency: EUR, rates: [{ prefix: "44", price: 0.012, period: 60, tax: 19 }] }
  - { name: cheap, currency: EUR, rates: [{ prefix: "4", price: 0.001, period: 1 }] }
accounts:
  - { account: alpha, rateTable: retail, timeZone: Asia/Kolkata }
`;

/** Midnight of the first of January in Kolkata, and a call on either side of it. */
const JANUARY = Date.parse('2025-12-31T18:30:00Z');
const CDRS: readonly Cdr[] = [
  { ...sampleCdr(1, JANUARY - 1), calleeBilled: '442079', ratedSeconds: 10 },
  { ...sampleCdr(2, JANUARY), calleeBilled: '442079', ratedSeconds: 10 },
  { ...sampleCdr(3, JANUARY - 2), calleeBilled: '332079', ratedSeconds: 10 },
];
const DECEMBER = ['rerate', '--account', 'alpha', '--period', '2025-12', '--table', 'cheap'];

async function stage(): Promise<string> {
  const directory = place();
  writeFileSync(join(directory, 'net.yaml'), NETWORK);
  assert.equal((await tandem(directory, 'apply', 'net.yaml')).code, 0);
  const stores = openLmdbStores(join(directory, 'data'));
  stores.spool.append(CDRS.map((cdr) => pack(cdr)));
  await stores.close();
  return directory;
}

const cells = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/).join('|'));

test('a stopped switch: what would change, in the time zone of the account; --book enters it, once', async () => {
  const directory = await stage();
  const dry = await tandem(directory, ...DECEMBER);
  assert.deepEqual(
    [dry.code, ...cells(dry.out)],
    [
      0,
      'ended (UTC)|account|callee|seconds|rate|charged|rate now|charged now|CDR',
      '2025-12-31 18:29:59|alpha|442079|10|retail 44|0.014280|cheap 4|0.010000|01JABCDEFGHJKMNPQR00000001',
      '2025-12-31 18:29:59|alpha|332079|10|retail 44|0.014280|none|-|01JABCDEFGHJKMNPQR00000003',
      '',
      'account|calls|other price|no rate|charged|charged now|corrected|due',
      'alpha|2|1|1|0.028560|0.024280|0.000000|0.004280|EUR',
      '',
      'Nothing was booked; --book enters what is due.',
      '',
    ],
    dry.error,
  );
  const booked = await tandem(directory, ...DECEMBER, '--book', '--memo', 'wrong deck');
  assert.match(booked.out, /0\.000000 {2}0\.004280 {2}EUR\n\nEntry 1: alpha 0\.004280, the balance is -0\.038560\.\n/);
  const again = await tandem(directory, ...DECEMBER, '--book');
  assert.match(again.out, /0\.004280 {2}0\.000000 {2}EUR\n\nNothing is due: nothing was booked\.\n/);
  const told = await tandem(directory, 'rerate', '--booked');
  assert.match(
    told.out,
    /\n +1 .* alpha {2,}2 calls sold {2}2025-11-30 18:30 {2}2025-12-31 18:30 {2}0\.004280 .*wrong deck\n/,
  );
  const payments = await tandem(directory, 'payments', 'alpha');
  assert.match(payments.out, /alpha +correction +0\.004280 .*wrong deck/);
  assert.match((await tandem(directory, 'verify')).out, /^The ledger is sound/);
});

test('calls that were corrected together with others: nobody knows what is due, and why is told', async () => {
  const directory = await stage();
  await tandem(directory, ...DECEMBER, '--book');
  const larger = ['rerate', '--account', 'alpha', '--from', '2025-12-01', '--until', '2026-01-02', '--table', 'cheap'];
  const dry = await tandem(directory, ...larger);
  const time = '2025-11-30T18:30:00.000Z to 2025-12-31T18:30:00.000Z';
  assert.deepEqual(cells(dry.out).slice(-6), [
    'account|calls|other price|no rate|charged|charged now|corrected|due',
    'alpha|3|2|1|0.042840|0.034280|-|-|EUR',
    '',
    `! Some of these calls of alpha were corrected by entry 1, with others of ${time}. ` +
      'Rate the calls of that time again, or those of a time that does not touch it.',
    'Nothing was booked; --book enters nothing either.',
    '',
  ]);
  const { sums } = JSON.parse((await tandem(directory, ...larger, '--json')).out) as {
    sums: { correctedNanos: null; dueNanos: null; overlaps: string }[];
  };
  assert.deepEqual([sums[0]?.correctedNanos, sums[0]?.dueNanos], [null, null]);
  assert.match((await tandem(directory, ...larger, '--book')).error, /Some of these calls of alpha were corrected/);
  assert.match(sums[0]?.overlaps ?? '', /^Some of these calls of alpha were corrected by entry 1/);
});

test('a running switch does the same, and writes differences as CSV and JSON', async (context) => {
  const directory = place();
  const { control, shards, stores } = await running(context, directory);
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  control.accounts.open(control.configuration.snapshot);
  for (const cdr of CDRS) shards[0]?.record(cdr);
  control.tick(0);
  const csv = await tandem(directory, ...DECEMBER, '--csv', '--limit', '1');
  assert.equal(
    csv.out,
    'id,account,ended,callee,seconds,table,prefix,charged,table_now,prefix_now,charged_now\n' +
      '01JABCDEFGHJKMNPQR00000001,alpha,2025-12-31T18:29:59.999Z,442079,10,' +
      'retail,44,0.014280000,cheap,4,0.010000000\n',
  );
  const booked = await tandem(directory, ...DECEMBER, '--book', '--json');
  const { state, entries } = JSON.parse(booked.out) as { state: string; entries: { nanos: number }[] };
  assert.deepEqual([state, entries.map(({ nanos }) => nanos)], ['booked', [4_280_000]]);
  assert.equal(stores.ledger.payments('alpha', 9)[0]?.nanos, 4_280_000n);
  assert.match((await tandem(directory, 'rerate', '--booked', '--account', 'alpha')).out, /2 calls sold/);
  const wrong = await tandem(directory, 'rerate', '--table', 'cheep', '--period', '2025-12');
  assert.deepEqual([wrong.code, /no rate table "cheep"/.test(wrong.error)], [1, true]);
});

test('CSV has every call that differs, where a table for people has the first twenty', async () => {
  const directory = await stage();
  const stores = openLmdbStores(join(directory, 'data'));
  const calls = Array.from({ length: 30 }, (_, at) => sampleCdr(10 + at, JANUARY - 9));
  stores.spool.append(calls.map((cdr) => pack({ ...cdr, calleeBilled: '442079', ratedSeconds: 10 })));
  await stores.close();
  assert.match((await tandem(directory, ...DECEMBER)).out, /The first 20 of 32 calls that differ; more with --limit\./);
  const all = await tandem(directory, ...DECEMBER, '--csv');
  assert.deepEqual([all.out.trimEnd().split('\n').length, all.error], [1 + 32, '']);
  const few = await tandem(directory, ...DECEMBER, '--csv', '--limit', '3');
  assert.deepEqual(
    [few.out.trimEnd().split('\n').length, few.error],
    [1 + 3, 'The first 3 of 32 calls that differ; more with --limit.\n'],
  );
});

test('more calls that differ than one answer has: less time is to be asked for, no higher limit', async () => {
  const directory = await stage();
  const stores = openLmdbStores(join(directory, 'data'));
  const call = { ...sampleCdr(4, JANUARY - 9), calleeBilled: '442079', ratedSeconds: 10 };
  stores.spool.append(Array.from({ length: 10_000 }, () => pack(call)));
  await stores.close();
  const { out, error } = await tandem(directory, ...DECEMBER, '--csv');
  assert.equal(out.trimEnd().split('\n').length, 1 + 10_000);
  assert.equal(error, 'The first 10000 of 10002 calls that differ; ask for less at a time.\n');
});
