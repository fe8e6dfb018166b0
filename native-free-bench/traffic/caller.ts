// The calling end of the load, a process of its own.
//
//   INVITE -> 100, 180, 200 -> ACK, hold, BYE -> 200        the basic call; or the callee's BYE <- first
//   INVITE -> 180, CANCEL -> 200, 487 -> ACK                one that gives up
//   OPTIONS, REGISTER -> 200                                requests outside of calls
//
//   node caller.js [ADDRESS]

import type { RemoteInfo } from 'node:dgram';
import { DelayLine } from '../delay-line.ts';
import { printResponse, readWire, uriOf, type WireMessage } from '../wire.ts';
import { TrafficAccount } from './account.ts';
import { Arrivals } from './arrivals.ts';
import { ANSWER_BODY, authorizationOf, printInvite, printRequest } from './call-text.ts';
import { Chance } from './chance.ts';
import { DueQueue } from './due-queue.ts';
import { EndClock, stampMicros } from './end-clock.ts';
import { EndSocket } from './end-socket.ts';
import { RefreshWatch } from './refresh-watch.ts';
import { isExpectedFailure, type TrafficCall } from './traffic-call.ts';
import { CALLEE_ROLES, type EndBound, type TrafficOrder } from './traffic-messages.ts';

const ADDRESS = process.argv[2] ?? '127.0.0.1';

/** Waits before each repetition of a request, ms: RFC 3261's T1 doubling up to T2; after the last it is lost. */
const RESEND_WAITS_MS: readonly number[] = [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000];

/** Credentials of the registrants, as the profile's network has them. */
const PASSWORD = 'bench-secret';

/** A finished call is known for what may be repeated. */
const LINGER_MS = 8_000;

/** How often the main process hears how it goes, ms. */
const PROGRESS_MS = 1_000;

interface Load {
  readonly order: TrafficOrder;
  readonly name: string;
  readonly arrivals: Arrivals;
  readonly account: TrafficAccount;
  /** When whoever has not ended is unfinished; Infinity until the last arrival. */
  endsAtMs: number;
  /** When whoever talks hangs up; Infinity until the last arrival. */
  hangsUpByMs: number;
  count: number;
}

/** One load at a time. */
class Caller {
  readonly #socket = new EndSocket();
  readonly #clock = new EndClock((nowMs) => this.#tick(nowMs));
  readonly #calls = new Map<string, TrafficCall>();
  readonly #resends = RESEND_WAITS_MS.map((waitMs) => new DelayLine<{ call: TrafficCall; request: string }>(waitMs));
  readonly #ended = new DelayLine<TrafficCall>(LINGER_MS);
  readonly #due = new DueQueue<() => void>();
  #chance = new Chance(0);
  #here = '';
  #load: Load | null = null;
  #loadCount = 0;
  #resent = 0;
  #heardAgain = 0;
  readonly #refreshes = new RefreshWatch();
  #toldAtMs = 0;

  async begin(): Promise<EndBound> {
    const port = await this.#socket.bind({ address: ADDRESS }, (text, from) => this.#receive(text, from));
    this.#here = `${ADDRESS}:${port}`;
    return { kind: 'bound', port, refusingPort: 0, failingPort: 0, deadPort: 0 };
  }

  run(order: TrafficOrder): void {
    this.#calls.clear();
    this.#clock.reset();
    this.#resent = 0;
    this.#heardAgain = 0;
    this.#refreshes.reset();
    this.#loadCount += 1;
    this.#chance = new Chance(order.seed);
    this.#socket.impair(order.impairment, new Chance(order.seed + 2));
    const nowMs = performance.now();
    this.#load = {
      order,
      name: `${process.pid}-${this.#loadCount}`,
      arrivals: new Arrivals(order.arrivals, order.steps, new Chance(order.seed + 3), nowMs),
      account: new TrafficAccount(nowMs),
      endsAtMs: Number.POSITIVE_INFINITY,
      hangsUpByMs: Number.POSITIVE_INFINITY,
      count: 0,
    };
  }

  #tick(nowMs: number): void {
    for (const line of this.#resends) line.runDue(nowMs, ({ call, request }) => this.#resend(call, request, nowMs));
    this.#ended.runDue(nowMs, ({ callId }) => this.#calls.delete(callId));
    this.#due.runDue(nowMs, (run) => run());
    const load = this.#load;
    if (load === null) return;
    for (let dueMs = load.arrivals.nextDueMs; dueMs <= nowMs; dueMs = load.arrivals.nextDueMs) {
      load.arrivals.advance();
      load.account.offered(nowMs, nowMs - dueMs);
      this.#place(load, nowMs);
    }
    load.account.look(nowMs);
    this.#tellProgress(load, nowMs);
    if (load.arrivals.nextDueMs === Number.POSITIVE_INFINITY) this.#finish(load, nowMs);
  }

  #tellProgress({ account }: Load, nowMs: number): void {
    if (nowMs - this.#toldAtMs < PROGRESS_MS) return;
    this.#toldAtMs = nowMs;
    const second = account.latest();
    if (second !== null) process.send?.({ kind: 'progress', second });
  }

  /** The load is over when its calls are, or when they have had their time. */
  #finish(load: Load, nowMs: number): void {
    if (load.endsAtMs === Number.POSITIVE_INFINITY) this.#windDown(load, nowMs);
    if (load.account.active > 0 && nowMs < load.endsAtMs) return;
    for (const call of this.#calls.values()) if (call.stage !== 'over') this.#fail(call, 'unfinished');
    this.#load = null;
    const own = {
      ...this.#clock.report(),
      sendFailures: this.#socket.sendFailures,
      resent: this.#resent,
      heardAgain: this.#heardAgain,
      refreshes: this.#refreshes.report(),
    };
    process.send?.(load.account.outcome(own));
  }

  /** The last call has come. */
  #windDown(load: Load, nowMs: number): void {
    const { patienceMs, windDownMs } = load.order;
    load.endsAtMs = nowMs + patienceMs;
    if (windDownMs === null) return;
    load.hangsUpByMs = nowMs + windDownMs;
    for (const call of this.#calls.values()) {
      if (call.stage === 'talking') this.#due.add(() => this.#hangUp(call), nowMs + this.#chance.below(windDownMs));
    }
  }

  #place(load: Load, nowMs: number): void {
    const kind = this.#chance.pick(load.order.mix);
    const { address, port } = load.order.target;
    const sequence = load.count++;
    const prefix = load.order.prefixes[this.#chance.below(load.order.prefixes.length)] ?? '';
    const callee = `${prefix}${String(sequence % 100_000).padStart(5, '0')}${CALLEE_ROLES.indexOf(kind.callee)}`;
    const isRegistering = kind.what === 'register';
    const remoteUri = isRegistering ? `sip:${address}:${port}` : `sip:${callee}@${address}:${port}`;
    const callId = `${load.name}-${sequence}@${ADDRESS}`;
    const call: TrafficCall = {
      kind,
      callId,
      here: this.#here,
      fromTag: `c${load.name}-${sequence}`,
      sessionExpiresSeconds: kind.sessionExpiresSeconds,
      remoteUri,
      routeLines: '',
      to: isRegistering ? `<sip:u${sequence % 1000}@${address}>` : `<${remoteUri}>`,
      sentAtMs: performance.now(),
      branch: 'i',
      stage: 'inviting',
      sequence: 1,
      hasRung: false,
      request: '',
      resends: 0,
      ack: '',
      intervalMs: 0,
      refreshedAtMs: 0,
    };
    this.#calls.set(callId, call);
    this.#request(call, this.#firstRequest(call, ''), nowMs);
    if (kind.cancelAfterMs !== null) this.#due.add(() => this.#cancel(call), nowMs + kind.cancelAfterMs);
  }

  #firstRequest(call: TrafficCall, more: string): string {
    switch (call.kind.what) {
      case 'call':
        return printInvite(call, call.sequence, call.branch, more);
      case 'options':
        return printRequest(call, 'OPTIONS', call.sequence, call.branch);
      case 'register': {
        const contact = `Contact: <${uriOf(call.to).replace(/@.*/, `@${this.#here}`)}>\r\nExpires: 300\r\n`;
        return printRequest(call, 'REGISTER', call.sequence, call.branch, contact + more);
      }
    }
  }

  #receive(text: string, from: RemoteInfo): void {
    const message = readWire(text);
    if (message === null) return;
    const call = this.#calls.get(message.callId);
    if (call === undefined) return;
    if (message.status === 0) this.#receiveRequest(call, message, from);
    else if (message.method === 'INVITE') this.#receiveInviteAnswer(call, message);
    else if (message.status >= 200) this.#receiveAnswer(call, message);
  }

  /** The system, or the callee, asks something of us inside the call. */
  #receiveRequest(call: TrafficCall, request: WireMessage, from: RemoteInfo): void {
    if (request.method === 'ACK') return;
    const hasTimer = request.sessionExpires !== '';
    const timer = hasTimer ? `Require: timer\r\nSession-Expires: ${request.sessionExpires}\r\n` : '';
    if (hasTimer) this.#refreshes.refreshed(call, performance.now());
    const contact = `Contact: <sip:alice@${this.#here}>\r\n`;
    const isInvite = request.method === 'INVITE';
    const lines = isInvite ? `${contact}${timer}Content-Type: application/sdp\r\n` : contact + timer;
    const parts = { lines, body: isInvite ? ANSWER_BODY : '' };
    this.#socket.send(printResponse(request, '200 OK', parts), from.port, from.address);
    if (request.method !== 'BYE') return;
    if (call.stage === 'over') this.#heardAgain += 1;
    else this.#succeed(call);
  }

  #receiveInviteAnswer(call: TrafficCall, message: WireMessage): void {
    const nowMs = performance.now();
    if (message.status < 200) return this.#progressed(call, message, nowMs);
    if (call.ack !== '') {
      this.#heardAgain += 1;
      return this.#send(call.ack);
    }
    if (message.status < 300) return this.#answered(call, message, nowMs);
    call.to = message.to;
    call.ack = printRequest(call, 'ACK', call.sequence, call.branch);
    this.#send(call.ack);
    const isChallenged = message.status === 401 || message.status === 407;
    if (isChallenged && call.sequence === 1) return this.#authorize(call, message);
    if (isExpectedFailure(call, message.status)) this.#succeed(call);
    else this.#fail(call, String(message.status));
  }

  #progressed(call: TrafficCall, message: WireMessage, nowMs: number): void {
    if (call.stage === 'inviting') call.stage = 'proceeding';
    if (message.status === 100 || call.hasRung) return;
    call.hasRung = true;
    this.#load?.account.rang(nowMs - call.sentAtMs);
    if (message.stamp > 0) this.#load?.account.ringingAdded.record(stampMicros() - message.stamp);
  }

  #answered(call: TrafficCall, message: WireMessage, nowMs: number): void {
    const wasGivenUp = call.stage === 'cancelling';
    call.stage = 'talking';
    this.#load?.account.answered(nowMs, nowMs - call.sentAtMs);
    if (message.stamp > 0) this.#load?.account.answerAdded.record(stampMicros() - message.stamp);
    this.#refreshes.begin(call, message.sessionExpires, nowMs);
    call.to = message.to;
    call.remoteUri = uriOf(message.contact);
    for (const route of message.recordRoutes.toReversed()) call.routeLines += `Route: ${route}\r\n`;
    call.ack = printRequest(call, 'ACK', call.sequence, 'a');
    this.#send(call.ack);
    const { holdMs, isHoldDrawn, callee } = call.kind;
    if (callee === 'hangUp' && !wasGivenUp) return;
    const forMs = wasGivenUp ? 0 : isHoldDrawn ? this.#chance.exponential(holdMs) : holdMs;
    const hangsUpByMs = this.#load?.hangsUpByMs ?? nowMs;
    this.#due.add(() => this.#hangUp(call), Math.min(nowMs + forMs, Math.max(nowMs, hangsUpByMs)));
  }

  #hangUp(call: TrafficCall): void {
    if (call.stage !== 'talking') return;
    call.stage = 'leaving';
    this.#refreshes.end(call, performance.now());
    call.sequence += 1;
    this.#request(call, printRequest(call, 'BYE', call.sequence, 'b'), performance.now());
  }

  #cancel(call: TrafficCall): void {
    // 9.1: not before a provisional response; it will come, or the call ends by itself.
    if (call.stage === 'inviting') this.#due.add(() => this.#cancel(call), performance.now() + 50);
    if (call.stage !== 'proceeding') return;
    call.stage = 'cancelling';
    this.#request(call, printRequest(call, 'CANCEL', call.sequence, call.branch), performance.now());
  }

  #receiveAnswer(call: TrafficCall, { method, status, challenge }: WireMessage): void {
    if (call.stage === 'over') return;
    if (method === 'CANCEL') {
      call.request = '';
      return;
    }
    if (method === 'BYE' && call.stage !== 'leaving') return;
    if (status === 401 && method === 'REGISTER' && call.sequence === 1) return this.#authorize(call, { challenge });
    if (status < 300) this.#succeed(call);
    else this.#fail(call, `${method} ${status}`);
  }

  #authorize(call: TrafficCall, { challenge }: Pick<WireMessage, 'challenge'>): void {
    const user = uriOf(call.to).replace(/^sip:|@.*$/g, '');
    const method = call.kind.what === 'register' ? 'REGISTER' : 'INVITE';
    const line = authorizationOf(challenge, { user, password: PASSWORD }, method, call.remoteUri);
    if (line === '') return this.#fail(call, 'challenged without a nonce');
    call.sequence = 2;
    call.ack = '';
    call.branch = 'j';
    call.to = call.to.replace(/;tag=.*/, '');
    this.#request(call, this.#firstRequest(call, line), performance.now());
  }

  #request(call: TrafficCall, request: string, nowMs: number): void {
    call.request = request;
    call.resends = 0;
    this.#send(request);
    this.#resends[0]?.add({ call, request }, nowMs);
  }

  #resend(call: TrafficCall, request: string, nowMs: number): void {
    const isWaiting = call.stage === 'inviting' || call.stage === 'leaving' || call.stage === 'cancelling';
    if (!isWaiting || call.request !== request) return;
    call.resends += 1;
    const next = this.#resends[call.resends];
    const method = request.slice(0, request.indexOf(' '));
    if (next === undefined) return this.#fail(call, `silence at ${method}`);
    this.#resent += 1;
    this.#send(request);
    next.add({ call, request }, nowMs);
  }

  #succeed(call: TrafficCall): void {
    this.#end(call);
    this.#load?.account.succeeded(performance.now());
  }

  #fail(call: TrafficCall, cause: string): void {
    if (call.stage === 'over') return;
    this.#end(call);
    this.#load?.account.failed(performance.now(), cause);
  }

  #end(call: TrafficCall): void {
    call.stage = 'over';
    this.#refreshes.end(call, performance.now());
    call.request = '';
    this.#ended.add(call, performance.now());
  }

  #send(text: string): void {
    const target = this.#load?.order.target;
    if (target !== undefined) this.#socket.send(text, target.port, target.address);
  }
}

const caller = new Caller();
process.on('message', (order: TrafficOrder) => caller.run(order));
process.on('disconnect', () => process.exit());
process.send?.(await caller.begin());
