import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Screening } from '../../../src/core/routing/screening.ts';
import type { MappingGateway } from '../../../src/core/routing/snapshot.ts';
import { mappingGateway } from '../../simulator/trunks.ts';

function nameAt(
  gateways: readonly MappingGateway[],
  address: string,
  callee = '49301',
  port = 5060,
): string | undefined {
  return new Screening(gateways).find(address, port, callee)?.name;
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

  test('a wider network has the callees that no gateway of a narrower one takes', () => {
    const gateways = [
      mappingGateway(1, { remoteIps: ['192.0.2.7'], calleePrefix: '99' }),
      mappingGateway(2, { remoteIps: ['192.0.2.0/24'], calleePrefix: '98' }),
      mappingGateway(3, { remoteIps: ['192.0.0.0/16'] }),
      mappingGateway(4, { remoteHosts: ['pbx.customer.example'], calleePrefix: '97' }),
      mappingGateway(5, { remoteIps: ['192.0.2.8'], sipAuthenticationMethod: 'ipPort', calleePrefix: '99' }),
    ];
    assert.equal(nameAt(gateways, '192.0.2.7', '9949'), 'customer-1');
    assert.equal(nameAt(gateways, '192.0.2.7', '9849'), 'customer-2');
    assert.equal(nameAt(gateways, '192.0.2.7', '4930'), 'customer-3');
    assert.equal(nameAt(gateways, '192.0.2.8', '4930'), 'customer-3');
    assert.equal(nameAt(gateways, '192.0.2.8', '9949'), 'customer-5');
    const hosts = [{ host: 'pbx.customer.example', addresses: ['203.0.113.1', '192.0.2.7'] }];
    const byName = new Screening(
      gateways.filter(({ slot }) => slot !== 3),
      hosts,
    );
    assert.equal(byName.find('192.0.2.7', 5060, '9749')?.slot, 4);
    assert.equal(byName.firstAt('192.0.2.7', 5060)?.slot, 1);
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

  test('sipAuthenticationMethod ipPort: the port belongs to the address, 5060 where none is written', () => {
    const ported = { sipAuthenticationMethod: 'ipPort' } as const;
    const gateways = [
      mappingGateway(1, { ...ported, remoteIps: ['192.0.2.1:5080', '[2001:db8::1]:5090'] }),
      mappingGateway(2, { ...ported, remoteIps: ['192.0.2.1', '198.51.100.0/24:6060'] }),
      mappingGateway(3, { remoteIps: ['192.0.2.2'] }),
      mappingGateway(4, { ...ported, remoteIps: ['192.0.2.2:5070'] }),
    ];
    assert.equal(nameAt(gateways, '192.0.2.1', '', 5080), 'customer-1');
    assert.equal(nameAt(gateways, '::ffff:192.0.2.1', '', 5080), 'customer-1');
    assert.equal(nameAt(gateways, '2001:DB8::1', '', 5090), 'customer-1');
    assert.equal(nameAt(gateways, '192.0.2.1', '', 5060), 'customer-2');
    assert.equal(nameAt(gateways, '192.0.2.1', '', 5061), undefined);
    assert.equal(nameAt(gateways, '198.51.100.77', '', 6060), 'customer-2');
    assert.equal(nameAt(gateways, '198.51.100.77', '', 5060), undefined);
    assert.equal(nameAt(gateways, '192.0.2.2', '', 5070), 'customer-4', 'the address with its port is narrower');
    assert.equal(nameAt(gateways, '192.0.2.2', '', 5060), 'customer-3');
  });

  test('remoteHosts: the addresses that their names stand for, after those of static gateways', () => {
    const gateways = [
      mappingGateway(1, { remoteHosts: ['a.example'] }),
      mappingGateway(2, { remoteHosts: ['b.example:5080'], sipAuthenticationMethod: 'ipPort' }),
      mappingGateway(3, { remoteIps: ['192.0.0.0/16'] }),
      mappingGateway(4, { remoteHosts: ['nowhere.example'] }),
    ];
    const hosts = [
      { host: 'a.example', addresses: ['198.51.100.1', '2001:db8::5', '192.0.2.1'] },
      { host: 'b.example', addresses: ['198.51.100.1'] },
    ];
    const nameOf = (address: string, port = 5060) => new Screening(gateways, hosts).find(address, port, '')?.name;
    assert.equal(nameOf('198.51.100.1'), 'customer-1');
    assert.equal(nameOf('2001:db8:0::5'), 'customer-1');
    assert.equal(nameOf('198.51.100.1', 5080), 'customer-2');
    assert.equal(nameOf('192.0.2.1'), 'customer-3', 'a static network, though wider, comes before any name');
    assert.equal(nameAt(gateways, '198.51.100.1'), undefined, 'a name that is not known yet is nobody');
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
      assert.equal(screening.find(address, 5060, '')?.name, i % 2 === 0 ? 'customer-1' : undefined);
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
      assert.equal(new Screening(gateways).find(from, 5060, callee)?.slot, walk(gateways, from, callee)?.slot);
    }),
  );
});

/**
 * The rule in the plainest words: of those that take the callee the narrowest network, then the longest prefix.
 */
function walk(gateways: readonly MappingGateway[], from: string, callee: string): MappingGateway | undefined {
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const lengthOf = (network: string): number => {
    const [address = '', bits = '32'] = network.split('/');
    const size = 2 ** (32 - Number(bits));
    return Math.floor(number(address) / size) === Math.floor(number(from) / size) ? Number(bits) : -1;
  };
  const best = ({ remoteIps }: MappingGateway): number => Math.max(...remoteIps.map(lengthOf));
  return gateways
    .filter((gateway) => best(gateway) >= 0 && callee.startsWith(gateway.calleePrefix))
    .sort((a, b) => best(b) - best(a) || b.calleePrefix.length - a.calleePrefix.length || a.slot - b.slot)[0];
}
