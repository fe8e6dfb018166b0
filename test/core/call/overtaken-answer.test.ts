// A callee whose BYE arrives before its 2xx.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerMessage } from '../../simulator/peer-message.ts';
import { CallBench, SDP } from './call-bench.ts';

test('no session timer begins in a dialog that is over: it would run for as long as the callee says', () => {
  const bench = new CallBench();
  bench.answer(0, 180, 'callee');
  bench.askBack('BYE', 1, 'callee');
  bench.answer(0, 200, 'callee', 'Session-Expires: 86400;refresher=uac\r\n', SDP);
  bench.ask('ACK', 1, (bench.toCaller.at(-1) as PeerMessage).to);
  assert.equal(bench.toCaller.at(-1)?.method, 'BYE');
  bench.rest();
});
