// A leg whose dialog stands, early or confirmed: requests in and out inside the dialog, the same for both sides of a
// call. RFC 3261 12.2, 14, 15; RFC 3262 PRACK; RFC 3311 UPDATE; glare by 3261 14.2 and 3311 5.2.

import type { EndReason } from '../base/end-reason.ts';
import { CSEQ_RENEWAL, PENDING_REQUESTS_MAX } from '../base/limits.ts';
import type { Acknowledgement } from '../dialog/acknowledgement.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { PeerRules } from '../routing/snapshot.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { ClientUser, ServerTransaction } from '../transaction/ports.ts';
import type { Authorization, Credentials } from './credentials.ts';
import { crossingOf } from './header-policy.ts';
import { IncomingRequest, type IncomingRequestUser, type Source } from './incoming-request.ts';
import {
  type Crossing,
  EMPTY_CROSSING,
  type Leg,
  type LegUser,
  type PrackedDescription,
  type PrackReader,
  type Question,
  type Side,
} from './leg-events.ts';
import type { LegSessionTimer, SessionTimerLeg } from './leg-session-timer.ts';
import { type ByeLeg, OutgoingBye } from './outgoing-bye.ts';
import { OutgoingRequest } from './outgoing-request.ts';
import type { Surroundings } from './ports.ts';
import { reasonHeaderOf } from './reason-header.ts';
import type { ResumedAnswer } from './resumed-answer.ts';

/** What a leg is made with. */
export interface LegOptions {
  readonly side: Side;
  readonly dialog: Dialog;
  readonly user: LegUser;
  /** What the gateway of this side says about its peer. */
  readonly rules: PeerRules;
  readonly resends: ResendSchedule;
  /** Who we are to the peer, should it ask; null where nobody may. */
  readonly credentials: Credentials | null;
}

/** Methods that are the other side's affair alone. */
const PASSED: readonly string[] = ['INFO', 'MESSAGE', 'NOTIFY', 'OPTIONS', 'REFER'];

const NOTHING: readonly never[] = [];

/** One side of the call, inside one dialog. */
export class DialogLeg implements Leg, SessionTimerLeg, ByeLeg, IncomingRequestUser {
  readonly side: Side;
  readonly dialog: Dialog;
  readonly rules: PeerRules;
  readonly resends: ResendSchedule;
  twin: DialogLeg | null = null;
  /** The session timer; null where the gateway has none, and in an early dialog. */
  sessionTimer: LegSessionTimer | null = null;
  /** No more requests are sent: a BYE has gone one way or the other. */
  isOver = false;
  /** The ACK of a 2xx that waits for the other side's answer to its offer; sent empty should the call end first. */
  owedAck: Acknowledgement | null = null;
  /** What the other side's PRACK described; to a peer that is sent no PRACK the ACK brings it. Null for nothing. */
  pracked: PrackedDescription | null = null;
  /** The peer has said which methods it takes, and UPDATE is none of them. */
  refusesUpdate = false;
  /** After a restart: the caller's 200 that it may not have. */
  resumedAnswer: ResumedAnswer | null = null;
  readonly #around: Surroundings;
  readonly #user: LegUser;
  readonly #credentials: Credentials | null;
  #asked: readonly IncomingRequest[] = NOTHING;
  /** The INVITE of the peer whose answer or ACK is outstanding. */
  #invited: IncomingRequest | null = null;
  #inviting: OutgoingRequest | null = null;
  /** UPDATEs with an offer that is not answered yet, each way. */
  #updated: IncomingRequest | null = null;
  #updating: OutgoingRequest | null = null;
  #pracks: PrackReader | null = null;
  /** Whether the peer knows of the dialog: an early one that waits behind the PRACK of another it has not heard of. */
  #isShown = true;
  /** Asked by the other side before the peer knows of the dialog, or has acknowledged our 2xx: it may not have come. */
  #held: readonly Question[] = NOTHING;
  /** Reason of a BYE that waits for the ACK of our 2xx; null when none waits. */
  #heldBye: string | null = null;

  constructor(around: Surroundings, { side, dialog, user, rules, resends, credentials }: LegOptions) {
    this.#around = around;
    this.side = side;
    this.dialog = dialog;
    this.#user = user;
    this.rules = rules;
    this.resends = resends;
    this.#credentials = credentials;
    around.dialogs.enter(dialog, this);
  }

  /** Makes `twin` the dialog of the other side, and this one its. */
  pair(twin: DialogLeg | null): void {
    this.twin = twin;
    if (twin !== null) twin.twin = this;
  }

  /** An early dialog of which the peer has yet to be told by `show`; `pracks` knows what its PRACKs are about. */
  beginEarly(pracks: PrackReader): void {
    this.#isShown = false;
    this.#pracks = pracks;
  }

  /** The peer has been sent a response in this dialog. */
  show(): void {
    if (this.#isShown) return;
    this.#isShown = true;
    if (this.#invited?.awaitsAck !== true) this.#askHeld();
  }

  /** The switch stops, and another life goes on with the call: what was asked by INVITE is to be asked again (14.1). */
  postpone(): void {
    if (this.#invited?.isFinal === false) this.#invited.refuse(491);
    if (this.#inviting?.isRefresh === false) this.#inviting.cancel();
  }

  /** A request of the peer in this dialog, in a transaction of its own; ACK comes by `receiveAck`. */
  receive(request: SipMessage, server: ServerTransaction, source: Source): void {
    const arrival = { request, server, source, resends: this.resends };
    const incoming = new IncomingRequest(this.#around, arrival, '', this);
    if (!this.dialog.takeOrder(request.cseq)) return incoming.refuse(500, 'Out of Order');
    if (request.method === 'BYE') return this.#receiveBye(incoming, request);
    if (this.isOver) return incoming.refuse(481);
    switch (request.method) {
      case 'INVITE':
        return this.#receiveInvite(incoming, request);
      case 'UPDATE':
        return this.#receiveUpdate(incoming, request);
      case 'PRACK':
        return this.#receivePrack(incoming, request);
      default:
        return PASSED.includes(request.method) ? this.#pass(incoming) : incoming.refuse(405);
    }
  }

  /** What of `message`, which the peer sent, may cross. */
  crossingOf(message: SipMessage): Crossing {
    return this.#user.across(this.side, crossingOf(message));
  }

  /** The peer cancelled its INVITE in this dialog (9.2): the final answer still comes from the other side. */
  receiveCancel(): void {
    if (this.#invited?.isFinal === false) this.#user.withdrew(this, this.#invited);
  }

  /** An ACK of the peer in this dialog. */
  receiveAck(ack: SipMessage): void {
    if (this.#invited !== null && ack.cseq === this.#invited.cseq) this.#invited.acknowledge(crossingOf(ack));
    this.resumedAnswer?.acknowledged(ack);
  }

  /** The dialog is confirmed: `sessionTimer` keeps it from outliving its peer. */
  beginSessionTimer(sessionTimer: LegSessionTimer | null): void {
    this.sessionTimer = sessionTimer;
    sessionTimer?.begin(this);
  }

  /** The first INVITE of the call created this dialog and waits for its ACK; `pracks` reads a PRACK that is late. */
  awaitAck(invite: IncomingRequest, pracks: PrackReader | null): void {
    this.#invited = invite;
    this.#pracks = pracks;
  }

  ask(question: Question): void {
    const { method, crossing } = question;
    if (this.isOver) return question.answer(481, 'Call Over', EMPTY_CROSSING, null);
    if (method === 'REFER' && !this.rules.enableCallTransfer) {
      return question.answer(403, 'Transfer Not Allowed', EMPTY_CROSSING, null);
    }
    // 14.1, RFC 3311 5.1: no second offer while one is under way in either direction.
    const isOffer = method === 'INVITE' || (method === 'UPDATE' && crossing.body !== '');
    const isInviting = method === 'INVITE' && this.#invited !== null;
    if (isInviting || (isOffer && (this.#isOffering || this.#isOffered))) {
      return question.answer(491, 'Request Pending', EMPTY_CROSSING, null);
    }
    if (!this.#isShown || this.#invited?.awaitsAck === true) {
      this.#held = [...this.#held, question];
      return;
    }
    if (method === 'PRACK' && crossing.hasSdp) this.pracked = { crossing, isSent: question.rack !== '' };
    if (method === 'PRACK' && question.rack === '') return question.answer(200, 'OK', EMPTY_CROSSING, null);
    const outgoing = new OutgoingRequest(this.#around, this, question);
    if (method === 'INVITE') this.#inviting = outgoing;
    if (method === 'UPDATE' && outgoing.hasOffer) this.#updating = outgoing;
    outgoing.send();
  }

  withdraw(question: Question): void {
    if (this.#inviting?.question === question) this.#inviting.cancel();
  }

  /** Sends a request in this dialog, with the next sequence number. */
  sendRequest(method: string, headers: string, body: string, outgoing: OutgoingRequest): void {
    this.dialog.localCseq += 1;
    if (this.dialog.localCseq % CSEQ_RENEWAL === 0) this.changed();
    const isTarget = method === 'INVITE' || method === 'UPDATE';
    const timed =
      isTarget && this.sessionTimer !== null ? `Supported: timer\r\n${this.sessionTimer.requestLines()}` : '';
    const request = this.#request(method, timed + headers, body, outgoing);
    if (!outgoing.fits(request.text)) return;
    const invite = method === 'INVITE' ? this.#around.transactions.invite(request) : null;
    outgoing.started(this.dialog.localCseq, request.text, invite);
    if (invite === null) this.#around.transactions.request(request);
  }

  /** Who we are, for a request that is to be sent; null where nobody may ask. */
  authorize(method: string, body: string): Authorization | null {
    return this.#credentials?.authorize({ method, uri: this.dialog.requestUri, body }) ?? null;
  }

  /** A re-INVITE or UPDATE of ours succeeded. */
  refreshed(response: SipMessage, offered: Crossing): void {
    if (this.dialog.refreshTarget(response)) this.changed();
    this.sessionTimer?.sent(offered);
    if (!this.isOver) this.sessionTimer?.succeeded(response);
  }

  /** A request sent by `ask` has its final answer. */
  onAnswered(outgoing: OutgoingRequest): void {
    if (this.#inviting === outgoing) this.#inviting = null;
    if (this.#updating === outgoing) this.#updating = null;
  }

  /** The peer answered as if the dialog did not exist. */
  peerGone(outgoing: OutgoingRequest): void {
    this.#lost(outgoing.isRefresh ? 'SessionTimeout' : 'ProtocolError');
  }

  changed(): void {
    this.#user.changed();
  }

  onSessionTimeout(): void {
    this.#lost('SessionTimeout');
  }

  /** Ends the dialog with BYE. `reason`: value of the Reason header, '' for none. */
  hangUp(reason: string): void {
    if (this.isOver) return;
    this.#finish();
    // 15: not before the ACK of our 2xx, or the end of waiting for it. The peer may have heard of no answer yet, and
    // would be left with an INVITE that never gets one.
    if (this.#invited?.awaitsAck === true) this.#heldBye = reason;
    else this.#endDialog(reason);
  }

  /** Ends an early dialog of which the peer has been told otherwise, or never knew. */
  abandon(): void {
    this.#finish();
    this.#stopAnswer();
    this.#around.dialogs.leave(this.dialog);
  }

  onFinal(incoming: IncomingRequest, status: number, crossing: Crossing): void {
    if (status < 300) this.#agree(incoming, crossing);
    if (this.#asked.includes(incoming)) this.#asked = this.#asked.filter((other) => other !== incoming);
    if (this.#updated === incoming) this.#updated = null;
    if (this.#invited === incoming && status >= 300) this.#invited = null;
  }

  onAcknowledged(incoming: IncomingRequest): void {
    if (this.#invited === incoming) this.#invited = null;
    if (this.#heldBye !== null) this.#endDialog(this.#heldBye);
    this.#askHeld();
  }

  onNoAck(): void {
    this.#invited = null;
    if (this.#heldBye !== null) this.#endDialog(this.#heldBye);
    else this.#lost('NoAck');
  }

  /** Our BYE, in this dialog. */
  sendBye(headers: string, user: ClientUser): void {
    this.dialog.localCseq += 1;
    this.#around.transactions.request(this.#request('BYE', headers, '', user));
  }

  forget(): void {
    this.#around.dialogs.leave(this.dialog);
  }

  #receiveBye(incoming: IncomingRequest, request: SipMessage): void {
    incoming.refuse(200);
    const isFirst = !this.isOver;
    if (!isFirst && this.#heldBye === null) return;
    this.#heldBye = null;
    this.#finish();
    this.#stopAnswer();
    this.#around.dialogs.leave(this.dialog);
    if (isFirst) this.#user.hungUp(this.side, reasonHeaderOf(request));
  }

  #receiveInvite(incoming: IncomingRequest, request: SipMessage): void {
    // 14.2: glare, and an INVITE on top of one that is not finished; RFC 5407 3.1.4: one that has overtaken the ACK.
    if (this.#isOffering || this.#invited?.awaitsAck === true) return incoming.refuse(491);
    if (this.#isOffered) return this.#refusePending(incoming);
    if (this.sessionTimer?.accepts(incoming, request) === false) return;
    if (this.dialog.refreshTarget(request)) this.changed();
    this.#invited = incoming;
    incoming.trying();
    this.#pass(incoming);
  }

  // RFC 3311 5.2: the same two for an UPDATE that carries an offer; one without refreshes target and timer only.
  #receiveUpdate(incoming: IncomingRequest, request: SipMessage): void {
    if (request.body !== '') {
      if (this.#isOffering) return incoming.refuse(491);
      if (this.#isOffered) return this.#refusePending(incoming);
    }
    if (this.sessionTimer?.accepts(incoming, request) === false) return;
    if (this.dialog.refreshTarget(request)) this.changed();
    if (request.body !== '') this.#updated = incoming;
    // RFC 4028 7.4: the session of this side alone. The other one has refreshes of its own.
    else if (this.twin?.refusesUpdate) return incoming.refuse(200);
    this.#pass(incoming);
  }

  #agree({ terms }: IncomingRequest, crossing: Crossing): void {
    this.sessionTimer?.sent(crossing);
    if (terms !== null && !this.isOver) this.sessionTimer?.agree(terms);
  }

  #receivePrack(incoming: IncomingRequest, request: SipMessage): void {
    const provisional = this.#pracks?.(request.value(Header.RAck) ?? '') ?? null;
    if (provisional === null) return incoming.refuse(481);
    // The other side waits for no PRACK where the caller wanted one and the gateway did not: it ends here, or there.
    // Nor does a gateway that has failed meanwhile, but its response was outstanding all the same (RFC 3262 3).
    const isPlain = incoming.crossing.body === '' || this.twin === null;
    if ((provisional.rack === '' && isPlain) || this.twin?.isOver) return incoming.refuse(200);
    incoming.rack = provisional.rack;
    this.#pass(incoming);
  }

  #askHeld(): void {
    const held = this.#held;
    this.#held = NOTHING;
    for (const question of held) this.ask(question);
  }

  get #isOffering(): boolean {
    return this.#inviting !== null || this.#updating !== null;
  }

  /** The peer waits for the answer to an offer of its own. */
  get #isOffered(): boolean {
    return this.#updated !== null || this.#invited?.awaitsAck === false;
  }

  #refusePending(incoming: IncomingRequest): void {
    incoming.refuse(500, 'Previous Offer Pending', `Retry-After: ${this.#around.draw(11)}\r\n`);
  }

  #pass(incoming: IncomingRequest): void {
    if (this.#asked.length >= PENDING_REQUESTS_MAX)
      return incoming.refuse(500, 'Too Many Requests', 'Retry-After: 1\r\n');
    this.#asked = [...this.#asked, incoming];
    this.#user.asked(this, incoming);
  }

  /** Nothing more is passed; what the peer still asks is answered. */
  #finish(): void {
    this.isOver = true;
    this.sessionTimer?.stop();
    this.resumedAnswer?.stop();
    if (this.owedAck !== null && !this.owedAck.isSent) this.owedAck.send('', '');
    for (const incoming of this.#asked) incoming.refuse(incoming.method === 'INVITE' ? 487 : 481);
    this.#held = NOTHING;
    this.#inviting?.cancel();
  }

  /** The peer needs no 2xx any more: it has hung up itself. */
  #stopAnswer(): void {
    this.#invited?.stop();
    this.#invited = null;
  }

  #endDialog(reason: string): void {
    this.#heldBye = null;
    new OutgoingBye(this, reason);
  }

  #lost(reason: EndReason): void {
    if (!this.isOver) this.#user.lost(this.side, reason);
  }

  #request(method: string, headers: string, body: string, user: ClientUser) {
    const branch = this.#around.mintBranch();
    const text = this.dialog.print(method, this.dialog.localCseq, branch, headers, body);
    return { branch, method, text, target: this.dialog.target, resend: this.resends, user };
  }
}
