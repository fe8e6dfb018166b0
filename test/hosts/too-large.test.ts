// A request that fits no datagram once it is written anew for the other side is its sender's affair: the gateway it was
// for is still there, and so are the calls of others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SENT_BYTES_MAX } from '../../src/core/sip/sip-limits.ts';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { eventually } from './eventually.ts';
import { LiveSwitch } from './live-switch.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';

/** An INVITE names the called number once, ours names it twice. */
const LONG_NUMBER = `4989${'1'.repeat(20_000)}`;
const LONG_LINES = 'a=x\r\n'.repeat(8_500);

/** So many attempts without an answer would take a gateway out. */
const TOO_MANY = 4;

for (const shards of [0, 1]) {
  test(`a request that is too large to be sent is answered 513, and fails alone; ${shards} shards`, async (context) => {
    const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 1_000 });
    const network = networkOf(['127.0.0.2'], [{ name: 'vendor', at: answerer.peer.place }]);
    const live = await LiveSwitch.start(context, shards, network);
    const caller = new Caller(await Peer.open(context, '127.0.0.2'));
    const plan = { to: live.sip, callee: '4989100', holdMs: 500 };
    const other = caller.place(plan);
    for (let index = 0; index < TOO_MANY; index++) {
      const parts = caller.inviteParts({ ...plan, callee: LONG_NUMBER }, `large-${index}`);
      const large = { ...parts, to: `<sip:${live.sip.address}>`, body: parts.body + LONG_LINES };
      assert.equal((await caller.peer.ask(large, live.sip).final)?.status, 513);
    }
    const { status, byeStatus } = await other;
    assert.deepEqual([status, byeStatus], [200, 200]);
    const cdrs = await eventually('the CDRs', async () => {
      const found = await live.management.cdrs();
      return found.length > TOO_MANY ? found : null;
    });
    const refused = cdrs.filter(({ sipCode }) => sipCode === 513);
    assert.equal(refused.length, TOO_MANY);
    for (const { endReason, attempts } of refused) {
      assert.deepEqual([endReason, attempts.map(({ left }) => left)], ['ProtocolError', ['tooLarge']]);
    }
    assert.equal((await caller.place({ ...plan, holdMs: 0 })).status, 200, 'the gateway is not out');
    await live.management.atRest();
    live.checkLimits();
  });
}

test('so is one inside a call, which goes on', async (context) => {
  const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 0 });
  const network = networkOf(['127.0.0.2'], [{ name: 'vendor', at: answerer.peer.place }]);
  const live = await LiveSwitch.start(context, 1, network);
  const caller = new Caller(await Peer.open(context, '127.0.0.2'));
  const plan = { to: live.sip, callee: '4989100', holdMs: 0 };
  const answer = await caller.invite(plan, 'call').final;
  assert.ok(answer?.status === 200);
  const parts = { uri: answer.contact, from: answer.from, to: answer.to, callId: 'call', cseq: 2, body: '' };
  const head = caller.peer.print({ ...parts, method: 'INVITE', body: LONG_LINES }, `z9hG4bK-${caller.peer.mint()}`);
  const body = LONG_LINES.repeat(2).slice(0, SENT_BYTES_MAX - 10 - (head.length - LONG_LINES.length));
  for (const [method, cseq] of [
    ['INFO', 2],
    ['INVITE', 3],
  ] as const) {
    assert.equal((await caller.peer.ask({ ...parts, method, cseq, body }, live.sip).final)?.status, 513);
  }
  assert.equal((await caller.peer.ask({ ...parts, method: 'BYE', cseq: 4 }, live.sip).final)?.status, 200);
  await live.management.atRest();
});
