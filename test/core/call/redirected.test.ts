// Calls that a gateway sends elsewhere: what the decision says of it, and how many gateways they may try.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainCall } from '../../../src/control/explained-call.ts';
import { CALLER, PricedBench, TRUNK } from './priced-bench.ts';

const NETWORK = `
accounts: [{ account: alpha }]
mappingGateways: [{ name: in, account: alpha, remoteIps: ${CALLER.address} }]
routingGateways: [{ name: out, remoteIp: ${TRUNK.address}, followRedirects: On, cps: 1, cpsBurst: 1 }]
`;

test('a gateway that was tried is told as tried, also when its 3xx could not be followed for its call rate', () => {
  const bench = new PricedBench(NETWORK);
  bench.refuse('call', '33', '302 Moved Temporarily', 0);
  const [cdr] = bench.switch.cdrs;
  assert.ok(cdr !== undefined);
  assert.equal(cdr.attempts.length, 1);
  assert.deepEqual(
    explainCall(cdr).gateways.map(({ gateway, isTried, what }) => [gateway, isTried, what]),
    [['out', true, `tried: failure 302 at ${TRUNK.address}:5060`]],
  );
});

const REDIRECTING = `
accounts: [{ account: alpha }]
mappingGateways: [{ name: in, account: alpha, remoteIps: ${CALLER.address} }]
routingGateways:
  - { name: one, remoteIp: ${TRUNK.address}, followRedirects: On, priority: 1 }
  - { name: two, remoteIp: ${TRUNK.address}, priority: 2 }
  - { name: three, remoteIp: ${TRUNK.address}, priority: 3 }
systemParameters: { SS_GATEWAY_SWITCH_LIMIT: GATEWAYS }
`;

/** Gateways of the attempts of a call that \`one\` sends elsewhere, and that everybody refuses then. */
function attemptsWithin(limit: string): readonly string[] {
  const bench = new PricedBench(REDIRECTING.replace('GATEWAYS', limit));
  bench.refuse('call', '33', '302 Moved Temporarily', 0);
  while (bench.switch.cdrs.length === 0) bench.refuseNext('500 No');
  return bench.switch.cdrs[0]?.attempts.map(({ gateway, code }) => `${gateway} ${code}`) ?? [];
}

test('SS_GATEWAY_SWITCH_LIMIT counts gateways: where one has sent the call is no further one', () => {
  assert.deepEqual(attemptsWithin('1'), ['one 302', 'one 500']);
  assert.deepEqual(attemptsWithin('2'), ['one 302', 'one 500', 'two 500']);
  assert.deepEqual(attemptsWithin('None'), ['one 302', 'one 500', 'two 500', 'three 500']);
});
