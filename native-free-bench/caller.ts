// The calling end of the load, a process of its own: calls arrive at a constant rate whether or not earlier ones have
// ended (open loop), so a switch that slows down cannot slow the load down with it.
//
//   INVITE -> 100, 180, 200 -> ACK, hold, BYE -> 200

import { DelayLine, RESEND_WAITS_MS } from './delay-line.ts';
import { LoadClock } from './load-clock.ts';
import type { Bound, RunOrder, RunOutcome } from './load-messages.ts';
import { loadSocket } from './load-socket.ts';
import { percentilesOf } from './statistics.ts';
import { readWire, uriOf, type WireMessage } from './wire.ts';

const ADDRESS = '127.0.0.1';

type Stage = 'inviting' | 'proceeding' | 'talking' | 'leaving' | 'over';

interface LoadCall {
  readonly callId: string;
  readonly callee: string;
  readonly sentAtMs: number;
  stage: Stage;
  hasRung: boolean;
  /** The request that waits for an answer, and how often it was repeated. */
  request: Buffer;
  resends: number;
  /** Of the dialog: Request-URI and Route lines of what follows the answer, To with its tag. */
  remoteUri: string;
  routeLines: string;
  to: string;
  ack: Buffer | null;
}

/** One run at a time. */
class Caller {
  readonly #socket = loadSocket();
  readonly #clock = new LoadClock((nowMs) => this.#tick(nowMs));
  readonly #calls = new Map<string, LoadCall>();
  readonly #resends = RESEND_WAITS_MS.map((waitMs) => new DelayLine<{ call: LoadCall; request: Buffer }>(waitMs));
  #port = 0;
  #run: Run | null = null;
  #runCount = 0;

  begin(onBound: (port: number) => void): void {
    this.#socket.on('message', (bytes) => this.#receive(bytes.toString('latin1')));
    this.#socket.bind({ address: ADDRESS, port: 0 }, () => {
      this.#port = this.#socket.address().port;
      onBound(this.#port);
    });
  }

  /** Begins a run; `onOver` hears of its end. */
  run(order: RunOrder, onOver: (outcome: RunOutcome) => void): void {
    this.#calls.clear();
    this.#clock.reset();
    this.#runCount += 1;
    this.#run = new Run(order, `${process.pid}-${this.#runCount}`, performance.now(), onOver);
  }

  #tick(nowMs: number): void {
    for (const line of this.#resends) line.runDue(nowMs, ({ call, request }) => this.#resend(call, request, nowMs));
    const run = this.#run;
    if (run === null) return;
    run.holds.runDue(nowMs, (call) => this.#hangUp(call, run, nowMs));
    while (run.nextDueMs() <= nowMs) this.#invite(run, nowMs);
    if (!run.isOver) return;
    this.#run = null;
    run.onOver(run.outcome(this.#clock.report(run.resentCount)));
  }

  #invite(run: Run, nowMs: number): void {
    run.lateness.push(nowMs - run.nextDueMs());
    const sequence = run.offered++;
    const callId = `${run.name}-${sequence}@${ADDRESS}`;
    const callee = `1415555${String(sequence % 10_000).padStart(4, '0')}`;
    const target = `${run.order.target.address}:${run.order.target.port}`;
    const remoteUri = `sip:${callee}@${target}`;
    const call: LoadCall = {
      callId,
      callee,
      sentAtMs: performance.now(),
      stage: 'inviting',
      hasRung: false,
      request: Buffer.alloc(0),
      resends: 0,
      remoteUri,
      routeLines: '',
      to: `<${remoteUri}>`,
      ack: null,
    };
    this.#calls.set(callId, call);
    this.#request(call, run, this.#print(call, 'INVITE', 1, 'i'), nowMs);
  }

  #receive(text: string): void {
    const message = readWire(text);
    const run = this.#run;
    if (message === null || run === null || message.status === 0) return;
    const call = this.#calls.get(message.callId);
    if (call === undefined) return;
    if (message.method === 'INVITE') this.#receiveInviteAnswer(call, message, run);
    else if (message.method === 'BYE' && message.status >= 200 && call.stage === 'leaving') {
      if (message.status < 300) run.complete(call);
      else run.fail(call, `BYE ${message.status}`);
    }
  }

  #receiveInviteAnswer(call: LoadCall, message: WireMessage, run: Run): void {
    const nowMs = performance.now();
    if (message.status < 200) {
      if (call.stage === 'inviting') call.stage = 'proceeding';
      if (message.status > 100 && !call.hasRung) {
        call.hasRung = true;
        run.ringingMs.push(nowMs - call.sentAtMs);
      }
    } else if (call.ack !== null) this.#send(call.ack, run);
    else if (message.status < 300) this.#answered(call, message, run, nowMs);
    else {
      call.ack = this.#print(call, 'ACK', 1, 'i');
      this.#send(call.ack, run);
      run.fail(call, String(message.status));
    }
  }

  #answered(call: LoadCall, message: WireMessage, run: Run, nowMs: number): void {
    call.stage = 'talking';
    run.answerMs.push(nowMs - call.sentAtMs);
    call.to = message.to;
    call.remoteUri = uriOf(message.contact);
    for (const route of message.recordRoutes.toReversed()) call.routeLines += `Route: ${route}\r\n`;
    call.ack = this.#print(call, 'ACK', 1, 'a');
    this.#send(call.ack, run);
    run.holds.add(call, nowMs);
  }

  #hangUp(call: LoadCall, run: Run, nowMs: number): void {
    if (call.stage !== 'talking') return;
    call.stage = 'leaving';
    this.#request(call, run, this.#print(call, 'BYE', 2, 'b'), nowMs);
  }

  #request(call: LoadCall, run: Run, request: Buffer, nowMs: number): void {
    call.request = request;
    call.resends = 0;
    this.#send(request, run);
    this.#resends[0]?.add({ call, request }, nowMs);
  }

  #resend(call: LoadCall, request: Buffer, nowMs: number): void {
    const run = this.#run;
    const isWaiting = call.stage === 'inviting' || call.stage === 'leaving';
    if (run === null || !isWaiting || call.request !== request) return;
    call.resends += 1;
    const next = this.#resends[call.resends];
    if (next === undefined) return run.fail(call, `silence at ${call.stage === 'inviting' ? 'INVITE' : 'BYE'}`);
    run.resentCount += 1;
    this.#send(request, run);
    next.add({ call, request }, nowMs);
  }

  #send(bytes: Buffer, { order }: Run): void {
    this.#socket.send(bytes, order.target.port, order.target.address);
  }

  /** A request of about 600 bytes (INVITE) or 400. `part` tells the branches of one call apart. */
  #print(call: LoadCall, method: string, sequence: number, part: string): Buffer {
    const here = `${ADDRESS}:${this.#port}`;
    const body = method === 'INVITE' ? SDP : '';
    const head =
      `${method} ${call.remoteUri} SIP/2.0\r\n` +
      `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${part}${call.callId.replace('@', '.')}\r\n` +
      call.routeLines +
      'Max-Forwards: 70\r\n' +
      `From: "Alice" <sip:12125550100@${here}>;tag=c${call.callId.slice(0, call.callId.indexOf('@'))}\r\n` +
      `To: ${call.to}\r\n` +
      `Call-ID: ${call.callId}\r\n` +
      `CSeq: ${sequence} ${method}\r\n`;
    return Buffer.from(
      `${head}${method === 'INVITE' ? inviteLines(here) : ''}Content-Length: ${body.length}\r\n\r\n${body}`,
      'latin1',
    );
  }
}

/** The calls of one run and what became of them. */
class Run {
  readonly order: RunOrder;
  readonly name: string;
  readonly onOver: (outcome: RunOutcome) => void;
  readonly holds: DelayLine<LoadCall>;
  readonly lateness: number[] = [];
  readonly ringingMs: number[] = [];
  readonly answerMs: number[] = [];
  readonly #failed = new Map<string, number>();
  readonly #beganAtMs: number;
  offered = 0;
  resentCount = 0;
  #completed = 0;
  #failedCount = 0;

  constructor(order: RunOrder, name: string, beganAtMs: number, onOver: (outcome: RunOutcome) => void) {
    this.order = order;
    this.name = name;
    this.onOver = onOver;
    this.holds = new DelayLine(order.holdMs);
    this.#beganAtMs = beganAtMs;
  }

  /** When the next call is due; Infinity after the last. */
  nextDueMs(): number {
    const { count, callsPerSecond } = this.order;
    return this.offered < count ? this.#beganAtMs + (this.offered * 1000) / callsPerSecond : Number.POSITIVE_INFINITY;
  }

  get isOver(): boolean {
    return this.#completed + this.#failedCount === this.order.count;
  }

  complete(call: LoadCall): void {
    call.stage = 'over';
    this.#completed += 1;
  }

  fail(call: LoadCall, cause: string): void {
    if (call.stage === 'over') return;
    call.stage = 'over';
    this.#failedCount += 1;
    this.#failed.set(cause, (this.#failed.get(cause) ?? 0) + 1);
  }

  outcome(own: RunOutcome['own']): RunOutcome {
    return {
      kind: 'outcome',
      offered: this.offered,
      completed: this.#completed,
      failed: Object.fromEntries(this.#failed),
      resentCount: this.resentCount,
      ringing: percentilesOf(this.ringingMs),
      answer: percentilesOf(this.answerMs),
      lateness: percentilesOf(this.lateness),
      own,
    };
  }
}

const SDP =
  'v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
  'm=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n' +
  'a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n';

function inviteLines(here: string): string {
  return (
    `Contact: <sip:alice@${here}>\r\n` +
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK\r\n' +
    'Supported: replaces\r\nUser-Agent: tandem-bench\r\nContent-Type: application/sdp\r\n'
  );
}

const caller = new Caller();
process.on('message', (order: RunOrder) => caller.run(order, (outcome) => process.send?.(outcome)));
process.on('disconnect', () => process.exit());
caller.begin((port) => process.send?.({ kind: 'bound', port } satisfies Bound));
