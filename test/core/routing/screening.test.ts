import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Screening } from '../../../src/core/routing/screening.ts';
import type { MappingGateway } from '../../../src/core/routing/snapshot.ts';
import { mappingGateway } from '../../simulator/trunks.ts';

function nameAt(gateways: readonly MappingGateway[], address: string, callee = '49301'): string | undefined {
  return new Screening(gateways).find(address, callee)?.name;
}

describe('who calls', () => {
  test('the gateway that has the address, in any spelling; nobody when none has', () => {
    const gateways = [
      mappingGateway(1, { remoteIps: ['192.0.2.1'] }),
      mappingGateway(2, { remoteIps: ['2001:db8::1'] }),
    ];
    assert.equal(nameAt(gateways, '192.0.2.1'), 'customer-1');
    assert.equal(nameAt(gateways, '::ffff:192.0.2.1'), 'customer-1');
    assert.equal(nameAt(gateways, '2001:DB8:0::1'), 'customer-2');
    assert.equal(nameAt(gateways, '192.0.2.2'), undefined);
    assert.equal(nameAt(gateways, 'nonsense'), undefined);
  });

  test('the narrowest network that has the address decides', () => {
    const gateways = [
      mappingGateway(1, { remoteIps: ['192.0.0.0/16'] }),
      mappingGateway(2, { remoteIps: ['192.0.2.0/24'] }),
      mappingGateway(3, { remoteIps: ['192.0.2.7'] }),
      mappingGateway(4, { remoteIps: ['0.0.0.0/0'] }),
    ];
    assert.equal(nameAt(gateways, '192.0.2.7'), 'customer-3');
    assert.equal(nameAt(gateways, '192.0.2.8'), 'customer-2');
    assert.equal(nameAt(gateways, '192.0.3.8'), 'customer-1');
    assert.equal(nameAt(gateways, '10.0.0.1'), 'customer-4');
    assert.equal(nameAt(gateways, '2001:db8::1'), undefined);
  });

  test('of those at one address the longest callee prefix, then the lower priority, then the older slot', () => {
    const at = { remoteIps: ['192.0.2.1'] };
    const gateways = [
      mappingGateway(1, { ...at, priority: 5 }),
      mappingGateway(2, { ...at, calleePrefix: '49' }),
      mappingGateway(3, { ...at, calleePrefix: '4930' }),
      mappingGateway(5, { ...at, priority: 1 }),
      mappingGateway(4, { ...at, priority: 1 }),
    ];
    assert.equal(nameAt(gateways, '192.0.2.1', '4930123'), 'customer-3');
    assert.equal(nameAt(gateways, '192.0.2.1', '4940123'), 'customer-2');
    assert.equal(nameAt(gateways, '192.0.2.1', '33123'), 'customer-4');
  });

  test('a callee that no gateway at the address takes has none', () => {
    assert.equal(
      nameAt([mappingGateway(1, { remoteIps: ['192.0.2.1'], calleePrefix: '9' })], '192.0.2.1', '49'),
      undefined,
    );
  });

  test('many addresses in a row change nothing of what is remembered', () => {
    const screening = new Screening([mappingGateway(1, { remoteIps: ['10.0.0.0/8'] })]);
    for (let i = 0; i < 40_000; i++) {
      const address = `${i % 2 === 0 ? 10 : 11}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
      assert.equal(screening.find(address, '')?.name, i % 2 === 0 ? 'customer-1' : undefined);
    }
  });
});

test('the index finds what a walk over all gateways finds', () => {
  const byte = fc.nat(3);
  const address = fc.tuple(byte, byte).map(([c, d]) => `10.0.${c}.${d}`);
  const network = fc.tuple(address, fc.integer({ min: 22, max: 32 })).map(([text, bits]) => `${text}/${bits}`);
  const drawn = fc.record({
    remoteIps: fc.array(network, { minLength: 1, maxLength: 3 }),
    calleePrefix: fc.constantFrom('', '4', '49'),
  });
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 8 }), address, fc.constantFrom('49', '48', '3'), (parts, from, callee) => {
      const gateways = parts.map((part, i) => mappingGateway(i + 1, part));
      assert.equal(new Screening(gateways).find(from, callee)?.slot, walk(gateways, from, callee)?.slot);
    }),
  );
});

/**
 * The rule in the plainest words: the gateways of the narrowest network, then the best of those that take the callee.
 */
function walk(gateways: readonly MappingGateway[], from: string, callee: string): MappingGateway | undefined {
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const lengthOf = (network: string): number => {
    const [address = '', bits = '32'] = network.split('/');
    const size = 2 ** (32 - Number(bits));
    return Math.floor(number(address) / size) === Math.floor(number(from) / size) ? Number(bits) : -1;
  };
  const best = ({ remoteIps }: MappingGateway): number => Math.max(...remoteIps.map(lengthOf));
  const narrowest = Math.max(-1, ...gateways.map(best));
  if (narrowest < 0) return undefined;
  return gateways
    .filter((gateway) => gateway.remoteIps.some((network) => lengthOf(network) === narrowest))
    .filter(({ calleePrefix }) => callee.startsWith(calleePrefix))
    .sort((a, b) => b.calleePrefix.length - a.calleePrefix.length || a.slot - b.slot)[0];
}
