// What stands in the order beside prefix, priority and load: policies, answer rate, cost, turns by weight.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Turns } from '../../../src/core/admission/turns.ts';
import { ROUTE_CANDIDATES_MAX } from '../../../src/core/base/limits.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import { type PrefixedGateway, routingGateway } from '../../simulator/trunks.ts';
import { order, type PlanParts, planOf } from './route-moment.ts';

const THREE = [1, 2, 3].map((slot) => routingGateway(slot));
const BUY = {
  1: { nanos: 300, seconds: 1, currency: 'EUR' },
  2: { nanos: 100, seconds: 1, currency: 'EUR' },
  3: { nanos: 1200, seconds: 6, currency: 'EUR' },
};
const RATES = { answerRates: { 1: 50, 2: 40, 3: 90 } };

function slots(gateways: readonly PrefixedGateway[], parts: PlanParts): string {
  return order(planOf(gateways, '49', parts))
    .join(' ')
    .replaceAll(':', '');
}

describe('answer rate and cost', () => {
  test('SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: the higher answer rate first, after priority', () => {
    const parameters = { SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: 'On' };
    assert.equal(slots(THREE, { ...RATES }), '1 2 3');
    assert.equal(slots(THREE, { ...RATES, parameters }), '3 1 2');
    assert.equal(slots([routingGateway(4, { priority: 1 }), ...THREE], { ...RATES, parameters }), '3 1 2 4');
  });

  test('a gateway of which too little is known comes first', () => {
    const parameters = { SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: 'On' };
    assert.equal(slots(THREE, { answerRates: { 1: 50, 3: 100 }, parameters }), '2 3 1');
  });

  test('SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: the cheaper first, by the second; without a rate last', () => {
    const parameters = { SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: 'On' };
    assert.equal(slots([routingGateway(0), ...THREE], { buy: BUY, parameters }), '2 3 1 0');
  });

  test('SS_GATEWAY_FEE_RATE_ROUTE_BEFORE_ASR: which of the two decides first', () => {
    const both = { SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: 'On', SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: 'On' };
    const parts = { buy: { ...BUY, 1: BUY[3] }, answerRates: { 1: 50, 2: 50, 3: 90 } };
    assert.equal(slots(THREE, { ...parts, parameters: both }), '2 3 1');
    const parameters = { ...both, SS_GATEWAY_FEE_RATE_ROUTE_BEFORE_ASR: 'Off' };
    assert.equal(slots(THREE, { ...parts, parameters }), '3 2 1');
  });

  test('leastCostRouting: those that have it by their rates, before the others of their priority', () => {
    const gateways = [1, 2, 3].map((slot) => routingGateway(slot, { leastCostRouting: slot !== 2 }));
    assert.equal(slots(gateways, { buy: BUY }), '3 1 2');
  });
});

describe('costs in several currencies', () => {
  const parameters = { SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: 'On' };
  const buy = { ...BUY, 2: { ...BUY[2], currency: 'USD' } };

  test("those in the caller's currency stand first, the others last, as those without a rate", () => {
    const gateways = [routingGateway(0), ...THREE];
    assert.equal(slots(gateways, { buy, parameters, sell: { nanos: 9, seconds: 1, currency: 'EUR' } }), '3 1 0 2');
    assert.equal(slots(gateways, { buy, parameters, sell: { nanos: 9, seconds: 1, currency: 'USD' } }), '2 0 1 3');
  });

  test('where no gateway has it, or the caller pays nothing, costs are in the currency of the first', () => {
    const sell = { nanos: 9, seconds: 1, currency: 'GBP' };
    assert.equal(slots(THREE, { buy, parameters, sell }), '3 1 2');
    assert.equal(slots(THREE, { buy, parameters }), '3 1 2');
    assert.equal(slots(THREE, { buy: BUY, parameters, sell }), '2 3 1', 'all of one currency: by their costs');
  });
});

describe('policies of the mapping gateway', () => {
  const far = [routingGateway(1, { priority: 9 }), routingGateway(2), routingGateway(3, { priority: 5 })];

  test('they stand before priority', () => {
    assert.equal(slots(far, { buy: BUY, mapping: { firstRoutePolicy: 'lowestRate' } }), '2 3 1');
    assert.equal(slots(far, { ...RATES, mapping: { firstRoutePolicy: 'answerRate' } }), '3 1 2');
    assert.equal(slots(far, { ...RATES, buy: BUY }), '2 3 1');
  });

  test('the second orders those that the first finds equal', () => {
    const parts = { buy: { ...BUY, 2: BUY[3] }, ...RATES };
    const mapping = { firstRoutePolicy: 'lowestRate', secondRoutePolicy: 'answerRate' } as const;
    assert.equal(slots(far, { ...parts, mapping }), '3 2 1');
  });
});

describe('weights', () => {
  const CALLS = 10_000;
  const weighted = [50, 30, 20].map((weight, slot) => routingGateway(slot + 1, { weight }));

  /** First choices of `calls` plans in a row, by slot. */
  function firsts(gateways: readonly PrefixedGateway[], calls: number, parts: PlanParts = {}, place = 0): number[] {
    const turns = new Turns(Turns.allocate());
    const counts = [0, 0, 0, 0];
    for (let call = 0; call < calls; call++) {
      const plan = planOf(gateways, '49', { ...parts, turns: () => turns.take(1) });
      const { slot } = (plan.candidates[place] as (typeof plan.candidates)[0]).gateway;
      counts[slot] = (counts[slot] as number) + 1;
    }
    return counts;
  }

  function assertShares(counts: readonly number[], shares: readonly number[], withinPercent = 1): void {
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (const [at, share] of shares.entries()) {
      const percent = ((counts[at + 1] ?? 0) * 100) / total;
      assert.ok(Math.abs(percent - share) <= withinPercent, `${percent} % for ${share} % in ${counts}`);
    }
  }

  test('shares within 1 % over 10 000 calls, and over any hundred calls to 3 calls', () => {
    assertShares(firsts(weighted, CALLS), [50, 30, 20], 0.05);
    assertShares(firsts(weighted, 100), [50, 30, 20], 3);
  });

  test('the same while a gateway of the set is passed by', () => {
    assertShares(firsts(weighted, CALLS, { closed: { 1: 'out' } }), [0, 60, 40], 0.05);
    assertShares(firsts(weighted, CALLS, { closed: { 2: 'banned' } }), [71.43, 0, 28.57], 0.05);
  });

  test('a gateway that fails each call leaves its calls to the others by their weights', () => {
    // A half of the calls goes to slot 1 in vain; 2 and 3 get their own and what it leaves: 60 % and 40 % of all.
    const turns = new Turns(Turns.allocate());
    const counts = [0, 0, 0, 0];
    for (let call = 0; call < CALLS; call++) {
      const plan = planOf(weighted, '49', { turns: () => turns.take(1) });
      const taker = plan.candidates.find(({ gateway }) => gateway.slot !== 1);
      counts[taker?.gateway.slot ?? 0] = (counts[taker?.gateway.slot ?? 0] as number) + 1;
    }
    assertShares(counts, [0, 60, 40], 0.2);
  });

  test('across shards that interleave at random, and for one customer among others', () => {
    const shared = Turns.allocate();
    const shards = [0, 1, 2].map(() => new Turns(shared));
    const prng = new Prng(7, 7);
    const all = [0, 0, 0, 0];
    const own = [0, 0, 0, 0];
    for (let call = 0; call < CALLS; call++) {
      const shard = shards[prng.below(3)] as Turns;
      const [first] = planOf(weighted, '49', { turns: () => shard.take(1) }).candidates;
      const slot = first?.gateway.slot ?? 0;
      all[slot] = (all[slot] as number) + 1;
      if (prng.below(5) === 0) own[slot] = (own[slot] as number) + 1;
    }
    assertShares(all, [50, 30, 20], 0.05);
    assertShares(own, [50, 30, 20], 3);
  });

  test('every second call alike: customers that take turns do not share gateways out between them', () => {
    const turns = new Turns(Turns.allocate());
    const counts = [0, 0, 0, 0];
    for (let call = 0; call < CALLS; call++) {
      const [first] = planOf(weighted, '49', { turns: () => turns.take(1) }).candidates;
      if (call % 2 === 0) counts[first?.gateway.slot ?? 0] = (counts[first?.gateway.slot ?? 0] as number) + 1;
    }
    assertShares(counts, [50, 30, 20], 0.2);
  });

  test('they count among equals only, and stand before equals without a weight', () => {
    const gateways = [routingGateway(4), ...weighted, routingGateway(0, { weight: 1, priority: 1 })];
    const turns = () => 0.999;
    assert.equal(slots(gateways, { turns }), '3 2 1 4 0');
  });

  test('no turn is taken where there is nothing to decide', () => {
    let takenCount = 0;
    const turns = () => takenCount++ * 0;
    planOf(weighted, '49', { closed: { 1: 'out', 2: 'out' }, turns });
    planOf(THREE, '49', { turns });
    assert.equal(takenCount, 0);
    planOf(weighted, '49', { turns });
    assert.equal(takenCount, 1);
  });
});

test('ROUTE_CANDIDATES_MAX: a plan looks at no more gateways, the longest prefixes before the others', () => {
  const many = Array.from({ length: ROUTE_CANDIDATES_MAX }, (_, slot) => routingGateway(slot + 1, { prefixes: ['4'] }));
  const longest = routingGateway(0, { prefixes: ['49'], prefixStyle: 'continue', priority: 9 });
  const { candidates } = planOf([...many, longest], '49');
  assert.equal(candidates.length, ROUTE_CANDIDATES_MAX);
  assert.equal(candidates[0]?.gateway, longest);
  assert.equal(candidates.at(-1)?.gateway.slot, ROUTE_CANDIDATES_MAX - 1);
});
