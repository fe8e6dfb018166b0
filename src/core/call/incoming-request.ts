// A request that a peer sent us inside a call, from its arrival to its final answer, and for an INVITE on to
// the ACK: the UAS core of RFC 3261 8.2, 13.3, 14.2. Used for the first INVITE and for every later request.

import type { Target } from '../base/target.ts';
import type { LocalEnd } from '../dialog/dialog.ts';
import { ResponseRepeater, type ResponseRepeaterUser } from '../dialog/response-repeater.ts';
import type { SessionTimerTerms } from '../dialog/session-timer-terms.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { printResponse } from '../sip/print-response.ts';
import { reasonPhraseOf } from '../sip/status.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { ServerTransaction } from '../transaction/ports.ts';
import { type Acknowledger, type Crossing, EMPTY_CROSSING, type Provisional, type Question } from './leg-events.ts';
import type { Surroundings } from './ports.ts';

/** Methods a peer may use inside a call here. */
export const ALLOW = 'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, NOTIFY, REFER\r\n';

/** Any provisional status: a transaction repeats the text whatever it is. */
const PROGRESS = 183;

/** Where a request came from and on which socket it was received. */
export interface Source {
  readonly address: string;
  readonly port: number;
  readonly listener: number;
}

/** A request, as it is taken over. */
export interface RequestArrival {
  readonly request: SipMessage;
  readonly server: ServerTransaction;
  readonly source: Source;
  /** When a 2xx to INVITE is repeated. */
  readonly resends: ResendSchedule;
}

/** Hears how the request fares. */
export interface IncomingRequestUser {
  /** What of the request may cross. */
  crossingOf(request: SipMessage): Crossing;
  /** The final answer is out; `crossing`: what of it came from the other side. */
  onFinal(request: IncomingRequest, status: number, crossing: Crossing): void;
  /** The ACK for the 2xx arrived: nothing of it is pending any more. */
  onAcknowledged(request: IncomingRequest): void;
  /** The 2xx was repeated to the end of the list and never acknowledged. */
  onNoAck(request: IncomingRequest): void;
}

/** One request being answered. */
export class IncomingRequest implements Question, ResponseRepeaterUser {
  readonly method: string;
  /** Until the final answer. */
  crossing: Crossing;
  readonly cseq: number;
  /** Of a PRACK: what the other side knows the provisional response by. */
  rack = '';
  readonly isRefresh = false;
  /** Header lines of a 2xx beyond what crosses. */
  successHeaders = '';
  /** The session timer that this 2xx agrees to; null for none. */
  terms: SessionTimerTerms | null = null;
  readonly #around: Surroundings;
  readonly #server: ServerTransaction;
  readonly #source: Source;
  readonly #resends: ResendSchedule;
  readonly #local: LocalEnd;
  readonly #user: IncomingRequestUser;
  #request: SipMessage | null;
  #toTag: string;
  #successText = '';
  #repeater: ResponseRepeater | null = null;
  #acknowledger: Acknowledger | null = null;

  constructor(around: Surroundings, arrival: RequestArrival, toTag: string, user: IncomingRequestUser) {
    this.#around = around;
    this.#request = arrival.request;
    this.#server = arrival.server;
    this.#source = arrival.source;
    this.#resends = arrival.resends;
    this.#local = around.localEnd(arrival.source.listener);
    this.#toTag = toTag;
    this.#user = user;
    this.method = arrival.request.method;
    this.cseq = arrival.request.cseq;
    this.crossing = user.crossingOf(arrival.request);
  }

  /** Answered for good, though a 2xx may still wait for its ACK. */
  get isFinal(): boolean {
    return this.#request === null;
  }

  /** Answered 2xx, and the ACK has not come. */
  get awaitsAck(): boolean {
    return this.#repeater !== null;
  }

  /** The 2xx that waits for its ACK; null when none does. */
  get unacknowledged(): { readonly text: string; readonly target: Target; readonly cseq: number } | null {
    if (this.#repeater === null) return null;
    return { text: this.#successText, target: this.#server.target, cseq: this.cseq };
  }

  /** 100 Trying at once, before anything is looked up (17.2.1 allows the switch to promise more than 200 ms). */
  trying(): void {
    this.#respond(100, reasonPhraseOf(100), '', '', '');
  }

  /** From now on answers carry this To tag: another gateway's early dialog. */
  useTag(toTag: string): void {
    this.#toTag = toTag;
  }

  /** Sends a provisional response that wants a PRACK (RFC 3262 3); answers its text. */
  answerReliably({ status, phrase, crossing }: Provisional, rseq: number): string {
    const headers = `Require: 100rel\r\nRSeq: ${rseq}\r\n${crossing.headers}`;
    return this.#respond(status, phrase, this.#toTag, headers, crossing.body);
  }

  /** The same once more. */
  repeatProvisional(text: string): void {
    if (this.#request !== null) this.#server.respond(PROGRESS, text);
  }

  /** Answers without anything from another side. `headers`: further lines, each with its CRLF. */
  refuse(status: number, phrase = reasonPhraseOf(status), headers = ''): void {
    this.#final(status, phrase, { headers, ruled: '', body: '', hasSdp: false }, null);
  }

  answer(status: number, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void {
    if (status >= 200) {
      this.#final(status, phrase, crossing, acknowledger);
    } else {
      this.#respond(status, phrase, this.#toTag, crossing.headers, crossing.body);
    }
  }

  /** The ACK of the 2xx arrived. */
  acknowledge(crossing: Crossing): void {
    if (this.#repeater === null) return;
    this.stop();
    const acknowledger = this.#acknowledger;
    this.#acknowledger = null;
    acknowledger?.acknowledge(crossing);
    this.#user.onAcknowledged(this);
  }

  /** The leg is over: the 2xx is no longer repeated. */
  stop(): void {
    this.#repeater?.stop();
    this.#repeater = null;
    this.#successText = '';
  }

  repeatResponse(): void {
    this.#server.respond(200, this.#successText);
  }

  onUnacknowledged(): void {
    this.stop();
    this.#user.onNoAck(this);
  }

  #final(status: number, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void {
    if (this.#request === null) return;
    const { headers, body } = crossing;
    const added = status < 300 ? this.successHeaders : '';
    const text = this.#respond(status, phrase, this.#toTag, added + headers, body);
    this.#request = null;
    this.#server.release?.();
    this.crossing = EMPTY_CROSSING;
    if (this.method === 'INVITE' && status < 300) {
      this.#successText = text;
      this.#acknowledger = acknowledger;
      this.#repeater = new ResponseRepeater(this.#around.wheel, this.#resends, this);
    }
    this.#user.onFinal(this, status, crossing);
  }

  #respond(status: number, phrase: string, toTag: string, headers: string, body: string): string {
    const request = this.#request;
    if (request === null) return '';
    const options = {
      toTag,
      received: this.#source.address,
      receivedPort: this.#source.port,
      headers: this.#dialogHeaders(request, status) + headers,
      contentType: '',
      body,
      reasonPhrase: phrase,
    };
    const text = printResponse(request, status, options);
    this.#server.respond(status, text);
    return text;
  }

  // 12.1.1: what makes a dialog carries Record-Route back and our Contact; 13.3.1 adds Allow to a 2xx of INVITE.
  #dialogHeaders(request: SipMessage, status: number): string {
    if (status === 100 || status >= 300) return status === 405 ? ALLOW : '';
    let headers = `Contact: <sip:${this.#local.hostPort}>\r\n`;
    for (let line = request.find(Header.RecordRoute); line >= 0; line = request.find(Header.RecordRoute, line + 1)) {
      headers += `${request.lineText(line)}\r\n`;
    }
    return this.method === 'INVITE' && status >= 200 ? headers + ALLOW : headers;
  }
}
