import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Defect } from '../../../src/core/base/assert.ts';
import { packRoutePrefixes, prefixLayerOf } from '../../../src/core/routing/route-prefix-packer.ts';
import { type PrefixLayer, RoutePrefixes } from '../../../src/core/routing/route-prefixes.ts';

const CASES = 10_000;

/** Which gateways have which prefix, as a list of pairs. */
type Pairs = readonly (readonly [prefix: string, gateway: number])[];

function layerOf(pairs: Pairs, gateways: readonly number[]): PrefixLayer {
  const gatewaysOf = new Map<string, number[]>();
  for (const [prefix, gateway] of pairs) gatewaysOf.set(prefix, [...(gatewaysOf.get(prefix) ?? []), gateway]);
  const sorted = [...gatewaysOf.keys()].sort().map((prefix) => ({ prefix, gateways: gatewaysOf.get(prefix) ?? [] }));
  return { image: packRoutePrefixes(sorted), gateways: Int32Array.from(gateways) };
}

/** Steps of the walk: length and gateways, sorted, for they stand in no order. */
function walk(prefixes: RoutePrefixes, callee: string): [length: number, gateways: number[]][] {
  const steps: [number, number[]][] = [];
  prefixes.find(callee);
  while (prefixes.next()) {
    steps.push([prefixes.length, [...prefixes.gateways.slice(0, prefixes.count)].sort((a, b) => a - b)]);
  }
  return steps;
}

/** The reference: every gateway's longest match, grouped by its length. */
function naiveWalk(pairs: Pairs, callee: string): [length: number, gateways: number[]][] {
  const longest = new Map<number, number>();
  for (const [prefix, gateway] of pairs) {
    if (!callee.startsWith(prefix)) continue;
    longest.set(gateway, Math.max(longest.get(gateway) ?? 0, prefix.length));
  }
  const lengths = [...new Set(longest.values())].sort((a, b) => b - a);
  const having = (length: number) => [...longest].filter(([, own]) => own === length).map(([gateway]) => gateway);
  return lengths.map((length) => [length, having(length).sort((a, b) => a - b)]);
}

const digits = fc.string({ unit: fc.constantFrom('1', '2'), maxLength: 5 });
const pairs = fc.uniqueArray(fc.tuple(digits, fc.nat({ max: 5 })), { maxLength: 16, selector: (pair) => pair.join() });

describe('the walk over route prefixes', () => {
  test('of two layers equals a scan of all prefixes of all gateways', () => {
    // The second layer counts its gateways backwards and has one that the snapshot has not.
    const translation = [5, 4, 3, 2, 1, -1];
    const property = fc.property(pairs, pairs, digits, (own, imported, callee) => {
      const layers = [layerOf(own, [0, 1, 2, 3, 4, 5]), layerOf(imported, translation)];
      const translated = imported.map(([prefix, gateway]) => [prefix, translation[gateway] ?? -1] as const);
      const all = [...own, ...translated.filter(([, gateway]) => gateway >= 0)];
      const walker = new RoutePrefixes(layers, 6);
      assert.deepEqual(walk(walker, callee), naiveWalk(all, callee));
      assert.deepEqual(walk(walker, callee), naiveWalk(all, callee), 'one question leaves nothing to the next');
    });
    fc.assert(property, { numRuns: CASES });
  });

  test('prefixes with the same gateways share a list', () => {
    const one = layerOf([['1', 0]], [0]);
    const many = layerOf(
      [...'123456789'].map((prefix) => [prefix, 0] as const),
      [0],
    );
    assert.equal(many.image.byteLength - one.image.byteLength, 9 * 12);
  });

  test('the gateways of a snapshot are numbered as they stand', () => {
    const layer = prefixLayerOf([{ prefixes: [''] }, { prefixes: ['49', '44'] }, { prefixes: ['49'] }]);
    assert.deepEqual(walk(new RoutePrefixes([layer], 3), '4930'), [
      [2, [1, 2]],
      [0, [0]],
    ]);
  });

  test('is over nothing but an image of the packer', () => {
    const layer = { image: new SharedArrayBuffer(64), gateways: new Int32Array() };
    assert.throws(() => new RoutePrefixes([layer], 0), Defect);
  });
});
