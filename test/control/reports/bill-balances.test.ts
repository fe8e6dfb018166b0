// Balances on bills: those that adding up every payment and charge before a moment comes to, and one bill closes with
// what the next one opens with.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerBill, type BillGround } from '../../../src/control/api/bill-question.ts';
import { answerReport } from '../../../src/control/api/report-question.ts';
import { UnpackedSpool } from '../../../src/control/cdr/unpacked-spool.ts';
import { AccountBook } from '../../../src/control/ledger/account-book.ts';
import { CallHistory } from '../../../src/control/reports/call-history.ts';
import { OPEN_ACCOUNT } from '../../../src/control/tables/account-rows.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { Balances } from '../../../src/core/rating/balances.ts';
import { chargesOf } from '../../../src/core/rating/bill.ts';
import type { Payment } from '../../../src/store/ledger.ts';
import { openMemoryStores } from '../../../src/store/memory.ts';
import type { Stores } from '../../../src/store/ports.ts';
import { pack } from '../../../src/store/records.ts';
import { snapshotOfFile } from '../../core/call/priced-bench.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';
import { randomCdr } from './random-cdrs.ts';

const START_WALL_MS = Date.UTC(2026, 2, 1);
const DAY_MS = 86_400_000;
const DAYS = 40;
const CALLS = 2_000;
const ACCOUNTS = ['account 0', 'account 1', 'agent', 'vendor 2'];

interface Stage {
  readonly stores: Stores;
  readonly ground: BillGround;
  readonly book: AccountBook;
  readonly cdrs: readonly Cdr[];
  readonly payments: readonly Payment[];
}

/** Calls and payments in no order within an hour; the ledger and the history have followed. */
function stage(): Stage {
  const prng = new Prng(11);
  const stores = openMemoryStores();
  const atRandom = (at: number): number => START_WALL_MS + (at * DAYS * DAY_MS) / CALLS + prng.below(3_600_000);
  const cdrs = Array.from({ length: CALLS }, (_, at) => randomCdr(at + 1, Math.floor(atRandom(at)), prng));
  const payments = Array.from({ length: 200 }, (_, at): Payment => {
    const nanos = BigInt(prng.below(2 ** 31) - 2 ** 30) * 1_000_003n;
    const account = ACCOUNTS[prng.below(ACCOUNTS.length)] ?? '';
    return { account, kind: 'correction', nanos, operator: '', memo: '', atWallMs: Math.floor(atRandom(at * 10)) };
  });
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  stores.ledger.payAll(payments);
  const records = new UnpackedSpool(stores.spool);
  const book = new AccountBook(stores.ledger, records, new Balances(Balances.allocate(8)));
  const history = new CallHistory(stores.spool, records, stores.history);
  while (book.book() + history.follow() > 0);
  const ground = {
    history,
    snapshot: snapshotOfFile('accounts: []'),
    wallMs: START_WALL_MS + 100 * DAY_MS,
    ledger: stores.ledger,
    accountOf: (account: string) => ({ ...OPEN_ACCOUNT, account }),
  };
  return { stores, ground, book, cdrs, payments };
}

/** What every payment and charge before a moment adds up to. */
function plainBalance({ cdrs, payments }: Stage, account: string, wallMs: number): bigint {
  let balance = 0n;
  for (const payment of payments) {
    if (payment.account === account && payment.atWallMs < wallMs) balance += payment.nanos;
  }
  for (const cdr of cdrs) {
    if ((cdr.endedAtWallMs ?? 0) >= wallMs) continue;
    for (const charge of chargesOf(cdr)) if (charge.account === account) balance -= charge.nanos;
  }
  return balance;
}

const balancesOf = async ({ ground }: Stage, account: string, from: number, until: number) => {
  const { balances } = await answerBill(ground, new URLSearchParams({ account, from: `${from}`, until: `${until}` }));
  return balances ?? assert.fail('the balances are known');
};

test('a bill opens and closes with what all entries until then add up to, for every kind of account', async () => {
  const staged = stage();
  for (const account of ACCOUNTS) {
    let closed = plainBalance(staged, account, START_WALL_MS);
    for (let day = 0; day < DAYS + 1; day += 5) {
      const [from, until] = [START_WALL_MS + day * DAY_MS, START_WALL_MS + (day + 5) * DAY_MS];
      const { openingNanos, paidNanos, chargedNanos, closingNanos } = await balancesOf(staged, account, from, until);
      assert.equal(openingNanos, closed);
      assert.equal(closingNanos, plainBalance(staged, account, until));
      assert.equal(openingNanos + paidNanos - chargedNanos, closingNanos);
      closed = closingNanos;
    }
    assert.equal(closed, staged.stores.ledger.balanceNanos(account));
    assert.notEqual(closed, 0n);
  }
});

test('an account that was taken out of the network has its bills; one that never was there has none', async () => {
  const staged = stage();
  const [from, until] = [START_WALL_MS, START_WALL_MS + DAYS * DAY_MS];
  const asked = (account: string) =>
    answerBill(
      { ...staged.ground, accountOf: () => null },
      new URLSearchParams({ account, from: `${from}`, until: `${until}` }),
    );
  const bill = await asked('account 0');
  assert.deepEqual(bill.balances, await balancesOf(staged, 'account 0', from, until));
  assert.deepEqual([bill.timeZone, bill.memo], ['UTC', '']);
  await assert.rejects(asked('account 00'), { code: 'TANDEM_ACCOUNT_UNKNOWN' });
});

test('calls that the ledger has not booked yet are not on a bill either', async () => {
  const staged = stage();
  const { stores, ground, book } = staged;
  const [from, until] = [START_WALL_MS, START_WALL_MS + 60 * DAY_MS];
  const before = await balancesOf(staged, 'account 0', from, until);
  const late = randomCdr(CALLS + 1, START_WALL_MS + 50 * DAY_MS, new Prng(1));
  const answered = {
    ...late,
    account: 'account 0',
    answeredAtWallMs: START_WALL_MS,
    sellTable: 'retail',
    sellFeeNanos: 5n,
  };
  stores.spool.append([pack({ ...answered, taxNanos: 0n })]);
  while (ground.history.follow() > 0);
  assert.deepEqual(await balancesOf(staged, 'account 0', from, until), before);
  while (book.book() > 0);
  const after = await balancesOf(staged, 'account 0', from, until);
  assert.deepEqual([after.chargedNanos - before.chargedNanos, after.closingNanos - before.closingNanos], [5n, -5n]);
  assert.equal(after.openingNanos, before.openingNanos);
});

test('where calls of the time are not known any more, neither are the balances', async () => {
  const { ground, stores } = stage();
  stores.spool.trim(CALLS / 2, CALLS, CALLS);
  const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
  while (history.follow() > 0);
  const account = { account: 'account 0', until: `${START_WALL_MS + 90 * DAY_MS}` };
  const lost = await answerBill({ ...ground, history }, new URLSearchParams({ ...account, from: `${START_WALL_MS}` }));
  assert.equal(lost.balances, null);
  const known = await answerBill(
    { ...ground, history },
    new URLSearchParams({ ...account, from: `${START_WALL_MS + 39 * DAY_MS}` }),
  );
  assert.notEqual(known.balances, null);
});

test('while the history is far behind there is no bill and no report of the time whose calls would lack', async () => {
  const { ground, stores } = stage();
  const last = randomCdr(CALLS + 1, START_WALL_MS + 50 * DAY_MS, new Prng(1));
  const record = pack({ ...last, endedAtWallMs: START_WALL_MS + 50 * DAY_MS });
  stores.spool.append(new Array<Uint8Array>(50_001).fill(record));
  const until = (day: number) =>
    new URLSearchParams({ from: `${START_WALL_MS}`, until: `${START_WALL_MS + day * DAY_MS}` });
  const billUntil = (day: number) => answerBill(ground, new URLSearchParams([...until(day), ['account', 'account 0']]));
  const behind = { code: 'TANDEM_REPORT_BEHIND', message: /, 50001 CDRs are left/ };
  await assert.rejects(billUntil(51), behind);
  await assert.rejects(answerReport(ground, until(51)), behind);
  assert.ok((await billUntil(49)).lines.length > 0);
  assert.ok((await answerReport(ground, until(49))).rowCount > 0);
  ground.history.follow();
  assert.notEqual((await billUntil(51)).balances, null);
  assert.ok((await answerReport(ground, until(51))).rowCount > 0);
});

test('the bill of last month, where no time is said, goes by the clocks of the account', async () => {
  const { ground } = stage();
  for (const [timeZone, at, from] of [
    ['Asia/Tokyo', '2027-02-28T14:59:59Z', '2026-12-31T15:00:00.000Z'],
    ['Asia/Tokyo', '2027-02-28T15:00:00Z', '2027-01-31T15:00:00.000Z'],
    ['America/New_York', '2027-01-01T04:59:59Z', '2026-11-01T04:00:00.000Z'],
  ] as const) {
    const accountOf = (account: string) => ({ ...OPEN_ACCOUNT, account, timeZone });
    const asked = { ...ground, accountOf, wallMs: Date.parse(at) };
    const { fromWallMs } = await answerBill(asked, new URLSearchParams({ account: 'account 0' }));
    assert.equal(new Date(fromWallMs).toISOString(), from);
  }
});

test('a bill is in the currency that its calls were charged in, whatever the account has by now', async () => {
  const { stores, ground } = stage();
  const wallMs = START_WALL_MS + 50 * DAY_MS;
  const fee = { account: 'house', table: 'agents', prefix: '4', feeNanos: 7n, taxNanos: 0n, billedSeconds: 10 };
  const call = { ...sampleCdr(CALLS + 1, wallMs), agentFees: [fee], account: 'alpha', clearingAccount: 'carrier' };
  const bought = { buyTable: 'vendor', buyFeeNanos: 5n, buyCurrency: 'CHF' };
  stores.spool.append([pack({ ...call, ...bought })]);
  while (ground.history.follow() > 0);
  const book = new AccountBook(stores.ledger, new UnpackedSpool(stores.spool), new Balances(Balances.allocate(8)));
  while (book.book() > 0);
  const accountOf = (account: string) => ({ ...OPEN_ACCOUNT, account, currency: 'USD' });
  const currencyOf = async (account: string, from: number) => {
    const asked = new URLSearchParams({ account, from: `${from}`, until: `${wallMs + 1}` });
    return (await answerBill({ ...ground, accountOf }, asked)).currency;
  };
  assert.equal(await currencyOf('alpha', wallMs), 'EUR');
  assert.equal(await currencyOf('carrier', wallMs), 'CHF');
  assert.equal(await currencyOf('house', wallMs), 'EUR', 'an agent pays in that of the call');
  assert.equal(await currencyOf('nobody', wallMs), 'USD');
});
