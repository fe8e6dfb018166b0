// What is left of an attempt once it is over, for as long as its INVITE's transaction lasts: an answer that was taken
// comes again and so does its ACK; any other, of a fork or too late, is met with ACK and BYE (RFC 3261 13.2.2.4). It
// knows the gateway and no call, so that a call that has ended is free at once.

import { UNWANTED_ANSWERS_MAX } from '../base/limits.ts';
import { Acknowledgement } from '../dialog/acknowledgement.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { ClientUser } from '../transaction/ports.ts';
import type { Credentials } from './credentials.ts';
import { DialogLeg } from './dialog-leg.ts';
import type { LegUser } from './leg-events.ts';
import type { OutgoingInvite } from './outgoing-invite.ts';
import type { Surroundings } from './ports.ts';

/** No call: whatever its dialog says comes to nothing. */
export const NO_CALL: LegUser = {
  across: (_side, crossing) => crossing,
  asked: (_leg, question) =>
    question.answer(481, 'Call Over', { headers: '', ruled: '', body: '', hasSdp: false }, null),
  withdrew: () => undefined,
  hungUp: () => undefined,
  changed: () => undefined,
  lost: () => undefined,
};

/** Whose answers they are. */
export interface LateAnswersGround {
  readonly invite: OutgoingInvite;
  readonly gateway: RoutingGateway;
  readonly resends: ResendSchedule;
  readonly credentials: Credentials | null;
}

/** The answers to one INVITE but for the first. */
export class LateAnswers implements ClientUser {
  readonly #around: Surroundings;
  readonly #ground: LateAnswersGround;
  #acknowledged: readonly Acknowledgement[] = [];
  /** Early dialogs that were given up with requests sent in them: their sequence numbers go on (12.2.1.1). */
  #early: readonly Dialog[] = [];

  constructor(around: Surroundings, ground: LateAnswersGround) {
    this.#around = around;
    this.#ground = ground;
  }

  /** The answer that was taken. */
  add(acknowledgement: Acknowledgement): void {
    this.#acknowledged = this.#acknowledged.concat(acknowledgement);
  }

  /** The early dialogs that nobody confirmed. */
  keepEarly(dialogs: readonly Dialog[]): void {
    this.#early = dialogs.filter((dialog) => dialog.localCseq !== this.#ground.invite.cseq);
  }

  /** A gateway that speaks lives, however late. Nothing else that it says matters, but a 2xx. */
  onResponse(_transaction: unknown, response: SipMessage): void {
    this.#around.health.responded(this.#ground.gateway.slot);
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
  #repeats(success: SipMessage): boolean {
    const known = this.#acknowledged.find(({ dialog }) => dialog.remoteTag === success.toTag);
    known?.repeat();
    return known !== undefined;
  }

  #refuse(success: SipMessage): void {
    if (this.#acknowledged.length > UNWANTED_ANSWERS_MAX) return;
    const { invite, gateway, resends, credentials } = this.#ground;
    const early = this.#early.find(({ remoteTag }) => remoteTag === success.toTag);
    early?.confirm(success);
    const dialog = early ?? invite.dialogOf(success);
    const acknowledgement = new Acknowledgement(this.#around, dialog, invite.cseq);
    acknowledgement.send('', '');
    this.add(acknowledgement);
    const leg = { side: 'callee', dialog, user: NO_CALL, rules: gateway, resends, credentials } as const;
    new DialogLeg(this.#around, leg).hangUp('');
  }
}
