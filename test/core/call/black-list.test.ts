// The dynamic blacklist over several shards, its white list, and what `tandem route` says of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NUMBER_CHARACTERS_MAX } from '../../../src/core/base/limits.ts';
import { explainRoute } from '../../../src/core/routing/explain.ts';
import { SeenEntry } from '../../../src/core/shard/seen-entry.ts';
import { EPOCH_WALL_MS } from '../../simulator/switch.ts';
import { nowOf } from '../routing/route-moment.ts';
import { CALLER, PricedBench, snapshotOfFile } from './priced-bench.ts';

const NETWORK = `
accounts: [{ account: alpha }]
numberGroups: [{ name: trusted, numbers: LISTED }]
systemWhiteList: trusted
mappingGateways: [{ name: in, account: alpha, remoteIps: ${CALLER.address} }]
routingGateways: [{ name: out, remoteIp: 203.0.113.1 }]
systemParameters:
  SS_BLACK_LIST_CALLER_MALICIOUS_CALL_LIMIT: 5
`;

function reasonsOf(file: string, count: number, caller = '4930'): readonly unknown[] {
  const bench = new PricedBench(file, { shardCount: 3 });
  bench.caller = caller;
  for (let call = 0; call < count; call++) {
    bench.call(`call-${call}`, '33', call);
    bench.hangUp(`call-${call}`, call);
  }
  return bench.switch.cdrs.map(({ endReason }) => endReason);
}

test('the calls of a number are counted over all shards, and it is blocked in all of them', () => {
  const reasons = reasonsOf(NETWORK.replace('LISTED', '1'), 20);
  assert.deepEqual(reasons.slice(0, 5), new Array(5).fill('Normal'));
  assert.deepEqual(reasons.slice(5), new Array(15).fill('BlackListed'));
});

test('a number on the system white list is never blocked', () => {
  assert.deepEqual(reasonsOf(NETWORK.replace('LISTED', '4930'), 20), new Array(20).fill('Normal'));
});

for (const caller of ['anonymous', 'Unavailable', 'private']) {
  test(`${caller} is no number: whoever calls so is not blocked for what others have tried`, () => {
    const file = `${NETWORK.replace('LISTED', '1')}  SS_BLACK_LIST_CALLER_CONCURRENT_LIMIT: 1\n`;
    assert.deepEqual(reasonsOf(file, 20, caller), new Array(20).fill('Normal'));
    const bench = new PricedBench(file, { shardCount: 3 });
    bench.caller = caller;
    for (let call = 0; call < 3; call++) bench.call(`call-${call}`, '33', call);
    assert.deepEqual(bench.switch.cdrs, [], 'three at once');
  });
}

test('a called number that is longer than a record keeps, and does not answer, is blocked', () => {
  const file = `${NETWORK.replace('LISTED', '1')}  SS_BLACK_LIST_NO_ANSWER_LIMIT: 3\n`;
  const bench = new PricedBench(file.replace('CALL_LIMIT: 5', 'CALL_LIMIT: 0'));
  const callee = `33${'1'.repeat(NUMBER_CHARACTERS_MAX)}`;
  for (let call = 0; call < 4; call++) bench.refuse(`call-${call}`, callee, '480 Temporarily Unavailable', call);
  const reasons = bench.switch.cdrs.map(({ endReason }) => endReason);
  assert.deepEqual(reasons, ['NoAnswer', 'NoAnswer', 'NoAnswer', 'BlackListed']);
});

test('tandem route says what a call would hear, for the moment that is asked for, and counts nothing', () => {
  const file = NETWORK.replace('LISTED', '1');
  const bench = new PricedBench(file, { shardCount: 3 });
  const why = (wallMs: number): string => {
    const { admission, blackList } = bench.switch;
    const now = { ...nowOf(wallMs), entry: new SeenEntry({ admission, blackList, nowMs: 0 }) };
    return explainRoute(snapshotOfFile(file), { from: 'in', caller: '4930', callee: '33' }, now).refusal;
  };
  for (let question = 0; question < 10; question++) assert.equal(why(EPOCH_WALL_MS), '');
  for (let call = 0; call < 6; call++) bench.call(`call-${call}`, '33', call);
  assert.equal(why(EPOCH_WALL_MS + 1_000), 'the caller 4930 is on the blacklist');
  assert.equal(why(EPOCH_WALL_MS + 3_700_000), '', 'an hour later');
});
