// Ratings over the API: counted in their thread, booked once, and what refuses to be booked.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Problem } from '../../../src/control/http/problem.ts';
import { Reratings, type ReratingView } from '../../../src/control/rerating/reratings.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { openLmdbStores } from '../../../src/store/lmdb.ts';
import { pack, unpackCdr } from '../../../src/store/records.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';
import { temporaryDirectory } from '../../store/temporary-directory.ts';
import { ask, type ControlFixture, openControl, WALL_MS } from '../control-fixture.ts';

const DAY_MS = 86_400_000;
const NETWORK = `
rateTables:
  - { name: retail, currency: EUR, rates: [{ prefix: "44", price: 0.012, period: 60, tax: 19 }] }
  - { name: cheap, currency: EUR, rates: [{ prefix: "44", price: 0.001, period: 1 }] }
  - { name: dear, currency: EUR, rates: [{ prefix: "4", price: 0.002, period: 1 }] }
  - { name: dollars, currency: USD, rates: [{ prefix: "4", price: 0.002, period: 1 }] }
accounts:
  - { account: alpha, rateTable: retail, creditLimit: None }
  - { account: beta, rateTable: retail, creditLimit: None }
  - { account: delta, rateTable: dollars }
  - { account: epsilon }
`;

/** Two calls of alpha on the last day of the year, one of beta; each costs 0.012 and 0.00228 of tax. */
const CDRS: readonly Cdr[] = [
  { ...sampleCdr(1, WALL_MS - DAY_MS), calleeBilled: '442079', agentFees: [], ratedSeconds: 10 },
  { ...sampleCdr(2, WALL_MS - 2_000), calleeBilled: '442079', agentFees: [], ratedSeconds: 10 },
  { ...sampleCdr(3, WALL_MS - 1_000), calleeBilled: '442079', agentFees: [], ratedSeconds: 10, account: 'beta' },
  { ...sampleCdr(4, WALL_MS - 1_000), calleeBilled: '442079', agentFees: [], ratedSeconds: 10, account: 'delta' },
];
const CHARGED = 14_280_000;

type Ask = (request: string) => ReturnType<typeof ask>;

interface Stage extends ControlFixture {
  readonly ask: Ask;
}

async function stage(context: TestContext): Promise<Stage> {
  const path = temporaryDirectory();
  const fixture = openControl(path, { stores: openLmdbStores(path) });
  const port = await fixture.control.start();
  context.after(() => fixture.control.stop());
  await ask(path, port, 'POST /api/v1/apply', { body: NETWORK });
  for (const cdr of CDRS) fixture.shards[0]?.record(cdr);
  fixture.control.tick(0);
  return { ...fixture, ask: (request) => ask(path, port, request) };
}

/** A rating, once it is counted. */
async function counted(asking: Ask, query: string): Promise<ReratingView> {
  const begun = await asking(`POST /api/v1/reratings?${query}`);
  assert.equal(begun.status, 201, begun.text);
  let view = begun.json() as ReratingView;
  while (view.state === 'counting') view = (await asking(`GET /api/v1/reratings/${view.id}`)).json() as ReratingView;
  assert.equal(view.state, 'counted', JSON.stringify(view.fault));
  return view;
}

async function book(asking: Ask, { id }: ReratingView): Promise<ReratingView> {
  const booked = await asking(`POST /api/v1/reratings/${id}/book?author=ada&memo=wrong+deck`);
  assert.equal(booked.status, 200, booked.text);
  return booked.json() as ReratingView;
}

async function refusal(asking: Ask, request: string): Promise<readonly [string, string]> {
  const { code, detail } = (await asking(request)).json() as Problem;
  return [code, detail];
}

const sums = (view: ReratingView) =>
  view.sums.map(({ account, callCount, beforeNanos, nowNanos, correctedNanos, dueNanos }) => [
    account,
    callCount,
    ...[beforeNanos, nowNanos, correctedNanos, dueNanos].map(Number),
  ]);

const YEAR = 'from=2025-12-01&until=2026-01-01';

test('a dry run tells each difference and the sums by account, and changes nothing', async (context) => {
  const { ask: asking, stores } = await stage(context);
  const view = await counted(asking, `table=cheap&${YEAR}&limit=2`);
  assert.deepEqual(sums(view), [
    ['alpha', 2, 2 * CHARGED, 20_000_000, 0, 2 * CHARGED - 20_000_000],
    ['beta', 1, CHARGED, 10_000_000, 0, CHARGED - 10_000_000],
  ]);
  assert.deepEqual([view.differences.length, view.differenceCount, view.leftOutCount], [2, 3, 1]);
  const [first] = view.differences;
  assert.deepEqual(
    [first?.id, first?.before, first?.now, first?.seconds],
    [
      CDRS[0]?.id,
      { table: 'retail', prefix: '44', nanos: CHARGED },
      { table: 'cheap', prefix: '44', nanos: 10_000_000 },
      10,
    ],
  );
  assert.deepEqual(stores.ledger.payments(null, 10), []);
});

test('the hours of a calendar hold also where the time that is asked for began long ago', async (context) => {
  const { ask: asking, control } = await stage(context);
  const evenings = NETWORK.replace('tax: 19 }', 'tax: 19 }, { prefix: "44", price: 0.006, calendar: evenings }');
  const text = `${evenings}calendars: [{ name: evenings, periods: [{ days: Wed, from: 20:00, to: 23:59:59 }] }]\n`;
  await control.apply({ text, name: 'net', author: '', note: '', dryRun: false });
  for (const since of ['2025-12-01', '2023-01-01', '1980-01-01']) {
    const view = await counted(asking, `account=alpha&from=${since}&until=2026-01-01`);
    assert.deepEqual(sums(view), [['alpha', 2, 2 * CHARGED, CHARGED + 6_000_000, 0, CHARGED - 6_000_000]], since);
  }
});

test('booked: one correction for each account, in its balance and in what it may spend, once', async (context) => {
  const { ask: asking, stores, control } = await stage(context);
  const view = await counted(asking, `table=cheap&${YEAR}`);
  const before = control.accounts.states().map(({ spendableNanos }) => spendableNanos);
  const { entries, state } = await book(asking, view);
  assert.deepEqual([state, entries.length], ['booked', 2]);
  assert.deepEqual(await book(asking, view), await book(asking, view), 'asked again it tells the same');
  const [beta, alpha] = stores.ledger.payments(null, 10);
  assert.deepEqual(
    [alpha?.account, alpha?.kind, alpha?.nanos, alpha?.operator, alpha?.memo],
    ['alpha', 'correction', 8_560_000n, 'ada', 'wrong deck'],
  );
  assert.equal(beta?.nanos, 4_280_000n);
  assert.equal(alpha?.rerating?.table, 'cheap');
  const states = control.accounts.states();
  assert.equal(states[0]?.balanceNanos, -20_000_000n);
  assert.equal((states[0]?.spendableNanos ?? 0n) - (before[0] ?? 0n), 8_560_000n);
  assert.deepEqual(control.accounts.verify(), []);

  const again = await counted(asking, `table=cheap&${YEAR}`);
  assert.deepEqual(sums(again)[0], ['alpha', 2, 2 * CHARGED, 20_000_000, 8_560_000, 0]);
  assert.deepEqual((await book(asking, again)).entries, []);
  assert.equal(stores.ledger.payments(null, 10).length, 2);
  const corrections = (await asking('GET /api/v1/reratings?account=alpha')).json() as { corrections: unknown[] };
  assert.equal(corrections.corrections.length, 1);
});

test('another deck corrects what the first correction left; CDRs stay as they were', async (context) => {
  const { ask: asking, stores } = await stage(context);
  await book(asking, await counted(asking, `table=cheap&${YEAR}&account=alpha`));
  const view = await counted(asking, `table=dear&${YEAR}`);
  assert.deepEqual(sums(view)[0], ['alpha', 2, 2 * CHARGED, 40_000_000, 8_560_000, -20_000_000]);
  await book(asking, view);
  assert.equal(stores.ledger.balanceNanos('alpha'), -40_000_000n);
  await book(asking, await counted(asking, `${YEAR}&account=alpha`));
  assert.equal(stores.ledger.balanceNanos('alpha'), BigInt(-2 * CHARGED), 'back to the rates of the account');
  const records = stores.spool.after(0, 10).map(({ record }) => unpackCdr(record));
  assert.deepEqual(records, CDRS);
});

test('calls that were corrected with others are refused; those of a table apart are not', async (context) => {
  const { ask: asking } = await stage(context);
  await book(asking, await counted(asking, `table=cheap&period=2025-12&account=alpha&insteadOf=retail`));
  const part = await counted(asking, 'table=cheap&period=2025-12-31&account=alpha');
  assert.match((await refusal(asking, `POST /api/v1/reratings/${part.id}/book`)).join(), /OVERLAPS.*by entry 1, with/);
  assert.deepEqual([part.sums[0]?.correctedNanos, part.sums[0]?.dueNanos], [null, null]);
  assert.match(part.sums[0]?.overlaps ?? '', /^Some of these calls of alpha .* by entry 1, with others of 2025-12-01T/);
  const whole = await counted(asking, 'table=cheap&period=2025-12');
  const told = whole.sums.map(({ account, dueNanos, overlaps }) => [account, dueNanos === null, overlaps === null]);
  assert.deepEqual(told, [
    ['alpha', true, false],
    ['beta', false, true],
  ]);
  const apart = await counted(asking, 'table=cheap&period=2025-12-31&account=alpha&insteadOf=other');
  assert.equal((await book(asking, apart)).state, 'booked');
  const other = await counted(asking, 'table=cheap&period=2025-11&account=alpha');
  assert.equal((await book(asking, other)).state, 'booked');
});

test('what is not over, or not whole, is told and not booked', async (context) => {
  const { ask: asking, stores } = await stage(context);
  const open = await counted(asking, 'table=cheap&from=2025-12-01&until=2026-01-02');
  assert.match((await refusal(asking, `POST /api/v1/reratings/${open.id}/book`)).join(), /REFUSED.*time is not over/);
  stores.spool.trim(1, 2, 2);
  const part = await counted(asking, `table=cheap&${YEAR}`);
  assert.equal(part.knownFromWallMs, WALL_MS - 1_000);
  assert.match((await refusal(asking, `POST /api/v1/reratings/${part.id}/book`)).join(), /CDRs of calls .* have gone/);
});

test('what was counted before its time was over is not booked afterwards: calls are missing', async (context) => {
  const { stores, control } = await stage(context);
  let wallMs = WALL_MS;
  const { history, configuration, accounts } = control;
  const reratings = new Reratings({ spool: stores.spool, history, configuration, accounts, wallNow: () => wallMs });
  context.after(() => reratings.stop());
  const wish = { side: 'sold', account: null, table: 'cheap', insteadOf: '', differencesMax: 0 } as const;
  const calls = { ...wish, fromWallMs: WALL_MS - DAY_MS, untilWallMs: WALL_MS + 1 };
  const early = await reratings.whenCounted(reratings.begin(calls).id);
  wallMs += 1;
  assert.throws(() => reratings.book(early.id, { operator: '', memo: '' }), /was not over when it was counted/);
  const { id } = await reratings.whenCounted(reratings.begin(calls).id);
  assert.equal(reratings.book(id, { operator: '', memo: '' }).state, 'booked');
});

test('mistakes are told', async (context) => {
  const { ask: asking } = await stage(context);
  for (const [query, sentence] of [
    ['table=cheap', /QUESTION,Say of which time/],
    [`table=cheep&${YEAR}`, /TABLE,There is no rate table "cheep".*retail, cheap, dear/],
    [`table=cheap&${YEAR}&account=gamma`, /ACCOUNT_UNKNOWN,There is no account "gamma"/],
    [`table=dollars&${YEAR}&account=alpha`, /CURRENCY,Account alpha has its money in EUR, and .* is in USD/],
    [`table=cheap&${YEAR}&account=epsilon`, /CURRENCY,Account epsilon has no currency/],
    [`${YEAR}&account=epsilon`, /TABLE,Account epsilon has no rate table/],
    [`table=cheap&${YEAR}&side=bougth`, /QUESTION,side bougth is none; did you mean bought\?/],
  ] as const) {
    assert.match((await refusal(asking, `POST /api/v1/reratings?${query}`)).join(), sentence);
  }
  assert.match((await refusal(asking, 'POST /api/v1/reratings/7/book')).join(), /UNKNOWN,There is no rating 7/);
});

test('records that go while a rating is counted are missed: it is not booked', async () => {
  const stores = openLmdbStores(temporaryDirectory());
  const { control } = openControl(temporaryDirectory(), { stores });
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: WALL_MS, dryRun: false });
  const cdrs = Array.from({ length: 2_000 }, (_, at) => {
    return { ...sampleCdr(at + 1, WALL_MS - 2_000 + at), calleeBilled: '442079', agentFees: [], ratedSeconds: 10 };
  });
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  while (control.history.follow() > 0);
  const wish = { side: 'sold', account: null, table: 'cheap', insteadOf: '', differencesMax: 0 } as const;
  const { id } = control.reratings.begin({ ...wish, fromWallMs: WALL_MS - 2_000, untilWallMs: WALL_MS });
  stores.spool.trim(1, 1_500, 1_500);
  const { knownFromWallMs, sums: found } = await control.reratings.whenCounted(id);
  assert.ok((found[0]?.callCount ?? 0) < 2_000);
  assert.equal(knownFromWallMs, WALL_MS - 500);
  assert.throws(() => control.reratings.book(id, { operator: '', memo: '' }), /CDRs of calls .* have gone/);
  await control.reratings.stop();
  await stores.close();
});

test('many records go through the thread in pieces; one rating at a time, and it ends with the switch', async () => {
  const stores = openLmdbStores(temporaryDirectory());
  const { control } = openControl(temporaryDirectory(), { stores });
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: WALL_MS, dryRun: false });
  const cdrs = Array.from({ length: 20_000 }, (_, at) => ({ ...CDRS[at % 2], id: `${at}`.padStart(26, '0') }));
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  while (control.history.follow() > 0);
  const wish = { side: 'sold', account: null, table: 'cheap', insteadOf: '', differencesMax: 0 } as const;
  const calls = { ...wish, fromWallMs: WALL_MS - 3_000, untilWallMs: WALL_MS };
  const { id } = control.reratings.begin(calls);
  assert.throws(() => control.reratings.begin(calls), /Rating 1 is still counted/);
  assert.throws(() => control.reratings.book(id, { operator: '', memo: '' }), /not counted yet/);
  const { recordCount, sums: found } = await control.reratings.whenCounted(id);
  assert.deepEqual([recordCount, found[0]?.callCount], [20_000, 10_000]);
  const { id: next } = control.reratings.begin(calls);
  await control.reratings.stop();
  assert.equal(control.reratings.view(next).state, 'failed');
  assert.ok(control.reratings instanceof Reratings);
  await stores.close();
});

test('what was counted in one currency is not booked in another that the account has got since', async (context) => {
  const { ask: asking, control, stores } = await stage(context);
  const view = await counted(asking, `table=cheap&${YEAR}&account=alpha`);
  const nanos = -stores.ledger.balanceNanos('alpha');
  const payment = { account: 'alpha', kind: 'topUp', nanos, operator: '', memo: '', atWallMs: WALL_MS } as const;
  control.accounts.pay(payment);
  const text = NETWORK.replace('alpha, rateTable: retail', 'alpha, rateTable: dollars');
  await control.apply({ text, name: 'net', author: '', note: '', dryRun: false });
  const sentence =
    'Nothing was booked. Account alpha had its money in EUR when it was counted, and has it in USD: rate once more.';
  assert.deepEqual(await refusal(asking, `POST /api/v1/reratings/${view.id}/book`), [
    'TANDEM_RERATING_REFUSED',
    sentence,
  ]);
  assert.equal(stores.ledger.balanceNanos('alpha'), 0n);
});
