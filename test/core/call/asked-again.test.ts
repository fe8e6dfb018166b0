// An INVITE that was sent anew because its answer asked for credentials, or a longer session: nothing that still comes
// of the first one concerns the second.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerMessage } from '../../simulator/peer-message.ts';
import { Switch } from '../../simulator/switch.ts';
import { CUSTOMERS, mappingGateway, parameters, routes, routingGateway, VENDORS } from '../../simulator/trunks.ts';

const [CALLER, VENDOR] = [CUSTOMERS[0], VENDORS[0]] as [(typeof CUSTOMERS)[number], (typeof VENDORS)[number]];
const SDP = 'v=0\r\no=- 1 1 IN IP4 10.99.0.1\r\ns=-\r\nc=IN IP4 10.99.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
const CHALLENGE = 'Proxy-Authenticate: Digest realm="v", nonce="n"\r\n';

/** One call, whose vendor asks for credentials. */
class Bench {
  readonly toCaller: PeerMessage[] = [];
  readonly toVendor: PeerMessage[] = [];
  readonly switch: Switch;
  #nowMs = 0;

  constructor() {
    const credentials = { sipAuthenticationUser: 'tandem', sipAuthenticationPassword: 'secret' };
    this.switch = new Switch({
      seed: 1,
      shardCount: 1,
      snapshot: {
        version: 1,
        mappingGateways: [mappingGateway(1, { remoteIps: [CALLER.address] })],
        ...routes([routingGateway(2, { remoteIp: VENDOR.address, ...credentials })]),
        parameters: parameters(),
      },
      send: (text, to) => (to.address === CALLER.address ? this.toCaller : this.toVendor).push(new PeerMessage(text)),
    });
    this.ask('INVITE', 1, `<sip:4930@192.0.2.1>`, SDP);
  }

  /** The requests that the vendor heard, by CSeq. */
  get heard(): string[] {
    return this.toVendor
      .filter(({ isRequest }) => isRequest)
      .map(({ method, cseq, toTag }) => `${method} ${cseq} ${toTag}`.trim());
  }

  /** The vendor answers the `index`th INVITE. */
  answer(index: number, status: number, tag: string, lines = '', body = ''): void {
    const invite = this.toVendor.filter(({ method, isRequest }) => isRequest && method === 'INVITE')[index];
    assert.ok(invite !== undefined);
    const { vias, from, to, toTag, callId, cseq } = invite;
    const toValue = toTag === '' ? `${to};tag=${tag}` : to;
    const head = `SIP/2.0 ${status} Said\r\n${vias}From: ${from}\r\nTo: ${toValue}\r\nCall-ID: ${callId}\r\n`;
    const contact = `Contact: <sip:${VENDOR.address}>\r\n`;
    this.#receive(`${head}CSeq: ${cseq} INVITE\r\n${contact}${lines}${ended(body)}`, VENDOR);
  }

  /** The caller asks. */
  ask(method: string, cseq: number, to: string, body = ''): void {
    const via = `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK${method}${cseq}\r\n`;
    const from = `From: <sip:77@${CALLER.address}>;tag=caller\r\nContact: <sip:${CALLER.address}>\r\n`;
    const order = `Call-ID: call\r\nCSeq: ${cseq} ${method}\r\n`;
    const uri = 'sip:4930@192.0.2.1';
    this.#receive(`${method} ${uri} SIP/2.0\r\n${via}${from}To: ${to}\r\n${order}${ended(body)}`, CALLER);
  }

  /** Until nothing is due any more. */
  rest(): void {
    for (let dueMs = this.switch.nextDueMs(); dueMs !== Infinity; dueMs = this.switch.nextDueMs()) {
      this.#nowMs = dueMs;
      this.switch.advance(dueMs);
    }
    assert.deepEqual(this.switch.inspect(), [{ calls: 0, dialogs: 0, transactions: 0, timers: 0 }]);
    assert.deepEqual(this.switch.defects, []);
  }

  #receive(text: string, from: typeof CALLER): void {
    this.switch.receive(text, from, this.#nowMs);
  }
}

/** The last lines of a message, and its body. */
function ended(body: string): string {
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return `${type}Content-Length: ${body.length}\r\n\r\n${body}`;
}

test('a 200 of a fork behind the proxy that asked is acknowledged and ended, and the call goes on', () => {
  const bench = new Bench();
  bench.answer(0, 407, 'proxy', CHALLENGE);
  bench.answer(1, 180, 'callee');
  bench.answer(0, 200, 'fork', '', SDP);
  assert.deepEqual(bench.heard, ['INVITE 1', 'ACK 1 proxy', 'INVITE 2', 'ACK 1 fork', 'BYE 2 fork']);
  bench.answer(1, 200, 'callee', '', SDP);
  const { to = '', status } = bench.toCaller.at(-1) as PeerMessage;
  assert.equal(status, 200);
  bench.ask('ACK', 1, to);
  bench.ask('BYE', 2, to);
  assert.deepEqual(bench.heard.slice(5), ['ACK 2 callee', 'BYE 3 callee']);
  bench.rest();
  assert.deepEqual(
    bench.switch.cdrs.map(({ endReason, attempts }) => [endReason, attempts.length]),
    [['Normal', 1]],
  );
});

test('12.2.1.1: a callee that keeps its tag has a dialog that begins with the second INVITE', () => {
  const bench = new Bench();
  bench.answer(0, 183, 'callee');
  bench.answer(0, 407, 'callee', CHALLENGE);
  bench.answer(1, 200, 'callee', '', SDP);
  const { to = '' } = bench.toCaller.at(-1) as PeerMessage;
  bench.ask('ACK', 1, to);
  bench.ask('BYE', 2, to);
  assert.deepEqual(bench.heard, ['INVITE 1', 'ACK 1 callee', 'INVITE 2', 'ACK 2 callee', 'BYE 3 callee']);
  bench.rest();
});

test('the same of a later INVITE in the call: its first sending has been answered, whatever comes of it', () => {
  const bench = new Bench();
  bench.answer(0, 200, 'callee', '', SDP);
  const { to = '' } = bench.toCaller.at(-1) as PeerMessage;
  bench.ask('ACK', 1, to);
  bench.ask('INVITE', 2, to, SDP);
  bench.answer(1, 407, 'callee', CHALLENGE);
  bench.answer(2, 180, 'callee');
  bench.answer(1, 200, 'callee', '', SDP);
  bench.answer(2, 200, 'callee', '', SDP);
  bench.ask('ACK', 2, to);
  bench.ask('BYE', 3, to);
  assert.deepEqual(bench.heard.slice(2), [
    'INVITE 2 callee',
    'ACK 2 callee',
    'INVITE 3 callee',
    'ACK 3 callee',
    'BYE 4 callee',
  ]);
  bench.rest();
});
