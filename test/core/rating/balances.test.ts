import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Prng } from '../../../src/core/base/prng.ts';
import { Balances } from '../../../src/core/rating/balances.ts';
import { chargeOf, totalOf } from '../../../src/core/rating/charge.ts';
import { RATE_DURATION_SECONDS_MAX } from '../../../src/core/rating/rating-limits.ts';
import { extendReserve, type Reserve } from '../../../src/core/rating/reserve.ts';
import { PLAIN_TERMS } from './plain-terms.ts';

const SLOTS = 4;

function twoShards(): readonly [Balances, Balances] {
  const shared = Balances.allocate(SLOTS);
  const shard = () => new Balances(shared, Balances.allocateHeld(SLOTS));
  return [shard(), shard()];
}

describe('a balance', () => {
  test('is opened once: a successor of control changes nothing', () => {
    const [one, other] = twoShards();
    one.open(1, 100n);
    other.reserve(1, 30n, 0n);
    one.open(1, 100n);
    assert.equal(other.spendable(1), 70n);
  });

  test('is never reserved below the floor, by whichever shard', () => {
    const [one, other] = twoShards();
    one.open(1, 100n);
    assert.ok(one.reserve(1, 60n, -10n));
    assert.ok(!other.reserve(1, 51n, -10n));
    assert.ok(other.reserve(1, 50n, -10n));
    assert.equal(one.spendable(1), -10n);
  });

  test('gets back what a call reserved, less what it cost', () => {
    const [one] = twoShards();
    one.open(1, 100n);
    one.reserve(1, 60n, 0n);
    one.charge(1, 60n, 25n);
    assert.equal(one.spendable(1), 75n);
    assert.equal(one.held(1), 25n, 'until its record has left');
    one.recorded(1, 25n);
    assert.equal(one.held(1), 0n);
  });

  test('of a dead shard keeps what calls that live on have reserved, and gets back the rest', () => {
    const shared = Balances.allocate(SLOTS);
    const held = Balances.allocateHeld(SLOTS);
    const dead = new Balances(shared, held);
    dead.open(1, 100n);
    dead.reserve(1, 60n, 0n);
    dead.reserve(1, 20n, 0n);
    dead.charge(1, 20n, 5n);
    const heir = new Balances(shared, held);
    heir.holdOnly([
      { slot: 1, nanos: 40n },
      { slot: 1, nanos: 10n },
    ]);
    assert.deepEqual([heir.spendable(1), heir.held(1)], [50n, 50n]);
  });

  test('in a new process is reserved anew by the calls that live on', () => {
    const [one] = twoShards();
    one.holdMore([{ slot: 1, nanos: 40n }]);
    one.open(1, 100n);
    assert.deepEqual([one.spendable(1), one.held(1)], [60n, 40n]);
  });

  test('a shard that gives back more than it holds is a defect', () => {
    const [one] = twoShards();
    assert.throws(() => one.recorded(1, 1n), /no more than it holds/);
  });
});

test('RATE_DURATION_SECONDS_MAX: so much is reserved for one call, and no more', () => {
  const [one] = twoShards();
  one.open(1, 1_000_000_000n);
  const terms = { ...PLAIN_TERMS, calendar: -1, priceNanos: 1, priceSeconds: 1, periodSeconds: 1 };
  const call: Reserve = { floorNanos: 0n, grantedSeconds: RATE_DURATION_SECONDS_MAX - 10, reservedNanos: 0n };
  const extended = () => extendReserve(call, { slot: 1, terms }, one, { sliceSeconds: 60, advanceSeconds: 0 });
  assert.deepEqual([extended(), extended()], [true, false]);
  assert.equal(call.grantedSeconds, RATE_DURATION_SECONDS_MAX);
});

test('a slice is as long as it pays for, and the balance never below its floor: random calls of one account', () => {
  const prng = new Prng(11);
  for (let run = 0; run < 200; run++) {
    const [one, other] = twoShards();
    const floorNanos = -BigInt(prng.below(3) * 1_000);
    const opening = BigInt(prng.below(100_000));
    one.open(1, opening);
    const terms = { ...PLAIN_TERMS, calendar: -1, priceNanos: 1 + prng.below(900), periodSeconds: 1 + prng.below(60) };
    const rules = { sliceSeconds: 60, advanceSeconds: prng.below(2) * 7 };
    const calls: Reserve[] = Array.from({ length: 20 }, () => ({ floorNanos, grantedSeconds: 0, reservedNanos: 0n }));
    for (let step = 0; step < 200; step++) {
      const call = calls[prng.below(calls.length)] as Reserve;
      const before = call.grantedSeconds;
      const isExtended = extendReserve(call, { slot: 1, terms }, prng.chance(0.5) ? one : other, rules);
      assert.equal(isExtended, call.grantedSeconds > before);
      assert.ok(call.grantedSeconds <= before + 60);
      assert.equal(call.reservedNanos, isExtended || before > 0 ? cost(call.grantedSeconds) : 0n);
      assert.ok(one.spendable(1) >= floorNanos);
      const nextNanos = cost(call.grantedSeconds + 1) - call.reservedNanos;
      if (!isExtended) assert.ok(one.spendable(1) - nextNanos < floorNanos, 'it pays for no further second');
    }
    const reserved = calls.reduce((sum, { reservedNanos }) => sum + reservedNanos, 0n);
    assert.equal(one.spendable(1), opening - reserved);

    function cost(seconds: number): bigint {
      return totalOf(chargeOf(terms, seconds + rules.advanceSeconds));
    }
  }
});
