// The edge's end of the rings while a socket is behind: what the shards put out is kept until it has left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Doorbell } from '../../src/core/base/doorbell.ts';
import { Ring } from '../../src/core/base/ring.ts';
import { allocateSwitchMemory, type ShardMemory } from '../../src/core/shard/shared-memory.ts';
import { RingGate } from '../../src/edge/ring-gate.ts';
import { DatagramsOut } from '../../src/shard-host/datagrams-out.ts';

test('frames sent while the socket was behind are given back when it is not, with nothing new to come', () => {
  const memory = allocateSwitchMemory(1);
  const { outbound } = memory.shards[0] as ShardMemory;
  let sentCount = 0;
  const wire = {
    isBehind: true,
    send: () => {
      sentCount += 1;
    },
  };
  const gate = new RingGate(memory, wire);
  const ring = new Ring(outbound);
  const out = new DatagramsOut(ring, new Doorbell(memory.doorbell), () => undefined);
  out.transmit('OPTIONS', { address: '192.0.2.1', port: 5060, listener: 0 });
  out.publish();
  gate.turn();
  assert.equal(sentCount, 1);
  assert.ok(ring.depthBytes > 0, 'the socket may still need their bytes');
  wire.isBehind = false;
  assert.equal(gate.turn(), false, 'and the edge may sleep');
  assert.deepEqual([ring.depthBytes, sentCount], [0, 1]);
});
