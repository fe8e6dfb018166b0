import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AUTH_FAILURES_MAX, NONCES_USED_MAX } from '../../../src/core/base/limits.ts';
import { FailureBook } from '../../../src/core/registration/failure-book.ts';
import { NonceUses } from '../../../src/core/registration/nonce-uses.ts';

describe('how often a nonce has been used (RFC 7616 3.4)', () => {
  test('each count passes once, a lower one never; another shard knows', () => {
    const shared = NonceUses.allocate();
    const one = new NonceUses(shared);
    const other = new NonceUses(shared);
    assert.equal(one.has(7, 3), false);
    assert.equal(one.use(7, 3, 10, 1, 10), 'fresh');
    assert.equal(other.has(7, 3), true);
    assert.equal(other.use(7, 3, 10, 1, 10), 'replay');
    assert.equal(other.use(7, 3, 10, 5, 11), 'fresh', 'a count that was left out may have been lost on the way');
    assert.equal(one.use(7, 3, 10, 4, 11), 'replay');
    assert.equal(one.use(8, 3, 10, 1, 10), 'fresh');
  });

  test('a count that no client reaches wants a new nonce', () => {
    const uses = new NonceUses(NonceUses.allocate());
    assert.equal(uses.use(7, 3, 0, 65_535, 0), 'fresh');
    assert.equal(uses.use(7, 3, 0, 65_536, 0), 'stale');
    assert.equal(uses.use(9, 3, 0, 0, 0), 'stale');
  });

  test('NONCES_USED_MAX: a nonce that had to make room does not pass again', () => {
    const uses = new NonceUses(NonceUses.allocate());
    for (let mark = 1; mark <= 8; mark++) assert.equal(uses.use(mark, 0, 100, 1, 100 + mark), 'fresh');
    assert.equal(uses.use(9, NONCES_USED_MAX / 8, 120, 1, 120), 'fresh', 'the same bucket: the oldest makes room');
    assert.equal(uses.has(1, 0), false);
    assert.equal(uses.use(1, 0, 100, 1, 121), 'stale');
    assert.equal(uses.use(2, 0, 100, 2, 121), 'fresh', 'those that stayed are good');
    assert.equal(uses.use(10, 0, 121, 1, 121), 'fresh', 'and so are newer ones');
  });
});

describe('who has failed how often', () => {
  const RULE = { failuresMax: 3, suspendSeconds: 60 };

  test('so many failures in a row suspend for a while, at every shard', () => {
    const shared = FailureBook.allocate();
    const book = new FailureBook(shared);
    for (const second of [1, 2]) book.note(5, RULE, second);
    assert.equal(book.isSuspended(5, RULE, 3), false);
    book.note(5, RULE, 3);
    const other = new FailureBook(shared);
    assert.equal(other.isSuspended(5, RULE, 62), true);
    assert.equal(other.isSuspended(5, RULE, 63), false);
    assert.equal(other.isSuspended(5, { ...RULE, failuresMax: 0 }, 4), false, '0 is never');
  });

  test('a success, or a long pause, begins anew', () => {
    const book = new FailureBook(FailureBook.allocate());
    for (const second of [1, 2]) book.note(5, RULE, second);
    book.forgive(5);
    book.note(5, RULE, 3);
    assert.equal(book.isSuspended(5, RULE, 3), false);
    book.note(5, RULE, 70);
    book.note(5, RULE, 71);
    assert.equal(book.isSuspended(5, RULE, 71), false);
  });

  test('AUTH_FAILURES_MAX: where there is no room the oldest goes', () => {
    const book = new FailureBook(FailureBook.allocate());
    const step = AUTH_FAILURES_MAX / 8;
    for (let index = 0; index <= 8; index++) {
      for (let count = 0; count < 3; count++) book.note(1 + index * step, RULE, index);
    }
    assert.equal(book.isSuspended(1, RULE, 9), false);
    for (let index = 1; index <= 8; index++) assert.equal(book.isSuspended(1 + index * step, RULE, 9), true);
  });
});
