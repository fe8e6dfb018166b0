// A vendor that refuses what it cannot carry, a demand, and the throttle between them, in virtual time.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Admission } from '../../../src/core/admission/admission.ts';
import { GatewayHealth } from '../../../src/core/admission/gateway-health.ts';
import type { GatewayThrottle } from '../../../src/core/admission/gateway-throttle.ts';

const SLOT = 5;

/** A vendor that carries `perSecond` calls of each second and answers the others 503 after a round trip. */
class World {
  readonly throttle: GatewayThrottle = new GatewayHealth(GatewayHealth.allocate()).throttle;
  readonly #admission = new Admission(Admission.allocate(), { taken: Admission.allocateTaken(), shardIndex: 0 });
  #nowMs = 500;

  /** Offers `demand` calls a second for `seconds`; how many went to the vendor in each, and how many it carried. */
  run(seconds: number, demand: number, vendorPerSecond: number): { readonly sent: number; readonly carried: number }[] {
    return Array.from({ length: seconds }, () => this.#second(demand, vendorPerSecond));
  }

  #second(demand: number, vendorPerSecond: number): { readonly sent: number; readonly carried: number } {
    let sent = 0;
    for (let call = 0; call < demand; call++) {
      const nowMs = this.#nowMs + (call * 1000) / demand;
      if (!this.#admission.takeRate(SLOT, { cps: this.throttle.perSecond(SLOT, nowMs), cpsBurst: null }, nowMs))
        continue;
      this.throttle.offered(SLOT, nowMs);
      sent += 1;
      if (sent > vendorPerSecond) this.throttle.refused(SLOT, nowMs + 0.1);
    }
    this.#nowMs += 1000;
    return { sent, carried: Math.min(sent, vendorPerSecond) };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('a vendor that can carry less than it is offered', () => {
  for (const [demand, vendor] of [
    [60, 20],
    [1000, 50],
    [100, 70],
    [200, 10],
  ] as const) {
    test(`${demand} calls a second for one that carries ${vendor}: it gets what it can carry, and little more`, () => {
      const world = new World();
      world.run(30, demand, vendor);
      const seconds = world.run(120, demand, vendor);
      const carried = mean(seconds.map((second) => second.carried));
      const sent = mean(seconds.map((second) => second.sent));
      assert.ok(carried >= 0.85 * vendor, `${carried} of ${vendor} carried`);
      assert.ok(sent <= 1.15 * vendor, `${sent} sent for ${vendor}`);
      for (const second of seconds) assert.ok(second.sent <= 1.8 * vendor + 2, `${second.sent} in one second`);
    });
  }

  test('gets more as soon as it carries more, and in the end no limit', () => {
    const world = new World();
    world.run(60, 100, 20);
    const seconds = world.run(75, 100, 1000).map(({ sent }) => sent);
    assert.ok((seconds[5] as number) > (seconds[0] as number));
    assert.equal(seconds.at(-1), 100);
    assert.equal(world.throttle.perSecond(SLOT, 136_000), null);
  });

  test('that carries nothing is still asked some times a second', () => {
    const world = new World();
    world.run(60, 100, 0);
    const sent = mean(world.run(60, 100, 0).map((second) => second.sent));
    assert.ok(sent >= 2 && sent <= 6, `${sent} a second`);
  });
});

describe('a 503 that is no overload', () => {
  test('on a quiet gateway changes nothing, were it the only answer', () => {
    const world = new World();
    world.run(120, 4, 0);
    assert.equal(world.throttle.perSecond(SLOT, 120_500), null);
  });

  test('for some numbers of a busy one changes nothing', () => {
    const world = new World();
    const seconds = world.run(60, 100, 80);
    assert.ok(seconds.every(({ sent }) => sent === 100));
  });
});

test('a second is judged once, and only in the one that follows it', () => {
  const { throttle } = new World();
  for (let call = 0; call < 40; call++) throttle.refused(SLOT, 100);
  assert.equal(throttle.perSecond(SLOT, 999), null);
  for (let call = 0; call < 3; call++) throttle.offered(SLOT, 1000);
  assert.equal(throttle.perSecond(SLOT, 1000), 20);
  assert.equal(throttle.perSecond(SLOT, 2500), 23);
  for (let call = 0; call < 40; call++) throttle.refused(SLOT, 3000);
  throttle.offered(SLOT, 5000);
  assert.equal(throttle.perSecond(SLOT, 5000), 28, 'too long ago to say anything');
});

test('a shard whose clock stands an input behind counts into the present second', () => {
  const { throttle } = new World();
  for (let call = 0; call < 10; call++) throttle.refused(SLOT, 1000);
  throttle.refused(SLOT, 999.9);
  throttle.offered(SLOT, 2000);
  assert.equal(throttle.perSecond(SLOT, 2000), 5.5);
});
