// One call between a caller and a vendor that say what a test has them say, message by message.

import assert from 'node:assert/strict';
import { PeerMessage } from '../../simulator/peer-message.ts';
import { Switch } from '../../simulator/switch.ts';
import { CUSTOMERS, mappingGateway, parameters, routes, routingGateway, VENDORS } from '../../simulator/trunks.ts';

const [CALLER, VENDOR] = [CUSTOMERS[0], VENDORS[0]] as [(typeof CUSTOMERS)[number], (typeof VENDORS)[number]];

/** A description. */
export const SDP =
  'v=0\r\no=- 1 1 IN IP4 10.99.0.1\r\ns=-\r\nc=IN IP4 10.99.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

/** A transaction, and the one that follows it, last 32 s each. */
const REST_MS_MAX = 70_000;

/** The call; its INVITE is out. */
export class CallBench {
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

  /** The vendor asks, in the dialog of `tag`. */
  askBack(method: string, cseq: number, tag: string): void {
    const invite = this.toVendor.find((message) => message.isRequest && message.method === 'INVITE');
    assert.ok(invite !== undefined);
    const { from, to, callId } = invite;
    const via = `Via: SIP/2.0/UDP ${VENDOR.address}:5060;branch=z9hG4bK${method}${cseq}\r\n`;
    const parties = `From: ${to};tag=${tag}\r\nTo: ${from}\r\n`;
    const order = `Call-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n`;
    this.#receive(`${method} sip:192.0.2.1 SIP/2.0\r\n${via}${parties}${order}${ended('')}`, VENDOR);
  }

  /** The caller asks. */
  ask(method: string, cseq: number, to: string, body = ''): void {
    const via = `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK${method}${cseq}\r\n`;
    const from = `From: <sip:77@${CALLER.address}>;tag=caller\r\nContact: <sip:${CALLER.address}>\r\n`;
    const order = `Call-ID: call\r\nCSeq: ${cseq} ${method}\r\n`;
    const uri = 'sip:4930@192.0.2.1';
    this.#receive(`${method} ${uri} SIP/2.0\r\n${via}${from}To: ${to}\r\n${order}${ended(body)}`, CALLER);
  }

  /** Until nothing is due any more, which is soon. */
  rest(): void {
    const untilMs = this.#nowMs + REST_MS_MAX;
    for (let dueMs = this.switch.nextDueMs(); dueMs < untilMs; dueMs = this.switch.nextDueMs()) {
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
