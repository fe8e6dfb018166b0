// What is left of an attempt once it is over, for as long as its INVITE's transaction lasts: an answer that was taken
// comes again and so does its ACK; any other, of a fork or too late, is met with ACK and BYE (RFC 3261 13.2.2.4). It
// knows the gateway and no call, so that a call that has ended is free at once, and little else: a busy shard has tens
// of thousands. What our INVITE said is read from the answer, which repeats it.

import { UNWANTED_ANSWERS_MAX } from '../base/limits.ts';
import type { Target } from '../base/target.ts';
import type { Acknowledgement } from '../dialog/acknowledgement.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { ClientUser } from '../transaction/ports.ts';
import type { Credentials } from './credentials.ts';
import type { DialogLeg } from './dialog-leg.ts';
import type { Surroundings } from './ports.ts';
import { endUnwanted } from './unwanted-answer.ts';

const NOTHING: readonly never[] = [];

/** Whose answers they are. */
export interface LateAnswersGround {
  readonly gateway: RoutingGateway;
  /** Where the INVITE goes. */
  readonly target: Target;
  readonly resends: ResendSchedule;
  readonly credentials: Credentials | null;
}

/** The answers to one INVITE but for the first. */
export class LateAnswers implements ClientUser {
  readonly #around: Surroundings;
  readonly #gateway: RoutingGateway;
  readonly #target: Target;
  readonly #resends: ResendSchedule;
  readonly #credentials: Credentials | null;
  #taken: Acknowledgement | null = null;
  #unwanted: readonly Acknowledgement[] = NOTHING;
  /** Early dialogs that were given up with requests sent in them: their sequence numbers go on (12.2.1.1). */
  #early: readonly Dialog[] = NOTHING;

  constructor(around: Surroundings, { gateway, target, resends, credentials }: LateAnswersGround) {
    this.#around = around;
    this.#gateway = gateway;
    this.#target = target;
    this.#resends = resends;
    this.#credentials = credentials;
  }

  /** The answer that was taken. */
  take(acknowledgement: Acknowledgement): void {
    this.#taken = acknowledgement;
  }

  /** The early dialogs that nobody confirmed, of an INVITE with the sequence number `cseq`. */
  keepEarly(early: readonly { readonly leg: DialogLeg }[], cseq: number): void {
    const spoken = early.map(({ leg }) => leg.dialog).filter(({ localCseq }) => localCseq !== cseq);
    if (spoken.length > 0) this.#early = [...this.#early, ...spoken];
  }

  /** A gateway that speaks lives, however late. Nothing else that it says matters, but a 2xx. */
  onResponse(_transaction: unknown, response: SipMessage): void {
    this.#around.health.responded(this.#gateway.slot);
    const isSuccess = response.status >= 200 && response.status < 300;
    if (isSuccess && !this.#repeats(response)) this.#refuse(response);
  }

  onTimeout(): void {
    // Nobody waits for it.
  }

  onTransportError(): void {
    // Nobody waits for it.
  }

  /** Acknowledges an answer that has come before; false when it has not. */
  #repeats({ toTag }: SipMessage): boolean {
    const isTaken = this.#taken?.remoteTag === toTag;
    const known = (isTaken ? this.#taken : this.#unwanted.find(({ remoteTag }) => remoteTag === toTag)) ?? null;
    known?.repeat();
    return known !== null;
  }

  #refuse(success: SipMessage): void {
    if (this.#unwanted.length >= UNWANTED_ANSWERS_MAX) return;
    const early = this.#early.find(({ remoteTag }) => remoteTag === success.toTag) ?? null;
    const acknowledgement = endUnwanted(this.#around, success, {
      early,
      origin: { source: this.#target, requestsTo: this.#gateway.sipRequestAddressMethod },
      rules: this.#gateway,
      resends: this.#resends,
      credentials: this.#credentials,
    });
    this.#unwanted = [...this.#unwanted, acknowledgement];
  }
}
