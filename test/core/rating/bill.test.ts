// The bill of one call: who pays what, and the same after it was written down.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_CDR } from '../../../src/core/cdr/cdr.ts';
import {
  type Bill,
  type BillLine,
  billOf,
  billWordsOf,
  chargesOf,
  fillFees,
  freeReservedBy,
  lossesOf,
  reservedBy,
} from '../../../src/core/rating/bill.ts';
import { PLAIN_TERMS } from './plain-terms.ts';

/** `account` pays `priceNanos` a second, and a tenth of that as tax. */
function line(account: string, slot: number, priceNanos: number): BillLine {
  const price = { priceNanos, priceSeconds: 1, periodSeconds: 1, taxMillionths: 100_000 };
  return { account, slot, table: `of ${account}`, prefix: '44', terms: { ...PLAIN_TERMS, calendar: -1, ...price } };
}

const RULES = { precisionMs: 50, freeMs: 0 };
const BILL: Bill = {
  rules: RULES,
  sell: line('alpha', 3, 1_000),
  buy: line('carrier', 4, 700),
  agents: [
    { ...line('house', 5, 900), reserve: null },
    { ...line('palace', 6, 800), reserve: { floorNanos: 0n, grantedSeconds: 120, reservedNanos: 105_600n } },
  ],
  reserve: { floorNanos: -50n, grantedSeconds: 60, reservedNanos: 66_000n },
  free: { allowance: 'basic national', place: 13, term: 77, grantedSeconds: 4, isSpent: false },
};
const BOUGHT_ONLY: Bill = {
  rules: RULES,
  sell: null,
  buy: line('carrier', 4, 700),
  agents: [],
  reserve: null,
  free: null,
};

describe('a bill', () => {
  test('takes from each who pays its fee with its tax, and the record says the same', () => {
    const record = { ...EMPTY_CDR, account: 'alpha', clearingAccount: 'carrier', holdMs: 10_000 };
    fillFees(record, BILL);
    const losses = lossesOf(record, BILL);
    assert.deepEqual(
      losses.map(({ account, slot, nanos }) => [account, slot, nanos]),
      [
        ['alpha', 3, 6_600n],
        ['carrier', 4, 7_700n],
        ['house', 5, 9_900n],
        ['palace', 6, 8_800n],
      ],
    );
    assert.deepEqual(
      chargesOf(record),
      losses.map(({ account, nanos }) => ({ account, nanos })),
    );
  });

  test('of a call that nobody answered takes nothing from anybody', () => {
    const record = { ...EMPTY_CDR, account: 'alpha', clearingAccount: 'carrier', holdMs: 0 };
    assert.ok(lossesOf(record, BILL).every(({ nanos, free }) => nanos === 0n && !free?.seconds));
    assert.deepEqual(chargesOf(record), []);
  });

  test('is the same after it was written down, also where nobody but the carrier has a price', () => {
    for (const bill of [BILL, BOUGHT_ONLY]) assert.deepEqual(billOf(billWordsOf(bill)), bill);
  });

  test('written down, says what it has reserved', () => {
    const words = billWordsOf(BILL);
    assert.deepEqual(reservedBy(words), [
      { slot: 6, nanos: 105_600n },
      { slot: 3, nanos: 66_000n },
    ]);
    assert.deepEqual(freeReservedBy(words), [{ place: 13, term: 77, seconds: 4 }]);
    const boughtOnly = billWordsOf(BOUGHT_ONLY);
    assert.deepEqual([reservedBy(boughtOnly), freeReservedBy(boughtOnly)], [[], []]);
  });
});
