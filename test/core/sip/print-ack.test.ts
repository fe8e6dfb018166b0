import assert from 'node:assert/strict';
import { test } from 'node:test';

import { printAck } from '../../../src/core/sip/print-ack.ts';
import { printCancel } from '../../../src/core/sip/print-cancel.ts';
import { inviteText, inviteWith, parsed } from './messages.ts';

const INVITE = parsed(
  inviteText(['v: SIP/2.0/UDP lower', 'Route: <sip:p1;lr>', 'Require: 100rel', 'route: <sip:p2;lr>']).replace(
    ';rport',
    ';rport, SIP/2.0/UDP second',
  ),
);

test('17.1.1.3: the ACK of a failure repeats the INVITE, has its top Via alone and the To of the response', () => {
  const response = parsed(
    inviteWith('To', 'To: <sip:bob@example.com>;tag=314159').replace(/^.*/, 'SIP/2.0 486 Busy Here'),
  );
  assert.equal(
    printAck(INVITE, response),
    'ACK sip:bob@example.com SIP/2.0\r\n' +
      'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport\r\n' +
      'Max-Forwards: 70\r\n' +
      'Route: <sip:p1;lr>\r\n' +
      'route: <sip:p2;lr>\r\n' +
      'From: "Alice" <sip:alice@example.org>;tag=1928301774\r\n' +
      'To: <sip:bob@example.com>;tag=314159\r\n' +
      'Call-ID: a84b4c76e66710@example.org\r\n' +
      'CSeq: 314159 ACK\r\n' +
      'Content-Length: 0\r\n\r\n',
  );
});

test('9.1: a CANCEL repeats the INVITE, branch and To included, and requires nothing', () => {
  assert.equal(
    printCancel(INVITE, 'Reason: Q.850;cause=16\r\n'),
    'CANCEL sip:bob@example.com SIP/2.0\r\n' +
      'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport\r\n' +
      'Max-Forwards: 70\r\n' +
      'Route: <sip:p1;lr>\r\n' +
      'route: <sip:p2;lr>\r\n' +
      'From: "Alice" <sip:alice@example.org>;tag=1928301774\r\n' +
      'To: <sip:bob@example.com>\r\n' +
      'Call-ID: a84b4c76e66710@example.org\r\n' +
      'CSeq: 314159 CANCEL\r\n' +
      'Reason: Q.850;cause=16\r\nContent-Length: 0\r\n\r\n',
  );
});
