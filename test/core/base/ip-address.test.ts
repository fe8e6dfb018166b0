import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ipKey, parseIp, parseNetwork } from '../../../src/core/base/ip-address.ts';

const keyOf = (text: string): string => {
  const words = parseIp(text);
  return words === null ? assert.fail(`${text} is an address`) : ipKey(words, 128);
};

describe('addresses', () => {
  test('RFC 4291 2.2: every spelling of one address is the same', () => {
    const spellings = ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8:0000::0001', '2001:db8::0.0.0.1'];
    for (const spelling of spellings) assert.equal(keyOf(spelling), keyOf('2001:db8::1'));
  });

  test('RFC 4291 2.5.5.2: an IPv4-mapped IPv6 address is its IPv4 address', () => {
    assert.equal(keyOf('::ffff:192.0.2.1'), keyOf('192.0.2.1'));
    assert.equal(keyOf('::ffff:c000:201'), keyOf('192.0.2.1'));
    assert.notEqual(keyOf('::192.0.2.1'), keyOf('192.0.2.1'));
  });

  test('what is no address is null', () => {
    const wrong = [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '1.2.3.-4',
      '1.2.3.4 ',
      'a.b.c.d',
      '1..2.3',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7::8',
      'g::1',
      '12345::',
      '[::1]',
      'fe80::1%eth0',
      '::1.2.3',
      '::1.2.3.4:5',
      'example.org',
    ];
    for (const text of wrong) assert.equal(parseIp(text), null, text);
  });

  test('every IPv4 address reads back', () => {
    const byte = fc.nat(255);
    fc.assert(
      fc.property(byte, byte, byte, byte, (a, b, c, d) => {
        assert.deepEqual(parseIp(`${a}.${b}.${c}.${d}`), [0, 0, 0, 0, 0, 0xffff, a * 256 + b, c * 256 + d]);
      }),
    );
  });

  test('every IPv6 address reads back, with any of its runs of zeros shortened', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }),
        fc.nat(7),
        (words, from) => {
          const hex = words.map((word) => word.toString(16));
          assert.deepEqual(parseIp(hex.join(':')), words);
          const to = words.findIndex((word, i) => i >= from && word !== 0);
          const end = to < 0 ? 8 : to;
          if (end === from) return;
          assert.deepEqual(parseIp(`${hex.slice(0, from).join(':')}::${hex.slice(end).join(':')}`), words);
        },
      ),
    );
  });
});

describe('networks', () => {
  const holds = (network: string, address: string): boolean => {
    const parsed = parseNetwork(network);
    const words = parseIp(address);
    assert.ok(parsed !== null && words !== null, `${network} and ${address} can be read`);
    return ipKey(parsed.words, parsed.bits) === ipKey(words, parsed.bits);
  };

  test('hold the addresses that begin with their bits, at every length', () => {
    for (let bits = 0; bits <= 32; bits++) {
      assert.ok(holds(`198.51.100.77/${bits}`, '198.51.100.77'));
      const flipped = bits === 0 ? 0 : (0xc6336400 + 77) ^ (1 << (32 - bits));
      const other = [24, 16, 8, 0].map((shift) => (flipped >>> shift) & 255).join('.');
      if (bits > 0) assert.ok(!holds(`198.51.100.77/${bits}`, other), `/${bits} does not hold ${other}`);
    }
    assert.ok(holds('2001:db8::/32', '2001:db8:ffff::1'));
    assert.ok(!holds('2001:db8::/33', '2001:db8:ffff::1'));
  });

  test('an address alone is its own network', () => {
    assert.equal(parseNetwork('192.0.2.1')?.bits, 128);
    assert.ok(holds('192.0.2.1', '::ffff:192.0.2.1'));
  });

  test('what is no network is null', () => {
    for (const text of [
      '1.2.3.4/33',
      '1.2.3.4/',
      '1.2.3.4/x',
      '1.2.3.4/-1',
      '::1/129',
      '::1/1000',
      '/8',
      '1.2.3/8',
      '1.2.3.4/8/9',
    ]) {
      assert.equal(parseNetwork(text), null, text);
    }
  });
});
