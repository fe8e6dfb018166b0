// An answered call keeps what it needs of the messages that made it, never the datagrams: they may be 64 KB each. And
// it keeps little: a shard holds tens of thousands. So does one that has ended, until its transactions are over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerMessage } from '../../simulator/peer-message.ts';
import { SWITCH_PLACE, Switch } from '../../simulator/switch.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { heapBytes } from '../heap.ts';

const CALLER = { address: '198.51.100.1', port: 5060 };
const TRUNK = { address: '203.0.113.1', port: 5060 };
const CALLS = 100;
const PADDING_BYTES = 50_000;
const PADDED_CALL_BYTES_MAX = 20_000;

/** Measured: 4 950 bytes, nine tenths of them of the call, the rest of the tables that find it. */
const HELD_CALLS = 2_000;
const HELD_CALL_BYTES_MAX = 5_600;

/** Measured: 2 700 bytes, in 17 objects; a third are the texts that may have to be sent again, a third the tables. */
const ENDED_CALL_BYTES_MAX = 3_100;

const SDP =
  'v=0\r\no=- 20518 20518 IN IP4 10.99.0.1\r\ns=-\r\nc=IN IP4 10.99.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n' +
  'a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n';

const SNAPSHOT = {
  version: 1,
  mappingGateways: [mappingGateway(1, { remoteIps: [CALLER.address] })],
  ...routes([routingGateway(2, { remoteIp: TRUNK.address })]),
  parameters: parameters(),
};

/** What both sides add: session timers, a description, and a header of `paddingBytes`. */
function rest(more: string, paddingBytes: number): string {
  const lines = `Supported: timer\r\nUser-Agent: Carrier 1.2\r\n${more}X-Padding: ${'p'.repeat(paddingBytes)}\r\n`;
  return `${lines}Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`;
}

/** Lines that begin a request of the caller. `index`: which call. */
function head(method: string, index: number, to: string, cseq = 1): string {
  return (
    `${method} sip:4930123@${SWITCH_PLACE.address} SIP/2.0\r\n` +
    `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK-${method}-${index}\r\nMax-Forwards: 70\r\n` +
    `From: <sip:49221@${CALLER.address}>;tag=tag-of-caller-${index}\r\nTo: ${to}\r\n` +
    `Call-ID: call-of-caller-${index}\r\nCSeq: ${cseq} ${method}\r\n`
  );
}

/** As it is read from a socket: a text of its own, without parents. */
function datagram(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

class Exchange {
  readonly switch: Switch;
  readonly #paddingBytes: number;
  #sent: { readonly text: string; readonly address: string }[] = [];

  constructor(paddingBytes: number) {
    this.#paddingBytes = paddingBytes;
    const send = (text: string, { address }: { readonly address: string }): void => {
      this.#sent.push({ text: datagram(text), address });
    };
    this.switch = new Switch({ seed: 1, shardCount: 1, snapshot: SNAPSHOT, send, keepsCdr: () => false });
  }

  /** The caller's INVITE, the trunk's 200, the caller's ACK. Answers the caller's To of later requests. */
  call(index: number): string {
    const to = `<sip:4930123@${SWITCH_PLACE.address}>`;
    this.switch.receive(datagram(head('INVITE', index, to) + rest('', this.#paddingBytes)), CALLER, 0);
    const { vias, from, to: ours, callId } = new PeerMessage(this.#lastTo(TRUNK.address));
    const named = `From: ${from}\r\nTo: ${ours};tag=tag-of-trunk-${index}\r\nCall-ID: ${callId}\r\nCSeq: 1 INVITE\r\n`;
    const more = `Session-Expires: 600;refresher=uac\r\nContact: <sip:${TRUNK.address}>\r\n`;
    this.switch.receive(datagram(`SIP/2.0 200 OK\r\n${vias}${named}${rest(more, this.#paddingBytes)}`), TRUNK, 0);
    const answer = new PeerMessage(this.#lastTo(CALLER.address));
    this.switch.receive(datagram(`${head('ACK', index, answer.to)}Content-Length: 0\r\n\r\n`), CALLER, 0);
    this.#sent = [];
    return answer.to;
  }

  /** The caller hangs up; both sides answer. */
  end(index: number, to: string): void {
    this.switch.receive(datagram(`${head('BYE', index, to, 2)}Content-Length: 0\r\n\r\n`), CALLER, 0);
    const { vias, from, to: ours, callId, cseq } = new PeerMessage(this.#lastTo(TRUNK.address));
    const named = `From: ${from}\r\nTo: ${ours}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} BYE\r\n`;
    this.switch.receive(datagram(`SIP/2.0 200 OK\r\n${vias}${named}Content-Length: 0\r\n\r\n`), TRUNK, 0);
    this.#sent = [];
  }

  #lastTo(place: string): string {
    return this.#sent.findLast(({ address }) => address === place)?.text ?? assert.fail(`nothing went to ${place}`);
  }
}

/** Bytes that each of `count` answered calls has on the heap. */
function keptBytes(count: number, paddingBytes: number): number {
  new Exchange(paddingBytes).call(0); // Compiled, and cached what is cached.
  const before = heapBytes();
  const exchange = new Exchange(paddingBytes);
  for (let index = 0; index < count; index++) exchange.call(index);
  exchange.switch.advance(64_000); // The transactions are over.
  const bytes = (heapBytes() - before) / count;
  assert.deepEqual(exchange.switch.inspect(), [
    { calls: count, dialogs: 2 * count, transactions: 0, timers: 2 * count },
  ]);
  return bytes;
}

/** Bytes that each of `count` ended calls has on the heap while its transactions wait for repetitions. */
function endedBytes(count: number): number {
  const exchange = new Exchange(10);
  exchange.end(0, exchange.call(0));
  const before = heapBytes();
  for (let index = 1; index <= count; index++) exchange.end(index, exchange.call(index));
  exchange.switch.advance(6_000); // The BYE on the other side is forgotten.
  const bytes = (heapBytes() - before) / count;
  const transactions = 3 * (count + 1);
  assert.deepEqual(exchange.switch.inspect(), [{ calls: 0, dialogs: 0, transactions, timers: transactions }]);
  return bytes;
}

test('an answered call keeps no datagram', () => {
  const bytes = keptBytes(CALLS, PADDING_BYTES);
  assert.ok(bytes < PADDED_CALL_BYTES_MAX, `${bytes.toFixed()} bytes a call`);
});

test('an answered call keeps little: neither its hunt nor its transactions, and no text twice', () => {
  const bytes = keptBytes(HELD_CALLS, 10);
  assert.ok(bytes < HELD_CALL_BYTES_MAX, `${bytes.toFixed()} bytes a call`);
});

test('an ended call keeps what repetitions need, for as long as they may come', () => {
  const bytes = endedBytes(HELD_CALLS);
  assert.ok(bytes < ENDED_CALL_BYTES_MAX, `${bytes.toFixed()} bytes a call`);
});
