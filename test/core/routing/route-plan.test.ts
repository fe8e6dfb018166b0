import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_PRICES } from '../../../src/core/routing/route-conditions.ts';
import { RouteTable } from '../../../src/core/routing/route-plan.ts';
import { mappingGateway, type PrefixedGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { momentOf, order, type PlanParts, planOf, UNLISTED } from './route-moment.ts';

function plan(gateways: readonly PrefixedGateway[], callee: string, parts: PlanParts = {}): string[] {
  return order(planOf(gateways, callee, parts));
}

describe('the order of a plan', () => {
  test('the longest prefix alone, when its gateways are of style terminate', () => {
    const gateways = [
      routingGateway(1, { prefixes: [''] }),
      routingGateway(2, { prefixes: ['49'] }),
      routingGateway(3, { prefixes: ['4930'] }),
    ];
    assert.deepEqual(plan(gateways, '4930123'), ['3:4930']);
    assert.deepEqual(plan(gateways, '4940123'), ['2:49']);
    assert.deepEqual(plan(gateways, '33'), ['1:']);
  });

  test('continue lets shorter prefixes follow, up to one of style terminate', () => {
    const gateways = [
      routingGateway(1, { prefixes: [''] }),
      routingGateway(2, { prefixes: ['4'] }),
      routingGateway(3, { prefixes: ['49'], prefixStyle: 'continue' }),
      routingGateway(4, { prefixes: ['4930'], prefixStyle: 'continue' }),
    ];
    assert.deepEqual(plan(gateways, '4930123'), ['4:4930', '3:49', '2:4']);
  });

  test('equal prefixes: priority, then load, then calls so far, then slot', () => {
    const gateways = [
      routingGateway(5, { prefixes: ['49'] }),
      routingGateway(4, { prefixes: ['49'] }),
      routingGateway(3, { prefixes: ['49'], capacity: 10 }),
      routingGateway(2, { prefixes: ['49'], capacity: 100 }),
      routingGateway(1, { prefixes: ['49'], priority: 1 }),
    ];
    const calls = { 2: 20, 3: 1, 4: 7, 5: 3 };
    const offered = { 4: 900, 5: 300 };
    assert.deepEqual(plan(gateways, '49', { calls, offered }), ['5:49', '4:49', '3:49', '2:49', '1:49']);
    assert.deepEqual(plan(gateways, '49'), ['2:49', '3:49', '4:49', '5:49', '1:49']);
  });

  test('a gateway with several prefixes stands at its longest match, once', () => {
    const gateways = [
      routingGateway(1, { prefixes: ['4930', '49', ''], prefixStyle: 'continue' }),
      routingGateway(2, { prefixes: ['49'], prefixStyle: 'continue' }),
    ];
    assert.deepEqual(plan(gateways, '4930'), ['1:4930', '2:49']);
  });

  test('protect gateways stand after all others, in the order they had, whatever their prefixes', () => {
    const gateways = [
      routingGateway(1, { prefixes: ['4930'], prefixStyle: 'continue', protect: true }),
      routingGateway(2, { prefixes: ['4930'], prefixStyle: 'continue', priority: 9 }),
      routingGateway(3, { prefixes: ['49'], prefixStyle: 'continue', protect: true }),
      routingGateway(4, { prefixes: [''] }),
    ];
    assert.deepEqual(plan(gateways, '4930'), ['2:4930', '4:', '1:4930', '3:49']);
  });

  test('a protect gateway of style terminate ends the list as any other', () => {
    const gateways = [routingGateway(1, { prefixes: ['49'], protect: true }), routingGateway(2)];
    assert.deepEqual(plan(gateways, '49'), ['1:49']);
  });

  test('no prefix, no plan', () => {
    assert.deepEqual(plan([routingGateway(1, { prefixes: ['49'] })], '33'), []);
    assert.deepEqual(plan([], '33'), []);
    assert.deepEqual(plan([routingGateway(1, { prefixes: ['49'] })], '4'), []);
  });

  test('making a plan changes nothing: two in a row are the same', () => {
    const gateways = [routingGateway(2, { prefixes: ['4'] }), routingGateway(1, { prefixes: ['4'] })];
    const table = new RouteTable({ ...routes(gateways), parameters: parameters() }, NO_PRICES);
    const call = {
      mapping: mappingGateway(9),
      caller: '1',
      callee: '49',
      billed: '49',
      ...UNLISTED,
      sell: null,
      wallMs: 0,
    };
    assert.deepEqual(table.plan(call, momentOf()), table.plan(call, momentOf()));
  });
});
