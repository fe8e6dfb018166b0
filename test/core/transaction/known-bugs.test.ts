// Faults that other switches had, each shown not to be ours: those that belong to transactions. The others name the
// folder that owes the test.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_RESENDS } from '../timer/default-resends.ts';
import { Rig, request, TARGET } from './rig.ts';
import { readRows } from './rows.ts';

const DIALOG = 'core/dialog';
const CALL = 'core/call';

/** By the place a bug was seen. */
const CHECKS: Readonly<Record<string, ((rig: Rig) => void) | typeof DIALOG | typeof CALL>> = {
  'RFC 3261 text; fixed by RFC 6026': (rig) => {
    const invite = rig.receive('INVITE');
    assert.ok(invite);
    rig.respond(invite, 200);
    rig.at(20_000);
    assert.equal(rig.receive('INVITE'), invite);
    assert.equal(rig.trace.filter((line) => line.endsWith('up INVITE')).length, 1);
  },
  resiprocate: (rig) => {
    const invite = rig.invite();
    rig.answer('INVITE', 200);
    rig.at(31_999);
    assert.equal(invite.state, 'accepted');
    assert.ok(rig.answer('INVITE', 200));
    rig.at(32_000);
    rig.assertAtRest();
  },
  'pjsip #1131': DIALOG,
  'pjsip #1857': DIALOG,
  'pjsip #1712': DIALOG,
  'pjsip #1755, siphon #375': DIALOG,
  'baresip/re #1155': DIALOG,
  'siphon #390': CALL,
  'siphon #389': CALL,
  'siphon #84': (rig) => {
    const invite = rig.receive('INVITE');
    assert.ok(invite);
    rig.respond(invite, 200);
    rig.respond(invite, 200);
    assert.deepEqual(rig.drain(), ['0 up INVITE', '0 send 200', '0 send 200']);
    assert.equal(rig.receive('ACK', { toTag: 'to-1', branch: 'z9hG4bK-2' }), null);
  },
  'siphon #130': (rig) => {
    rig.send('BYE');
    rig.at(600);
    rig.answer('BYE', 200);
    assert.deepEqual(rig.drain(), ['0 send BYE', '500 send BYE', '600 up 200']);
  },
  'siphon #214': (rig) => {
    const invite = rig.invite();
    rig.answer('INVITE', 180);
    rig.cancel(invite);
    rig.answer('CANCEL', 200);
    rig.answer('INVITE', 487);
    rig.at(10_000);
    rig.answer('INVITE', 487);
    assert.equal(rig.sent.filter((text) => text.startsWith('ACK')).length, 2);
  },
  'siphon #362': (rig) => {
    const forks = ['z9hG4bK-a', 'z9hG4bK-b'].map((branch) => rig.invite(DEFAULT_RESENDS, { branch }));
    for (const fork of forks) {
      rig.answer('INVITE', 180, { branch: fork.branch });
      rig.cancel(fork, { branch: fork.branch });
    }
    const cancels = rig.sent.filter((text) => text.startsWith('CANCEL'));
    assert.deepEqual(
      cancels.map((text) => /branch=(\S+)/.exec(text)?.[1]),
      ['z9hG4bK-a', 'z9hG4bK-b'],
    );
  },
  'SEMS #71': (rig) => {
    const invite = rig.invite();
    rig.answer('INVITE', 180);
    rig.cancel(invite);
    rig.drain();
    rig.answer('INVITE', 200);
    assert.deepEqual(rig.drain(), ['0 up 200']);
  },
  'drachtio-srf #47, #84': CALL,
  'drachtio-server #480': (rig) => {
    const invite = rig.receive('INVITE');
    assert.ok(invite);
    assert.equal(rig.table.inviteOf(request('CANCEL', { sentBy: '198.51.100.7:61234' })), invite);
    rig.respond(invite, 487);
    assert.equal(rig.receive('ACK', { sentBy: '198.51.100.7:61234', toTag: 'to-1' }), invite);
    assert.equal(invite.state, 'confirmed');
  },
  'opensips #3010': CALL,
  'asterisk #1717': CALL,
  'opensips #1596': CALL,
  'pjsip #1166, #514': DIALOG,
  'drachtio-server #318': CALL,
  'opensips #679': CALL,
  'siphon #345': CALL,
  'drachtio-server #402': DIALOG,
  'pjsip #3234, #635': CALL,
  'JsSIP #114': (rig) => {
    rig.invite();
    rig.answer('INVITE', 200);
    rig.at(31_000);
    rig.drain();
    rig.answer('INVITE', 200, { toTag: 'late' });
    assert.deepEqual(rig.drain(), ['31000 up 200']);
  },
  'baresip #2819, pjsip #111': DIALOG,
  'pjsip #378/#3541': (rig) => {
    rig.receive('INVITE');
    assert.ok(rig.table.isMerged(request('INVITE', { branch: 'z9hG4bK-2' })));
    assert.ok(!rig.table.isMerged(request('INVITE')));
    assert.ok(!rig.table.isMerged(request('INVITE', { branch: 'z9hG4bK-2', cseq: 2 })));
    assert.ok(!rig.table.isMerged(request('INVITE', { branch: 'z9hG4bK-2', toTag: 'to-1' })));
  },
  'JsSIP #617': (rig) => {
    const invite = rig.receive('INVITE');
    assert.ok(invite);
    rig.respond(invite, 486);
    rig.receive('ACK', { toTag: 'to-1' });
    rig.at(5000);
    assert.ok(!rig.table.isMerged(request('INVITE', { branch: 'z9hG4bK-2' })));
  },
  'asterisk #794': DIALOG,
  'siphon #113, #119': DIALOG,
  'SIP.js #144': DIALOG,
  'siphon #258': DIALOG,
  'opensips #3162': (rig) => {
    const bye = rig.receive('BYE');
    assert.ok(bye);
    rig.respond(bye, 200);
    rig.at(31_000);
    assert.equal(rig.receive('BYE'), bye);
    assert.equal(rig.trace.at(-1), '31000 send 200');
  },
  'sipsorcery #1370': (rig) => {
    const invite = rig.receive('INVITE');
    assert.ok(invite);
    rig.respond(invite, 486);
    rig.at(31_900);
    assert.equal(rig.receive('ACK', { toTag: 'to-1' }), invite);
    assert.ok(!rig.trace.some((line) => line.endsWith('timeout')));
  },
  'pocket-dial #148': (rig) => {
    const invite = rig.invite();
    rig.at(8000);
    assert.equal(rig.sent.length, 5);
    rig.answer('INVITE', 180);
    rig.cancel(invite);
    rig.drain();
    rig.at(100_000);
    assert.ok(!rig.trace.some((line) => line.endsWith('send INVITE')));
  },
  'sipexer #6': (rig) => {
    rig.invite(DEFAULT_RESENDS, { transport: 'TCP' });
    for (let repeat = 0; repeat < 3; repeat++) rig.answer('INVITE', 100);
    assert.equal(rig.sent.length, 1);
  },
  'kamailio #1554': (rig) => {
    rig.invite();
    rig.send('OPTIONS', { branch: 'z9hG4bK-2' });
    rig.table.transportError(TARGET.address, TARGET.port);
    rig.assertAtRest();
  },
  'kamailio #1220, #4626': (rig) => {
    rig.receive('OPTIONS');
    rig.send('OPTIONS', { branch: 'z9hG4bK-2' });
    rig.answer('OPTIONS', 100, { branch: 'z9hG4bK-2' });
    rig.at(32_000);
    rig.assertAtRest();
  },
  'pjsip #677': (rig) => {
    rig.invite();
    rig.at(600);
    rig.wheel.advance(-3_600_000);
    rig.at(1500);
    assert.deepEqual(rig.drain(), ['0 send INVITE', '500 send INVITE', '1500 send INVITE']);
  },
};

const rows = readRows('known_bugs.csv');

test('known_bugs.csv: every bug has its test here, or the folder that owes it', () => {
  assert.deepEqual(rows.map((row) => row['where']).sort(), Object.keys(CHECKS).sort());
});

for (const row of rows) {
  const check = CHECKS[row['where'] ?? ''];
  if (typeof check === 'function') test(`not ours: ${row['defect']} (${row['where']})`, () => check(new Rig()));
}
