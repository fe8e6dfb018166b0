import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AddressMethod } from '../../../src/core/base/target.ts';
import { Dialog } from '../../../src/core/dialog/dialog.ts';
import type { SipMessage } from '../../../src/core/sip/message.ts';
import { inviteText, inviteWith, parsed, textOf } from '../sip/messages.ts';

const LOCAL = { hostPort: '192.0.2.100:5060', listener: 3 };
const SOURCE = { address: '198.51.100.7', port: 5080, listener: 3 };
const IDENTITY = { callId: 'ours', localTag: 'we', localAddress: '<sip:1@192.0.2.100>;tag=we', cseq: 1 };

/** The 200 to our INVITE, with more lines. */
function success(more: readonly string[] = []): SipMessage {
  return parsed(
    textOf([
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP 192.0.2.100:5060;branch=z9hG4bK1',
      'From: <sip:1@192.0.2.100>;tag=we',
      'To: <sip:2@203.0.113.1>;tag=they',
      'Call-ID: ours',
      'CSeq: 1 INVITE',
      ...more,
    ]),
  );
}

function asClient(more: readonly string[], requestsTo: AddressMethod = 'stated'): Dialog {
  return Dialog.asClient(success(more), IDENTITY, LOCAL, { source: SOURCE, requestsTo });
}

function asServer(text: string): Dialog {
  return Dialog.asServer(parsed(text), 'ours', LOCAL, { source: SOURCE, requestsTo: 'stated' });
}

function startOf(dialog: Dialog): string[] {
  const lines = dialog.print('BYE', 2, 'z9hG4bK2', '', '').split('\r\n');
  return lines.filter((line) => /^(BYE|Route)/.test(line));
}

describe('12.1.1: the dialog of a UAS', () => {
  test('has the tags, addresses and the Contact of the INVITE', () => {
    const dialog = asServer(inviteText());
    assert.deepEqual(
      [dialog.callId, dialog.localTag, dialog.remoteTag, dialog.remoteCseq, dialog.localCseq],
      ['a84b4c76e66710@example.org', 'ours', '1928301774', 314159, 0],
    );
    assert.equal(dialog.localAddress, '<sip:bob@example.com>;tag=ours');
    assert.equal(dialog.remoteAddress, '"Alice" <sip:alice@example.org>;tag=1928301774');
    assert.deepEqual(dialog.target, { address: '192.0.2.1', port: 5060, listener: 3 });
    assert.deepEqual(startOf(dialog), ['BYE sip:alice@192.0.2.1 SIP/2.0']);
  });

  test('takes the route set in the order of the message', () => {
    const dialog = asServer(
      inviteText(['Record-Route: <sip:192.0.2.11;lr>, <sip:192.0.2.12;lr>', 'Record-Route: <sip:192.0.2.13;lr>']),
    );
    assert.deepEqual(startOf(dialog), [
      'BYE sip:alice@192.0.2.1 SIP/2.0',
      'Route: <sip:192.0.2.11;lr>',
      'Route: <sip:192.0.2.12;lr>',
      'Route: <sip:192.0.2.13;lr>',
    ]);
    assert.deepEqual(dialog.target, { address: '192.0.2.11', port: 5060, listener: 3 });
  });
});

describe('12.1.2: the dialog of a UAC', () => {
  test('takes the route set in reverse', () => {
    const dialog = asClient([
      'Contact: <sip:2@203.0.113.1:5071>',
      'Record-Route: <sip:192.0.2.11;lr>, <sip:192.0.2.12:5099;lr>',
    ]);
    assert.deepEqual(startOf(dialog), [
      'BYE sip:2@203.0.113.1:5071 SIP/2.0',
      'Route: <sip:192.0.2.12:5099;lr>',
      'Route: <sip:192.0.2.11;lr>',
    ]);
    assert.deepEqual(dialog.target, { address: '192.0.2.12', port: 5099, listener: 3 });
  });

  test('prints what a request in it needs, and ends every line', () => {
    const dialog = asClient(['Contact: <sip:2@203.0.113.1:5071>']);
    assert.equal(
      dialog.print('INFO', 7, 'z9hG4bKx', 'Content-Type: text/plain\r\n', 'hello'),
      textOf(
        [
          'INFO sip:2@203.0.113.1:5071 SIP/2.0',
          'Via: SIP/2.0/UDP 192.0.2.100:5060;branch=z9hG4bKx;rport',
          'Max-Forwards: 70',
          'From: <sip:1@192.0.2.100>;tag=we',
          'To: <sip:2@203.0.113.1>;tag=they',
          'Call-ID: ours',
          'CSeq: 7 INFO',
          'Contact: <sip:192.0.2.100:5060>',
          'Content-Type: text/plain',
          'Content-Length: 5',
        ],
        'hello',
      ),
    );
  });

  test('a 2xx without Contact (RFC 2543 peers) leaves the address where the INVITE went', () => {
    const dialog = asClient([]);
    assert.deepEqual(startOf(dialog), ['BYE sip:198.51.100.7:5080 SIP/2.0']);
    assert.deepEqual(dialog.target, SOURCE);
  });
});

describe('12.2.1.1: a first route that is strict', () => {
  test('becomes the Request-URI, and the remote target the last route', () => {
    const dialog = asServer(inviteText(['Record-Route: <sip:192.0.2.11>, <sip:192.0.2.12;lr>']));
    assert.deepEqual(startOf(dialog), [
      'BYE sip:192.0.2.11 SIP/2.0',
      'Route: <sip:192.0.2.12;lr>',
      'Route: <sip:alice@192.0.2.1>',
    ]);
    assert.deepEqual(dialog.target, { address: '192.0.2.11', port: 5060, listener: 3 });
  });
});

describe('where datagrams go', () => {
  test('to IPv6 as well', () => {
    const dialog = asServer(inviteWith('Contact', 'Contact: <sip:a@[2001:db8::9]:5070>'));
    assert.deepEqual(dialog.target, { address: '2001:db8::9', port: 5070, listener: 3 });
  });

  test('a host name is not resolved: they go where the peer came from', () => {
    const dialog = asServer(inviteWith('Contact', 'Contact: <sip:alice@pc33.example.org>'));
    assert.deepEqual(dialog.target, SOURCE);
    assert.deepEqual(startOf(dialog), ['BYE sip:alice@pc33.example.org SIP/2.0']);
  });

  test('12.2: a target refresh moves the remote target; one without Contact leaves it', () => {
    const dialog = asServer(inviteText());
    dialog.refreshTarget(parsed(inviteWith('Contact', 'Contact: <sip:alice@192.0.2.77:5099>')));
    assert.deepEqual(dialog.target, { address: '192.0.2.77', port: 5099, listener: 3 });
    dialog.refreshTarget(parsed(inviteWith('Contact', null)));
    assert.deepEqual(dialog.target, { address: '192.0.2.77', port: 5099, listener: 3 });
  });

  test('12.2: the route set stays what it was', () => {
    const dialog = asServer(inviteText(['Record-Route: <sip:192.0.2.11;lr>']));
    dialog.refreshTarget(parsed(inviteWith('Contact', 'Contact: <sip:alice@192.0.2.77>')));
    assert.deepEqual(startOf(dialog), ['BYE sip:alice@192.0.2.77 SIP/2.0', 'Route: <sip:192.0.2.11;lr>']);
    assert.equal(dialog.target.address, '192.0.2.11');
  });
});

test('19.1.1: what stands behind the ? of a Contact is in no request line, and a ? of its user is', () => {
  const withHeaders = 'sip:a?b@192.0.2.77:5099;x=1?Subject=hi&Priority=urgent';
  const dialog = asServer(inviteWith('Contact', `Contact: <${withHeaders}>`));
  assert.deepEqual(startOf(dialog), ['BYE sip:a?b@192.0.2.77:5099;x=1 SIP/2.0']);
  assert.equal(dialog.refreshTarget(parsed(inviteWith('Contact', `Contact: <${withHeaders}>`))), false);
});

test('the gateway says where requests go: to the Contact, to its port at the source, or back to the source', () => {
  const contact = ['Contact: <sip:2@203.0.113.99:5077>'];
  assert.equal(asClient(contact, 'stated').target.address, '203.0.113.99');
  assert.deepEqual(asClient(contact, 'statedPort').target, { ...SOURCE, port: 5077 });
  assert.deepEqual(asClient(contact, 'source').target, SOURCE);
});

test('a route set decides before the gateway does', () => {
  const routed = ['Contact: <sip:2@203.0.113.99:5077>', 'Record-Route: <sip:203.0.113.50;lr>'];
  assert.equal(asClient(routed, 'source').target.address, '203.0.113.50');
});

test('13.2.2.4: the 2xx says anew which way requests of an early dialog go', () => {
  const dialog = asClient(['Contact: <sip:2@203.0.113.99:5077>']);
  dialog.confirm(success(['Contact: <sip:2@203.0.113.99:5077>', 'Record-Route: <sip:203.0.113.50;lr>']));
  assert.equal(dialog.target.address, '203.0.113.50');
});
