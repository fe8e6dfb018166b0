// Whose calls count for quality: SS_GATEWAY_ASR_CALCULATE and the gateway's own word; which failures reached the called
// party.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptOutcome } from '../../../src/core/call/hunt.ts';
import { hasReached } from '../../../src/core/call/quality-signs.ts';
import type { RoutingGateway } from '../../../src/core/routing/snapshot.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { RouteBench } from '../routing/route-bench.ts';

const HOUR_MS = 3_600_000;

/** A switch with mapping gateway 1, and routing gateway 2 for 49. */
function benchOf(calculate: 'On' | 'Off', part: Partial<RoutingGateway> = {}): RouteBench {
  return new RouteBench({
    version: 1,
    mappingGateways: [mappingGateway(1)],
    ...routes([routingGateway(2, { prefixes: ['49'], ...part })]),
    parameters: parameters({ SS_GATEWAY_ASR_CALCULATE: calculate }),
  });
}

/** Calls counted for the mapping gateway and for the one routing gateway after a call that it answered 486. */
function countedCalls(calculate: 'On' | 'Off', part: Partial<RoutingGateway>): readonly [number, number, number] {
  const bench = benchOf(calculate, part);
  bench.call({ from: 'customer-1', callee: '49301', answers: () => 486 });
  const read = (slot: number, prefix: string | null) => bench.switch.quality.read(slot, prefix, HOUR_MS, bench.nowMs);
  return [read(1, null).calls, read(2, null).calls, read(2, '49').calls];
}

test('calls count for both gateways and for the prefix', () => {
  assert.deepEqual(countedCalls('On', {}), [1, 1, 1]);
});

test('SS_GATEWAY_ASR_CALCULATE Off: for none, but where the gateway says On', () => {
  assert.deepEqual(countedCalls('Off', {}), [0, 0, 0]);
  assert.deepEqual(countedCalls('Off', { calculateRouteQuality: true }), [0, 1, 1]);
  assert.deepEqual(countedCalls('On', { calculateRouteQuality: false }), [1, 0, 0]);
});

test('E.425: busy, alerted and declined calls reached the called party, others did not', () => {
  const none: AttemptOutcome = {
    how: 'failure',
    status: 503,
    q850: 0,
    hadSdp: false,
    hadRinging: false,
    hadRtp: false,
  };
  assert.equal(hasReached(none), false);
  assert.equal(hasReached({ ...none, status: 404 }), false);
  assert.equal(hasReached({ ...none, status: 486 }), true);
  assert.equal(hasReached({ ...none, q850: 17 }), true);
  assert.equal(hasReached({ ...none, status: 603 }), true);
  assert.equal(hasReached({ ...none, how: 'ringingTimeout', status: 0, hadRinging: true }), true);
});

test('E.425: a call that no gateway took has reached the called party where its attempt had', () => {
  const reached = (status: number, rings = false): (number | null)[] => {
    const bench = benchOf('On');
    bench.call({ from: 'customer-1', callee: '49301', answers: () => status, rings });
    return [1, 2].map((slot) => bench.switch.quality.read(slot, null, HOUR_MS, bench.nowMs).ner);
  };
  for (const status of [486, 600, 603]) assert.deepEqual(reached(status), [1, 1], String(status));
  assert.deepEqual(reached(480, true), [1, 1], '480 after 180');
  for (const status of [480, 404, 503]) assert.deepEqual(reached(status), [0, 0], String(status));
});
