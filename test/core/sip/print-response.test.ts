import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { Header } from '../../../src/core/sip/header-name.ts';
import { printResponse, type ResponseOptions } from '../../../src/core/sip/print-response.ts';
import { reasonPhraseOf } from '../../../src/core/sip/status.ts';
import { inviteText, inviteWith, parsed } from './messages.ts';

const PLAIN: ResponseOptions = {
  toTag: 'tandem',
  received: '192.0.2.1',
  receivedPort: 5060,
  headers: '',
  contentType: '',
  body: '',
};

const viaOf = (via: string, options: Partial<ResponseOptions> = {}) =>
  parsed(printResponse(parsed(inviteWith('Via', `Via: ${via}`)), 200, { ...PLAIN, ...options })).value(Header.Via);

test('8.2.6.2: a response in full', () => {
  const request = parsed(inviteText(['v: SIP/2.0/UDP  far ;branch=z9hG4bK2', 'Timestamp: 54']));
  const options = { ...PLAIN, headers: 'Contact: <sip:tandem@h>\r\n', contentType: 'application/sdp', body: 'v=0\r\n' };
  assert.equal(
    printResponse(request, 200, options),
    'SIP/2.0 200 OK\r\n' +
      'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;received=192.0.2.1;rport=5060\r\n' +
      'v: SIP/2.0/UDP  far ;branch=z9hG4bK2\r\n' +
      'From: "Alice" <sip:alice@example.org>;tag=1928301774\r\n' +
      'To: <sip:bob@example.com>;tag=tandem\r\n' +
      'Call-ID: a84b4c76e66710@example.org\r\n' +
      'CSeq: 314159 INVITE\r\n' +
      'Contact: <sip:tandem@h>\r\n' +
      'Content-Type: application/sdp\r\n' +
      'Content-Length: 5\r\n\r\nv=0\r\n',
  );
});

test('8.2.6.1: a 100 repeats the Timestamp and gives no tag', () => {
  const text = printResponse(parsed(inviteText(['Timestamp: 54'])), 100, { ...PLAIN, toTag: '' });
  assert.ok(text.includes('\r\nTimestamp: 54\r\n'));
  assert.equal(parsed(text).toTag, '');
});

test('8.2.6.2: a To tag of the request is kept', () => {
  const request = parsed(inviteWith('To', 'To: <sip:bob@example.com>;tag=theirs'));
  assert.equal(parsed(printResponse(request, 200, PLAIN)).toTag, 'theirs');
});

test('18.2.1: received is added when the Via says another address than the source', () => {
  assert.equal(viaOf('SIP/2.0/UDP 192.0.2.1;branch=b'), 'SIP/2.0/UDP 192.0.2.1;branch=b');
  assert.equal(viaOf('SIP/2.0/UDP name.example ;branch=b '), 'SIP/2.0/UDP name.example ;branch=b;received=192.0.2.1');
  assert.equal(viaOf('SIP/2.0/UDP 10.0.0.1'), 'SIP/2.0/UDP 10.0.0.1;received=192.0.2.1');
  assert.equal(viaOf('SIP/2.0/UDP [2001:db8::1]', { received: '2001:db8::1' }), 'SIP/2.0/UDP [2001:db8::1]');
  assert.equal(viaOf('SIP/2.0/UDP 10.0.0.1;rport', { received: '' }), 'SIP/2.0/UDP 10.0.0.1;rport');
});

test('RFC 3581 4: rport, when asked for, is answered with the port, and received always goes with it', () => {
  const options = { receivedPort: 9988 };
  assert.equal(
    viaOf('SIP/2.0/UDP 192.0.2.1;rport;branch=b', options),
    'SIP/2.0/UDP 192.0.2.1;branch=b;received=192.0.2.1;rport=9988',
  );
});

test('18.2.1: what the peer claims about its own source is replaced, in either order', () => {
  const options = { receivedPort: 7 };
  const end = ';received=192.0.2.1;rport=7';
  assert.equal(viaOf('SIP/2.0/UDP h;received=6.6.6.6;a;rport=1;b', options), `SIP/2.0/UDP h;a;b${end}`);
  assert.equal(viaOf('SIP/2.0/UDP h;a;rport;b;received=6.6.6.6', options), `SIP/2.0/UDP h;a;b${end}`);
  assert.equal(viaOf('SIP/2.0/UDP 192.0.2.1;received=6.6.6.6', options), 'SIP/2.0/UDP 192.0.2.1;received=192.0.2.1');
});

test('18.2.1: only the first of several values on the top line is edited', () => {
  assert.equal(
    viaOf('SIP/2.0/UDP h;branch=b, SIP/2.0/UDP g;rport'),
    'SIP/2.0/UDP h;branch=b;received=192.0.2.1, SIP/2.0/UDP g;rport',
  );
});

test('a response that could be made to break its lines is our own defect', () => {
  const request = parsed(inviteText());
  assert.throws(() => printResponse(request, 200, { ...PLAIN, reasonPhrase: 'OK\r\nX: y' }), /one line/);
  assert.throws(() => printResponse(request, 200, { ...PLAIN, headers: 'X: y' }), /CRLF/);
});

test('21: phrases of known codes, and the class of others', () => {
  assert.equal(reasonPhraseOf(486), 'Busy Here');
  assert.equal(reasonPhraseOf(499), 'Request Failure');
  assert.equal(reasonPhraseOf(999), '');
});

test('8.2.6: what is printed parses, and From, To, Call-ID, CSeq and the lower Vias are what they were', () => {
  const blank = fc.constantFrom('', ' ', '\t', '\r\n ');
  const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
  fc.assert(
    fc.property(
      blank,
      word,
      word,
      fc.integer({ min: 0, max: 65535 }),
      fc.boolean(),
      (gap, tag, branch, port, isAsked) => {
        const request = parsed(
          inviteText([`Via: SIP/2.0/UDP ${gap}low;branch=${branch}`])
            .replace('tag=1928301774', `tag${gap}=${gap}${tag}`)
            .replace(';rport', isAsked ? `${gap};${gap}rport` : ''),
        );
        const answer = parsed(printResponse(request, 486, { ...PLAIN, received: '198.51.100.7', receivedPort: port }));
        assert.equal(answer.status, 486);
        assert.deepEqual([answer.callId, answer.cseq, answer.fromTag], [request.callId, request.cseq, tag]);
        assert.equal(answer.topVia.branch, request.topVia.branch);
        assert.equal(answer.topVia.received, '198.51.100.7');
        assert.equal(answer.topVia.rport, isAsked ? port : -1);
        assert.equal(answer.values(Header.Via)[1], request.values(Header.Via)[1]);
      },
    ),
  );
});
