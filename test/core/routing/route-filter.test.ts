// Each filter alone, the order in which they are asked, the worked examples of VOS3000, and how a call ends that nobody
// may take.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endWithoutCandidate } from '../../../src/core/routing/route-plan.ts';
import { profitPercent } from '../../../src/core/routing/route-profit.ts';
import { type PrefixedGateway, routingGateway } from '../../simulator/trunks.ts';
import { order, type PlanParts, passes, planOf } from './route-moment.ts';

const PRICE = { nanos: 600_000_000, seconds: 60, currency: 'EUR' };

function whyNot(part: Partial<PrefixedGateway>, parts: PlanParts = {}): string | null | undefined {
  return passes(planOf([routingGateway(1, part)], '49', parts))[1];
}

describe('VOS3000, worked examples', () => {
  const gateways = (prefixStyle: 'terminate' | 'continue') => [
    routingGateway(1, { prefixes: ['9008'], prefixStyle }),
    routingGateway(2, { prefixes: ['9008'], prefixStyle }),
    routingGateway(3, { prefixes: ['90'], prefixStyle }),
    routingGateway(4, { prefixes: ['9'], prefixStyle }),
    routingGateway(5, { prefixes: ['91'], prefixStyle }),
  ];

  test('90080001, terminate: the two gateways with the longest prefix, no other', () => {
    assert.deepEqual(order(planOf(gateways('terminate'), '90080001')), ['1:9008', '2:9008']);
  });

  test('90080001, carry through: the two with shorter prefixes follow, in order of their length', () => {
    assert.deepEqual(order(planOf(gateways('continue'), '90080001')), ['1:9008', '2:9008', '3:90', '4:9']);
  });

  test('a rate of 0.6 a minute is 0.01 a second for maxSecondRates: at the limit it passes, above it does not', () => {
    const most = { maxSecondRatesNanos: 10_000_000 };
    assert.equal(whyNot(most, { buy: { 1: PRICE } }), undefined);
    assert.equal(whyNot(most, { buy: { 1: { nanos: 600_000_001, seconds: 60, currency: 'EUR' } } }), 'tooDear');
    assert.equal(whyNot(most, { buy: { 1: { nanos: 60_000_000, seconds: 6, currency: 'EUR' } } }), undefined);
  });

  test('the lower priority number is tried first, then the lower load, then fewer calls so far', () => {
    const gateways = [1, 2, 3, 4].map((slot) => routingGateway(slot, { priority: slot === 1 ? 1 : 0, capacity: 10 }));
    const parts = { calls: { 2: 5, 3: 1, 4: 1 }, offered: { 3: 9, 4: 8 } };
    assert.deepEqual(order(planOf(gateways, '49', parts)), ['4:', '3:', '2:', '1:']);
  });
});

describe('each filter', () => {
  test('locked', () => assert.equal(whyNot({ locked: true }), 'locked'));

  test('callinMappingGateways', () => {
    assert.equal(whyNot({ callinMappingGateways: ['other'] }), 'notAllowed');
    assert.equal(whyNot({ callinMappingGateways: ['other', 'acme'] }, { mapping: { name: 'acme' } }), undefined);
  });

  test('calloutRoutingGateways', () => {
    assert.equal(whyNot({}, { mapping: { calloutRoutingGateways: ['elsewhere'] } }), 'notAllowed');
    assert.equal(whyNot({}, { mapping: { calloutRoutingGateways: ['vendor-1'] } }), undefined);
  });

  test('routingGatewayGroups, allowed or denied', () => {
    const groups = (routingGatewayGroupsAllow: boolean) => ({
      mapping: { routingGatewayGroups: ['north'], routingGatewayGroupsAllow },
    });
    assert.equal(whyNot({ gatewayGroups: ['north'] }, groups(true)), undefined);
    assert.equal(whyNot({ gatewayGroups: ['south'] }, groups(true)), 'notAllowed');
    assert.equal(whyNot({}, groups(true)), 'notAllowed');
    assert.equal(whyNot({ gatewayGroups: ['north', 'south'] }, groups(false)), 'notAllowed');
    assert.equal(whyNot({}, groups(false)), undefined);
  });

  test('not registered, out and banned', () => {
    assert.equal(whyNot({ registerType: 'dynamic' }, { unregistered: [1] }), 'unregistered');
    assert.equal(whyNot({}, { unregistered: [1] }), undefined);
    assert.equal(whyNot({}, { closed: { 1: 'out' } }), 'out');
    assert.equal(whyNot({}, { closed: { 1: 'banned' } }), 'banned');
  });

  test('capacity and call rate', () => {
    assert.equal(whyNot({ capacity: 3 }, { calls: { 1: 3 } }), 'full');
    assert.equal(whyNot({ capacity: 3 }, { calls: { 1: 2 } }), undefined);
    assert.equal(whyNot({ cps: 1 }, { atRate: [1] }), 'rate');
  });

  test('feerateRestrict: no call without a buy rate', () => {
    assert.equal(whyNot({ feerateRestrict: true }), 'noBuyRate');
    assert.equal(whyNot({ feerateRestrict: true }, { buy: { 1: PRICE } }), undefined);
    assert.equal(whyNot({}), undefined);
  });

  test('minProfitPercent of either side: exactly the least is enough', () => {
    const sell = { nanos: 1_000_000_000, seconds: 60, currency: 'EUR' };
    const buy = { 1: { nanos: 90_000_000, seconds: 6, currency: 'EUR' } };
    assert.equal(profitPercent(sell, buy[1]), 10);
    assert.equal(whyNot({ minProfitPercent: 10 }, { sell, buy }), undefined);
    assert.equal(whyNot({ minProfitPercent: 11 }, { sell, buy }), 'unprofitable');
    assert.equal(whyNot({}, { sell, buy, mapping: { minProfitPercent: 11 } }), 'unprofitable');
    assert.equal(whyNot({ minProfitPercent: 0 }, { sell, buy: { 1: sell } }), undefined);
    assert.equal(
      whyNot({ minProfitPercent: -50 }, { sell, buy: { 1: { nanos: 150, seconds: 6, currency: 'EUR' } } }),
      undefined,
    );
  });

  test('prices of two currencies are not compared: where they would be, the gateway is passed by', () => {
    const sell = { nanos: 1_000_000_000, seconds: 60, currency: 'EUR' };
    const cheap = { nanos: 1, seconds: 60, currency: 'USD' };
    const buy = { 1: cheap };
    assert.equal(profitPercent(sell, cheap), null);
    assert.equal(whyNot({}, { sell, buy }), undefined);
    assert.equal(whyNot({ minProfitPercent: 0 }, { sell, buy }), 'otherCurrency');
    assert.equal(whyNot({}, { sell, buy, mapping: { minProfitPercent: 0 } }), 'otherCurrency');
    assert.equal(whyNot({}, { sell, buy, mapping: { maxSecondRatesNanos: 100 } }), 'otherCurrency');
    assert.equal(whyNot({ maxSecondRatesNanos: 100 }, { sell, buy }), undefined, 'a limit in its own currency');
    assert.equal(whyNot({ maxSecondRatesNanos: 0 }, { sell, buy }), 'tooDear');
    assert.equal(whyNot({}, { buy, mapping: { maxSecondRatesNanos: 100 } }), undefined, 'an account without one');
  });

  test('a call that nobody pays for has no profit', () => {
    assert.equal(profitPercent(null, PRICE), null);
    assert.equal(whyNot({ minProfitPercent: -10_000 }, { buy: { 1: PRICE } }), 'unprofitable');
  });

  test('maxSecondRates of the mapping gateway', () => {
    assert.equal(whyNot({}, { buy: { 1: PRICE }, mapping: { maxSecondRatesNanos: 9_999_999 } }), 'tooDear');
    assert.equal(whyNot({}, { mapping: { maxSecondRatesNanos: 0 } }), undefined);
  });
});

describe('a call that nobody may take', () => {
  const end = (gateways: readonly PrefixedGateway[], parts: PlanParts = {}) =>
    endWithoutCandidate(planOf(gateways, '49', parts).passed);

  test('no prefix, or only gateways that it may not call: NoAvailableRouter', () => {
    assert.equal(end([routingGateway(1, { prefixes: ['33'] })]), 'NoAvailableRouter');
    assert.equal(end([routingGateway(1)], { mapping: { calloutRoutingGateways: ['x'] } }), 'NoAvailableRouter');
  });

  test('all that are left locked, out, banned, full: GatewayFull', () => {
    const gateways = [1, 2, 3, 4, 5].map((slot) => routingGateway(slot, { locked: slot === 1, capacity: 1 }));
    const parts: PlanParts = { closed: { 2: 'out', 3: 'banned' }, calls: { 4: 1 }, atRate: [5] };
    assert.equal(end(gateways, parts), 'GatewayFull');
  });

  test('one that is open and costs too much: ProfitGuard', () => {
    const gateways = [routingGateway(1, { locked: true }), routingGateway(2, { feerateRestrict: true })];
    assert.equal(end(gateways), 'ProfitGuard');
  });
});
