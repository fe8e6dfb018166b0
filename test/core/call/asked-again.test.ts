// An INVITE that was sent anew because its answer asked for credentials, or a longer session: nothing that still comes
// of the first one concerns the second.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerMessage } from '../../simulator/peer-message.ts';
import { CallBench, SDP } from './call-bench.ts';

const CHALLENGE = 'Proxy-Authenticate: Digest realm="v", nonce="n"\r\n';

test('a 200 of a fork behind the proxy that asked is acknowledged and ended, and the call goes on', () => {
  const bench = new CallBench();
  bench.answer(0, 407, 'proxy', CHALLENGE);
  bench.answer(1, 180, 'callee');
  bench.answer(0, 200, 'fork', '', SDP);
  assert.deepEqual(bench.heard, ['INVITE 1', 'ACK 1 proxy', 'INVITE 2', 'ACK 1 fork', 'BYE 2 fork']);
  bench.answer(1, 200, 'callee', '', SDP);
  const { to = '', status } = bench.toCaller.at(-1) as PeerMessage;
  assert.equal(status, 200);
  bench.ask('ACK', 1, to);
  bench.ask('BYE', 2, to);
  assert.deepEqual(bench.heard.slice(5), ['ACK 2 callee', 'BYE 3 callee']);
  bench.rest();
  assert.deepEqual(
    bench.switch.cdrs.map(({ endReason, attempts }) => [endReason, attempts.length]),
    [['Normal', 1]],
  );
});

test('12.2.1.1: a callee that keeps its tag has a dialog that begins with the second INVITE', () => {
  const bench = new CallBench();
  bench.answer(0, 183, 'callee');
  bench.answer(0, 407, 'callee', CHALLENGE);
  bench.answer(1, 200, 'callee', '', SDP);
  const { to = '' } = bench.toCaller.at(-1) as PeerMessage;
  bench.ask('ACK', 1, to);
  bench.ask('BYE', 2, to);
  assert.deepEqual(bench.heard, ['INVITE 1', 'ACK 1 callee', 'INVITE 2', 'ACK 2 callee', 'BYE 3 callee']);
  bench.rest();
});

test('the same of a later INVITE in the call: its first sending has been answered, whatever comes of it', () => {
  const bench = new CallBench();
  bench.answer(0, 200, 'callee', '', SDP);
  const { to = '' } = bench.toCaller.at(-1) as PeerMessage;
  bench.ask('ACK', 1, to);
  bench.ask('INVITE', 2, to, SDP);
  bench.answer(1, 407, 'callee', CHALLENGE);
  bench.answer(2, 180, 'callee');
  bench.answer(1, 200, 'callee', '', SDP);
  bench.answer(2, 200, 'callee', '', SDP);
  bench.ask('ACK', 2, to);
  bench.ask('BYE', 3, to);
  assert.deepEqual(bench.heard.slice(2), [
    'INVITE 2 callee',
    'ACK 2 callee',
    'INVITE 3 callee',
    'ACK 3 callee',
    'BYE 4 callee',
  ]);
  bench.rest();
});
