// The caller's side of a call until its INVITE has a final answer: the UAS of RFC 3261 13.3. Each early dialog of a
// gateway gets one of its own here (another To tag), as a forking proxy would show them.

import { Dialog } from '../dialog/dialog.ts';
import type { MappingGateway } from '../routing/snapshot.ts';
import type { SipMessage } from '../sip/message.ts';
import { hasOptionTag, refusesUpdate } from '../sip/option-tags.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { ServerTransaction, ServerUser } from '../transaction/ports.ts';
import { DialogLeg } from './dialog-leg.ts';
import { crossingOf } from './header-policy.ts';
import { IncomingRequest, type IncomingRequestUser, type Source } from './incoming-request.ts';
import type { Acknowledger, CallerLegUser, Crossing, Provisional } from './leg-events.ts';
import type { LegSessionTimer } from './leg-session-timer.ts';
import type { Surroundings } from './ports.ts';
import { ReliableProvisionals, type ReliableUser } from './reliable-provisionals.ts';

/** How the caller takes provisional responses (RFC 3262 3). */
export type Reliability = 'none' | 'supported' | 'required';

/** An attempt and, once it has one, the early dialog that the sign of life came in. */
export interface Speaker {
  readonly attempt: object;
  readonly leg: DialogLeg | null;
}

/** A caller's INVITE, as it is taken over. */
export interface CallerArrival {
  /** Null where it was answered in an earlier life of the switch. */
  readonly invite: SipMessage | null;
  readonly source: Source;
  readonly gateway: MappingGateway;
  /** Null where the gateway, or the caller, has no session timers. */
  readonly sessionTimer: LegSessionTimer | null;
  readonly resends: ResendSchedule;
}

/** An answer that waits until the caller has acknowledged a reliable provisional response. */
interface HeldAnswer {
  readonly phrase: string;
  readonly crossing: Crossing;
  readonly acknowledger: Acknowledger | null;
}

const NO_LEGS: readonly DialogLeg[] = [];

/** The caller's leg. */
export class CallerLeg implements IncomingRequestUser, ServerUser, ReliableUser {
  /** The dialog with the caller: early from the first 18x, confirmed by the answer. */
  leg: DialogLeg | null = null;
  readonly reliability: Reliability;
  readonly #around: Surroundings;
  readonly #user: CallerLegUser;
  readonly #source: Source;
  readonly #gateway: MappingGateway;
  readonly #sessionTimer: LegSessionTimer | null;
  readonly #resends: ResendSchedule;
  #incoming: IncomingRequest | null = null;
  #invite: SipMessage | null;
  #tag: string;
  /** The attempt whose early dialogs stand, and these. */
  #attempt: object | null = null;
  #early: readonly DialogLeg[] = NO_LEGS;
  #reliables: ReliableProvisionals | null = null;
  #heldAnswer: HeldAnswer | null = null;

  constructor(around: Surroundings, user: CallerLegUser, arrival: CallerArrival) {
    const { invite, source, gateway, sessionTimer, resends } = arrival;
    this.#around = around;
    this.#user = user;
    this.#invite = invite;
    this.#source = source;
    this.#gateway = gateway;
    this.#sessionTimer = sessionTimer;
    this.#resends = resends;
    this.#tag = around.mintTag();
    this.reliability = gateway.sip100Rel && invite !== null ? reliabilityOf(invite) : 'none';
  }

  /** Takes over the INVITE's transaction and says 100 Trying. Answers what of the INVITE may cross. */
  begin(server: ServerTransaction): Crossing {
    const request = this.#invite as SipMessage;
    const arrival = { request, server, source: this.#source, resends: this.#resends };
    this.#incoming = new IncomingRequest(this.#around, arrival, this.#tag, this);
    this.#incoming.trying();
    const answer = this.#sessionTimer?.consider(request);
    if (answer?.kind === 'timer') {
      this.#sessionTimer?.readAllow(request);
      this.#incoming.successHeaders = answer.lines;
      this.#incoming.terms = answer.terms;
    }
    return this.#incoming.crossing;
  }

  /** Whether the caller does session timers: then the call needs no other limit. */
  get hasSessionTimer(): boolean {
    return this.#incoming !== null && this.#incoming.terms !== null;
  }

  /** Our own end as the caller knows it. */
  get hostPort(): string {
    return this.#around.localEnd(this.#source.listener).hostPort;
  }

  get isFinal(): boolean {
    return this.#invite === null;
  }

  /** The 200 as long as it waits for its ACK. */
  get unacknowledged(): IncomingRequest['unacknowledged'] {
    return this.#incoming?.unacknowledged ?? null;
  }

  /** Relays a sign of life, reliably when it came so or the caller insists. */
  progress(speaker: Speaker, provisional: Provisional): void {
    this.#enterDialog(speaker);
    this.#sessionTimer?.sent(provisional.crossing);
    if (this.reliability === 'required' || (this.reliability === 'supported' && provisional.rack !== '')) {
      this.#reliables ??= new ReliableProvisionals(
        this.#around.wheel,
        this.#resends,
        (bound) => this.#around.draw(bound),
        this,
      );
      this.#reliables.send(provisional, this.#tag);
    } else {
      this.#incoming?.answer(provisional.status, provisional.phrase, provisional.crossing, null);
      this.leg?.show();
    }
  }

  /** Relays the answer; repeats it until the caller acknowledges. */
  answer(speaker: Speaker, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void {
    this.#enterDialog(speaker);
    for (const early of this.#early) if (early !== this.leg) early.abandon();
    this.#early = this.leg === null ? NO_LEGS : [this.leg];
    this.#reliables?.keepOnly(this.#tag);
    this.#heldAnswer = { phrase, crossing, acknowledger };
    if (this.#reliables?.holdsAnswer !== true) this.onAllPracked();
  }

  /** Ends the INVITE without an answer. `headers`: further lines, each with its CRLF. */
  fail(status: number, phrase: string, crossingHeaders: string): void {
    if (this.#invite === null) return;
    this.#invite = null;
    this.#heldAnswer = null;
    this.#reliables?.stop();
    this.#abandonEarly();
    this.leg?.abandon();
    this.leg = null;
    this.#incoming?.refuse(status, phrase, crossingHeaders);
  }

  /** BYE to an answered caller. */
  hangUp(reason: string): void {
    this.leg?.hangUp(reason);
  }

  crossingOf(invite: SipMessage): Crossing {
    // Which gateways it goes to is not known yet: each attempt judges for itself.
    return crossingOf(invite);
  }

  sendReliably(provisional: Provisional, toTag: string, rseq: number): string {
    this.#incoming?.useTag(toTag);
    const text = this.#incoming?.answerReliably(provisional, rseq) ?? '';
    this.#early.find(({ dialog }) => dialog.localTag === toTag)?.show();
    return text;
  }

  repeatReliably(text: string): void {
    this.#incoming?.repeatProvisional(text);
  }

  onAllPracked(): void {
    const held = this.#heldAnswer;
    const incoming = this.#incoming;
    if (held === null || incoming === null) return;
    this.#heldAnswer = null;
    this.leg?.awaitAck(incoming, this.#reliables?.endWithAnswer(incoming.cseq) ?? null);
    this.#invite = null;
    if (this.leg !== null) incoming.useTag(this.leg.dialog.localTag);
    incoming.answer(200, held.phrase === '' ? 'OK' : held.phrase, held.crossing, held.acknowledger);
    this.leg?.show();
    this.#beginSessionTimer(incoming, held.crossing);
    this.#user.changed();
  }

  #beginSessionTimer({ terms }: IncomingRequest, crossing: Crossing): void {
    if (this.#sessionTimer === null || terms === null) return;
    this.#sessionTimer.sent(crossing);
    this.leg?.beginSessionTimer(this.#sessionTimer);
    this.#sessionTimer.agree(terms);
  }

  // 3262 3: without a PRACK the INVITE is refused with a 5xx.
  onNoPrack(): void {
    this.#user.lost('caller', 'NoAck');
  }

  get localTag(): string {
    return this.#tag;
  }

  onCancel(reasonHeader: string): void {
    this.#user.cancelled(reasonHeader);
  }

  onFinal(): void {
    // The call decided it; there is nothing to add.
  }

  onAcknowledged(incoming: IncomingRequest): void {
    this.#endSetUp();
    this.#user.acknowledged();
    this.leg?.onAcknowledged(incoming);
  }

  onNoAck(): void {
    this.#endSetUp();
    this.leg?.onNoAck();
  }

  onTransportError(): void {
    // An answer could not be sent: the peer will repeat, the timers decide (RFC 6026 8.8).
  }

  /** The INVITE is done with: what follows is the dialog's alone. */
  #endSetUp(): void {
    this.#incoming = null;
    this.#reliables = null;
    this.#attempt = null;
    this.#early = NO_LEGS;
  }

  #enterDialog({ attempt, leg }: Speaker): void {
    if (this.#invite === null) return;
    if (this.#attempt !== attempt) this.#abandonEarly();
    this.#attempt = attempt;
    // A gateway may begin to name its early dialog (To tag) late.
    const known = this.#early.find((early) => early.twin === leg) ?? this.#early.find((early) => early.twin === null);
    known?.pair(leg);
    this.leg = known ?? this.#newDialog(leg);
    // A reliable response of another fork may have gone out meanwhile.
    this.#tag = this.leg.dialog.localTag;
    this.#incoming?.useTag(this.#tag);
  }

  #newDialog(twin: DialogLeg | null): DialogLeg {
    // The first early dialog has the tag that a refusal would have had.
    if (this.leg !== null) this.#tag = this.#around.mintTag();
    const local = this.#around.localEnd(this.#source.listener);
    const origin = { source: this.#source, requestsTo: this.#gateway.sipRequestAddressMethod };
    const invite = this.#invite as SipMessage;
    const dialog = Dialog.asServer(invite, this.#tag, local, origin);
    const leg = new DialogLeg(this.#around, {
      side: 'caller',
      dialog,
      user: this.#user,
      rules: this.#gateway,
      resends: this.#resends,
      credentials: null,
    });
    leg.pair(twin);
    leg.refusesUpdate = refusesUpdate(invite);
    leg.beginEarly((rack) => this.#reliables?.acknowledge(rack, invite.cseq, dialog.localTag) ?? null);
    this.#early = [...this.#early, leg];
    return leg;
  }

  /** The early dialogs of an attempt that is over. */
  #abandonEarly(): void {
    this.#reliables?.stop();
    for (const early of this.#early) early.abandon();
    this.#early = NO_LEGS;
  }
}

function reliabilityOf(invite: SipMessage): Reliability {
  return hasOptionTag(invite, 'Require', '100rel')
    ? 'required'
    : hasOptionTag(invite, 'Supported', '100rel')
      ? 'supported'
      : 'none';
}
