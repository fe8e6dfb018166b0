// What the decision of a call says of a gateway that has sent it elsewhere and had no room for that.

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
