// What the edge drops before anybody has looked into it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Edge } from '../../src/edge/edge.ts';

const OPTIONS = Buffer.from(
  'OPTIONS sip:x@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK1;rport\r\n\r\n',
);

test('keep-alives, what cannot be read, and what comes from port 0: it could not be answered', () => {
  const edge = new Edge({ onUnreachable: () => undefined, onOverload: () => undefined, seed: 1 });
  const put: number[] = [];
  edge.open({
    put: (_bytes, _address, port) => put.push(port) > 0,
    shardOf: () => 0,
    isBusy: () => false,
    turn: () => false,
  });
  edge.receive(OPTIONS, '192.0.2.2', 5060, 0);
  edge.receive(OPTIONS, '192.0.2.2', 0, 0);
  edge.receive(Buffer.from('\r\n\r\n'), '192.0.2.2', 5060, 0);
  edge.readFailed();
  assert.deepEqual(put, [5060]);
  assert.deepEqual(edge.counts.screened, { keepAlive: 1, noPort: 1, readError: 1, ringFull: 0 });
});
