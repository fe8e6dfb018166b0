// The 200 of a call that lives on after a restart, as long as nobody knows whether the caller has it: repeated until
// its ACK comes (RFC 3261 13.3.1.4). Departs from 13.3.1.4: without an ACK the call is not hung up at once, for a
// caller that acknowledged before the restart may have forgotten the INVITE. It is asked by OPTIONS whether it knows
// the dialog: one that does not (481), or is silent, is gone (12.2.1.2), and so is the call.

import { Acknowledgement } from '../dialog/acknowledgement.ts';
import { ResponseRepeater, type ResponseRepeaterUser } from '../dialog/response-repeater.ts';
import type { SipMessage } from '../sip/message.ts';
import type { LiveRecord } from './call-record.ts';
import type { AnswerState } from './checkpoint.ts';
import type { DialogLeg } from './dialog-leg.ts';
import { crossingOf } from './header-policy.ts';
import { EMPTY_CROSSING } from './leg-events.ts';
import type { Surroundings } from './ports.ts';

/** Whose 200 it is. */
export interface ResumedParties {
  readonly record: LiveRecord;
  readonly caller: DialogLeg;
  readonly callee: DialogLeg;
}

/** Repeats one 200. */
export class ResumedAnswer implements ResponseRepeaterUser {
  readonly #around: Surroundings;
  /** What a checkpoint says of it. */
  readonly state: AnswerState;
  readonly #record: LiveRecord;
  readonly #caller: DialogLeg;
  readonly #callee: DialogLeg;
  readonly #repeater: ResponseRepeater;

  /** Says it once, and goes on. */
  constructor(around: Surroundings, state: AnswerState, { record, caller, callee }: ResumedParties) {
    this.#around = around;
    this.state = state;
    this.#record = record;
    this.#caller = caller;
    this.#callee = callee;
    if (state.owedCseq > 0) callee.owedAck = new Acknowledgement(around, callee.dialog, state.owedCseq);
    this.#repeater = new ResponseRepeater(around.wheel, caller.resends, this);
    around.resumedAnswers.set(caller.dialog.callId, this);
    caller.resumedAnswer = this;
    this.#say();
  }

  /** Whether `invite` is the one that this answers; then it is answered once more. */
  answers(invite: SipMessage): boolean {
    const isSame = invite.fromTag === this.#caller.dialog.remoteTag && invite.cseq === this.state.cseq;
    if (isSame) this.#say();
    return isSame;
  }

  /** An ACK in the caller's dialog: a description in it is what the callee's ACK has waited for. */
  acknowledged(ack: SipMessage): void {
    if (ack.cseq !== this.state.cseq) return;
    this.stop();
    const { owedAck, sessionTimer } = this.#callee;
    if (owedAck === null || owedAck.isSent) return this.#around.recordAcknowledged(this.#record);
    const answer = crossingOf(ack);
    owedAck.send(answer.headers, answer.body);
    sessionTimer?.sent(answer);
    this.#record.callerDescribed(answer);
    this.#record.settled(answer);
    this.#around.recordChanged(this.#record);
  }

  /** The leg is over, or nothing is left to be done. */
  stop(): void {
    this.#repeater.stop();
    this.#around.resumedAnswers.delete(this.#caller.dialog.callId);
    this.#caller.resumedAnswer = null;
  }

  repeatResponse(): void {
    this.#say();
  }

  onUnacknowledged(): void {
    this.stop();
    const crossing = EMPTY_CROSSING;
    this.#caller.ask({ method: 'OPTIONS', crossing, rack: '', isRefresh: false, answer: () => undefined });
  }

  #say(): void {
    this.#around.transmit(this.state.text, this.state.target);
  }
}
