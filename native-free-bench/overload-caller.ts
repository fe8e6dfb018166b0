// The calling end of the overload benchmark, a process of its own: new calls at a constant rate whatever becomes of
// them, repeated as RFC 3261 17.1.1.2 says until the load ends; and calls that were set up before, in which requests
// are sent meanwhile.
//
//   load:         INVITE -> 503 -> ACK, or -> 200 -> ACK, hold, BYE -> 200
//   established:  INVITE -> 200 -> ACK ... re-INVITE -> 200 -> ACK, BYE -> 200

import { DelayLine, RESEND_WAITS_MS } from './delay-line.ts';
import { loadSocket } from './load-socket.ts';
import type { Established, EstablishOrder, OverloadOrder } from './overload-messages.ts';
import { OverloadRun, type RunPart } from './overload-run.ts';
import { EndClock } from './traffic/end-clock.ts';
import type { EndBound, Place } from './traffic/traffic-messages.ts';
import { readWire, uriOf, type WireMessage } from './wire.ts';

const HOLD_MS = 100;
const ESTABLISHED_PER_SECOND = 100;

/** From an established call's re-INVITE to its BYE, ms. */
const BETWEEN_PROBES_MS = 500;

type Stage = 'inviting' | 'proceeding' | 'talking' | 'probing' | 'leaving' | 'over';

/** One call; `part` is null for one that was set up before the load. */
interface OverloadCall {
  readonly callId: string;
  readonly part: RunPart | null;
  readonly beganAtMs: number;
  stage: Stage;
  sequence: number;
  request: Buffer;
  requestAtMs: number;
  resends: number;
  remoteUri: string;
  to: string;
  ack: Buffer | null;
}

/** Places calls from one socket. */
class OverloadCaller {
  readonly #address: string;
  readonly #socket = loadSocket();
  readonly #clock = new EndClock((nowMs) => this.#tick(nowMs));
  readonly #calls = new Map<string, OverloadCall>();
  readonly #resends = RESEND_WAITS_MS.map((waitMs) => new DelayLine<{ call: OverloadCall; request: Buffer }>(waitMs));
  readonly #holds = new DelayLine<OverloadCall>(HOLD_MS);
  readonly #probes = new DelayLine<OverloadCall>(BETWEEN_PROBES_MS);
  #established: OverloadCall[] = [];
  #target: Place = { address: '', port: 0 };
  #here = '';
  #run: OverloadRun | null = null;
  #callCount = 0;

  constructor(address: string) {
    this.#address = address;
  }

  begin(onBound: (port: number) => void): void {
    this.#socket.on('message', (bytes) => this.#receive(bytes.toString('latin1')));
    this.#socket.bind({ address: this.#address, port: 0 }, () => {
      const { port } = this.#socket.address();
      this.#here = `${this.#address}:${port}`;
      onBound(port);
    });
  }

  /** Sets up calls that stay; tells how many stand after a while. */
  establish({ target, count }: EstablishOrder): void {
    this.#target = target;
    this.#established = [];
    for (let index = 0; index < count; index++) {
      setTimeout(() => this.#invite(null, performance.now()), (index * 1000) / ESTABLISHED_PER_SECOND);
    }
    const patienceMs = (count * 1000) / ESTABLISHED_PER_SECOND + 1_000;
    setTimeout(() => tell({ kind: 'established', count: this.#established.length }), patienceMs);
  }

  overload(order: OverloadOrder): void {
    this.#target = order.target;
    this.#clock.reset();
    this.#run = new OverloadRun(order, performance.now());
  }

  #tick(nowMs: number): void {
    for (const line of this.#resends) line.runDue(nowMs, ({ call, request }) => this.#resend(call, request, nowMs));
    this.#holds.runDue(nowMs, (call) => this.#inCall(call, 'BYE', 'leaving'));
    this.#probes.runDue(nowMs, (call) => this.#inCall(call, 'BYE', 'leaving'));
    const run = this.#run;
    if (run === null) return;
    for (let part = run.due(nowMs); part !== null; part = run.due(nowMs)) this.#invite(part, nowMs);
    while (run.isProbeDue(nowMs)) this.#probe(run);
    if (!run.isOver(nowMs)) return;
    this.#run = null;
    for (const call of this.#calls.values()) if (call.stage !== 'over') call.part?.silent(call.beganAtMs);
    this.#calls.clear();
    process.send?.(run.outcome(this.#clock.report()));
  }

  #probe(run: OverloadRun): void {
    const call = this.#established.pop();
    if (call === undefined) return;
    run.reinvites.sent += 1;
    this.#inCall(call, 'INVITE', 'probing');
    this.#probes.add(call, performance.now());
  }

  #invite(part: RunPart | null, nowMs: number): void {
    const callId = `${process.pid}-${this.#callCount++}@${this.#address}`;
    const remoteUri = `sip:14155550100@${this.#target.address}:${this.#target.port}`;
    const call: OverloadCall = {
      callId,
      part,
      beganAtMs: nowMs,
      stage: 'inviting',
      sequence: 1,
      request: NOTHING,
      requestAtMs: nowMs,
      resends: 0,
      remoteUri,
      to: `<${remoteUri}>`,
      ack: null,
    };
    this.#calls.set(callId, call);
    this.#request(call, this.#print(call, 'INVITE', 'i'), nowMs);
  }

  /** A request inside the call. */
  #inCall(call: OverloadCall, method: 'INVITE' | 'BYE', stage: 'probing' | 'leaving'): void {
    if (call.stage === 'over') return;
    if (method === 'BYE' && call.part === null && this.#run !== null) this.#run.byes.sent += 1;
    call.stage = stage;
    call.sequence += 1;
    call.ack = null;
    this.#request(call, this.#print(call, method, method === 'BYE' ? 'b' : 'r'), performance.now());
  }

  #receive(text: string): void {
    const message = readWire(text);
    if (message === null) return;
    const call = this.#calls.get(message.callId);
    if (call === undefined || message.status < 200) {
      if (call?.stage === 'inviting') call.stage = 'proceeding';
      return;
    }
    if (message.method === 'INVITE') this.#receiveInviteAnswer(call, message, text);
    else if (message.method === 'BYE' && call.stage === 'leaving') this.#ended(call, message.status);
  }

  #receiveInviteAnswer(call: OverloadCall, message: WireMessage, text: string): void {
    if (Number.parseInt(message.cseq, 10) !== call.sequence) return;
    if (call.ack !== null) return this.#send(call.ack);
    const nowMs = performance.now();
    if (message.status >= 300) {
      call.ack = this.#print({ ...call, to: message.to }, 'ACK', call.stage === 'probing' ? 'r' : 'i');
      this.#send(call.ack);
      if (call.stage === 'probing') return;
      call.stage = 'over';
      call.part?.failed(call.beganAtMs, message.status, retryAfterOf(text));
      return;
    }
    if (call.stage === 'probing') this.#run?.reinvites.answered(nowMs - call.requestAtMs);
    const isFirst = call.sequence === 1;
    call.stage = 'talking';
    call.to = message.to;
    call.remoteUri = uriOf(message.contact);
    call.ack = this.#print(call, 'ACK', 'a');
    this.#send(call.ack);
    if (isFirst && call.part === null) this.#established.push(call);
    else if (isFirst) this.#holds.add(call, nowMs);
  }

  #ended(call: OverloadCall, status: number): void {
    call.stage = 'over';
    if (call.part === null) this.#run?.byes.answered(performance.now() - call.requestAtMs);
    else if (status < 300) call.part.completed(performance.now());
    else call.part.failed(call.beganAtMs, status, 0);
  }

  #request(call: OverloadCall, request: Buffer, nowMs: number): void {
    call.request = request;
    call.requestAtMs = nowMs;
    call.resends = 0;
    this.#send(request);
    this.#resends[0]?.add({ call, request }, nowMs);
  }

  #resend(call: OverloadCall, request: Buffer, nowMs: number): void {
    const isInviting = call.stage === 'inviting' && call.part?.isAbandoned(nowMs) !== true;
    const isWaiting = isInviting || call.stage === 'probing' || call.stage === 'leaving';
    if (!isWaiting || call.request !== request || this.#run === null || !this.#calls.has(call.callId)) return;
    call.resends += 1;
    this.#send(request);
    this.#resends[call.resends]?.add({ call, request }, nowMs);
  }

  #send(bytes: Buffer): void {
    if (this.#run !== null && bytes[0] === LETTER_I) this.#run.inviteDatagrams += 1;
    this.#socket.send(bytes, this.#target.port, this.#target.address);
  }

  /** A request of about 600 bytes (INVITE) or 400. `branch` tells those of one call apart. */
  #print(call: OverloadCall, method: string, branch: string): Buffer {
    const { callId, remoteUri, sequence, to } = call;
    const body = method === 'INVITE' ? SDP : '';
    const lines = method === 'INVITE' ? this.#inviteLines() : '';
    return Buffer.from(
      `${method} ${remoteUri} SIP/2.0\r\n` +
        `Via: SIP/2.0/UDP ${this.#here};branch=z9hG4bK${branch}${sequence}${callId.replace('@', '.')}\r\n` +
        'Max-Forwards: 70\r\n' +
        `From: "Alice" <sip:12125550100@${this.#here}>;tag=c${callId.slice(0, callId.indexOf('@'))}\r\n` +
        `To: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${sequence} ${method}\r\n` +
        `${lines}Content-Length: ${body.length}\r\n\r\n${body}`,
      'latin1',
    );
  }

  #inviteLines(): string {
    return (
      `Contact: <sip:alice@${this.#here}>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK\r\n` +
      'Supported: replaces\r\nUser-Agent: tandem-bench\r\nContent-Type: application/sdp\r\n'
    );
  }
}

const NOTHING = Buffer.alloc(0);
const LETTER_I = 0x49;

const SDP =
  'v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
  'm=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n' +
  'a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n';

function retryAfterOf(text: string): number {
  return Number(/\r\nRetry-After: *(\d+)/i.exec(text)?.[1] ?? 0);
}

function tell(message: EndBound | Established): void {
  process.send?.(message);
}

const caller = new OverloadCaller(process.argv[2] ?? '127.0.0.1');
process.on('message', (order: EstablishOrder | OverloadOrder) => {
  if (order.kind === 'establish') caller.establish(order);
  else caller.overload(order);
});
process.on('disconnect', () => process.exit());
caller.begin((port) => tell({ kind: 'bound', port, refusingPort: 0, failingPort: 0, deadPort: 0 }));
