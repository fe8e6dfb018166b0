// The alphabet between the two legs of a call. A leg knows the call, never the other leg; what crosses is
// a Crossing: the header lines and the body that the header policy lets through, never a SIP message.

import type { EndReason } from '../base/end-reason.ts';

/** What of a message may cross to the other side. */
export interface Crossing {
  /** Header lines, each with its CRLF. */
  readonly headers: string;
  /** Lines as received that cross only as the rules of both gateways say: for identity.ts. '' for none. */
  readonly ruled: string;
  readonly body: string;
  readonly hasSdp: boolean;
}

/** Nothing crosses. */
export const EMPTY_CROSSING: Crossing = { headers: '', ruled: '', body: '', hasSdp: false };

/** Which leg: the caller's, where the switch is UAS of the call, or a callee's, where it is UAC. */
export type Side = 'caller' | 'callee';

/** A sign of life that one side gave and the other is to see (101 to 199). */
export interface Provisional {
  readonly status: number;
  readonly phrase: string;
  readonly crossing: Crossing;
  /** RFC 3262: the RAck of the PRACK that its sender waits for; '' when it was sent unreliably. */
  readonly rack: string;
}

/** Answers what a PRACK with this RAck acknowledges; null for nothing outstanding. */
export type PrackReader = (rack: string) => Provisional | null;

/** A description in a PRACK, and whether the peer has it. */
export interface PrackedDescription {
  readonly crossing: Crossing;
  readonly isSent: boolean;
}

/** Someone who has a 2xx to an INVITE and owes its ACK. */
export interface Acknowledger {
  /** The other side acknowledged; `crossing` holds the answer when the offer was in the 2xx. */
  acknowledge(crossing: Crossing): void;
}

/** A request inside the call that one side asked and the other is to answer. */
export interface Question {
  readonly method: string;
  readonly crossing: Crossing;
  /** Of a PRACK: the RAck by which the other side knows what is acknowledged; '' otherwise. */
  readonly rack: string;
  /** Whether it refreshes the session of one leg and concerns no other side. */
  readonly isRefresh: boolean;
  /** Answers it; only the first final answer counts. `acknowledger`: who wants the ACK of a 2xx to INVITE. */
  answer(status: number, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void;
}

/** One dialog of one side, as its call sees it. */
export interface Leg {
  readonly side: Side;
  /** The dialog of the other side that its requests go to; null while there is none. */
  readonly twin: Leg | null;
  /** Nothing more is sent in it. */
  readonly isOver: boolean;
  /** Sends the peer what the other side asks. */
  ask(question: Question): void;
  /** The other side has cancelled its INVITE `question`, whose final answer is still to come. */
  withdraw(question: Question): void;
}

/** What a leg tells its call once its dialog stands. */
export interface LegUser {
  /** What of `crossing`, which came from `side`, the other side may be sent. */
  across(side: Side, crossing: Crossing): Crossing;
  /** The side asks something of the other one. */
  asked(leg: Leg, question: Question): void;
  /** The side cancelled an INVITE that it had asked inside the call. */
  withdrew(leg: Leg, question: Question): void;
  /** The side hung up (BYE); `reasonHeader` is its Reason value, '' when it gave none. */
  hungUp(side: Side, reasonHeader: string): void;
  /** What a checkpoint says of the side has changed. */
  changed(): void;
  /** The side is lost: no ACK, or the dialog is gone at the peer. */
  lost(side: Side, reason: EndReason): void;
}

/** What the caller's leg tells its call besides. */
export interface CallerLegUser extends LegUser {
  /** The caller gave up before an answer. */
  cancelled(reasonHeader: string): void;
  /** The ACK of the answer arrived. */
  acknowledged(): void;
}
