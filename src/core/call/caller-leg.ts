// The caller's side of a call until its INVITE has a final answer: the UAS of RFC 3261 13.3. Each gateway that shows
// a sign of life gets an early dialog of its own (another To tag), as a forking proxy would show them.

import { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ServerTransaction, ServerUser } from '../transaction/ports.ts';
import { DialogLeg } from './dialog-leg.ts';
import { IncomingRequest, type IncomingRequestUser, type Source } from './incoming-request.ts';
import type { Acknowledger, CallerLegUser, Crossing } from './leg-events.ts';
import type { Surroundings } from './ports.ts';

/** Q.850 cause in a Reason header (RFC 3326). */
export function reasonOf(q850: number): string {
  return `Q.850;cause=${q850}`;
}

/** The caller's leg. */
export class CallerLeg implements IncomingRequestUser, ServerUser {
  /** The dialog with the caller: early from the first 18x, confirmed by the answer. */
  leg: DialogLeg | null = null;
  readonly #around: Surroundings;
  readonly #user: CallerLegUser;
  readonly #source: Source;
  #incoming: IncomingRequest | null = null;
  #invite: SipMessage | null;
  #tag: string;
  /** The attempt that the present tag belongs to. */
  #tagOwner: object | null = null;

  constructor(around: Surroundings, user: CallerLegUser, invite: SipMessage, source: Source) {
    this.#around = around;
    this.#user = user;
    this.#invite = invite;
    this.#source = source;
    this.#tag = around.mintTag();
  }

  /** Takes over the INVITE's transaction and says 100 Trying. Answers what of the INVITE may cross. */
  begin(server: ServerTransaction): Crossing {
    const invite = this.#invite as SipMessage;
    this.#incoming = new IncomingRequest(
      this.#around,
      { request: invite, server, source: this.#source },
      this.#tag,
      this,
    );
    this.#incoming.trying();
    return this.#incoming.crossing;
  }

  get isFinal(): boolean {
    return this.#invite === null;
  }

  /** Relays a sign of life of `attempt` (101 to 199). */
  progress(attempt: object, status: number, phrase: string, crossing: Crossing): void {
    this.#enterDialog(attempt);
    this.#incoming?.answer(status, phrase, crossing, null);
  }

  /** Relays the answer of `attempt`; repeats it until the caller acknowledges. */
  answer(attempt: object, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void {
    this.#enterDialog(attempt);
    const incoming = this.#incoming;
    if (incoming === null) return;
    this.leg?.awaitAck(incoming);
    this.#invite = null;
    incoming.answer(200, phrase === '' ? 'OK' : phrase, crossing, acknowledger);
  }

  /** Ends the INVITE without an answer. `headers`: further lines, each with its CRLF. */
  fail(status: number, phrase: string, crossingHeaders: string): void {
    if (this.#invite === null) return;
    this.#invite = null;
    this.leg?.abandon();
    this.leg = null;
    this.#incoming?.refuse(status, phrase, crossingHeaders);
  }

  /** BYE to an answered caller. */
  hangUp(reason: string): void {
    this.leg?.hangUp(reason);
  }

  onCancel(reasonHeader: string): void {
    this.#user.cancelled(reasonHeader);
  }

  onFinal(): void {
    // The call decided it; there is nothing to add.
  }

  onAcknowledged(incoming: IncomingRequest): void {
    this.leg?.onAcknowledged(incoming);
  }

  onNoAck(): void {
    this.leg?.onNoAck();
  }

  onTransportError(): void {
    // An answer could not be sent: the peer will repeat, the timers decide (RFC 6026 8.8).
  }

  #enterDialog(attempt: object): void {
    if (this.#tagOwner === attempt || this.#invite === null) return;
    if (this.#tagOwner !== null) {
      this.leg?.abandon();
      this.#tag = this.#around.mintTag();
      this.#incoming?.useTag(this.#tag);
    }
    this.#tagOwner = attempt;
    const local = this.#around.localEnd(this.#source.listener);
    this.leg = new DialogLeg(
      this.#around,
      'caller',
      Dialog.asServer(this.#invite, this.#tag, local, this.#source),
      this.#user,
    );
  }
}
