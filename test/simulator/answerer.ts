// A vendor's side of one INVITE: rings, answers, is busy, is silent, forks; as its plan says.

import { PeerLeg, SDP_TYPE, SWITCH_URI } from './peer-leg.ts';
import type { PeerMessage } from './peer-message.ts';
import type { PeerPorts } from './peer-ports.ts';
import type { AnswererPlan } from './plans.ts';
import type { ServerRequest } from './server-request.ts';

/** After the first answer of a fork, ms. */
const FORK_LAG_MS = 150;

/** Nobody rings longer, ms: one whose caller has gone without a word gives up by itself. */
const RING_MAX_MS = 180_000;

/** Makes the leg of another branch of a fork, and makes it known to its host. */
export type ForkLeg = (invite: PeerMessage) => Answerer;

/** One INVITE as its vendor sees it. */
export class Answerer extends PeerLeg {
  /** A CANCEL for it arrived. */
  isCancelled = false;
  /** The status it answered with; 0 while it has none. */
  finalStatus = 0;
  readonly #plan: AnswererPlan;
  readonly #fork: ForkLeg;
  #invite: ServerRequest | null = null;

  constructor(ports: PeerPorts, callIndex: number, invite: PeerMessage, plan: AnswererPlan, fork: ForkLeg) {
    const localTag = `ven-${ports.prng.hex(1)}`;
    super(ports, { callIndex, callId: invite.callId, localTag, localAddress: `${invite.to};tag=${localTag}` });
    this.remoteTag = invite.fromTag;
    this.remoteAddress = invite.from;
    this.#plan = plan;
    this.#fork = fork;
    if (invite.contact !== SWITCH_URI) this.complain(`8.1.1.8: the Contact of the INVITE is "${invite.contact}"`);
  }

  /** Answers `invite` as another branch of a fork: with a 2xx of its own, at once. */
  startFork(invite: PeerMessage): void {
    this.#invite = this.serve(invite);
    this.#answerCall(this.#invite);
  }

  protected receiveOutside(request: ServerRequest): void {
    switch (request.request.method) {
      case 'INVITE':
        if (this.#invite !== null) return this.complain('17.1.1: an INVITE came again with another branch');
        this.#invite = request;
        return this.#schedule(request);
      case 'CANCEL':
        return this.#receiveCancel(request);
      default:
        this.complain(`a ${request.request.method} without To tag came to an answerer`);
    }
  }

  /** 13.3.1.4: what it does in the call begins with the ACK. */
  protected override onAcknowledged(request: ServerRequest): void {
    if (request === this.#invite && this.finalStatus === 200 && !this.isOver) this.confirm(this.#plan.talk);
  }

  // 15: legal any time after the 2xx, for the side that called; the ACK may still be on its way.
  protected receiveEarlyBye(): void {
    if (this.finalStatus < 200 || this.finalStatus >= 300) this.complain('15: a BYE came to an INVITE without 2xx');
    this.ports.note('byeBeforeAck');
  }

  #schedule(invite: ServerRequest): void {
    const { tryingAfterMs, progressAfterMs, progressHasSdp, ringAfterMs, finalAfterMs } = this.#plan;
    const isSilent =
      tryingAfterMs === null && ringAfterMs === null && finalAfterMs === null && progressAfterMs === null;
    // Nobody is there: it will never be heard of again.
    if (isSilent) return this.end();
    const contact = this.#contactLine();
    if (tryingAfterMs !== null) this.plan(tryingAfterMs, () => this.answer(invite, 100, 'Trying'));
    if (progressAfterMs !== null) {
      const [headers, body] = progressHasSdp ? [contact + SDP_TYPE, this.sdp('sendrecv')] : [contact, ''];
      this.plan(progressAfterMs, () => this.answer(invite, 183, 'Session Progress', headers, body));
    }
    if (ringAfterMs !== null) this.plan(ringAfterMs, () => this.answer(invite, 180, 'Ringing', contact));
    if (finalAfterMs === null) this.plan(RING_MAX_MS, () => this.#refuse(invite, 480, 'No Answer'));
    else this.plan(finalAfterMs, () => this.#finish(invite));
  }

  #finish(invite: ServerRequest): void {
    if (invite.status !== 0) return;
    if (this.isCancelled) this.ports.note('lateAnswer');
    if (this.#plan.status >= 300) return this.#refuse(invite, this.#plan.status, 'No');
    this.#answerCall(invite);
    if (!this.#plan.forks) return;
    this.plan(FORK_LAG_MS, () => {
      this.ports.note('secondFork');
      this.#fork(invite.request).startFork(invite.request);
    });
  }

  #answerCall(invite: ServerRequest): void {
    this.finalStatus = 200;
    this.answer(invite, 200, 'OK', this.#contactLine() + SDP_TYPE, this.sdp('sendrecv'));
  }

  #receiveCancel(cancel: ServerRequest): void {
    const invite = this.#invite;
    if (invite === null) return this.answer(cancel, 481, 'No Such INVITE');
    if (!invite.isAnswered) return this.complain('9.1: a CANCEL came before any provisional response');
    this.isCancelled = true;
    this.answer(cancel, 200, 'OK');
    if (!this.#plan.isDeafToCancel) this.#refuse(invite, 487, 'Request Terminated');
  }

  #refuse(invite: ServerRequest, status: number, phrase: string): void {
    if (invite.status !== 0) return;
    this.finalStatus = status;
    this.answer(invite, status, phrase);
    this.end();
  }

  #contactLine(): string {
    return `Contact: <sip:${this.ports.place.address}:${this.ports.place.port}>\r\n`;
  }
}
