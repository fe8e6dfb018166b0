import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DialogLeg } from '../../../src/core/call/dialog-leg.ts';
import { formerRoutingGateway } from '../../../src/core/call/former-gateway.ts';
import type { LegUser } from '../../../src/core/call/leg-events.ts';
import type { Surroundings } from '../../../src/core/call/ports.ts';
import { Dialog } from '../../../src/core/dialog/dialog.ts';
import { Dialogs } from '../../../src/core/shard/dialog-table.ts';
import type { SipMessage } from '../../../src/core/sip/message.ts';
import { parsed, textOf } from '../sip/messages.ts';
import { DEFAULT_RESENDS } from '../timer/default-resends.ts';

const SOURCE = { address: '203.0.113.1', port: 5060, listener: 0 };

interface Names {
  readonly callId: string;
  readonly ours: string;
  readonly theirs: string;
}

const NAMES: Names = { callId: 'call', ours: 'we', theirs: 'they' };

function message(startLine: string, method: string, from: string, to: string, callId: string): SipMessage {
  const via = 'Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bK1';
  const addresses = [`From: <sip:1@192.0.2.1>;tag=${from}`, `To: <sip:2@203.0.113.1>;tag=${to}`];
  return parsed(textOf([startLine, via, 'Max-Forwards: 70', ...addresses, `Call-ID: ${callId}`, `CSeq: 1 ${method}`]));
}

/** A request of the peer in that dialog. */
function byeOf({ callId, ours, theirs }: Names): SipMessage {
  return message('BYE sip:192.0.2.1 SIP/2.0', 'BYE', theirs, ours, callId);
}

/** A response of the peer in that dialog. */
function answerOf({ callId, ours, theirs }: Names): SipMessage {
  return message('SIP/2.0 200 OK', 'INVITE', ours, theirs, callId);
}

/** A leg, which enters its dialog itself. */
function enter(dialogs: Dialogs, names: Names): DialogLeg {
  const { callId, ours: localTag } = names;
  const identity = { callId, localTag, localAddress: `<sip:1@192.0.2.1>;tag=${localTag}`, cseq: 1 };
  const local = { hostPort: '192.0.2.1:5060', listener: 0 };
  const dialog = Dialog.asClient(answerOf(names), identity, local, { source: SOURCE, requestsTo: 'source' });
  const rules = formerRoutingGateway('trunk', 0);
  const nobody = {} as LegUser;
  const around = { dialogs } as unknown as Surroundings;
  return new DialogLeg(around, {
    side: 'callee',
    dialog,
    user: nobody,
    rules,
    resends: DEFAULT_RESENDS,
    credentials: null,
  });
}

describe('12: a dialog is found by Call-ID and both tags', () => {
  test('of a request To has our tag, of a response From', () => {
    const dialogs = new Dialogs();
    const leg = enter(dialogs, NAMES);
    assert.equal(dialogs.find(byeOf(NAMES)), leg);
    assert.equal(dialogs.findOf(answerOf(NAMES)), leg);
    assert.equal(dialogs.find(answerOf(NAMES)), null);
  });

  test('one that differs in any of the three is not known', () => {
    const dialogs = new Dialogs();
    enter(dialogs, NAMES);
    for (const other of [{ callId: 'other' }, { ours: 'other' }, { theirs: 'other' }]) {
      assert.equal(dialogs.find(byeOf({ ...NAMES, ...other })), null);
    }
  });

  test('the branches of a fork have our tag in common, and go one by one', () => {
    const dialogs = new Dialogs();
    const branches = ['a', 'b', 'c'].map((theirs) => ({ ...NAMES, theirs }));
    const legs = branches.map((names) => enter(dialogs, names));
    assert.equal(dialogs.size, 3);
    for (let gone = 0; gone <= legs.length; gone++) {
      const found = branches.map((names) => dialogs.find(byeOf(names)));
      assert.deepEqual(
        found,
        legs.map((leg, index) => (index < gone ? null : leg)),
      );
      assert.equal(dialogs.size, legs.length - gone);
      const next = legs[gone];
      if (next !== undefined) dialogs.leave(next.dialog);
    }
  });

  test('a second leg of the same dialog takes the place of the first', () => {
    const dialogs = new Dialogs();
    enter(dialogs, NAMES);
    const second = enter(dialogs, NAMES);
    assert.equal(dialogs.find(byeOf(NAMES)), second);
    assert.equal(dialogs.size, 1);
  });

  test('what has left may leave again', () => {
    const dialogs = new Dialogs();
    const { dialog } = enter(dialogs, NAMES);
    dialogs.leave(dialog);
    dialogs.leave(dialog);
    assert.equal(dialogs.size, 0);
  });
});
