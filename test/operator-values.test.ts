// Addresses as operators spell them, and as datagrams name them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '../src/operator-file.ts';
import { ipAddress } from '../src/operator-values.ts';

test('an address has one spelling, that of the system', () => {
  for (const [written, plain] of [
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.002.001', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:201', '192.0.2.1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
  ] as const) {
    assert.equal(ipAddress(written), plain);
  }
  for (const wrong of ['', '192.0.2', '192.0.2.256', '[::1]', 'fe80::1%eth0', 'sip.example']) {
    assert.ok(ipAddress(wrong) instanceof Refused, wrong);
  }
});
