// What a record says of each side of a call: how long it took to give a sign of life, where it wants its audio, and the
// codec that both have settled on. The hunt goes from a gateway that rings and fails to one that answers.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { SWITCH_PLACE, Switch } from '../../simulator/switch.ts';
import { CALLER, snapshotOfFile } from './priced-bench.ts';

const FIRST = { address: '203.0.113.1', port: 5060 };
const SECOND = { address: '203.0.113.2', port: 5060 };

const SNAPSHOT = snapshotOfFile(`
accounts: [{ account: alpha }]
mappingGateways: [{ name: in, account: alpha, remoteIps: ${CALLER.address} }]
routingGateways:
  - { name: first, remoteIp: ${FIRST.address}, priority: 1, switchAllowSdp: true }
  - { name: second, remoteIp: ${SECOND.address}, priority: 2 }
`);

const CALLER_SDP = sdp('IN IP4 198.51.100.20', '40000 RTP/AVP 8 18');
const EARLY_SDP = sdp('IN IP4 203.0.113.40', '30000 RTP/AVP 18');
const ANSWER_SDP = sdp('IN IP6 2001:db8::7', '31000 RTP/AVP 8');

let sent: { readonly text: string; readonly to: string }[];
let tandem: Switch;

beforeEach(() => {
  sent = [];
  const send = (text: string, { address }: { readonly address: string }): unknown => sent.push({ text, to: address });
  tandem = new Switch({ seed: 1, shardCount: 1, snapshot: SNAPSHOT, send });
});

test('the delay and the media of the callee are those of the gateway that was tried last', () => {
  fromCaller(request('INVITE', 1, ''), CALLER_SDP, 0);
  respond(FIRST, '183 Session Progress', EARLY_SDP, 700);
  respond(FIRST, '503 Service Unavailable', '', 2_000);
  respond(SECOND, '180 Ringing', '', 2_400);
  respond(SECOND, '200 OK', ANSWER_SDP, 5_000);
  const cdr = end();
  assert.deepEqual([cdr.postDialDelayMs, cdr.calleePostDialDelayMs], [700, 400]);
  assert.deepEqual([cdr.callerMedia, cdr.calleeMedia], ['198.51.100.20:40000', '[2001:db8::7]:31000']);
  assert.equal(cdr.codec, 'PCMA', 'not that of the gateway that has failed');
});

test('a gateway that gives no sign of life has no delay, whatever the one before it had', () => {
  fromCaller(request('INVITE', 1, ''), CALLER_SDP, 0);
  respond(FIRST, '183 Session Progress', EARLY_SDP, 700);
  respond(FIRST, '503 Service Unavailable', '', 2_000);
  respond(SECOND, '404 Not Found', '', 2_400);
  const cdr = tandem.cdrs.at(-1) as Cdr;
  assert.deepEqual(
    [cdr.routingGateway, cdr.calleePostDialDelayMs, cdr.calleeMedia, cdr.codec],
    ['second', null, '', ''],
  );
  assert.equal(cdr.postDialDelayMs, 700, 'the caller has heard the first one');
});

test('a description in the answer counts, where an early one was different', () => {
  fromCaller(request('INVITE', 1, ''), CALLER_SDP, 0);
  respond(FIRST, '183 Session Progress', EARLY_SDP, 100);
  respond(FIRST, '200 OK', ANSWER_SDP, 200);
  const cdr = end();
  assert.deepEqual([cdr.calleeMedia, cdr.codec, cdr.calleePostDialDelayMs], ['[2001:db8::7]:31000', 'PCMA', 100]);
});

test('an offer in the 200 is answered by the ACK, which says the codec and where the caller wants its audio', () => {
  fromCaller(request('INVITE', 1, ''), '', 0);
  respond(FIRST, '200 OK', sdp('IN IP4 203.0.113.40', '30000 RTP/AVP 18 8'), 100);
  const cdr = end(CALLER_SDP);
  assert.deepEqual([cdr.callerMedia, cdr.calleeMedia], ['198.51.100.20:40000', '203.0.113.40:30000']);
  assert.equal(cdr.codec, 'PCMA', 'what the answer prefers, not the offer');
});

test('an offer in a reliable response is answered by the PRACK', () => {
  fromCaller([...request('INVITE', 1, ''), 'Supported: 100rel'], '', 0);
  const offer = sdp('IN IP4 203.0.113.40', '30000 RTP/AVP 18 8');
  respond(FIRST, '183 Session Progress', offer, 100, ['Require: 100rel', 'RSeq: 1']);
  const early = sent.findLast(({ text, to }) => to === CALLER.address && text.startsWith('SIP/2.0 183'))?.text ?? '';
  const number = /^RSeq: (\d+)/m.exec(early)?.[1];
  fromCaller([...request('PRACK', 2, early), `RAck: ${number} 1 INVITE`], CALLER_SDP, 200);
  respond(FIRST, '200 OK', '', 300);
  const cdr = end('', 3);
  assert.deepEqual([cdr.callerMedia, cdr.calleeMedia], ['198.51.100.20:40000', '203.0.113.40:30000']);
  assert.equal(cdr.codec, 'PCMA', 'what the answer prefers, not the offer');
});

/** The ACK with `body`, and a BYE. */
function end(body = '', cseq = 2): Cdr {
  const answer = sent.findLast(({ text, to }) => to === CALLER.address && text.startsWith('SIP/2.0 200'))?.text ?? '';
  fromCaller(request('ACK', 1, answer), body, 5_000);
  fromCaller(request('BYE', cseq, answer), '', 9_000);
  return tandem.cdrs.at(-1) as Cdr;
}

function fromCaller(lines: readonly string[], body: string, nowMs: number): void {
  tandem.receive(message(lines, body), CALLER, nowMs);
}

/** The gateway at `place` responds to the INVITE it got. */
function respond(
  place: typeof FIRST,
  statusLine: string,
  body: string,
  nowMs: number,
  more: readonly string[] = [],
): void {
  const invite = sent.findLast(({ text, to }) => to === place.address && text.startsWith('INVITE'))?.text ?? '';
  const kept = invite.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
  const lines = kept.map((line) => (line.startsWith('To:') ? `${line};tag=to` : line));
  const response = [`SIP/2.0 ${statusLine}`, ...lines, `Contact: <sip:${place.address}>`, ...more];
  tandem.receive(message(response, body), place, nowMs);
}

/** A request of the caller; `answer`: the 200 that made its dialog, '' before. */
function request(method: string, cseq: number, answer: string): string[] {
  const target = /^Contact: <(.*?)>/m.exec(answer)?.[1] ?? `sip:4989@${SWITCH_PLACE.address}`;
  const to = /^To: [^\r]*/m.exec(answer)?.[0] ?? `To: <sip:4989@${SWITCH_PLACE.address}>`;
  return [
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK-${method}`,
    'Max-Forwards: 70',
    `From: <sip:4930@${CALLER.address}>;tag=from`,
    to,
    'Call-ID: one',
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:${CALLER.address}>`,
  ];
}

function message(lines: readonly string[], body: string): string {
  const type = body === '' ? [] : ['Content-Type: application/sdp'];
  return `${[...lines, ...type, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
}

function sdp(at: string, audio: string): string {
  return `v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=${at}\r\nt=0 0\r\nm=audio ${audio}\r\n`;
}
