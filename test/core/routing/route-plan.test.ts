import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RouteTable } from '../../../src/core/routing/route-plan.ts';
import { type PrefixedGateway, routes, routingGateway } from '../../simulator/trunks.ts';

const NO_CALLS = (): number => 0;

function tableOf(gateways: readonly PrefixedGateway[]): RouteTable {
  const { routingGateways, routePrefixes } = routes(gateways);
  return new RouteTable(routingGateways, routePrefixes);
}

function plan(
  gateways: readonly PrefixedGateway[],
  callee: string,
  callsOf: (slot: number) => number = NO_CALLS,
): string[] {
  return tableOf(gateways)
    .plan(callee, callsOf)
    .map(({ gateway, prefix }) => `${gateway.slot}:${prefix}`);
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

  test('equal prefixes: priority, then load, then calls, then slot', () => {
    const gateways = [
      routingGateway(5, { prefixes: ['49'] }),
      routingGateway(4, { prefixes: ['49'] }),
      routingGateway(3, { prefixes: ['49'], capacity: 10 }),
      routingGateway(2, { prefixes: ['49'], capacity: 100 }),
      routingGateway(1, { prefixes: ['49'], priority: 1 }),
    ];
    const calls = new Map([
      [2, 20],
      [3, 1],
      [4, 7],
      [5, 3],
      [1, 0],
    ]);
    assert.deepEqual(
      plan(gateways, '49', (slot) => calls.get(slot) ?? 0),
      ['5:49', '4:49', '3:49', '2:49', '1:49'],
    );
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
    const table = tableOf([routingGateway(2, { prefixes: ['4'] }), routingGateway(1, { prefixes: ['4'] })]);
    assert.deepEqual(table.plan('49', NO_CALLS), table.plan('49', NO_CALLS));
  });
});

test('the index gives what a walk over all gateways gives', () => {
  const prefix = fc.constantFrom('', '4', '49', '493', '4930', '3', '33');
  const drawn = fc.record({
    prefixes: fc.uniqueArray(prefix, { minLength: 1, maxLength: 3 }),
    prefixStyle: fc.constantFrom('terminate' as const, 'continue' as const),
    priority: fc.nat(2),
    capacity: fc.constantFrom(null, 0, 5, 10),
    protect: fc.boolean(),
  });
  const calls = fc.array(fc.nat(6), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(drawn, { maxLength: 8 }),
      calls,
      fc.constantFrom('4930', '49', '33', '5', ''),
      (parts, counts, callee) => {
        const gateways = parts.map((part, i) => routingGateway(i, part));
        const callsOf = (slot: number): number => counts[slot] ?? 0;
        assert.deepEqual(plan(gateways, callee, callsOf), walk(gateways, callee, callsOf));
      },
    ),
  );
});

/** The rule in the plainest words. */
function walk(gateways: readonly PrefixedGateway[], callee: string, callsOf: (slot: number) => number): string[] {
  const chosen: { readonly slot: number; readonly text: string }[] = [];
  const load = ({ slot, capacity }: PrefixedGateway): number =>
    capacity === null || capacity === 0 ? 0 : callsOf(slot) / capacity;
  for (let length = callee.length; length >= 0; length--) {
    const prefix = callee.slice(0, length);
    const matching = gateways.filter(({ prefixes }) => prefixes.includes(prefix));
    const ordered = [...matching].sort(
      (a, b) => a.priority - b.priority || load(a) - load(b) || callsOf(a.slot) - callsOf(b.slot) || a.slot - b.slot,
    );
    for (const { slot } of ordered) {
      if (!chosen.some((other) => other.slot === slot)) chosen.push({ slot, text: `${slot}:${prefix}` });
    }
    if (matching.some(({ prefixStyle }) => prefixStyle === 'terminate')) break;
  }
  const isProtect = (slot: number): boolean => gateways.some((gateway) => gateway.slot === slot && gateway.protect);
  const ordinary = chosen.filter(({ slot }) => !isProtect(slot));
  return [...ordinary, ...chosen.filter(({ slot }) => isProtect(slot))].map(({ text }) => text);
}
