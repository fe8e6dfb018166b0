// tandem bill: calls of an account, of an agent's customers, and calls that a vendor carried; in the zone it has.

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
  - { name: retail, currency: EUR, rates: [{ prefix: "44", area: "UK <all>", price: 0.01, period: 1 }] }
  - { name: agents, currency: EUR, rates: [{ prefix: "44", area: UK, price: 0.01, period: 1 }] }
accounts:
  - { account: agent, type: agent, rateTable: agents }
  - account: alpha
    name: Alpha & Sons
    contact: "1 High Street\\nLondon"
    agent: agent
    rateTable: retail
    timeZone: Asia/Kolkata
  - { account: vendor, type: settlement, currency: EUR }
mappingGateways:
  - { name: In, account: alpha, remoteIps: [198.51.100.7] }
`;

/** Midnight of the first of February in Kolkata. */
const FEBRUARY = Date.parse('2026-01-31T18:30:00Z');
const BOUGHT = { clearingAccount: 'vendor', buyTable: 'wholesale', buyPrefix: '', buyFeeNanos: 9_000_000n } as const;

const CDRS: readonly Cdr[] = [
  { ...sampleCdr(1, FEBRUARY - 1), ...BOUGHT },
  { ...sampleCdr(2, FEBRUARY), ...BOUGHT },
  { ...sampleCdr(3, FEBRUARY + 1_000), ...BOUGHT, sellPrefix: '4420', sellFeeNanos: 1n, agentFees: [] },
  { ...sampleCdr(4, FEBRUARY + 2_000), answeredAtWallMs: null, sellFeeNanos: 0n, taxNanos: 0n, agentFees: [] },
  { ...sampleCdr(5, FEBRUARY + 3_000), account: 'other', agentFees: [] },
];

async function stage(): Promise<string> {
  const directory = place();
  writeFileSync(join(directory, 'net.yaml'), NETWORK);
  assert.equal((await tandem(directory, 'apply', 'net.yaml')).code, 0);
  const stores = openLmdbStores(join(directory, 'data'));
  stores.spool.append(CDRS.map((cdr) => pack(cdr)));
  const payment = {
    account: 'alpha',
    kind: 'topUp',
    nanos: 5_000_000_000n,
    operator: 'ops',
    memo: 'invoice 7',
  } as const;
  stores.ledger.pay({ ...payment, atWallMs: FEBRUARY + 5_000 });
  await stores.close();
  return directory;
}

test('a month is one of the zone of the account; lines by rate, with sums and payments', async () => {
  const directory = await stage();
  const { out, code, error } = await tandem(directory, 'bill', 'alpha', '--period', '2026-02');
  assert.equal(code, 0, error);
  assert.deepEqual(
    out.split('\n').map((line) => line.split(/ {2,}/).join('|')),
    [
      'alpha (Alpha & Sons), 2026-02-01 00:00 to 2026-03-01 00:00 (Asia/Kolkata), in EUR',
      '',
      'for|area|prefix|calls|talk min|billed min|fee|tax|in all',
      'calls|UK <all>|44|1|0.2|1.0|0.012000|0.002280|0.014280',
      'calls|-|4420|1|0.2|1.0|0.000000|0.002280|0.002280',
      'sum: calls|0.012000|0.004560|0.016560',
      '',
      'Payments of the same time:',
      'entered|kind|amount|memo',
      '2026-02-01|topUp|5.000000|invoice 7',
      '',
      'balance before|paid|charged|balance after',
      '|-0.014280|5.000000|0.016560|4.969160',
      '',
    ],
  );
  const csv = await tandem(directory, 'bill', 'alpha', '--period', '2026-02', '--csv');
  assert.match(
    csv.out,
    /\ncalls,retail,,4420,1,10\.000,60,0\.0{8}1,0\.002280000,EUR,,\ntopUp,,,,,,,-5\.0{9},,EUR,invoice 7,2026-02-01\n/,
  );
  const page = await tandem(directory, 'bill', 'alpha', '--period', '2026-01', '--html');
  assert.match(page.out, /^<!doctype html>[\s\S]*<td>UK &#60;all&#62;<\/td><td>44<\/td><td>1<\/td>[\s\S]*<tfoot>/);
  assert.match(page.out, /<h1>Alpha &#38; Sons \(alpha\)<\/h1>\n<p class="contact">1 High Street\nLondon<\/p>\n/);
  assert.match(
    page.out,
    /tfoot \{ display: table-row-group;/,
    'as a foot it would stand on every sheet that is printed',
  );
  const february = await tandem(directory, 'bill', 'alpha', '--period', '2026-02', '--html');
  assert.match(february.out, /<h2>Payments<\/h2>.*<td>topUp<\/td><td>5\.000000<\/td><td>invoice 7<\/td>/);
  assert.match(february.out, /<h2>Balance<\/h2>.*<td>-0\.014280<\/td><td>5\.000000<\/td><td>0\.016560<\/td>/);
});

test('an agent pays for calls of its customers, a vendor is paid for those it carried', async () => {
  const directory = await stage();
  const time = ['--from', '2026-01-01', '--until', '2026-03-01', '--csv'];
  assert.match(
    (await tandem(directory, 'bill', 'agent', ...time)).out,
    /\nagent,agents,UK,44,2,20\.000,120,0\.000000018,/,
  );
  assert.match(
    (await tandem(directory, 'bill', 'vendor', ...time)).out,
    /\ncarried,wholesale,,,3,30\.000,0,0\.027000000,/,
  );
  const nobody = await tandem(directory, 'bill', 'nobody');
  assert.deepEqual([nobody.code, nobody.error], [1, 'There is no account "nobody" in the network.\n']);
});

test('a running switch makes the same bill', async (context) => {
  const directory = await stage();
  const { control, shards } = await running(context, join(directory));
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  for (const cdr of CDRS) shards[0]?.record(cdr);
  control.tick(0);
  const { out, error } = await tandem(directory, 'bill', 'alpha', '--period', '2026-02', '--json');
  const { lines, sums } = JSON.parse(out || error) as { lines: unknown[]; sums: unknown[] };
  assert.equal(lines.length, 2);
  assert.deepEqual(sums, [{ kind: 'calls', feeNanos: 12_000_001, taxNanos: 4_560_000 }]);
});

test('a correction of calls of the time that was entered later is told beneath', async () => {
  const directory = await stage();
  const stores = openLmdbStores(join(directory, 'data'));
  const time = { fromWallMs: FEBRUARY, untilWallMs: FEBRUARY + 86_400_000 };
  const counts = { callCount: 2, unratedCount: 0, beforeNanos: 3n, nowNanos: 2n };
  const rerating = { side: 'sold', table: 'cheap', insteadOf: '', ...time, ...counts } as const;
  const payment = {
    account: 'alpha',
    kind: 'correction',
    nanos: 10_000_000n,
    operator: 'ops',
    memo: 'deck 2',
  } as const;
  stores.ledger.pay({ ...payment, atWallMs: Date.parse('2026-03-07T12:00:00Z'), rerating });
  await stores.close();
  const told =
    /rated again, and corrected at another time:\nentered .*\n2026-03-07 {2}correction {2}0\.010000 {2}deck 2\n/;
  const february = (await tandem(directory, 'bill', 'alpha', '--period', '2026-02')).out;
  assert.match(february, told);
  assert.match(february, /\n +-0\.014280 +5\.000000 +0\.016560 +4\.969160\n/, 'its balances are those of its time');
  const page = (await tandem(directory, 'bill', 'alpha', '--period', '2026-02', '--html')).out;
  assert.match(page, /<h2>Corrections of these calls.*<td>2026-03-07<\/td><td>correction<\/td><td>0\.010000<\/td>/);
  const march = (await tandem(directory, 'bill', 'alpha', '--period', '2026-03')).out;
  assert.doesNotMatch(march, told);
  assert.match(march, /\n +4\.969160 +0\.010000 +0\.000000 +4\.979160\n/);
});

test('payments stand below one another', async () => {
  const directory = await stage();
  await tandem(directory, 'pay', 'vendor', '100', '--memo', 'invoice 8');
  await tandem(directory, 'pay', 'vendor', '2.5', '--kind', 'deduction');
  const { out } = await tandem(directory, 'bill', 'vendor', '--from', '2026-01-01');
  const ends = (line: string): number => line.indexOf('.');
  const [paid, taken] = out.split('\n').filter((line) => /topUp|deduction/.test(line));
  assert.match(paid ?? '', /topUp {6}100\.000000 {2}invoice 8$/);
  assert.match(taken ?? '', /deduction {3}-2\.500000$/);
  assert.equal(ends(paid ?? ''), ends(taken ?? ''), out);
});
