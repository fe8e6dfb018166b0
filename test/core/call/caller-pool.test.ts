import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Admission } from '../../../src/core/admission/admission.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import type { LiveRecord } from '../../../src/core/call/call-record.ts';
import { takePooledCaller } from '../../../src/core/call/caller-pool.ts';
import type { RoutingView, Surroundings } from '../../../src/core/call/ports.ts';
import { UNTOUCHED_ROUTING_NUMBERS } from '../../../src/core/routing/gateway-numbers.ts';
import { NumberGroup, packNumberGroup } from '../../../src/core/routing/number-group.ts';
import { CALLER_POOL_TRIES_MAX } from '../../../src/core/routing/number-limits.ts';
import { routingGateway } from '../../simulator/trunks.ts';

interface Taker {
  take(): string | null;
  give(): void;
  readonly heldCount: number;
}

/** Shards with the same pool of so many numbers; each gives its oldest call back first. */
function shards(numberCount: number, line: number, shardCount: number): Taker[] {
  const shared = Admission.allocate();
  const numbers = Array.from({ length: numberCount }, (_, at) => `77${100_000 + at}`);
  const group = new NumberGroup(packNumberGroup(numbers));
  const routing = { numberGroups: new Map([['office', group]]) } as Pick<RoutingView, 'numberGroups'> as RoutingView;
  const gateway = routingGateway(5, {
    numbers: { ...UNTOUCHED_ROUTING_NUMBERS, callerPool: { group: 'office', line } },
  });
  return Array.from({ length: shardCount }, (_, index) => {
    const admission = new Admission(shared, { taken: Admission.allocateTaken(), shardIndex: index });
    const prng = new Prng(index, 7);
    const draw = (bound: number): number => prng.below(bound);
    const around = { admission, draw, nowMs: 0 } as Pick<Surroundings, 'admission' | 'draw' | 'nowMs'> as Surroundings;
    const record = { slots: [] as number[], pooledCaller: '' } as unknown as LiveRecord;
    return {
      take: () => (takePooledCaller(around, record, gateway, routing) ? record.pooledCaller : null),
      give: () => admission.giveCall(record.slots.shift() as number),
      get heldCount() {
        return record.slots.length;
      },
    };
  });
}

describe('a caller pool', () => {
  test('over three shards no number has more than its lines, and each line is given out', () => {
    const takers = shards(7, 3, 3);
    const taken = new Map<string, number>();
    for (let at = 0; at < 21; at++) {
      const number = takers[at % 3]?.take() ?? '';
      taken.set(number, (taken.get(number) ?? 0) + 1);
    }
    assert.deepEqual([...taken.values()], [3, 3, 3, 3, 3, 3, 3]);
    assert.deepEqual([...taken.keys()].sort()[0], '77100000');
    for (const taker of takers) assert.equal(taker.take(), null);
  });

  test('calls that come and go at random: one is refused exactly while all lines are in use', () => {
    const takers = shards(5, 2, 2);
    const prng = new Prng(3, 3);
    for (let step = 0; step < 5000; step++) {
      const taker = takers[prng.below(2)] as Taker;
      const inUse = takers.reduce((sum, { heldCount }) => sum + heldCount, 0);
      if (prng.below(2) === 0 && taker.heldCount > 0) taker.give();
      else assert.equal(taker.take() === null, inUse === 10);
    }
  });

  test('CALLER_POOL_TRIES_MAX: so many numbers are looked at, no more', () => {
    const [full] = shards(CALLER_POOL_TRIES_MAX, 1, 1) as [Taker];
    for (let at = 0; at < CALLER_POOL_TRIES_MAX; at++) assert.notEqual(full.take(), null);
    const [large] = shards(CALLER_POOL_TRIES_MAX * 2, 1, 1) as [Taker];
    let refusedCount = 0;
    for (let at = 0; at < CALLER_POOL_TRIES_MAX * 2; at++) refusedCount += large.take() === null ? 1 : 0;
    assert.ok(refusedCount < CALLER_POOL_TRIES_MAX / 2, `${refusedCount} of twice as many`);
  });

  test('a group that is not there has nobody', () => {
    const around = {} as Surroundings;
    const record = { slots: [], pooledCaller: 'x' } as unknown as LiveRecord;
    const numbers = { ...UNTOUCHED_ROUTING_NUMBERS, callerPool: { group: 'gone', line: 1 } };
    const routing = { numberGroups: new Map() } as Pick<RoutingView, 'numberGroups'> as RoutingView;
    assert.equal(takePooledCaller(around, record, routingGateway(5, { numbers }), routing), false);
    assert.equal(record.pooledCaller, '');
  });
});
