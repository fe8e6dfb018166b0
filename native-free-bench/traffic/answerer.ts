// The answering end of the load, a process of its own: does with a call what the last digit of its number says. Four
// sockets: one serves, one refuses every INVITE with 503, one fails with 500, one is dead.
//
//   node answerer.js [ADDRESS [PORT]]

import type { RemoteInfo } from 'node:dgram';
import { printResponse, readWire, type WireMessage } from '../wire.ts';
import { Chance } from './chance.ts';
import { DueQueue } from './due-queue.ts';
import { EndClock, stampMicros } from './end-clock.ts';
import { EndSocket } from './end-socket.ts';
import { LatencyHistogram } from './histogram.ts';
import { type RefreshedCall, RefreshWatch } from './refresh-watch.ts';
import {
  type AnswererOrder,
  type AnswererReport,
  CALLEE_ROLES,
  type CalleeRole,
  type EndBound,
} from './traffic-messages.ts';

const ADDRESS = process.argv[2] ?? '127.0.0.1';
const PORT = Number(process.argv[3] ?? 0);

/** Ringing, ms: a 200 right behind its 180 would be reordered by systems of several processes. */
const RING_MS = 50;

/** From the answer to the BYE of a callee that hangs up, ms. */
const HANG_UP_MS = 200;

/** How long a finished call is known, ms, for what may be repeated. */
const LINGER_MS = 8_000;

/** Waits before each repetition of an unacknowledged answer or an unanswered BYE, ms (RFC 3261 13.3.1.4). */
const RESEND_WAITS_MS = [500, 1000, 2000, 4000, 4000, 4000];

interface AnsweredCall extends RefreshedCall {
  readonly callId: string;
  readonly from: RemoteInfo;
  readonly invite: WireMessage;
  readonly toTag: string;
  readonly role: CalleeRole;
  /** The last answer to the INVITE. */
  last: string;
  isAcknowledged: boolean;
  isOver: boolean;
  bye: string;
}

/** Answers whatever calls. */
class Answerer {
  readonly #socket = new EndSocket();
  readonly #refusing = new EndSocket();
  readonly #failing = new EndSocket();
  readonly #dead = new EndSocket();
  readonly #clock = new EndClock((nowMs) => this.#due.runDue(nowMs, (run) => run(nowMs)));
  readonly #due = new DueQueue<(nowMs: number) => void>();
  readonly #calls = new Map<string, AnsweredCall>();
  readonly #inviteAdded = new LatencyHistogram();
  #here = '';
  #tagCount = 0;
  #resent = 0;
  #heardAgain = 0;
  readonly #refreshes = new RefreshWatch();
  #invites = 0;
  #answered = 0;

  async begin(): Promise<EndBound> {
    const deadPort = await this.#dead.bind({ address: ADDRESS }, () => undefined);
    const refusingPort = await this.#refusing.bind({ address: ADDRESS }, (text, from) =>
      this.#refuse(this.#refusing, '503 Service Unavailable', text, from),
    );
    const failingPort = await this.#failing.bind({ address: ADDRESS }, (text, from) =>
      this.#refuse(this.#failing, FAILURE, text, from),
    );
    const port = await this.#socket.bind({ address: ADDRESS, port: PORT }, (text, from) => this.#receive(text, from));
    this.#here = `${ADDRESS}:${port}`;
    return { kind: 'bound', port, refusingPort, failingPort, deadPort };
  }

  obey(order: AnswererOrder): void {
    if (order.kind === 'report') {
      process.send?.(this.#report());
      return;
    }
    this.#resent = 0;
    this.#heardAgain = 0;
    this.#refreshes.reset();
    this.#invites = 0;
    this.#answered = 0;
    this.#inviteAdded.reset();
    this.#socket.impair(order.impairment ?? null, new Chance((order.seed ?? 0) + 1));
    this.#clock.reset();
  }

  #report(): AnswererReport {
    return {
      kind: 'answererReport',
      load: {
        ...this.#clock.report(),
        sendFailures: this.#socket.sendFailures,
        resent: this.#resent,
        heardAgain: this.#heardAgain,
        refreshes: this.#refreshes.report(),
      },
      invites: this.#invites,
      answered: this.#answered,
      inviteAdded: this.#inviteAdded.encoded(),
    };
  }

  #receive(text: string, from: RemoteInfo): void {
    const message = readWire(text);
    if (message === null) return;
    const call = this.#calls.get(message.callId);
    if (message.status !== 0) {
      if (message.method === 'BYE' && message.status >= 200 && call !== undefined) call.bye = '';
      return;
    }
    switch (message.method) {
      case 'INVITE':
        return this.#receiveInvite(call, message, from, text);
      case 'ACK':
        if (call !== undefined) this.#acknowledged(call);
        return;
      case 'CANCEL':
        if (call !== undefined) this.#cancelled(call);
        break;
      case 'BYE':
        if (call !== undefined) this.#ended(call);
        break;
      case 'UPDATE':
        if (call !== undefined) this.#refreshed(call, message);
        break;
    }
    this.#send(printResponse(message, '200 OK', { toTag: tagFor(message, 'x'), lines: timerLines(message) }), from);
  }

  #receiveInvite(call: AnsweredCall | undefined, invite: WireMessage, from: RemoteInfo, text: string): void {
    if (call === undefined) this.#begin(invite, from, roleOf(text));
    else if (invite.to.includes(';tag=')) {
      this.#refreshed(call, invite);
      this.#send(this.#print(invite, '200 OK', ''), from);
    } else if (call.last !== '') {
      this.#heardAgain += 1;
      this.#send(call.last, from);
    }
  }

  #refreshed(call: AnsweredCall, request: WireMessage): void {
    if (request.sessionExpires !== '') this.#refreshes.refreshed(call, performance.now());
  }

  #ended(call: AnsweredCall): void {
    if (call.isOver) this.#heardAgain += 1;
    this.#over(call);
  }

  #begin(invite: WireMessage, from: RemoteInfo, role: CalleeRole): void {
    this.#invites += 1;
    if (invite.stamp > 0) this.#inviteAdded.record(stampMicros() - invite.stamp);
    const toTag = `;tag=a${++this.#tagCount}`;
    const { callId } = invite;
    const fresh = { last: '', isAcknowledged: false, isOver: false, bye: '', intervalMs: 0, refreshedAtMs: 0 };
    const call: AnsweredCall = { callId, from, invite, toTag, role, ...fresh };
    this.#calls.set(callId, call);
    switch (role) {
      case 'silent':
        return this.#over(call);
      case 'busy':
        return this.#final(call, '486 Busy Here');
      case 'unavailable':
        return this.#final(call, FAILURE);
      default:
        this.#say(call, printResponse(invite, '180 Ringing', { toTag, lines: this.#lines() }));
        if (role !== 'ringOn') this.#at(performance.now() + RING_MS, (nowMs) => this.#answer(call, nowMs));
    }
  }

  #answer(call: AnsweredCall, nowMs: number): void {
    if (call.isOver) return;
    this.#answered += 1;
    this.#refreshes.begin(call, call.invite.sessionExpires, nowMs);
    this.#say(call, this.#print(call.invite, '200 OK', call.toTag));
    this.#repeatAnswer(call, 0, nowMs);
  }

  #repeatAnswer(call: AnsweredCall, times: number, nowMs: number): void {
    const waitMs = RESEND_WAITS_MS[times];
    if (waitMs === undefined) return this.#over(call);
    this.#at(nowMs + waitMs, (laterMs) => {
      if (call.isAcknowledged || call.isOver) return;
      this.#resent += 1;
      this.#send(call.last, call.from);
      this.#repeatAnswer(call, times + 1, laterMs);
    });
  }

  #acknowledged(call: AnsweredCall): void {
    if (call.isAcknowledged) return;
    call.isAcknowledged = true;
    if (call.role === 'hangUp' && !call.isOver) {
      this.#at(performance.now() + HANG_UP_MS, (nowMs) => this.#hangUp(call, nowMs));
    }
  }

  #hangUp(call: AnsweredCall, nowMs: number): void {
    if (call.isOver) return;
    const { invite, callId, toTag } = call;
    const routes = invite.recordRoutes.map((route) => `Route: ${route}\r\n`).join('');
    call.bye =
      `BYE ${invite.contact.replace(/^.*<|>.*$/g, '')} SIP/2.0\r\n` +
      `Via: SIP/2.0/UDP ${this.#here};branch=z9hG4bKh${callId.replaceAll('@', '.')}\r\n${routes}Max-Forwards: 70\r\n` +
      `From: ${invite.to}${toTag}\r\nTo: ${invite.from}\r\nCall-ID: ${callId}\r\nCSeq: 1 BYE\r\n` +
      'Content-Length: 0\r\n\r\n';
    this.#over(call);
    this.#repeatBye(call, 0, nowMs);
  }

  #repeatBye(call: AnsweredCall, times: number, nowMs: number): void {
    if (call.bye === '') return;
    if (times > 0) this.#resent += 1;
    this.#send(call.bye, call.from);
    const waitMs = RESEND_WAITS_MS[times];
    if (waitMs !== undefined) this.#at(nowMs + waitMs, (laterMs) => this.#repeatBye(call, times + 1, laterMs));
  }

  #cancelled(call: AnsweredCall): void {
    if (!call.isOver && !call.last.startsWith('SIP/2.0 2')) this.#final(call, '487 Request Terminated');
  }

  #final(call: AnsweredCall, status: string): void {
    this.#say(call, printResponse(call.invite, status, { toTag: call.toTag }));
    this.#over(call);
  }

  #over(call: AnsweredCall): void {
    if (call.isOver) return;
    call.isOver = true;
    this.#refreshes.end(call, performance.now());
    this.#at(performance.now() + LINGER_MS, () => this.#calls.delete(call.callId));
  }

  #say(call: AnsweredCall, text: string): void {
    call.last = text;
    this.#send(text, call.from);
  }

  #print(invite: WireMessage, status: string, toTag: string): string {
    const lines = `${this.#lines()}${timerLines(invite)}${ANSWER_LINES}`;
    return printResponse(invite, status, { toTag, lines, body: SDP });
  }

  #lines(): string {
    return `Contact: <sip:bob@${this.#here}>\r\nX-Stamp: ${stampMicros()}\r\n`;
  }

  #at(dueAtMs: number, run: (nowMs: number) => void): void {
    this.#due.add(run, dueAtMs);
  }

  /** Answers an INVITE with `status`, and anything else with 200. */
  #refuse(socket: EndSocket, status: string, text: string, from: RemoteInfo): void {
    const request = readWire(text);
    if (request === null || request.status !== 0 || request.method === 'ACK') return;
    if (request.method === 'INVITE') this.#invites += 1;
    const said = request.method === 'INVITE' ? status : '200 OK';
    socket.send(printResponse(request, said, { toTag: tagFor(request, 'r') }), from.port, from.address);
  }

  #send(text: string, to: RemoteInfo): void {
    this.#socket.send(text, to.port, to.address);
  }
}

/** What a vendor says that cannot: not 503, for that would have the switch offer it less. */
const FAILURE = '500 Server Internal Error';

/** The last digit of the number in the request line. */
function roleOf(text: string): CalleeRole {
  const at = text.indexOf('@');
  return CALLEE_ROLES[Number(text[at - 1])] ?? 'answer';
}

function tagFor({ to }: WireMessage, letter: string): string {
  return to.includes(';tag=') ? '' : `;tag=${letter}`;
}

/** RFC 4028 9: takes what is asked for, and leaves the refreshing to who asks. */
function timerLines({ sessionExpires }: WireMessage): string {
  if (sessionExpires === '') return '';
  const value = sessionExpires.includes('refresher=') ? sessionExpires : `${sessionExpires};refresher=uac`;
  return `Require: timer\r\nSession-Expires: ${value}\r\n`;
}

const ANSWER_LINES =
  'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE\r\nSupported: replaces, timer\r\nServer: tandem-bench\r\n' +
  'Content-Type: application/sdp\r\n';

const SDP =
  'v=0\r\no=user2 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
  'm=audio 6002 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n' +
  'a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n';

const answerer = new Answerer();
process.on('message', (order: AnswererOrder) => answerer.obey(order));
process.on('disconnect', () => process.exit());
process.send?.(await answerer.begin());
