import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GatewayHealth } from '../../../src/core/admission/gateway-health.ts';
import { ADMISSION_SLOTS_MAX } from '../../../src/core/base/limits.ts';

const SLOT = 5;

/** The health of gateways as two shards see it. */
function twoShards(): [GatewayHealth, GatewayHealth] {
  const shared = GatewayHealth.allocate();
  return [new GatewayHealth(shared), new GatewayHealth(shared)];
}

describe('timeouts in a row', () => {
  test('take the gateway out, whichever shards count them; one alone is to probe it', () => {
    const [first, second] = twoShards();
    assert.deepEqual(
      [first.timedOut(SLOT, 3, 0), second.timedOut(SLOT, 3, 1), first.isOpen(SLOT, 0)],
      [false, false, true],
    );
    assert.deepEqual([second.timedOut(SLOT, 3, 1), first.timedOut(SLOT, 3, 0)], [true, false]);
    assert.deepEqual([first.outBy(SLOT), first.isOpen(SLOT, 0)], [1, false]);
  });

  test('are forgotten with any sign of life, and so is that it was out', () => {
    const [first, second] = twoShards();
    for (let count = 0; count < 2; count++) first.timedOut(SLOT, 3, 0);
    second.responded(SLOT);
    assert.ok(!first.timedOut(SLOT, 3, 0));
    assert.ok(!first.timedOut(SLOT, 3, 0));
    assert.ok(first.timedOut(SLOT, 3, 0));
    second.responded(SLOT);
    assert.deepEqual([first.outBy(SLOT), first.isOpen(SLOT, 0)], [null, true]);
  });

  test('never take it out where timeoutsToBan is 0', () => {
    const [health] = twoShards();
    for (let count = 0; count < 1000; count++) assert.ok(!health.timedOut(SLOT, 0, 0));
    assert.ok(health.isOpen(SLOT, 0));
  });
});

describe('a ban', () => {
  test('ends by itself, in a tenth of a second, and not before its time', () => {
    const [first, second] = twoShards();
    first.ban(SLOT, 2000, 1234.5);
    assert.equal(second.bannedMs(SLOT, 3234.4) > 0, true);
    assert.equal(second.isOpen(SLOT, 3300), true);
    assert.equal(second.bannedMs(SLOT, 2300), 1000);
  });

  test('is not made shorter by a shorter one', () => {
    const [first, second] = twoShards();
    first.ban(SLOT, 60_000, 0);
    second.ban(SLOT, 1000, 0);
    assert.equal(first.bannedMs(SLOT, 0), 60_000);
    second.ban(SLOT, 90_000, 0);
    assert.equal(first.bannedMs(SLOT, 0), 90_000);
  });

  test('is not lifted by an answer: the gateway lives, and still wants no calls', () => {
    const [health] = twoShards();
    health.ban(SLOT, 60_000, 0);
    health.responded(SLOT);
    assert.ok(!health.isOpen(SLOT, 0));
  });
});

test('forgetting a gateway leaves it as if it were new', () => {
  const [health] = twoShards();
  health.ban(SLOT, 60_000, 0);
  health.timedOut(SLOT, 1, 0);
  for (let call = 0; call < 10; call++) health.throttle.offered(SLOT, 100);
  for (let call = 0; call < 10; call++) health.throttle.refused(SLOT, 200);
  health.throttle.offered(SLOT, 1000);
  assert.equal(health.throttle.perSecond(SLOT, 1000), 5);
  health.forget(SLOT);
  assert.deepEqual([health.isOpen(SLOT, 0), health.throttle.perSecond(SLOT, 1000)], [true, null]);
  assert.ok(!health.timedOut(SLOT, 2, 0));
});

test('slots do not touch each other, up to the last of ADMISSION_SLOTS_MAX', () => {
  const [health] = twoShards();
  const last = ADMISSION_SLOTS_MAX - 1;
  health.ban(last, 1000, 0);
  health.timedOut(last, 1, 3);
  for (let call = 0; call < 10; call++) health.throttle.refused(last, 0);
  health.throttle.offered(last, 1000);
  assert.deepEqual([health.outBy(last), health.throttle.perSecond(last, 1000)], [3, 5]);
  for (const slot of [0, 1, last - 1]) {
    assert.ok(health.isOpen(slot, 0));
    assert.equal(health.throttle.perSecond(slot, 1000), null);
  }
});
