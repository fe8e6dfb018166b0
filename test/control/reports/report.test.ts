// Reports against looking at every record: random records, questions and time zones; before and after starts anew.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnpackedSpool } from '../../../src/control/cdr/unpacked-spool.ts';
import { CallHistory } from '../../../src/control/reports/call-history.ts';
import { countReport } from '../../../src/control/reports/count-report.ts';
import type { PeriodKind } from '../../../src/control/reports/periods.ts';
import {
  DIMENSIONS,
  type RateFacts,
  type ReportQuestion,
  type ReportRow,
} from '../../../src/control/reports/report.ts';
import { REPORT_ROWS_MAX } from '../../../src/control/reports/report-groups.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { openLmdbStores } from '../../../src/store/lmdb.ts';
import { openMemoryStores } from '../../../src/store/memory.ts';
import type { Stores } from '../../../src/store/ports.ts';
import { pack } from '../../../src/store/records.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';
import { temporaryDirectory } from '../../store/temporary-directory.ts';
import { type NaiveRow, naiveReport } from './naive-report.ts';
import { randomCdr } from './random-cdrs.ts';

/** Clocks change in Berlin and on Lord Howe Island within the days that follow, the latter by half an hour. */
const START_WALL_MS = Date.UTC(2026, 2, 27);
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
const FACTS: RateFacts = {
  areaOf: (table, prefix) => (prefix.startsWith('44') ? 'United Kingdom' : `${table} rest`),
  currencyOf: (table) => (table === 'wholesale' ? 'USD' : ''),
  currencyOfAccount: (account) => (account === 'vendor 1' ? 'CHF' : ''),
};
const CALL_EVERY_MS = 40_000;

function historyOf(stores: Stores): CallHistory {
  const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
  while (history.follow() > 0);
  return history;
}

function spooled(stores: Stores, cdrs: readonly Cdr[]): void {
  for (let at = 0; at < cdrs.length; at += 1_000) {
    stores.spool.append(cdrs.slice(at, at + 1_000).map((cdr) => pack(cdr)));
  }
}

function randomCdrs(count: number, prng: Prng): Cdr[] {
  return Array.from({ length: count }, (_, at) =>
    randomCdr(at + 1, START_WALL_MS + at * CALL_EVERY_MS + prng.below(90_000), prng),
  );
}

/** The label of the period of a moment, by the platform's own clocks. */
function labeller(by: PeriodKind, timeZone: string): (wallMs: number) => string {
  if (by === 'all') return () => '';
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'long',
  });
  // Such as 2026-03-29 03:00:00 CEST: with the name of the zone, an hour that is shown twice is two.
  return (wallMs) => {
    const text = clock.format(wallMs);
    if (by === 'hour') return `${text.slice(0, 13)}${text.slice(19)}`;
    return text.slice(0, by === 'day' ? 10 : 7);
  };
}

function compare(rows: readonly ReportRow[], expected: ReadonlyMap<string, NaiveRow>, labelOf: (ms: number) => string) {
  const found = new Map(rows.map((row) => [[labelOf(row.fromWallMs), ...row.words].join('|'), row]));
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
  assert.equal(found.size, rows.length);
  for (const [key, row] of expected) {
    const counted = found.get(key) as ReportRow;
    for (const name of ['attempts', 'answered', 'reached', 'holdMs', 'billedSeconds'] as const) {
      assert.equal(counted[name], row[name], `${name} of ${key}`);
    }
    const money = counted.money.map((sum) => [
      sum.currency,
      [sum.sellNanos, sum.taxNanos, sum.buyNanos, sum.buyTaxNanos],
    ]);
    assert.deepEqual(new Map(money as [string, bigint[]][]), row.money, `money of ${key}`);
    isNear(counted.delayP50Ms, row.delaysMs, 0.5);
    isNear(counted.delayP95Ms, row.delaysMs, 0.95);
  }
}

/** Within one part in 32 of the exact percentile. */
function isNear(delayMs: number | null, delaysMs: readonly number[], share: number): void {
  const sorted = delaysMs.toSorted((one, other) => one - other);
  const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
  if (exact === undefined) return assert.equal(delayMs, null);
  assert.ok(Math.abs((delayMs ?? Number.NaN) - exact) <= exact / 32 + 0.5, `${delayMs} for ${exact}`);
}

function randomQuestion(prng: Prng, cdrs: readonly Cdr[]): ReportQuestion {
  const last = cdrs.at(-1)?.endedAtWallMs ?? 0;
  const fromWallMs = START_WALL_MS - 1_000_000 + prng.below((last - START_WALL_MS) / 2);
  const only = new Map<(typeof DIMENSIONS)[number], string>();
  if (prng.below(3) === 0) only.set('account', `account ${prng.below(4)}`);
  if (prng.below(4) === 0) only.set('routingGateway', `vendor ${prng.below(4)}`);
  if (prng.below(4) === 0) only.set('prefix', prng.below(2) === 0 ? '44' : '(all)');
  if (prng.below(6) === 0) only.set('endReason', 'Normal');
  return {
    by: (['all', 'hour', 'day', 'month'] as const)[prng.below(4)] ?? 'day',
    timeZone: ZONES[prng.below(ZONES.length)] ?? 'UTC',
    fromWallMs,
    untilWallMs: fromWallMs + prng.below(last + 1_000_000 - fromWallMs),
    dimensions: DIMENSIONS.filter(() => prng.below(3) === 0),
    only,
  };
}

async function compareQuestions(history: CallHistory, cdrs: readonly Cdr[], prng: Prng, count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    const question = randomQuestion(prng, cdrs);
    const labelOf = labeller(question.by, question.timeZone);
    const { rows } = await countReport(history, question, FACTS);
    compare(rows, naiveReport(cdrs, question, FACTS, labelOf), labelOf);
  }
}

const MAKERS: Readonly<Record<string, () => Stores>> = {
  memory: openMemoryStores,
  lmdb: () => openLmdbStores(temporaryDirectory()),
};

for (const [maker, open] of Object.entries(MAKERS)) {
  test(`${maker}: random reports are what looking at every record counts, after a start anew too`, async () => {
    const prng = new Prng(5);
    const stores = open();
    const cdrs = randomCdrs(18_000, prng);
    spooled(stores, cdrs.slice(0, 17_000));
    await compareQuestions(historyOf(stores), cdrs.slice(0, 17_000), prng, 12);
    spooled(stores, cdrs.slice(17_000));
    await compareQuestions(historyOf(stores), cdrs, prng, 12);
    await stores.close();
  });
}

test('what a vendor was paid stays in the currency of then, whatever has become of its table', async () => {
  const stores = openMemoryStores();
  const paid = { currency: 'EUR', buyFeeNanos: 5n, buyCurrency: 'GBP' };
  const cdrs = ['wholesale', 'gone'].map((buyTable, at) => ({ ...sampleCdr(at, START_WALL_MS), ...paid, buyTable }));
  spooled(stores, cdrs);
  const { total } = await countReport(historyOf(stores), everything('all', []), FACTS);
  const paidIn = total.money.map(({ currency, buyNanos }) => [currency, buyNanos]);
  assert.deepEqual(Object.fromEntries(paidIn), { EUR: 0n, GBP: 10n });
  await stores.close();
});

test('a history outlives its records, counts each once across any starts anew, and knows since when', async () => {
  const prng = new Prng(6);
  const stores = openMemoryStores();
  const cdrs = randomCdrs(17_500, prng);
  let spooledCount = 0;
  while (spooledCount < cdrs.length) {
    const next = Math.min(cdrs.length, spooledCount + 1 + prng.below(3_000));
    spooled(stores, cdrs.slice(spooledCount, next));
    spooledCount = next;
    // As it dies at any moment: some followed all, some a part, some not at all; some let the oldest records go.
    const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
    for (let times = 4 * prng.below(3); times > 0; times--) history.follow();
    const upTo = history.position - prng.below(200);
    if (prng.below(2) === 0 && upTo > 0) {
      history.release(upTo);
      stores.spool.trim(1, cdrs.length, upTo);
    }
  }
  const history = historyOf(stores);
  assert.ok(stores.spool.count() < 10_000, 'most records are gone');
  await compareQuestions(history, cdrs, prng, 20);
  const { total, knownFromWallMs } = await countReport(history, everything('all', []), FACTS);
  assert.equal(total.attempts, cdrs.length);
  assert.equal(knownFromWallMs, null, 'none is lost');
  const first = Math.min(...cdrs.slice(0, 16_384).map(({ endedAtWallMs }) => endedAtWallMs ?? 0));
  assert.equal(history.knownFromWallMs(), first);
  stores.spool.trim(1, cdrs.length, 16_384);
  stores.history.drop(0);
  const short = await countReport(historyOf(stores), everything('all', []), FACTS);
  assert.equal(short.total.attempts, cdrs.length - 16_384);
  assert.ok((short.knownFromWallMs ?? 0) > first, 'and the rest is told with its beginning');
});

test('a segment that cannot be stored is stored later, and nothing is counted twice', async () => {
  const stores = openMemoryStores();
  spooled(
    stores,
    Array.from({ length: 16_400 }, (_, at) => sampleCdr(at + 1, START_WALL_MS)),
  );
  let isFull = true;
  const { history: store } = stores;
  const refusing = Object.assign(Object.create(store) as typeof store, {
    first: () => store.first(),
    last: () => store.last(),
    get: (segment: number) => store.get(segment),
    put: (segment: number, bytes: Uint8Array) => {
      if (isFull) throw new Error('made for this test');
      store.put(segment, bytes);
    },
  });
  const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), refusing);
  assert.throws(() => {
    while (history.follow() > 0);
  });
  assert.throws(() => history.follow());
  isFull = false;
  while (history.follow() > 0);
  const { total } = await countReport(history, everything('all', []), FACTS);
  assert.equal(total.attempts, 16_400);
});

test('the oldest segments go when they are old, or take too much room', () => {
  const stores = openMemoryStores();
  const end = (at: number): number => START_WALL_MS + Math.floor(at / 16_384) * 1_000_000;
  spooled(
    stores,
    Array.from({ length: 3 * 16_384 + 10 }, (_, at) => sampleCdr(at + 1, end(at))),
  );
  const history = historyOf(stores);
  assert.deepEqual(history.numbers(), { first: 0, last: 3 });
  history.trim(START_WALL_MS, 1);
  assert.deepEqual(history.numbers(), { first: 0, last: 3 });
  history.trim(START_WALL_MS + 1, 1);
  assert.deepEqual(history.numbers(), { first: 1, last: 3 });
  assert.equal(history.knownFromWallMs(), START_WALL_MS + 1_000_000);
  history.trim(0, 0);
  history.trim(0, 0);
  history.trim(0, 0);
  assert.deepEqual(history.numbers(), { first: 3, last: 3 }, 'the one that is being filled stays');
});

test('a report of too many rows is refused with what to do', async () => {
  const stores = openMemoryStores();
  const cdrs = Array.from({ length: REPORT_ROWS_MAX + 1 }, (_, at) => ({
    ...sampleCdr(at + 1, START_WALL_MS),
    account: `account ${at}`,
  }));
  spooled(stores, cdrs);
  const history = historyOf(stores);
  await assert.rejects(
    countReport(history, everything('day', ['account']), FACTS),
    /more than 50000 rows.*group by less/,
  );
});

function everything(by: PeriodKind, dimensions: ReportQuestion['dimensions']): ReportQuestion {
  const time = { fromWallMs: START_WALL_MS - 1e9, untilWallMs: START_WALL_MS + 1e10 };
  return { by, timeZone: 'UTC', ...time, dimensions, only: new Map() };
}
