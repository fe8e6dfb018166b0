// A CANCEL that comes with its INVITE: while new calls wait for the sockets to run dry it stays behind it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { until } from './eventually.ts';
import { LiveSwitch } from './live-switch.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';

for (const shards of [0, 1]) {
  const title = '9.2: a CANCEL right behind its INVITE ends the call, whatever the edge reads first';
  test(`${title}; ${shards} shards`, async (context) => {
    const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 1_000 });
    const network = networkOf(['127.0.0.2'], [{ name: 'vendor', at: answerer.peer.place }]);
    const live = await LiveSwitch.start(context, shards, network);
    const caller = new Caller(await Peer.open(context, '127.0.0.2'));
    const parts = caller.inviteParts({ to: live.sip, callee: '4989100', holdMs: 0 }, 'call');
    const invite = caller.peer.ask(parts, live.sip);
    const cancel = caller.peer.cancel(invite, parts, live.sip);
    assert.equal((await cancel.final)?.status, 200);
    assert.equal((await invite.final)?.status, 487);
    await until('the vendor is cancelled', () => answerer.peer.requests('CANCEL').length === 1);
    await live.management.atRest();
    live.checkLimits();
  });
}
