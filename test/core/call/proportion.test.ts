// Percentage routing in the call path: over several shards any hundred calls in a row have exactly their shares.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mappingGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { RouteBench } from '../routing/route-bench.ts';

test('30 of any hundred calls get the prefix and go where it leads, across three shards', () => {
  const proportionCalleePrefixs = [{ proportion: 30, addPrefix: 'a' }];
  const bench = new RouteBench(
    {
      version: 1,
      mappingGateways: [mappingGateway(1, { proportionCalleePrefixs }), mappingGateway(2)],
      ...routes([routingGateway(11, { prefixes: ['a49'] }), routingGateway(12, { prefixes: ['49'] })]),
      parameters: parameters(),
    },
    3,
  );
  const steered: boolean[] = [];
  for (let call = 0; call < 250; call++) {
    const answers = () => 486;
    const callId = bench.call({ from: 'customer-1', callee: `49${call}`, answers });
    bench.call({ from: 'customer-2', callee: `49${call}`, answers });
    const cdr = bench.cdrOf(callId);
    steered.push(cdr?.routingGateway === 'vendor-11');
    assert.equal(cdr?.callee, `49${call}`, 'the record has what was dialled');
    assert.equal(cdr?.calleeSent, steered.at(-1) ? `a49${call}` : `49${call}`);
  }
  assert.equal(new Set(bench.switch.cdrs.map(({ shard }) => shard)).size, 3);
  for (let first = 0; first + 100 <= steered.length; first++) {
    assert.equal(steered.slice(first, first + 100).filter(Boolean).length, 30, `from call ${first}`);
  }
});
