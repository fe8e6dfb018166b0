// One attempt toward one routing gateway: the UAC side of a call until its INVITE has a final answer, and what
// must still be done when an answer comes after the hunt has moved on (RFC 3261 9.1, 13.2.2.4).
//
//   phases of attempt-phase.ts, each with its timer
//        2xx -> answered        3xx-6xx, a timer, no way there -> over
//        401, 407, 422 -> once more, with what was asked for
//   left (cancelled, or the hunt moved on): a late 2xx is met with ACK and BYE

import { causeOfStatus } from '../base/causes.ts';
import { flat } from '../base/flat.ts';
import { EARLY_DIALOGS_MAX } from '../base/limits.ts';
import type { AttemptLeft, CdrAttempt } from '../cdr/cdr.ts';
import { Acknowledgement } from '../dialog/acknowledgement.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { refusesUpdate } from '../sip/option-tags.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import type { ClientUser } from '../transaction/ports.ts';
import type { Attempt } from './attempt.ts';
import { isAlerting, isFurther, PHASE_TIMEOUTS, type Phase, phaseOf, phaseTimeoutMs } from './attempt-phase.ts';
import { agentOf } from './call-record.ts';
import type { Reliability } from './caller-leg.ts';
import { type Authorization, type Credentials, credentialsOf } from './credentials.ts';
import { DialogLeg } from './dialog-leg.ts';
import { noteRefusal, noteSilence } from './gateway-signs.ts';
import { crossingOf } from './header-policy.ts';
import type { AttemptFailure, AttemptOutcome } from './hunt.ts';
import { inviteIdentity } from './identity.ts';
import { ALLOW } from './incoming-request.ts';
import { inviteRouteOf } from './invite-route.ts';
import { LateAnswers } from './late-answers.ts';
import { type Acknowledger, type Crossing, EMPTY_CROSSING, type LegUser, type Provisional } from './leg-events.ts';
import { LegSessionTimer } from './leg-session-timer.ts';
import { extensionsOf, OutgoingInvite } from './outgoing-invite.ts';
import type { PartiesToward, Renumber } from './parties.ts';
import type { RoutingView, Surroundings } from './ports.ts';
import { reliableSequenceOf } from './provisional-across.ts';
import { noteDelay } from './quality-signs.ts';
import { q850Of, reasonHeaderOf } from './reason-header.ts';
import { type Redirect, redirectsOf } from './redirect.ts';

/** Hears how the attempt fares. */
export interface AttemptUser extends LegUser {
  /** `leg`: the early dialog it came in; null when it named none. */
  progressed(attempt: CalleeLeg, leg: DialogLeg | null, provisional: Provisional): void;
  /** `acknowledger`: who waits for the caller's ACK, when the offer was in the 2xx. */
  answered(attempt: CalleeLeg, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void;
  attemptFailed(attempt: CalleeLeg, outcome: AttemptOutcome, phrase: string, crossing: Crossing): void;
}

/** What an attempt is begun with. */
export interface AttemptStart {
  readonly routing: RoutingView;
  readonly candidate: Candidate;
  /** The candidate's, where it is now. */
  readonly gateway: RoutingGateway;
  /** Where the gateway has sent the call; null for the gateway itself. */
  readonly redirect: Redirect | null;
  /** What of the caller's INVITE may cross. */
  readonly crossing: Crossing;
  readonly parties: PartiesToward;
  /** Max-Forwards of its INVITE. */
  readonly hopsLeft: number;
  /** How the caller takes provisional responses. */
  readonly reliability: Reliability;
}

/** One attempt. */
export class CalleeLeg implements Attempt, ClientUser, Timed, Acknowledger {
  readonly candidate: Candidate;
  readonly gateway: RoutingGateway;
  readonly renumber: Renumber;
  readonly record: CdrAttempt;
  /** The dialog, once answered. */
  leg: DialogLeg | null = null;
  /** Where its 3xx sends the call, if the gateway may. */
  redirects: readonly Redirect[] = [];
  /** Media has come from this gateway: the media host says so. */
  hadRtp = false;
  /** What it calls itself in the answer. */
  agent = '';
  readonly #around: Surroundings;
  readonly #user: AttemptUser;
  readonly #routing: RoutingView;
  /** What of the caller's INVITE crosses to this gateway, while it may have to be sent. */
  #crossing: Crossing;
  readonly #invite: OutgoingInvite;
  readonly #startedAtMs: number;
  /** Where it is called is a place that the gateway has named: what is wrong there says nothing of the gateway. */
  readonly #isRedirected: boolean;
  readonly #reliability: Reliability;
  readonly #sessionTimer: LegSessionTimer | null;
  readonly #credentials: Credentials | null;
  readonly #authorization: Authorization | null;
  /** Dialogs that signs of life came in; more than one when the gateway forks. */
  readonly #early: EarlyDialog[] = [];
  #phase: Phase = 'inviting';
  #timer: TimerHandle = 0;
  #isOver = false;
  #hadSdp = false;
  #acknowledgement: Acknowledgement | null = null;
  readonly #late: LateAnswers;

  constructor(around: Surroundings, user: AttemptUser, start: AttemptStart) {
    const { candidate, gateway, routing, parties } = start;
    const { parameters } = routing.snapshot;
    this.#around = around;
    this.#routing = routing;
    this.#user = user;
    this.candidate = candidate;
    this.gateway = gateway;
    this.#startedAtMs = around.nowMs;
    this.#isRedirected = start.redirect !== null;
    this.#reliability = gateway.sip100Rel ? start.reliability : 'none';
    this.renumber = parties.renumber;
    const identity = inviteIdentity(start.crossing, {
      from: parties.callerRules,
      to: gateway,
      parameters,
      hostPort: around.localEnd(gateway.listener).hostPort,
      caller: parties.caller,
      display: parties.display,
      renumber: parties.renumber,
    });
    this.#crossing = identity.crossing;
    const route = inviteRouteOf(around, start, identity.display);
    this.#invite = new OutgoingInvite(around, route);
    this.#sessionTimer = gateway.sipTimer ? new LegSessionTimer(around, routing.sessionTimers) : null;
    this.#credentials = credentialsOf(around, gateway);
    const { target, resends } = route;
    this.#late = new LateAnswers(around, { gateway, target, resends, credentials: this.#credentials });
    const signed = { method: 'INVITE', uri: route.uri, body: identity.crossing.body };
    this.#authorization = this.#credentials?.authorize(signed) ?? null;
    this.record = {
      gateway: gateway.name,
      address: flat(`${route.target.address}:${route.target.port}`),
      callId: this.#invite.callId,
      startedAtWallMs: around.wallMs,
      firstResponseAtWallMs: null,
      code: 0,
      left: 'trying',
    };
  }

  /** Sends the INVITE. */
  start(): void {
    this.#enter('inviting');
    this.#send();
  }

  onResponse(_transaction: unknown, response: SipMessage): void {
    if (this.record.firstResponseAtWallMs === null) {
      this.record.firstResponseAtWallMs = this.#around.wallMs;
      this.#around.health.responded(this.gateway.slot);
    }
    if (response.status >= 200 && response.status < 300) this.#receiveSuccess(response);
    else if (this.#isOver) return;
    else if (response.status < 200) this.#receiveProvisional(response);
    else if (!this.#retry(response)) this.#receiveFailure(response);
  }

  onTimeout(): void {
    if (!this.#isOver) this.#fail(PHASE_TIMEOUTS[this.#phase]);
  }

  onTransportError(): void {
    if (!this.#isOver) this.#fail('unreachable');
  }

  due(): void {
    this.#timer = 0;
    if (this.#isOver) return;
    this.#invite.cancel(false, '');
    this.#fail(PHASE_TIMEOUTS[this.#phase]);
  }

  /** The called party was alerted, and has not answered since. */
  get isRinging(): boolean {
    return this.#phase === 'ringing';
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get hasSessionTimer(): boolean {
    return this.#sessionTimer?.isRunning ?? false;
  }

  /** Gives the attempt up; a 2xx that still comes is acknowledged and ended with BYE. `reason`: value of Reason. */
  leave(left: AttemptLeft, reason = ''): void {
    if (this.#isOver) return;
    this.#close(left);
    this.#around.countAttempt(this.gateway.slot, 'cancelled');
    this.#invite.cancel(left === 'callerCancelled', reason === '' ? '' : `Reason: ${reason}\r\n`);
  }

  /** The caller's ACK brings the answer to an offer that was in the 2xx. */
  acknowledge(crossing: Crossing): void {
    // The call may have ended meanwhile, and the ACK have gone without an answer.
    if (this.#acknowledgement?.isSent !== false) return;
    const answer = crossing.body === '' ? this.#owedAnswer : crossing;
    this.#sendAck(this.#acknowledgement, answer);
    this.#sessionTimer?.sent(answer);
    if (this.leg !== null) this.leg.owedAck = null;
  }

  /** The answer that came with a PRACK which was not the gateway's to have. */
  get #owedAnswer(): Crossing {
    return this.leg?.pracked?.isSent === false ? this.leg.pracked.crossing : EMPTY_CROSSING;
  }

  #sendAck(acknowledgement: Acknowledgement, { headers, body }: Crossing): void {
    acknowledgement.send((this.#authorization?.lines ?? '') + headers, body);
    if (this.leg !== null) this.leg.pracked = null;
  }

  #send(): void {
    const { headers, body } = this.#crossing;
    const extensions = extensionsOf(this.#reliability, this.#sessionTimer !== null);
    const timer = this.#sessionTimer?.requestLines() ?? '';
    const lines = `${ALLOW}${extensions}${timer}${this.#authorization?.lines ?? ''}${headers}`;
    if (!this.#invite.send(lines, body, this)) this.#fail('tooLarge');
  }

  #receiveProvisional(response: SipMessage): void {
    if (response.status === 100) return this.#enter('trying');
    const early = this.#earlyDialogOf(response);
    if (early === undefined) return;
    const rseq = reliableSequenceOf(response);
    // RFC 3262 4: a repeat was acknowledged already; one out of order waits for those before it to come again.
    if (rseq > 0 && early !== null) {
      if (early.rseq !== 0 && rseq !== early.rseq + 1) return;
      early.rseq = rseq;
    }
    const crossing = crossingOf(response);
    if (crossing.hasSdp) this.#hadSdp = true;
    this.#enter(phaseOf(response.status, crossing.hasSdp));
    const rack = rseq > 0 ? `${rseq} ${this.#invite.cseq} INVITE` : '';
    const { status, reasonPhrase } = response;
    this.#user.progressed(this, early?.leg ?? null, { status, phrase: reasonPhrase, crossing, rack });
  }

  /** The dialog of a sign of life: null when it names none, undefined when there are too many. */
  #earlyDialogOf(response: SipMessage): EarlyDialog | null | undefined {
    const { toTag } = response;
    if (toTag === '') return null;
    const known = this.#early.find(({ leg }) => leg.dialog.remoteTag === toTag);
    if (known !== undefined) return known;
    if (this.#early.length >= EARLY_DIALOGS_MAX) return undefined;
    const early = { leg: this.#newLeg(this.#invite.dialogOf(response)), rseq: 0 };
    this.#early.push(early);
    return early;
  }

  #newLeg(dialog: Dialog): DialogLeg {
    return new DialogLeg(this.#around, {
      side: 'callee',
      dialog,
      user: this.#user,
      rules: this.gateway,
      resends: this.#routing.resends,
      credentials: this.#credentials,
    });
  }

  /** Sends the INVITE once more when `response` says how; false when it does not. */
  #retry(response: SipMessage): boolean {
    if (!this.#isAskedAgain(response)) return false;
    this.#leaveInvite();
    this.#enter('inviting');
    this.#send();
    return true;
  }

  /** Whether `response` asks for the same with credentials (22.2), or with a longer session (RFC 4028 7.3). */
  #isAskedAgain(response: SipMessage): boolean {
    const { status } = response;
    if (status === 401 || status === 407) return this.#authorization?.answer(response) ?? false;
    return status === 422 && (this.#sessionTimer?.refusedTooSmall(response) ?? false);
  }

  #receiveFailure(response: SipMessage): void {
    const { status } = response;
    this.#close('failure');
    if (status < 400 && this.gateway.followRedirects) this.redirects = redirectsOf(response);
    this.record.code = status;
    this.#around.countAttempt(this.gateway.slot, status);
    const q850 = q850Of(reasonHeaderOf(response)) || causeOfStatus(status);
    const { SS_GATEWAY_RETRY_AFTER_HONOR } = this.#routing.snapshot.parameters;
    const isHonored = this.gateway.retryAfterHonor ?? SS_GATEWAY_RETRY_AFTER_HONOR;
    if (!this.#isRedirected) noteRefusal(this.#around, this.gateway.slot, response, isHonored);
    this.#user.attemptFailed(this, this.#outcome('failure', status, q850), response.reasonPhrase, crossingOf(response));
  }

  #receiveSuccess(response: SipMessage): void {
    if (this.#isOver) return this.#late.onResponse(null, response);
    const offered = this.#crossing;
    this.#countDelay();
    this.leg = this.#confirm(response);
    this.#close('answered');
    this.record.code = response.status;
    this.agent = detach(agentOf(response, Header.Server) || agentOf(response, Header.UserAgent));
    this.#around.countAttempt(this.gateway.slot, response.status);
    const acknowledgement = new Acknowledgement(this.#around, this.leg.dialog, this.#invite.cseq);
    this.#acknowledgement = acknowledgement;
    this.#late.take(acknowledgement);
    // RFC 3262 5: the answer to an offer in a reliable response has come with its PRACK.
    const described = this.leg.pracked?.crossing ?? offered;
    const owesAck = described.body === '' && !this.leg.isOver;
    if (owesAck) this.leg.owedAck = acknowledgement;
    else this.#sendAck(acknowledgement, offered.body === '' ? this.#owedAnswer : EMPTY_CROSSING);
    this.leg.refusesUpdate = refusesUpdate(response);
    this.#beginSessionTimer(this.leg, response, described);
    this.#user.answered(this, response.reasonPhrase, crossingOf(response), owesAck ? this : null);
  }

  #beginSessionTimer(leg: DialogLeg, response: SipMessage, offered: Crossing): void {
    // Its BYE has overtaken its 2xx: nobody would stop the timer any more.
    if (this.#sessionTimer === null || leg.isOver) return;
    this.#sessionTimer.readAllow(response);
    leg.beginSessionTimer(this.#sessionTimer);
    this.#sessionTimer.succeeded(response);
    // Most gateways have no timers, and one that begins a timer later says or hears a new description, or takes UPDATE.
    if (this.#sessionTimer.isRunning) this.#sessionTimer.sent(offered);
  }

  /** 13.2.2.4: the dialog of the 2xx, which may have been an early one. */
  #confirm(response: SipMessage): DialogLeg {
    const early = this.#takeEarly(response);
    return early ?? this.#newLeg(this.#invite.dialogOf(response));
  }

  #takeEarly(response: SipMessage): DialogLeg | null {
    const at = this.#early.findIndex(({ leg }) => leg.dialog.remoteTag === response.toTag);
    const early = at < 0 ? undefined : this.#early.splice(at, 1)[0];
    early?.leg.dialog.confirm(response);
    return early?.leg ?? null;
  }

  #fail(how: AttemptFailure): void {
    this.#close(how);
    // 21.5.7: what is too large to be sent counts as 513.
    // Who rang for too long is not silent.
    const silence = how === 'ringingTimeout' ? 'unanswered' : 'timeout';
    const counted = how === 'unreachable' ? how : how === 'tooLarge' ? 513 : silence;
    this.#around.countAttempt(this.gateway.slot, counted);
    if (!this.#isRedirected) noteSilence(this.#around, this.gateway, how);
    this.#user.attemptFailed(this, this.#outcome(how, 0, 0), '', EMPTY_CROSSING);
  }

  #close(left: AttemptLeft): void {
    this.#isOver = true;
    this.#crossing = EMPTY_CROSSING;
    this.record.left = left;
    this.#leaveInvite();
  }

  /** What still comes of the INVITE is late: it is over, or another one takes its place, with dialogs of its own. */
  #leaveInvite(): void {
    this.#around.wheel.disarm(this.#timer, this);
    this.#timer = 0;
    for (const { leg } of this.#early) leg.abandon();
    this.#late.keepEarly(this.#early.splice(0), this.#invite.cseq);
    this.#invite.handTo(this.#late);
  }

  #outcome(how: AttemptFailure, status: number, q850: number): AttemptOutcome {
    return { how, status, q850, hadSdp: this.#hadSdp, hadRinging: this.isRinging, hadRtp: this.hadRtp };
  }

  #enter(phase: Phase): void {
    if (this.#timer !== 0 && !isFurther(phase, this.#phase)) return;
    if (isAlerting(phase)) this.#countDelay();
    this.#phase = phase;
    this.#around.wheel.disarm(this.#timer, this);
    const { parameters } = this.#routing.snapshot;
    this.#timer = this.#around.wheel.arm(this, 0, phaseTimeoutMs(phase, this.gateway, parameters));
  }

  /** The post-dial delay ends with the first 18x or 2xx. */
  #countDelay(): void {
    if (isAlerting(this.#phase)) return;
    const delayMs = this.#around.nowMs - this.#startedAtMs;
    this.#around.countDelay(this.gateway.slot, delayMs);
    noteDelay(this.#around, this.#routing, this.candidate, delayMs);
  }
}

interface EarlyDialog {
  readonly leg: DialogLeg;
  /** Highest RSeq seen in it; 0 before the first. */
  rseq: number;
}
