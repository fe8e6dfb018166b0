// What tandem start says on a terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '../../src/cli/start.ts';
import type { ListenerConfig } from '../../src/config.ts';

test('a listener is told by where it is bound, and by what peers are told where that is another place', () => {
  const place = { address: '192.0.2.1', port: 5060, advertisedHost: '192.0.2.1', advertisedPort: 5060 };
  const listener: ListenerConfig = { transport: 'udp', ...place };
  assert.equal(placeOf(listener, 5060), '192.0.2.1:5060');
  assert.equal(placeOf({ ...listener, port: 0, advertisedPort: 0 }, 40_000), '192.0.2.1:40000');
  const elsewhere = { ...listener, advertisedHost: '2001:db8::1' };
  assert.equal(placeOf(elsewhere, 5060), '192.0.2.1:5060 (advertised as [2001:db8::1]:5060)');
  assert.equal(
    placeOf({ ...listener, advertisedPort: 5062 }, 5060),
    '192.0.2.1:5060 (advertised as 192.0.2.1:5062)',
    'the port alone may be another one',
  );
});
