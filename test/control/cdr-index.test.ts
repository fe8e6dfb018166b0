// The index against looking at every record: random records, questions and pages, before and after a start anew.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CdrIndex } from '../../src/control/cdr/index/cdr-index.ts';
import { answers, type CdrQuestion } from '../../src/control/cdr/index/search-keys.ts';
import { SEGMENT_RECORDS } from '../../src/control/cdr/index/segment.ts';
import { Prng } from '../../src/core/base/prng.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { Stores } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const START_WALL_MS = Date.UTC(2026, 0, 1);
const EVERYTHING: CdrQuestion = {
  number: null,
  gateway: null,
  account: null,
  endReason: null,
  fromWallMs: null,
  untilWallMs: null,
};

/** Few numbers and names, so that questions have many answers, some, or none. */
function randomCdr(number: number, prng: Prng): Cdr {
  const cdr = sampleCdr(number, START_WALL_MS + number * 1_000 + prng.below(5_000));
  const vendor = `vendor ${prng.below(4)}`;
  const [attempt] = cdr.attempts;
  return {
    ...cdr,
    caller: String(prng.below(50)),
    callee: String(100 + prng.below(20_000)),
    calleeSent: String(prng.below(300)),
    mappingGateway: `customer ${prng.below(6)}`,
    account: `account ${prng.below(6)}`,
    endReason: prng.below(9) === 0 ? 'Busy' : 'Normal',
    attempts:
      attempt === undefined
        ? []
        : [
            { ...attempt, gateway: vendor },
            { ...attempt, gateway: 'last' },
          ],
  };
}

function randomQuestion(count: number, prng: Prng): CdrQuestion {
  const maybe = <T>(value: T): T | null => (prng.below(3) === 0 ? value : null);
  const fromWallMs = maybe(START_WALL_MS + prng.below(count) * 1_000);
  return {
    number: maybe(String(prng.below(400))),
    gateway: maybe(prng.below(2) === 0 ? `customer ${prng.below(7)}` : `vendor ${prng.below(5)}`),
    account: maybe(`account ${prng.below(7)}`),
    endReason: maybe(prng.below(2) === 0 ? 'Busy' : 'Normal'),
    fromWallMs,
    untilWallMs: maybe((fromWallMs ?? START_WALL_MS) + prng.below(count) * 500),
  };
}

/** All pages, one after the other. */
async function allOf(index: CdrIndex, question: CdrQuestion, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let before: number | null = Number.POSITIVE_INFINITY; before !== null; ) {
    const page = await index.search(question, limit, before);
    assert.ok(page.cdrs.length <= limit);
    ids.push(...page.cdrs.map(({ id }) => id));
    before = page.before;
  }
  return ids;
}

function filled(stores: Stores, cdrs: readonly Cdr[]): void {
  for (let at = 0; at < cdrs.length; at += 1_000)
    stores.spool.append(cdrs.slice(at, at + 1_000).map((cdr) => pack(cdr)));
}

async function compare(index: CdrIndex, cdrs: readonly Cdr[], prng: Prng): Promise<void> {
  const newestFirst = cdrs.toReversed();
  for (let round = 0; round < 25; round++) {
    const question = randomQuestion(cdrs.length, prng);
    const expected = newestFirst.filter((cdr) => answers(cdr, question)).map(({ id }) => id);
    assert.deepEqual(await allOf(index, question, 1 + prng.below(400)), expected, JSON.stringify(question));
  }
}

const MAKERS: Readonly<Record<string, () => Stores>> = {
  memory: openMemoryStores,
  lmdb: () => openLmdbStores(temporaryDirectory()),
};

for (const [maker, open] of Object.entries(MAKERS)) {
  test(`${maker}: random questions find what looking at every record finds, newest first, page by page`, async () => {
    const prng = new Prng(3);
    const stores = open();
    const cdrs = Array.from({ length: SEGMENT_RECORDS + 2_345 }, (_, index) => randomCdr(index + 1, prng));
    filled(stores, cdrs);
    const index = new CdrIndex(stores.spool, stores.index);
    while (index.follow() > 0);
    await compare(index, cdrs, prng);
    const next = new CdrIndex(stores.spool, stores.index);
    assert.ok(next.backlog() < SEGMENT_RECORDS, 'finished segments are not made again');
    while (next.follow() > 0);
    await compare(next, cdrs, prng);
    await stores.close();
  });
}

test('a trimmed spool is indexed from its oldest record on, and what it has lost is found no more', async () => {
  const prng = new Prng(4);
  const stores = openMemoryStores();
  const cdrs = Array.from({ length: SEGMENT_RECORDS + 2_000 }, (_, index) => randomCdr(index + 1, prng));
  filled(stores, cdrs);
  const early = new CdrIndex(stores.spool, stores.index);
  while (early.follow() > 0);
  const lost = SEGMENT_RECORDS + 5;
  stores.spool.trim(1, lost, lost);
  early.trim();
  assert.equal(stores.index.span(0), null);
  await compare(early, cdrs.slice(lost), prng);
  const late = new CdrIndex(stores.spool, openMemoryStores().index);
  while (late.follow() > 0);
  await compare(late, cdrs.slice(lost), prng);
});

test('a question that little answers gives short pages rather than a long wait', async () => {
  const stores = openMemoryStores();
  const endOf = (number: number): number => START_WALL_MS + (number % 2) * 1_000_000;
  filled(
    stores,
    Array.from({ length: 10_000 }, (_, at) => sampleCdr(at + 1, endOf(at))),
  );
  const index = new CdrIndex(stores.spool, stores.index);
  while (index.follow() > 0);
  const between = { ...EVERYTHING, fromWallMs: START_WALL_MS + 5, untilWallMs: START_WALL_MS + 500 };
  const page = await index.search(between, 10, Number.POSITIVE_INFINITY);
  assert.equal(page.cdrs.length, 0);
  assert.equal(page.before, 10_000 - 4_096 + 1);
  assert.deepEqual(await allOf(index, between, 10), []);
});

test('a segment that cannot be stored is stored later', () => {
  const stores = openMemoryStores();
  filled(
    stores,
    Array.from({ length: SEGMENT_RECORDS + 10 }, (_, index) => sampleCdr(index + 1)),
  );
  let isFull = true;
  const refusing = Object.assign(Object.create(stores.index) as typeof stores.index, {
    lastSegment: () => stores.index.lastSegment(),
    putSegment: (...args: Parameters<typeof stores.index.putSegment>) => {
      if (isFull) throw new Error('made for this test');
      stores.index.putSegment(...args);
    },
  });
  const index = new CdrIndex(stores.spool, refusing);
  assert.throws(() => {
    while (index.follow() > 0);
  });
  assert.throws(() => index.follow());
  isFull = false;
  while (index.follow() > 0);
  assert.equal(index.backlog(), 0);
  assert.equal(stores.index.lastSegment(), 0);
});
