// A customer's side of one call: sends the INVITE, waits or cancels, acknowledges, talks, hangs up.

import type { ClientRequest } from './client-request.ts';
import { type LegIdentity, PeerLeg, SDP_TYPE, SWITCH_URI } from './peer-leg.ts';
import type { PeerMessage } from './peer-message.ts';
import type { PeerPorts } from './peer-ports.ts';
import type { CallerPlan, OfferedCall } from './plans.ts';
import type { ServerRequest } from './server-request.ts';
import { SWITCH_PLACE } from './switch.ts';

/**
 * A caller that still has no final answer so long after its INVITE gives up (16.6 Timer C's three minutes and more).
 */
const PATIENCE_MS = 400_000;

/** One offered call, as its caller sees it. */
export class Caller extends PeerLeg {
  readonly offered: OfferedCall;
  /** The final status heard; 0 before. */
  finalStatus = 0;
  /** Whether the switch was heard to say 100 or more. */
  #hasProvisional = false;
  #wantsCancel = false;
  #invite: ClientRequest | null = null;
  #cancel: ClientRequest | null = null;
  readonly #plan: CallerPlan;
  readonly #number: string;

  constructor(ports: PeerPorts, call: OfferedCall) {
    super(ports, identityOf(ports, call));
    this.offered = call;
    this.#plan = call.caller;
    this.#number = call.number;
    this.remoteAddress = `<sip:${call.number}@${SWITCH_PLACE.address}>`;
  }

  /** Sends the INVITE. */
  start(): void {
    const { address, port } = this.ports.place;
    const contact = `Contact: <sip:${address}:${port}>\r\n`;
    const { offersLate, cancelAfterMs } = this.#plan;
    if (offersLate) this.ports.note('lateOffer');
    const uri = `sip:${this.#number}@${SWITCH_PLACE.address}`;
    this.#invite = offersLate
      ? this.send('INVITE', contact, '', uri)
      : this.send('INVITE', contact + SDP_TYPE, this.sdp('sendrecv'), uri);
    this.plan(cancelAfterMs ?? PATIENCE_MS, () => this.#giveUp());
  }

  override onProvisional(request: ClientRequest, response: PeerMessage): void {
    if (request !== this.#invite) return;
    this.#hasProvisional = true;
    if (response.status > 100 && response.toTag === '') this.complain(`12.1.1: a ${response.status} has no To tag`);
    if (this.#wantsCancel) this.#sendCancel();
  }

  override onFinal(request: ClientRequest, response: PeerMessage): void {
    if (request !== this.#invite) return super.onFinal(request, response);
    if (this.finalStatus === 0) this.#receiveFinal(response);
    if (response.status >= 300) return;
    if (response.toTag !== this.remoteTag) return this.complain('13.2.2.4: a second 2xx has another To tag');
    this.#acknowledgeAnswer(request.parts.cseq);
    if (this.#cancel !== null && !this.isOver) {
      this.ports.note('cancelCrossed200');
      this.hangUp();
    }
  }

  override onNoAnswer(request: ClientRequest): void {
    if (request !== this.#invite) return super.onNoAnswer(request);
    this.ports.note('inviteUnanswered');
    this.end();
  }

  protected receiveOutside(request: ServerRequest): void {
    this.complain(`a ${request.request.method} without To tag came to a caller`);
  }

  // 15: no BYE on a dialog whose 2xx this side has not acknowledged.
  protected receiveEarlyBye(): void {
    this.complain('15: a BYE came before the 2xx was acknowledged');
  }

  #receiveFinal(response: PeerMessage): void {
    this.finalStatus = response.status;
    if (response.status >= 300) return this.end();
    this.remoteTag = response.toTag;
    this.remoteAddress = response.to;
    if (response.contact !== SWITCH_URI) this.complain(`12.1.1: the Contact of the 2xx is "${response.contact}"`);
    if (this.#plan.acknowledges) this.confirm(this.#plan.talk);
    else this.isConfirmed = true;
  }

  #acknowledgeAnswer(cseq: number): void {
    if (!this.#plan.acknowledges) return;
    if (this.#plan.offersLate) this.acknowledge(cseq, SDP_TYPE, this.sdp('sendrecv'));
    else this.acknowledge(cseq, '', '');
  }

  #giveUp(): void {
    if (this.finalStatus !== 0 || this.isOver) return;
    this.#wantsCancel = true;
    if (this.#hasProvisional) this.#sendCancel();
    else this.ports.note('cancelBeforeProvisional');
  }

  // 9.1: the branch, Request-URI, From, To, Call-ID and CSeq number of the INVITE.
  #sendCancel(): void {
    const invite = this.#invite;
    if (invite === null || invite.isOver || this.#cancel !== null) return;
    this.ports.note('cancelled');
    this.#cancel = this.sendParts({ ...invite.parts, method: 'CANCEL', headers: '', body: '' });
    invite.limit();
  }
}

function identityOf(ports: PeerPorts, { index, number }: OfferedCall): LegIdentity {
  const localTag = `cus-${ports.prng.hex(1)}`;
  const callId = `${index}.${ports.prng.hex(1)}@${ports.place.address}`;
  const caller = `49221${number.slice(-ports.callerDigits)}`;
  return { callIndex: index, callId, localTag, localAddress: `<sip:${caller}@${ports.place.address}>;tag=${localTag}` };
}
