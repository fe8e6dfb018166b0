// Free seconds of packages: reserved in slices across shards, given back, never more than were granted; and what calls
// are charged besides, against a naive reference.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Prng } from '../../../src/core/base/prng.ts';
import { EMPTY_CDR } from '../../../src/core/cdr/cdr.ts';
import { Balances } from '../../../src/core/rating/balances.ts';
import { type Bill, billOf, billWordsOf, fillFees, freeReservedBy, lossesOf } from '../../../src/core/rating/bill.ts';
import { dayOf, extendFree, type FreeShare, freePlaceOf, termOf } from '../../../src/core/rating/free-seconds.ts';
import { pick, randomRates, rowOf } from './random-rates.ts';
import { type PlainRate, plainCharge } from './reference.ts';

const SLOTS = 4;
const ALLOWANCE = 'basic national';
const PLACE = freePlaceOf(1, 2);
const DAY = 20_819;
const TERM = termOf(ALLOWANCE, DAY);

function shardsOver(count: number): Balances[] {
  const shared = Balances.allocate(SLOTS);
  return Array.from({ length: count }, () => new Balances(shared, Balances.allocateHeld(SLOTS)));
}

function twoShards(): readonly [Balances, Balances] {
  const [one = assert.fail(), other = assert.fail()] = shardsOver(2);
  return [one, other];
}

const share = (): FreeShare => ({ allowance: ALLOWANCE, place: PLACE, term: 0, grantedSeconds: 0, isSpent: false });
const use = (seconds: number, term = TERM) => ({ place: PLACE, term, seconds });
const left = ({ free }: Balances): number => free.now(PLACE).seconds;

describe('free seconds', () => {
  test('of a term say which period they are of, and stand beside the money', () => {
    const [one, other] = twoShards();
    one.open(1, 100n);
    one.free.open(PLACE, TERM, 90);
    assert.deepEqual(other.free.now(PLACE), { term: TERM, seconds: 90 });
    assert.equal(dayOf(TERM), DAY);
    assert.equal(other.spendable(1), 100n);
  });

  test('are opened once a period: a successor of control changes nothing', () => {
    const [one, other] = twoShards();
    one.free.open(PLACE, TERM, 90);
    other.free.reserve(PLACE, TERM, 60);
    one.free.open(PLACE, TERM, 90);
    assert.equal(left(one), 30);
  });

  test('are reserved by whichever shard until none is left', () => {
    const [one, other] = twoShards();
    one.free.open(PLACE, TERM, 90);
    const calls = [share(), share(), share()] as const;
    assert.deepEqual(
      [one, other, one].map(({ free }, at) => extendFree(calls[at] as FreeShare, free, 60)),
      [true, true, false],
    );
    assert.deepEqual(
      calls.map(({ grantedSeconds }) => grantedSeconds),
      [60, 30, 0],
    );
  });

  test('are not those of another allowance in the same place', () => {
    const [one] = twoShards();
    one.free.open(PLACE, termOf('basic mobile', DAY), 90);
    assert.equal(extendFree(share(), one.free, 60), false);
  });

  test('that a call has not used go back, and those used are held until its record is kept', () => {
    const [one] = twoShards();
    one.free.open(PLACE, TERM, 90);
    one.free.reserve(PLACE, TERM, 60);
    one.free.giveBack(use(35));
    assert.deepEqual([left(one), one.free.held(PLACE)], [65, 25]);
    one.free.recorded(use(25));
    assert.equal(one.free.held(PLACE), 0);
  });

  test('of a period that is over go nowhere', () => {
    const [one] = twoShards();
    one.free.open(PLACE, TERM, 90);
    one.free.reserve(PLACE, TERM, 60);
    const next = termOf(ALLOWANCE, DAY + 31);
    one.free.open(PLACE, next, 100);
    assert.equal(one.free.reserve(PLACE, TERM, 10), 0);
    one.free.reserve(PLACE, next, 10);
    one.free.giveBack(use(60));
    assert.deepEqual([left(one), one.free.held(PLACE)], [90, 10]);
  });

  test('of an allowance that was another one meanwhile are no defect, and no more than were granted', () => {
    const [one] = twoShards();
    const other = termOf('large national', DAY);
    one.free.open(PLACE, TERM, 90);
    one.free.reserve(PLACE, TERM, 60);
    one.free.open(PLACE, other, 90);
    one.free.reserve(PLACE, other, 60);
    one.free.open(PLACE, TERM, 90);
    one.free.giveBack(use(20));
    assert.equal(left(one), 90);
    one.free.reserve(PLACE, TERM, 10);
    one.free.giveBack(use(25));
    one.free.recorded(use(15));
    one.free.giveBack(use(60, other));
    one.free.giveBack(use(4));
    one.free.recorded(use(6));
    assert.deepEqual([left(one), one.free.held(PLACE)], [90, 0]);
  });

  test('of another allowance, and had before a start, are no defect where it is back', () => {
    for (const begin of ['holdMore', 'holdOnly'] as const) {
      const [one] = twoShards();
      one.free.open(PLACE, termOf('large national', DAY), 90);
      one.free[begin]([use(60)]);
      one.free.open(PLACE, TERM, 90);
      one.free.reserve(PLACE, TERM, 10);
      one.free.giveBack(use(60));
      one.free.recorded(use(10));
      assert.equal(one.free.held(PLACE), 0);
    }
  });

  test('of a dead shard: those of calls that live on stay held, the rest goes back', () => {
    const shared = Balances.allocate(SLOTS);
    const held = Balances.allocateHeld(SLOTS);
    const dead = new Balances(shared, held);
    dead.free.open(PLACE, TERM, 200);
    for (let call = 0; call < 3; call++) dead.free.reserve(PLACE, TERM, 60);
    const heir = new Balances(shared, held);
    heir.free.holdOnly([use(60), use(60), use(60, termOf(ALLOWANCE, DAY - 1))]);
    assert.deepEqual([left(heir), heir.free.held(PLACE)], [80, 120]);
    const heirOfNone = new Balances(shared, held);
    heirOfNone.free.holdOnly([]);
    assert.deepEqual([left(heirOfNone), heirOfNone.free.held(PLACE)], [200, 0]);
  });

  test('in a new process are reserved anew by the calls that live on', () => {
    const [one] = twoShards();
    one.free.open(PLACE, TERM, 100);
    one.free.holdMore([use(60), use(60, termOf(ALLOWANCE, DAY - 1))]);
    assert.deepEqual([left(one), one.free.held(PLACE)], [40, 60]);
  });

  test('that are given back and were not held are a defect', () => {
    const [one] = twoShards();
    one.free.open(PLACE, TERM, 100);
    one.free.reserve(PLACE, TERM, 10);
    assert.throws(() => one.free.recorded(use(11)), /no more free seconds than it holds/);
  });
});

/** One call of a random case. */
interface Call {
  readonly shard: Balances;
  readonly bill: Bill;
  readonly talkSeconds: number;
  readonly rate: PlainRate;
}

const RULES = { precisionMs: 0, freeMs: 0 };

function callOf(prng: Prng, shard: Balances): Call {
  const [rate = assert.fail()] = randomRates(prng);
  const terms = { ...rowOf(rate).terms, calendar: -1 };
  const sell = { account: 'alpha', slot: 1, table: 'retail', prefix: rate.prefix, terms };
  const bill = { rules: RULES, sell, agents: [], buy: null, reserve: null, free: share() };
  return { shard, bill, talkSeconds: prng.below(200), rate };
}

/** As a call does: slices are reserved ahead until one is not granted. */
function talk({ bill, shard, talkSeconds }: Call, sliceSeconds: number): void {
  const free = bill.free ?? assert.fail();
  while (extendFree(free, shard.free, sliceSeconds) && free.grantedSeconds < talkSeconds);
}

test('10 000 random packages and calls: free as a naive count has it, the rest charged as a call of its own', () => {
  const prng = new Prng(23);
  let freeCount = 0;
  for (let round = 0; round < 10_000; round++) {
    const shards = shardsOver(3);
    const granted = prng.below(600);
    shards[0]?.free.open(PLACE, TERM, granted);
    const sliceSeconds = pick(prng, [1, 6, 60]);
    let pool = granted;
    const live: Call[] = [];
    for (let step = 0; step < 12; step++) {
      if (prng.chance(0.6)) {
        const call = callOf(prng, shards[prng.below(3)] ?? assert.fail());
        // What it gets, a slice at a time.
        let expected = 0;
        do {
          const given = Math.min(sliceSeconds, pool);
          pool -= given;
          expected += given;
          if (given === 0) break;
        } while (expected < call.talkSeconds);
        talk(call, sliceSeconds);
        assert.equal(call.bill.free?.grantedSeconds, expected);
        live.push(call);
      } else if (live.length > 0) {
        const [call = assert.fail()] = live.splice(prng.below(live.length), 1);
        const reserved = call.bill.free?.grantedSeconds ?? 0;
        const freeSeconds = Math.min(reserved, call.talkSeconds);
        const { fee, tax, billed } = plainCharge(call.rate, BigInt(call.talkSeconds - freeSeconds));
        const record = { ...EMPTY_CDR, holdMs: 1_000 * call.talkSeconds };
        assert.deepEqual(
          freeReservedBy(billWordsOf(call.bill)).map(({ seconds }) => seconds),
          [reserved],
        );
        fillFees(record, billOf(billWordsOf(call.bill)));
        assert.deepEqual(
          [record.freeSeconds, record.sellFeeNanos, record.taxNanos, record.billedSeconds],
          [freeSeconds, fee, tax, Number(billed)],
        );
        assert.equal(record.freeFromDay, freeSeconds > 0 ? DAY : 0);
        call.shard.free.giveBack(use(reserved - freeSeconds, call.bill.free?.term));
        const [loss] = lossesOf(record, call.bill);
        call.shard.free.recorded(loss?.free ?? assert.fail());
        pool += reserved - freeSeconds;
        freeCount += freeSeconds;
      }
      assert.equal(shards[0]?.free.now(PLACE).seconds, pool);
      assert.ok(pool >= 0);
    }
  }
  assert.ok(freeCount > 100_000, 'free minutes were used');
});
