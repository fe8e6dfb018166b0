// tandem report: the same answer from a stopped switch and from one that runs, for people, as CSV and as JSON.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { place, running, tandem } from './command-line.ts';

const MIDNIGHT = Date.UTC(2026, 0, 2);

/** Two calls before midnight in UTC, one after; the last one of another account, not answered. */
const CDRS: readonly Cdr[] = [
  sampleCdr(1, MIDNIGHT - 5_400_000),
  sampleCdr(2, MIDNIGHT - 1_800_000),
  {
    ...sampleCdr(3, MIDNIGHT + 60_000),
    account: 'beta',
    answeredAtWallMs: null,
    ringingAtWallMs: null,
    postDialDelayMs: null,
    holdMs: 0,
    endReason: 'NoAvailableRouter',
    routingGateway: '',
    attempts: [],
    sellFeeNanos: 0n,
    taxNanos: 0n,
    billedSeconds: 0,
  },
];

const ASKED = ['report', '--group', 'account', '--from', '2026-01-01', '--until', '2026-01-03'];

test('a stopped switch: days of the zone that is asked for, figures and money, the sum of all', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  assert.match((await tandem(directory, ...ASKED)).out, /^No call is like that\./);
  const stores = openLmdbStores(join(directory, 'data'));
  stores.spool.append(CDRS.map((cdr) => pack(cdr)));
  await stores.close();
  const { out, code, error } = await tandem(directory, ...ASKED);
  assert.equal(code, 0, error);
  assert.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
    [
      [
        'day (UTC)',
        'account',
        'calls',
        'answered',
        'ASR',
        'NER',
        'ACD',
        'PDD p50',
        'p95',
        'minutes',
        'sell',
        'buy',
        'profit',
      ],
      [
        '2026-01-01',
        'alpha',
        '2',
        '2',
        '100.0 %',
        '100.0 %',
        '10 s',
        '1.01 s',
        '1.01 s',
        '0.3',
        '0.024000',
        '0.000000',
        '0.024000',
        'EUR',
      ],
      ['2026-01-02', 'beta', '1', '0', '0.0 %', '0.0 %', '-', '-', '-', '0.0', '-', '-', '-'],
      [
        'all',
        '3',
        '2',
        '66.7 %',
        '66.7 %',
        '10 s',
        '1.01 s',
        '1.01 s',
        '0.3',
        '0.024000',
        '0.000000',
        '0.024000',
        'EUR',
      ],
    ],
  );
  const { rows } = JSON.parse((await tandem(directory, ...ASKED, '--json')).out) as { rows: { fromWallMs: number }[] };
  const days = [MIDNIGHT - 86_400_000, MIDNIGHT];
  assert.deepEqual(
    rows.map(({ fromWallMs }) => fromWallMs),
    days,
    'the first one too begins with its day, not with the first call that is known',
  );
  const berlin = await tandem(directory, ...ASKED, '--zone', 'Europe/Berlin', '--csv');
  assert.deepEqual(
    berlin.out.split('\n').map((line) => line.split(',').slice(0, 4).join()),
    ['day,account,attempts,answered', '2026-01-01,alpha,1,1', '2026-01-02,alpha,1,1', '2026-01-02,beta,1,0', ''],
  );
  assert.match(berlin.out, /,0\.012000000,0\.002280000,0\.000000000,0\.000000000,0\.012000000,EUR\n/);
});

test('CSV has every row, where a table for people has the first thousand', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const stores = openLmdbStores(join(directory, 'data'));
  const cdrs = Array.from({ length: 1_001 }, (_, at) => ({ ...sampleCdr(at, MIDNIGHT - 1), account: `a${at}` }));
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  await stores.close();
  assert.match((await tandem(directory, ...ASKED)).out, /The first 1000 of 1001 rows; more with --limit\.\n$/);
  const lines = async (...words: string[]) =>
    (await tandem(directory, ...ASKED, '--csv', ...words)).out.trimEnd().split('\n').length;
  assert.deepEqual([await lines(), await lines('--limit', '2')], [1 + 1_001, 1 + 2]);
});

test('of one routing gateway attempts are told as such, and by why hunts left them', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  const stores = openLmdbStores(join(directory, 'data'));
  const cdr = sampleCdr(1, MIDNIGHT - 1);
  const before = { gateway: 'Silent', address: '', callId: '', startedAtWallMs: 0, firstResponseAtWallMs: null };
  const attempts = [{ ...before, code: 0, left: 'inviteTimeout' as const }, ...cdr.attempts];
  stores.spool.append([pack({ ...cdr, attempts })]);
  await stores.close();
  const asked = (...words: string[]) => tandem(directory, ...ASKED, ...words);
  assert.match(
    (await asked('--to-gateway', 'Silent')).out,
    /^day \(UTC\) +account +attempts +answered .*\n.* alpha +1 +0 /,
  );
  assert.match((await asked()).out, /^day \(UTC\) +account +calls +answered /);
  const left = await asked('--to-gateway', 'Silent', '--reason', 'inviteTimeout');
  assert.match(left.out, /\n.* alpha +1 +0 /, left.error);
  assert.match((await asked('--group', 'routingGateway', '--reason', 'inviteTimeout')).out, / Silent +1 +0 /);
  const ofCalls = await asked('--reason', 'inviteTimeout');
  assert.deepEqual([ofCalls.code, ofCalls.out], [1, '']);
});

test('a running switch counts what has just ended; mistakes are told as the API tells them', async (context) => {
  const directory = place();
  const { control, shards } = await running(context, directory);
  for (const cdr of CDRS) shards[0]?.record(cdr);
  control.tick(0);
  const asked = await tandem(directory, ...ASKED, '--to-gateway', 'Vendor one', '--by', 'all', '--json');
  const { rows, rowCount, timeZone } = JSON.parse(asked.out) as {
    rows: { words: string[]; attempts: number; money: { sellNanos: number }[] }[];
    rowCount: number;
    timeZone: string;
  };
  assert.deepEqual([rowCount, timeZone], [1, 'UTC']);
  assert.deepEqual([rows[0]?.words, rows[0]?.attempts, rows[0]?.money[0]?.sellNanos], [['alpha'], 2, 24_000_000]);
  assert.match((await tandem(directory, ...ASKED, '--account', 'nobody')).out, /^No call is like that\./);
  for (const [words, sentence] of [
    [['--group', 'acount'], /group acount is none; did you mean account\?/],
    [['--by', 'fortnight'], /by fortnight is none; there are all, hour, day, month/],
    [['--by', 'dya'], /by dya is none; did you mean day\?/],
    [['--by', 'acount'], /by takes a period \(all, hour, day, month\), not "acount"; did you mean group account\?/],
    [['--by', 'area'], /not "area"; did you mean group area\?/],
    [['--reason', 'busy'], /endReason busy is none; did you mean Busy\?/],
    [['--zone', 'Berlin'], /zone "Berlin" is no time zone/],
    [['--period', 'tomorow'], /period takes today, yesterday, week, a month such as .*not "tomorow"/],
    [['--limit', 'all'], /limit takes a whole number from 1 to 50000, not "all"/],
  ] as const) {
    const { code, error } = await tandem(directory, 'report', ...words);
    assert.equal(code, 1);
    assert.match(error, sentence);
  }
});
