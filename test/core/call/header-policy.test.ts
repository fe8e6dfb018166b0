import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crossingOf } from '../../../src/core/call/header-policy.ts';
import { EMPTY_CROSSING } from '../../../src/core/call/leg-events.ts';
import { inviteText, parsed } from '../sip/messages.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n';

function crossing(lines: readonly string[], body = ''): string {
  return crossingOf(parsed(inviteText(lines, body))).headers;
}

describe('what crosses', () => {
  test('unknown headers pass byte for byte, in any spelling, folds included', () => {
    const lines = ['X-Billing:  a ,b;c="d, e"  ', 'x-folded: one\r\n  two\r\n\tthree', 'P-Unknown: a=1;x="\\""'];
    assert.equal(crossing(lines), lines.map((line) => `${line}\r\n`).join(''));
  });

  test('bytes above 127 pass as they are', () => {
    const line = `Subject: ${Buffer.from('Grüße', 'utf8').toString('latin1')}`;
    assert.equal(crossing([line]), `${line}\r\n`);
  });

  test('headers with a meaning for both ends pass: Subject, Date, Content-Type', () => {
    const lines = ['Subject: s', 'Date: Sat, 13 Nov 2010 23:29:00 GMT'];
    assert.equal(crossing(lines), lines.map((line) => `${line}\r\n`).join(''));
    assert.equal(crossing(['c: application/sdp'], SDP), 'c: application/sdp\r\n');
  });

  test('what each dialog writes for itself does not pass', () => {
    assert.equal(crossing([]), '');
    assert.equal(crossing(['User-Agent: x', 'Server: x', 'Allow: INVITE', 'Supported: timer', 'k: 100rel']), '');
  });

  test('what shows the other side, or makes sense on one hop only, is hidden', () => {
    const hidden = [
      'Route: <sip:192.0.2.9;lr>',
      'Record-Route: <sip:192.0.2.9;lr>',
      'Path: <sip:192.0.2.9>',
      'Proxy-Authorization: Digest x="y"',
      'Authorization: Digest x="y"',
      'Call-Info: <http://inside.example>',
      'Session-Expires: 90',
      'x: 90',
      'Min-SE: 90',
      'Timestamp: 1',
      'Require: 100rel',
      'Proxy-Require: foo',
      'Warning: 399 inside "x"',
      'Replaces: a;to-tag=b;from-tag=c',
      'In-Reply-To: a@inside.example',
      'b: <sip:1@inside.example>',
      'Organization: inside',
      'Alert-Info: <http://inside.example>',
      'Retry-After: 5',
      'Join: a;to-tag=b;from-tag=c',
      'Target-Dialog: a;local-tag=b;remote-tag=c',
      'Proxy-Authentication-Info: nextnonce="x"',
      'Security-Client: tls',
      'Security-Server: tls',
      'Security-Verify: tls',
      'P-Called-Party-ID: <sip:1@inside.example>',
      'P-Charging-Function-Addresses: ccf=192.0.2.9',
      'P-Visited-Network-ID: inside.example',
    ];
    for (const line of hidden) assert.equal(crossing([line]), '', line);
  });

  test('what the gateways rule on is set apart as it came, and crosses by nobody else', () => {
    const ruled = [
      'p-asserted-identity: <sip:1@inside.example>,\r\n <tel:+1>',
      'P-Preferred-Identity: <sip:1@inside.example>',
      'Remote-Party-ID: <sip:1@inside.example>',
      'Privacy: id',
      'Diversion: <sip:1@inside.example>',
      'History-Info: <sip:1@inside.example>;index=1',
      'y: abc;info=<https://a.example>',
      'n: <https://a.example>',
      'Reason: Q.850;cause=16',
    ];
    const judged = crossingOf(parsed(inviteText(['X-One: 1', ...ruled, 'X-Two: 2'])));
    assert.equal(judged.headers, 'X-One: 1\r\nX-Two: 2\r\n');
    assert.equal(judged.ruled, ruled.map((line) => `${line}\r\n`).join(''));
  });

  test('a message with nothing that crosses costs no crossing of its own', () => {
    assert.equal(crossingOf(parsed(inviteText())), EMPTY_CROSSING);
  });

  test('a line with a NUL never crosses', () => {
    assert.equal(crossing(['X-Evil: "a\0b"', 'X-Good: c']), 'X-Good: c\r\n');
  });
});

describe('bodies', () => {
  test('cross as they are, NULs included, and tell whether they are SDP', () => {
    const { body, hasSdp } = crossingOf(parsed(inviteText(['Content-Type: application/sdp'], `${SDP}\0`)));
    assert.deepEqual([body, hasSdp], [`${SDP}\0`, true]);
    assert.equal(crossingOf(parsed(inviteText(['Content-Type: multipart/mixed;boundary=x'], SDP))).hasSdp, true);
    assert.equal(crossingOf(parsed(inviteText(['Content-Type: application/dtmf-relay'], SDP))).hasSdp, false);
    assert.equal(crossingOf(parsed(inviteText(['Content-Type: application/sdp']))).hasSdp, false);
  });

  test('only Content-Length bytes of them', () => {
    assert.equal(
      crossingOf(parsed(inviteText(['Content-Type: text/plain', 'Content-Length: 2'], 'abcdef'))).body,
      'ab',
    );
  });
});
