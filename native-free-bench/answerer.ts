// The answering end of the load, a process of its own: 180 at once, 200 after RING_MS, repeated until its ACK.

import type { RemoteInfo } from 'node:dgram';
import { DelayLine, RESEND_WAITS_MS } from './delay-line.ts';
import { LoadClock } from './load-clock.ts';
import type { Bound, CountOrder, OwnLoadReport } from './load-messages.ts';
import { loadSocket } from './load-socket.ts';
import { printResponse, readWire, type WireMessage } from './wire.ts';

/** Where it answers; loopback unless told otherwise. */
const ADDRESS = process.argv[2] ?? '127.0.0.1';

/** Ringing, ms: a 200 right behind its 180 would be reordered by systems of several processes. */
const RING_MS = 50;

/** How long a finished call is known, ms, for what may be repeated. */
const LINGER_MS = 2_000;

interface AnsweredCall {
  readonly callId: string;
  readonly from: RemoteInfo;
  /** The last answer to the INVITE. */
  last: Buffer;
  readonly answer: Buffer;
  isAcknowledged: boolean;
  resends: number;
}

/** Answers whatever calls. */
class Answerer {
  readonly #socket = loadSocket();
  readonly #clock = new LoadClock((nowMs) => this.#tick(nowMs));
  readonly #calls = new Map<string, AnsweredCall>();
  readonly #ringing = new DelayLine<AnsweredCall>(RING_MS);
  readonly #ended = new DelayLine<AnsweredCall>(LINGER_MS);
  readonly #resends = RESEND_WAITS_MS.map((waitMs) => new DelayLine<AnsweredCall>(waitMs));
  #contact = '';
  #tagCount = 0;
  #resentCount = 0;

  begin(onBound: (port: number) => void): void {
    this.#socket.on('message', (bytes, from) => this.#receive(bytes.toString('latin1'), from));
    this.#socket.bind({ address: ADDRESS, port: 0 }, () => {
      const { port } = this.#socket.address();
      this.#contact = `Contact: <sip:bob@${ADDRESS}:${port}>\r\n`;
      onBound(port);
    });
  }

  reset(): void {
    this.#resentCount = 0;
    this.#clock.reset();
  }

  report(): OwnLoadReport {
    return { kind: 'load', load: this.#clock.report(this.#resentCount) };
  }

  #tick(nowMs: number): void {
    this.#ringing.runDue(nowMs, (call) => {
      call.last = call.answer;
      this.#send(call.answer, call.from);
      this.#resends[0]?.add(call, nowMs);
    });
    for (const line of this.#resends) line.runDue(nowMs, (call) => this.#resend(call, nowMs));
    this.#ended.runDue(nowMs, ({ callId }) => this.#calls.delete(callId));
  }

  #receive(text: string, from: RemoteInfo): void {
    const request = readWire(text);
    if (request === null || request.status !== 0) return;
    const call = this.#calls.get(request.callId);
    if (request.method === 'INVITE') {
      if (call === undefined) this.#ring(request, from);
      else if (request.to.includes(';tag=')) this.#send(this.#answerTo(request, ''), from);
      else this.#send(call.last, from);
    } else if (request.method === 'ACK') {
      if (call !== undefined) call.isAcknowledged = true;
    } else {
      if (call !== undefined && request.method === 'BYE') this.#ended.add(call, performance.now());
      this.#send(bytesOf(printResponse(request, '200 OK')), from);
    }
  }

  #ring(request: WireMessage, from: RemoteInfo): void {
    const toTag = `;tag=a${++this.#tagCount}`;
    const ringing = bytesOf(printResponse(request, '180 Ringing', { toTag, lines: this.#contact }));
    const answer = this.#answerTo(request, toTag);
    const call = { callId: request.callId, from, last: ringing, answer, isAcknowledged: false, resends: 0 };
    this.#calls.set(request.callId, call);
    this.#send(ringing, from);
    this.#ringing.add(call, performance.now());
  }

  #answerTo(invite: WireMessage, toTag: string): Buffer {
    const parts = { toTag, lines: this.#contact + ANSWER_LINES, body: SDP };
    return bytesOf(printResponse(invite, '200 OK', parts));
  }

  #resend(call: AnsweredCall, nowMs: number): void {
    if (call.isAcknowledged) return;
    this.#resentCount += 1;
    this.#send(call.answer, call.from);
    call.resends += 1;
    this.#resends[call.resends]?.add(call, nowMs);
  }

  #send(bytes: Buffer, to: RemoteInfo): void {
    this.#socket.send(bytes, to.port, to.address);
  }
}

const ANSWER_LINES =
  'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE\r\nSupported: replaces\r\nServer: tandem-bench\r\n' +
  'Content-Type: application/sdp\r\n';

const SDP =
  'v=0\r\no=user2 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
  'm=audio 6002 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n' +
  'a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n';

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

const answerer = new Answerer();
process.on('message', ({ kind }: CountOrder) => {
  if (kind === 'reset') answerer.reset();
  else process.send?.(answerer.report());
});
process.on('disconnect', () => process.exit());
answerer.begin((port) => process.send?.({ kind: 'bound', port } satisfies Bound));
