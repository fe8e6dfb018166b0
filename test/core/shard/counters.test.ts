import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { END_REASON_NAMES } from '../../../src/core/base/end-reason.ts';
import { ADMISSION_SLOTS_MAX } from '../../../src/core/base/limits.ts';
import {
  ATTEMPT_CODES,
  attemptCodeOf,
  DELAY_BUCKETS_SECONDS,
  PARSE_FAILURE_LABELS,
  SHARD_NUMBERS,
  ShardCounters,
  ShardNumber,
} from '../../../src/core/shard/counters.ts';

test('every cell is its own: adding to all of them in turn never moves another', () => {
  const counters = new ShardCounters(ShardCounters.allocate());
  for (const name of SHARD_NUMBERS) counters.add(ShardNumber[name]);
  for (const reason of END_REASON_NAMES) counters.addEnd(reason);
  for (const why of PARSE_FAILURE_LABELS) counters.addParseFailure(why);
  for (const slot of [0, 1, ADMISSION_SLOTS_MAX - 1]) for (const code of ATTEMPT_CODES) counters.addAttempt(slot, code);
  assert.ok(SHARD_NUMBERS.every((name) => counters.get(name) === 1));
  assert.ok(END_REASON_NAMES.every((reason) => counters.ends(reason) === 1));
  assert.ok(PARSE_FAILURE_LABELS.every((why) => counters.parseFailures(why) === 1));
  for (const slot of [0, 1, ADMISSION_SLOTS_MAX - 1]) {
    assert.ok(ATTEMPT_CODES.every((code) => counters.attempts(slot, code) === 1));
    assert.deepEqual(counters.calls(slot), { calls: 0, answered: 0, talkSeconds: 0 });
    assert.equal(counters.delays(slot).sumSeconds, 0);
  }
});

test('two views of one memory are one: what the shard adds, control reads', () => {
  const shared = ShardCounters.allocate();
  const shard = new ShardCounters(shared);
  const control = new ShardCounters(shared);
  shard.add(ShardNumber.datagramsSent, 3);
  shard.set(ShardNumber.callsActive, 7);
  shard.addCall(4, true, 12.5);
  shard.addCall(4, false, 99);
  assert.deepEqual([control.get('datagramsSent'), control.get('callsActive')], [3, 7]);
  assert.deepEqual(control.calls(4), { calls: 2, answered: 1, talkSeconds: 12.5 });
});

describe('labels of final statuses', () => {
  test('a status with a label of its own has that, any other the one of its class', () => {
    assert.deepEqual([200, 202, 404, 418, 503, 555, 600, 699, 302, 399].map(attemptCodeOf), [
      '200',
      '2xx',
      '404',
      '4xx',
      '503',
      '5xx',
      '600',
      '6xx',
      '302',
      '3xx',
    ]);
  });

  test('every final status has one', () => {
    for (let status = 200; status < 700; status++)
      assert.ok(ATTEMPT_CODES.includes(attemptCodeOf(status)), String(status));
  });
});

test('a delay is counted in the first bucket that holds it, those beyond all bounds in the last', () => {
  const counters = new ShardCounters(ShardCounters.allocate());
  for (const delayMs of [0, 50, 50.1, 100, 60_000, 60_001, 1_000_000]) counters.addDelay(1, delayMs);
  const { counts, sumSeconds } = counters.delays(1);
  assert.equal(counts.length, DELAY_BUCKETS_SECONDS.length + 1);
  assert.deepEqual([counts[0], counts[1], counts.at(-2), counts.at(-1)], [2, 2, 1, 2]);
  assert.ok(Math.abs(sumSeconds - 1120.2011) < 0.001);
});
