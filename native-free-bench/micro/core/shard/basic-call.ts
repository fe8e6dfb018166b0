// The price of the switch itself: one shard, no thread, no network, no disk. Basic calls (INVITE 100 180 200 ACK, BYE
// 200) at 500 a second of virtual time, so that as many transactions and timers live as would under load. Counted is
// only the time inside the shard. Run: node dist/native-free-bench/micro/core/shard/basic-call.js

import { compileSnapshot } from '../../../../src/control/tables/compile.ts';
import { parseNetwork } from '../../../../src/control/tables/network-file.ts';
import { assignSlots } from '../../../../src/control/tables/slots.ts';
import { Admission } from '../../../../src/core/admission/admission.ts';
import { BlackList } from '../../../../src/core/admission/black-list.ts';
import { GatewayHealth } from '../../../../src/core/admission/gateway-health.ts';
import { QualityBoard } from '../../../../src/core/admission/quality.ts';
import { Turns } from '../../../../src/core/admission/turns.ts';
import { Prng } from '../../../../src/core/base/prng.ts';
import type { Target } from '../../../../src/core/base/target.ts';
import { Balances } from '../../../../src/core/rating/balances.ts';
import { ShardCounters } from '../../../../src/core/shard/counters.ts';
import { Shard } from '../../../../src/core/shard/shard.ts';
import { allocateRegistration } from '../../../../src/core/shard/shared-memory.ts';
import { nodeDigest } from '../../../../src/shard-host/node-digest.ts';
import { spreadOf } from '../../../statistics.ts';
import { printResponse, readWire, uriOf, type WireMessage } from '../../../wire.ts';

const CALLER = { address: '198.51.100.7', port: 5060, listener: 0 };
const VENDOR = { address: '203.0.113.9', port: 5060, listener: 0 };
const SWITCH = '192.0.2.1:5060';
const STEP_MS = 2;
const WALL_MS = Date.UTC(2026, 0, 1);
const RUNS = 5;
const CALLS_A_RUN = 8_000;

/** 32 s of virtual time: until as many transactions end as begin. */
const WARM_UP_CALLS = 20_000;

const SDP =
  'v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8 0 101\r\n' +
  'a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n';

const NETWORK = `
accounts: [{ account: bench }]
mappingGateways: [{ name: caller, account: bench, remoteIps: [${CALLER.address}], capacity: 100000 }]
routingGateways: [{ name: vendor, prefix: '', remoteIp: ${VENDOR.address}, capacity: 100000 }]
`;

/** A shard, its clock, and what it sends. */
class Bench {
  readonly #shard: Shard;
  readonly #counters = new ShardCounters(ShardCounters.allocate());
  readonly #sent: { readonly text: string; readonly target: Target }[] = [];
  #nowMs = 0;
  #spentMs = 0;
  #callCount = 0;
  endedCount = 0;

  constructor() {
    const listeners = [{ address: '192.0.2.1', advertisedHost: '192.0.2.1', advertisedPort: 5060 }];
    const network = parseNetwork(NETWORK, 'bench');
    this.#shard = new Shard({
      node: 'bench',
      shardIndex: 0,
      shardCount: 1,
      listeners,
      admission: new Admission(Admission.allocate(), { taken: Admission.allocateTaken(), shardIndex: 0 }),
      health: new GatewayHealth(GatewayHealth.allocate()),
      quality: new QualityBoard(QualityBoard.allocate()),
      turns: new Turns(Turns.allocate()),
      blackList: new BlackList(BlackList.allocate()),
      registration: allocateRegistration(),
      secret: '',
      isSuccessor: false,
      balances: new Balances(Balances.allocate(), Balances.allocateHeld()),
      counters: this.#counters,
      prng: new Prng(1),
      digest: nodeDigest,
      nowMs: 0,
      outbox: {
        transmit: (text, target) => void this.#sent.push({ text, target }),
        recordChanged: () => undefined,
        recordAcknowledged: () => undefined,
        recordResumed: () => undefined,
        recordEnded: () => {
          this.endedCount += 1;
        },
        askLrn: () => undefined,
        authFailed: () => undefined,
        defect: (sentence) => {
          throw new Error(sentence);
        },
      },
    });
    this.#shard.publish(compileSnapshot(network, 1, assignSlots([], network), listeners, 0));
  }

  /** Microseconds inside the shard for each of `count` calls. */
  microsPerCall(count: number): number {
    this.#spentMs = 0;
    for (let index = 0; index < count; index++) this.#call();
    return (this.#spentMs * 1000) / count;
  }

  #call(): void {
    this.#nowMs += STEP_MS;
    const name = `${this.#callCount++}`;
    this.#in(request('INVITE', 1, name, `sip:4420794600@${SWITCH}`, `<sip:4420794600@${SWITCH}>`, SDP), CALLER);
    const invite = this.#find(VENDOR, 'INVITE', 0);
    const toTag = `;tag=v${name}`;
    const contact = `Contact: <sip:vendor@${VENDOR.address}>\r\n`;
    this.#in(printResponse(invite, '180 Ringing', { toTag, lines: contact }), VENDOR);
    const lines = `${contact}Content-Type: application/sdp\r\n`;
    this.#in(printResponse(invite, '200 OK', { toTag, lines, body: SDP }), VENDOR);
    const answer = this.#find(CALLER, 'INVITE', 200);
    const target = uriOf(answer.contact);
    this.#in(request('ACK', 1, name, target, answer.to, ''), CALLER);
    this.#in(request('BYE', 2, name, target, answer.to, ''), CALLER);
    this.#in(printResponse(this.#find(VENDOR, 'BYE', 0), '200 OK'), VENDOR);
    this.#sent.length = 0;
  }

  /** One datagram into the shard, as bytes would come: a flat string that nobody else has. */
  #in(text: string, source: typeof CALLER): void {
    const flat = Buffer.from(text, 'latin1').toString('latin1');
    const before = performance.now();
    this.#shard.receive(flat, source, this.#nowMs, WALL_MS + this.#nowMs);
    this.#spentMs += performance.now() - before;
  }

  /** The message sent to `to` with this method and status. */
  #find(to: typeof CALLER, method: string, status: number): WireMessage {
    for (const { text, target } of this.#sent) {
      if (target.address !== to.address) continue;
      const message = readWire(text);
      if (message?.method === method && message.status === status) return message;
    }
    throw new Error(`the shard sent no ${method} ${status}`);
  }
}

function request(method: string, sequence: number, name: string, uri: string, to: string, body: string): string {
  const here = `${CALLER.address}:${CALLER.port}`;
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return (
    `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${here};branch=z9hG4bK${method}${name};rport\r\n` +
    `Max-Forwards: 70\r\nFrom: "Alice" <sip:12125550100@${here}>;tag=c${name}\r\nTo: ${to}\r\n` +
    `Call-ID: ${name}@${CALLER.address}\r\nCSeq: ${sequence} ${method}\r\nContact: <sip:alice@${here}>\r\n` +
    `Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE\r\nUser-Agent: bench\r\n${type}` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

const bench = new Bench();
bench.microsPerCall(WARM_UP_CALLS);
const results = Array.from({ length: RUNS }, () => bench.microsPerCall(CALLS_A_RUN));
const { min, median, max } = spreadOf(results);
const total = WARM_UP_CALLS + RUNS * CALLS_A_RUN;
if (bench.endedCount !== total) throw new Error(`${bench.endedCount} of ${total} calls ended`);
console.log(
  `one shard, basic call, seven datagrams in and seven out: ${median.toFixed(1)} us ` +
    `(${min.toFixed(1)} - ${max.toFixed(1)}), ` +
    `${Math.round(1e6 / median).toLocaleString('en')} calls/s on one core`,
);
