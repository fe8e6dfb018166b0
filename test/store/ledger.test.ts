// The ledger, in both stores: payments less charges are the balance, and nothing is charged twice.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Prng } from '../../src/core/base/prng.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const PAYMENT = { kind: 'topUp', operator: 'ada', memo: '', atWallMs: 1 } as const;

for (const [name, open] of [
  ['memory', () => openMemoryStores()],
  ['LMDB', () => openLmdbStores(temporaryDirectory())],
] as const) {
  describe(`a ledger in ${name}`, () => {
    test('an account that nobody has heard of has nothing', () => {
      const { ledger } = open();
      assert.equal(ledger.balanceNanos('alpha'), 0n);
      assert.equal(ledger.position(), 0);
      assert.deepEqual(ledger.payments(null, 10), []);
    });

    test('payments stand in their order with the balance after them', () => {
      const { ledger } = open();
      ledger.pay({ ...PAYMENT, account: 'alpha', nanos: 100n });
      ledger.pay({ ...PAYMENT, account: 'beta', nanos: 7n });
      ledger.pay({ ...PAYMENT, account: 'alpha', nanos: -30n, kind: 'deduction', memo: 'bank fee' });
      const seen = ledger
        .payments('alpha', 10)
        .map(({ sequence, nanos, balanceNanos }) => [sequence, nanos, balanceNanos]);
      assert.deepEqual(seen, [
        [3, -30n, 70n],
        [1, 100n, 100n],
      ]);
      assert.equal(ledger.payments(null, 2).length, 2);
    });

    test('a payment is known by its key, also behind rent that came later for a month long begun', () => {
      const { ledger } = open();
      ledger.pay({ ...PAYMENT, account: 'alpha', nanos: 7n, atWallMs: 10 });
      const entry = ledger.pay({ ...PAYMENT, account: 'alpha', nanos: 100n, atWallMs: 1_000, key: 'order 1' });
      const marks = { isHeld: true, rentUntilDay: 31, minimumUntilDay: 0 };
      const charge = { ...PAYMENT, account: 'beta', nanos: -25n, atWallMs: 5 };
      ledger.chargePackage('beta', marks, [{ ...charge, kind: 'rent' }]);
      ledger.chargePackage('beta', marks, [{ ...charge, kind: 'minimum' }]);
      assert.deepEqual(ledger.paidBy('order 1', 1_000), entry);
      assert.equal(ledger.paidBy('order 1', 1_001), null, 'known no more');
      assert.equal(ledger.paidBy('order 2', 0), null);
    });

    test('a call is charged once, however often its record comes', () => {
      const { ledger } = open();
      const charge = {
        id: 'one',
        losses: [
          { account: 'alpha', nanos: 5n },
          { account: 'carrier', nanos: 3n },
        ],
      };
      ledger.book([charge], 1);
      ledger.book([charge, { id: 'two', losses: [{ account: 'alpha', nanos: 4n }] }], 3);
      assert.deepEqual([ledger.balanceNanos('alpha'), ledger.balanceNanos('carrier')], [-9n, -3n]);
      assert.equal(ledger.sums('alpha').chargeCount, 2);
      assert.equal(ledger.position(), 3);
    });

    test('free seconds are summed by allowance and period, once a call, also where it cost nothing', () => {
      const { ledger } = open();
      const call = (id: string, seconds: number, allowance = 'national', fromDay = 31) => {
        return { id, losses: [], free: { account: 'alpha', allowance, fromDay, seconds } };
      };
      ledger.book([{ ...call('one', 20), losses: [{ account: 'alpha', nanos: 5n }] }, call('two', 30)], 2);
      ledger.book([call('two', 30), call('three', 7, 'mobile'), call('four', 9, 'national', 62)], 5);
      assert.deepEqual(
        (
          [
            ['alpha', 'national', 31],
            ['alpha', 'mobile', 31],
            ['alpha', 'national', 62],
            ['alpha', 'mobile', 62],
            ['beta', 'national', 31],
          ] as const
        ).map(([account, allowance, fromDay]) => ledger.freeUsed(account, allowance, fromDay)),
        [50, 7, 9, 0, 0],
      );
      assert.deepEqual([ledger.balanceNanos('alpha'), ledger.verify()], [-5n, []]);
      for (let month = 3; month <= 9; month++) ledger.book([call(`in ${month}`, 1, 'national', 31 * month)], month);
      assert.deepEqual(
        [31, 62, 279].map((fromDay) => ledger.freeUsed('alpha', 'national', fromDay)),
        [0, 9, 1],
        'of the last eight periods',
      );
    });

    test('free seconds of a month are known that began before the last eight days of a daily package', () => {
      const { ledger } = open();
      const call = (id: string, allowance: string, fromDay: number) => {
        return { id, losses: [], free: { account: 'alpha', allowance, fromDay, seconds: 60 } };
      };
      for (let day = 10; day < 18; day++) ledger.book([call(`day ${day}`, 'daily all', day)], day);
      ledger.book([call('one', 'monthly all', 1)], 20);
      ledger.book([call('two', 'monthly mobile', 1), call('three', 'monthly all', 1)], 22);
      assert.deepEqual(
        [ledger.freeUsed('alpha', 'monthly all', 1), ledger.freeUsed('alpha', 'monthly mobile', 1)],
        [120, 60],
      );
    });

    test('what a call was charged is known by the id of its CDR until it is rolled up', () => {
      const { ledger } = open();
      assert.equal(ledger.keptFrom(), '');
      const losses = [
        { account: 'alpha', nanos: 5n },
        { account: 'carrier', nanos: 3n },
      ];
      ledger.book(
        ['a', 'b'].map((id) => ({ id, losses })),
        2,
      );
      assert.deepEqual([ledger.charge('a'), ledger.charge('c'), ledger.keptFrom()], [losses, null, 'a']);
      ledger.rollUp(1, 10);
      assert.deepEqual([ledger.charge('a'), ledger.charge('b'), ledger.keptFrom() > 'a'], [null, losses, true]);
      assert.deepEqual([ledger.balanceNanos('carrier'), ledger.verify()], [-6n, []]);
      ledger.book([{ id: 'a long call', losses }], 3);
      assert.ok(ledger.keptFrom() > 'a' && ledger.keptFrom() <= 'b', 'whatever ends late');
      ledger.rollUp(1, 10);
      assert.ok(ledger.keptFrom() > 'a long call' && ledger.keptFrom() <= 'b');
      assert.deepEqual(
        [ledger.balanceNanos('carrier'), ledger.verify(), ledger.accounts().sort()],
        [-9n, [], ['alpha', 'carrier']],
      );
    });

    test('sums beyond 64 bits are kept, and booking goes on', () => {
      const { ledger } = open();
      for (const id of ['one', 'two', 'three']) {
        ledger.book([{ id, losses: [{ account: 'alpha', nanos: 2n ** 63n - 1n }] }], 1);
        ledger.pay({ ...PAYMENT, account: 'alpha', nanos: 2n ** 63n - 1n });
      }
      ledger.pay({ ...PAYMENT, account: 'beta', nanos: -(2n ** 63n) });
      ledger.pay({ ...PAYMENT, account: 'beta', nanos: -(2n ** 63n) });
      assert.deepEqual(
        [ledger.sums('alpha').chargedNanos, ledger.sums('alpha').paidNanos],
        [3n * (2n ** 63n - 1n), 3n * (2n ** 63n - 1n)],
      );
      assert.equal(ledger.balanceNanos('beta'), -(2n ** 64n));
      assert.deepEqual(ledger.verify(), []);
    });

    test('amounts beyond what a number holds are exact', () => {
      const { ledger } = open();
      ledger.pay({ ...PAYMENT, account: 'alpha', nanos: 2n ** 61n });
      ledger.book([{ id: 'one', losses: [{ account: 'alpha', nanos: 1n }] }], 1);
      assert.equal(ledger.balanceNanos('alpha'), 2n ** 61n - 1n);
    });

    test('rolled up or not, it is sound: entries make the sums', () => {
      const { ledger } = open();
      const prng = new Prng(5);
      const expected = new Map<string, bigint>();
      const note = (account: string, nanos: bigint) => expected.set(account, (expected.get(account) ?? 0n) + nanos);
      for (let call = 0; call < 500; call++) {
        const account = `account-${prng.below(5)}`;
        const nanos = BigInt(1 + prng.below(1_000));
        ledger.book([{ id: `id-${String(call).padStart(4, '0')}`, losses: [{ account, nanos }] }], call + 1);
        note(account, -nanos);
        if (prng.chance(0.1)) {
          ledger.pay({ ...PAYMENT, account, nanos: 10_000n });
          note(account, 10_000n);
        }
        if (prng.chance(0.05)) ledger.rollUp(100, 50);
      }
      assert.deepEqual(ledger.verify(), []);
      for (const [account, nanos] of expected) assert.equal(ledger.balanceNanos(account), nanos);
    });
  });
}

test('a sum that is not that of its entries is told', () => {
  const { ledger } = openMemoryStores();
  ledger.book([{ id: 'one', losses: [{ account: 'alpha', nanos: 5n }] }], 1);
  Object.assign(ledger, { sums: () => ({ paidNanos: 0n, chargedNanos: 6n, chargeCount: 1, rolledNanos: 0n }) });
  assert.deepEqual(
    ledger.verify().map(({ account, chargedNanos }) => [account, chargedNanos]),
    [['alpha', 5n]],
  );
});
