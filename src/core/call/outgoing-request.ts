// A request that one side asked and we sent to the other inside its dialog: the UAC core of RFC 3261 8.1, 12.2.1,
// 13.2.2.4, 14.1. It carries the answer back, acknowledges a 2xx to INVITE, and notices a dialog that is gone.

import { Acknowledgement } from '../dialog/acknowledgement.ts';
import type { SipMessage } from '../sip/message.ts';
import { readBack } from '../sip/parse-message.ts';
import { printCancel } from '../sip/print-cancel.ts';
import { SENT_BYTES_MAX } from '../sip/sip-limits.ts';
import { reasonPhraseOf } from '../sip/status.ts';
import { TIMER_C_MS } from '../timer/sip-timers.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import type { InviteClientTransaction } from '../transaction/invite-client.ts';
import type { ClientUser } from '../transaction/ports.ts';
import type { Authorization } from './credentials.ts';
import type { DialogLeg } from './dialog-leg.ts';
import { type Acknowledger, type Crossing, EMPTY_CROSSING, type Question } from './leg-events.ts';
import type { Surroundings } from './ports.ts';

const OK = 200;
const METHOD_NOT_ALLOWED = 405;
const REQUEST_TIMEOUT = 408;
const NO_DIALOG = 481;
const TERMINATED = 487;
const PENDING = 491;
const NOT_IMPLEMENTED = 501;
const GATEWAY_TIMEOUT = 504;
const TOO_LARGE = 513;

/** Their refusal, or silence, is about one response, or one subscription (RFC 6665 4.2.2). */
const NOT_OF_DIALOG: readonly string[] = ['PRACK', 'NOTIFY'];

/** One request under way to a peer. */
export class OutgoingRequest implements ClientUser, Acknowledger, Timed {
  readonly question: Question;
  readonly #around: Surroundings;
  readonly #leg: DialogLeg;
  #cseq = 0;
  #authorization: Authorization | null = null;
  #acknowledgement: Acknowledgement | null = null;
  /** Of an INVITE: what `cancel` is about. */
  #transaction: InviteClientTransaction | null = null;
  #text = '';
  #isCancelled = false;
  /** Timer C has cancelled it. */
  #isOverdue = false;
  #patience: TimerHandle = 0;

  constructor(around: Surroundings, leg: DialogLeg, question: Question) {
    this.#around = around;
    this.#leg = leg;
    this.question = question;
  }

  get method(): string {
    return this.question.method;
  }

  get hasOffer(): boolean {
    return this.question.crossing.body !== '';
  }

  /** Whether its success refreshes the session of the leg alone. */
  get isRefresh(): boolean {
    return this.question.isRefresh;
  }

  /** Sends it, the first time or once more. */
  send(): void {
    const { method, crossing, rack } = this.question;
    this.#authorization ??= this.#leg.authorize(method, crossing.body);
    const acknowledged = rack === '' ? '' : `RAck: ${rack}\r\n`;
    const authorized = this.#authorization?.lines ?? '';
    this.#leg.sendRequest(method, acknowledged + authorized + crossing.headers, crossing.body, this);
  }

  /** It is under way as `text`; `transaction` is that of an INVITE. */
  started(cseq: number, text: string, transaction: InviteClientTransaction | null): void {
    this.#cseq = cseq;
    this.#transaction = transaction;
    this.#text = transaction === null ? '' : text;
    if (transaction !== null) this.#awaitAnswer();
  }

  /** Its sender has cancelled it, or the dialog ends: an INVITE without final answer ends, whatever the peer does. */
  cancel(): void {
    this.#isCancelled = true;
    if (this.#transaction === null) return;
    this.#around.transactions.cancel(this.#transaction, printCancel(readBack(this.#text)), this.#leg.resends);
  }

  /** Timer C: a peer that says nothing any more keeps nobody waiting. */
  due(): void {
    this.#patience = 0;
    this.#isOverdue = true;
    this.cancel();
  }

  /** Whether `text` fits a datagram; if not, it has failed (21.5.7). */
  fits(text: string): boolean {
    if (text.length <= SENT_BYTES_MAX) return true;
    this.#failed(TOO_LARGE, reasonPhraseOf(TOO_LARGE), EMPTY_CROSSING);
    return false;
  }

  onResponse(transaction: unknown, response: SipMessage): void {
    if (this.#isFormer(transaction)) return;
    if (this.#acknowledgement !== null) {
      if (response.status >= 200 && response.status < 300) this.#acknowledgement.repeat();
      return;
    }
    if (response.status < 200) {
      if (response.status > 100) this.#progressed(response);
      return;
    }
    if (response.status < 300) return this.#succeeded(response);
    if (this.#isAskedAgain(response)) this.send();
    else this.#failed(response.status, response.reasonPhrase, this.#leg.crossingOf(response));
  }

  onTimeout(): void {
    // 9.1: what was cancelled counts as such when nothing more is heard of it.
    const status = this.#isCancelled ? TERMINATED : REQUEST_TIMEOUT;
    this.#failed(status, reasonPhraseOf(status), EMPTY_CROSSING);
  }

  onTransportError(transaction: unknown): void {
    if (!this.#isFormer(transaction)) this.#failed(503, reasonPhraseOf(503), EMPTY_CROSSING);
  }

  acknowledge(crossing: Crossing): void {
    // The call may have ended meanwhile, and the ACK have gone without an answer.
    if (this.#acknowledgement?.isSent !== false) return;
    this.#acknowledgement.send((this.#authorization?.lines ?? '') + crossing.headers, crossing.body);
    this.#leg.sessionTimer?.sent(crossing);
    this.#leg.owedAck = null;
  }

  /** Whether the INVITE has been sent anew since: `transaction` is answered, and its ACK all that could be lost. */
  #isFormer(transaction: unknown): boolean {
    return this.#transaction !== null && transaction !== this.#transaction;
  }

  /** Whether `response` asks for the same with credentials (22.2), or with a longer session (RFC 4028 7.3). */
  #isAskedAgain(response: SipMessage): boolean {
    if (this.#leg.isOver || this.#isCancelled) return false;
    const { status } = response;
    if (status === 401 || status === 407) return this.#authorization?.answer(response) ?? false;
    return status === 422 && (this.#leg.sessionTimer?.refusedTooSmall(response) ?? false);
  }

  #progressed(response: SipMessage): void {
    if (this.#patience !== 0) this.#awaitAnswer();
    this.#answer(response.status, response.reasonPhrase, this.#leg.crossingOf(response), null);
  }

  #awaitAnswer(): void {
    this.#disarm();
    this.#patience = this.#around.wheel.arm(this, 0, TIMER_C_MS);
  }

  #disarm(): void {
    this.#around.wheel.disarm(this.#patience, this);
    this.#patience = 0;
  }

  #succeeded(response: SipMessage): void {
    this.#disarm();
    // 12.2.1.2: its Contact says where the dialog goes on, and first of all the ACK (13.2.2.4).
    if (this.method === 'INVITE' || this.method === 'UPDATE') this.#leg.refreshed(response, this.question.crossing);
    let owesAck = false;
    if (this.method === 'INVITE') {
      this.#acknowledgement = new Acknowledgement(this.#around, this.#leg.dialog, this.#cseq);
      // 13.2.1: with the offer in the INVITE the exchange is complete; without, the answer comes with the other side's
      // ACK, unless there is no other side any more (14.1: every 2xx is acknowledged).
      owesAck = this.question.crossing.body === '' && !this.#leg.isOver;
      if (owesAck) this.#leg.owedAck = this.#acknowledgement;
      else this.#acknowledgement.send(this.#authorization?.lines ?? '', '');
    }
    this.#answer(response.status, response.reasonPhrase, this.#leg.crossingOf(response), owesAck ? this : null);
    this.#leg.onAnswered(this);
  }

  #failed(status: number, phrase: string, crossing: Crossing): void {
    this.#disarm();
    const told = this.#toldFor(status);
    if (told === status) this.#answer(status, phrase, crossing, null);
    else this.#answer(told, reasonPhraseOf(told), EMPTY_CROSSING, null);
    this.#leg.onAnswered(this);
    // 12.2.1.2: the peer does not know the dialog, or does not answer in it: it is over.
    const isGone = status === REQUEST_TIMEOUT || status === NO_DIALOG;
    if (isGone && !NOT_OF_DIALOG.includes(this.method)) this.#leg.peerGone(this);
  }

  /** What the sender is told of a failure with `status`. */
  #toldFor(status: number): number {
    // The sender has cancelled nothing, and its call goes on: no 487, no 408.
    if (this.#isOverdue) return GATEWAY_TIMEOUT;
    // What a peer demands of us is nothing that the other side could give.
    if (status === 401 || status === 407) return 503;
    // The gateway has failed meanwhile: the call goes on to another one, and what was acknowledged was outstanding.
    if (this.#leg.isOver) return this.method === 'PRACK' ? OK : PENDING;
    return this.#concernsSender(status) ? OK : status;
  }

  /**
   * Whether the peer, as `status` says, takes no UPDATE, and it had no offer: then it has refreshed the session of its
   * sender alone (RFC 4028 7.4), and so does the next one.
   */
  #concernsSender(status: number): boolean {
    if (this.method !== 'UPDATE' || this.hasOffer || this.isRefresh) return false;
    if (status !== METHOD_NOT_ALLOWED && status !== NOT_IMPLEMENTED) return false;
    this.#leg.refusesUpdate = true;
    return true;
  }

  #answer(status: number, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void {
    this.question.answer(status, phrase, crossing, acknowledger);
  }
}
