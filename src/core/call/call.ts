// One call: a caller leg, the hunt over the route plan, one answered callee leg, their limits and their record.
//
//   hunting --2xx of an attempt--> answered --BYE, limit--> ended
//      \--hunt over, caller cancelled-----------------------^
//
// Every way out goes through `#end`, once: counters back, both legs told, one CDR.

import { type EndedBy, type EndReason, endReasonRow } from '../base/end-reason.ts';
import { flat } from '../base/flat.ts';
import { ATTEMPTS_MAX } from '../base/limits.ts';
import { decisionText } from '../routing/decision.ts';
import type { Price } from '../routing/route-conditions.ts';
import { endWithoutCandidate, type RoutePlan } from '../routing/route-plan.ts';
import type { MappingGateway } from '../routing/snapshot.ts';
import { hopsLeftAfter } from '../sip/max-forwards.ts';
import type { SipMessage } from '../sip/message.ts';
import { reasonPhraseOf } from '../sip/status.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import { AnsweredAttempt, type Attempt } from './attempt.ts';
import { giveGateway, takeGateway } from './attempt-counters.ts';
import { noteBuyRate } from './buy-rate.ts';
import { type CheckpointSource, type LiveRecord, recordingAnswer } from './call-record.ts';
import { type AttemptUser, CalleeLeg } from './callee-leg.ts';
import { CallerLeg } from './caller-leg.ts';
import { type CallState, callStateOf } from './checkpoint.ts';
import { countEnd } from './count-end.ts';
import type { DialogLeg } from './dialog-leg.ts';
import { statusTold } from './failed-codes.ts';
import { type AttemptOutcome, goesOn, type HuntEnd, huntEndOf, switchRulesOf } from './hunt.ts';
import { HuntPlan } from './hunt-plan.ts';
import { across, privacyRuleOf, reasonAcross } from './identity.ts';
import type { Source } from './incoming-request.ts';
import { type LastWord, moreTelling } from './last-word.ts';
import {
  type Acknowledger,
  type CallerLegUser,
  type Crossing,
  EMPTY_CROSSING,
  type Leg,
  type Provisional,
  type Question,
  type Side,
} from './leg-events.ts';
import type { LegSessionTimer } from './leg-session-timer.ts';
import { type Parties, partiesToward, SAME_NUMBER } from './parties.ts';
import type { RoutingView, Surroundings } from './ports.ts';
import { prackOf, ringSignalOf } from './provisional-across.ts';
import { hasReached, noteAttemptEnd } from './quality-signs.ts';
import { reasonOf } from './reason-header.ts';
import { type TalkLimit, talkLimitOf } from './talk-limit.ts';
import { isPaidAhead, settleBill, TalkReserve, type TalkReserveUser } from './talk-reserve.ts';

const PROCEEDING = 0;
const TALK_LIMIT = 1;

/** Status for a caller that never sent the PRACK it owes, or whose callee hung up meanwhile (RFC 3262 3: a 5xx). */
const UNANSWERED = 504;

/** What a call is begun with. */
export interface CallStart {
  readonly record: LiveRecord;
  readonly routing: RoutingView;
  readonly gateway: MappingGateway;
  /** Null where it was answered in an earlier life of the switch. */
  readonly invite: SipMessage | null;
  readonly source: Source;
  readonly sessionTimer: LegSessionTimer | null;
}

export class Call implements AttemptUser, CallerLegUser, CheckpointSource, TalkReserveUser, Timed {
  readonly record: LiveRecord;
  readonly #around: Surroundings;
  /** The tables the call began with; it keeps them. */
  readonly #routing: RoutingView;
  readonly #gateway: MappingGateway;
  readonly #hopsLeft: number;
  readonly caller: CallerLeg;
  /** What was decided; null until then, and again once it is answered. */
  #decided: RoutePlan | null = null;
  #sell: Price | null = null;
  #plan: HuntPlan | null = null;
  #parties: Parties | null = null;
  /** What of the INVITE may cross, while there may be another attempt. */
  #crossing: Crossing = EMPTY_CROSSING;
  #triedCount = 0;
  /** What the caller is told when nothing more is tried. */
  #word: LastWord | null = null;
  #attempt: Attempt | null = null;
  #proceedingTimer: TimerHandle = 0;
  #durationTimer: TimerHandle = 0;
  #talkLimit: TalkLimit | null = null;
  /** Keeps it paid for; null where nobody sets money aside. */
  #reserve: TalkReserve | null = null;
  isEnded = false;
  /** Its number is being looked up outside: a timer of its own ends that. */
  isWaiting = false;

  constructor(around: Surroundings, start: CallStart) {
    const { record, routing, gateway, invite, source, sessionTimer } = start;
    this.#around = around;
    this.#routing = routing;
    this.record = record;
    this.#gateway = gateway;
    record.source = this;
    this.#hopsLeft = invite === null ? 0 : hopsLeftAfter(invite);
    this.caller = new CallerLeg(around, this, { invite, source, gateway, sessionTimer, resends: routing.resends });
  }

  /** Goes on, answered in an earlier life of the switch; `caller.leg` stands. */
  resume(attempt: Attempt, limit: TalkLimit | null): void {
    this.#attempt = attempt;
    this.#limitTalk(limit);
    this.#beginReserve();
  }

  get state(): CallState | null {
    const attempt = this.#attempt;
    if (attempt === null || this.isEnded) return null;
    const { record } = this;
    const { gateway, prefix } = attempt.candidate;
    const route = { mappingSlot: this.#gateway.slot, routingSlot: gateway.slot, prefix };
    const legs = { caller: this.caller, callee: attempt.leg };
    const { nowMs, wallMs, admission } = this.#around;
    const slots = record.slots.filter((place) => !admission.isNumber(place));
    const places = record.slots.filter((place) => admission.isNumber(place));
    const numbers = places.map((place) => admission.numberKey(place));
    return callStateOf({ record, slots, numbers, ...route, limit: this.#talkLimit, ...legs }, nowMs, wallMs);
  }

  /** Begins the hunt over `plan`, which was made for a call that is paid `sell`. */
  hunt(plan: RoutePlan, sell: Price | null, parties: Parties, crossing: Crossing): void {
    this.#decided = plan;
    this.#sell = sell;
    if (plan.candidates.length === 0) return this.release(endWithoutCandidate(plan.passed));
    this.#parties = parties;
    this.#crossing = crossing;
    const { parameters } = this.#routing.snapshot;
    const protectAfterMs = this.#gateway.tryProtectRouteDelayMs ?? parameters.SS_TRY_PROTECT_ROUTE_DELAY;
    this.#plan = new HuntPlan(
      plan.candidates,
      protectAfterMs > 0 ? this.#around.nowMs + protectAfterMs : Number.POSITIVE_INFINITY,
    );
    const proceedingMs = this.#gateway.timeoutCallProceedingMs ?? parameters.SS_TIMEOUT_CALL_PROCEEDING;
    if (proceedingMs !== null) this.#proceedingTimer = this.#around.wheel.arm(this, PROCEEDING, proceedingMs);
    this.#tryNext();
  }

  /** The caller sent CANCEL before an answer. */
  cancelled(reasonHeader: string): void {
    // The gateway may have answered while the caller's 200 waits for a PRACK.
    if (this.isEnded || this.caller.isFinal) return;
    const reason = this.record.isAnswered ? 'Normal' : 'CallerCancelled';
    this.#end({ reason, status: 487 }, 'caller', reasonHeader);
  }

  /** Ends the call from outside: an operator, a drain, a defect, an empty account. */
  release(reason: EndReason): void {
    this.#end({ reason, status: this.record.isAnswered ? 200 : endReasonRow(reason).status }, 'server', '');
  }

  /** The media host has heard the callee. */
  mediaStarted(): void {
    if (this.#attempt !== null) this.#attempt.hadRtp = true;
  }

  progressed(attempt: CalleeLeg, leg: DialogLeg | null, provisional: Provisional): void {
    if (attempt !== this.#attempt || this.isEnded) return;
    const isRinging = provisional.status < 183;
    this.record.alerted(this.#around.nowMs, this.#around.wallMs, isRinging);
    this.record.calleeDescribed(provisional.crossing);
    this.record.settled(provisional.crossing);
    if (isRinging) this.#around.wheel.disarm(this.#proceedingTimer, this);
    // A gateway that wants a PRACK though nobody offered any gets its own.
    if (provisional.rack !== '' && this.caller.reliability === 'none') leg?.ask(prackOf(provisional.rack));
    this.caller.progress(
      { attempt, leg },
      ringSignalOf(this.#gateway, provisional, this.across('callee', provisional.crossing)),
    );
  }

  answered(attempt: CalleeLeg, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void {
    if (attempt !== this.#attempt || this.isEnded) {
      attempt.leg?.hangUp('');
      return;
    }
    this.#around.wheel.disarm(this.#proceedingTimer, this);
    this.record.answered(this.#around.nowMs, this.#around.wallMs);
    this.record.cdr.userAgentCallee = attempt.agent;
    this.record.timed(this.caller.hasSessionTimer, attempt.hasSessionTimer);
    this.record.calleeDescribed(crossing);
    if (acknowledger === null) this.record.settled(crossing);
    this.#endSetUp(attempt);
    this.#around.countAnswer();
    this.#around.recordChanged(this.record);
    const { parameters } = this.#routing.snapshot;
    const { hasSessionTimer: isTimed } = this.caller;
    const limitedBy = { mapping: this.#gateway, routing: attempt.gateway, parameters, isTimed };
    this.#limitTalk(talkLimitOf(limitedBy, this.#around.draw));
    this.#beginReserve();
    const acknowledged = acknowledger && recordingAnswer(this.record, acknowledger, () => this.changed());
    this.caller.answer({ attempt, leg: attempt.leg }, phrase, this.across('callee', crossing), acknowledged);
    // Its BYE has overtaken its 2xx: nobody is behind the answer any more.
    if (attempt.leg?.isOver) this.hungUp('callee', '');
  }

  attemptFailed(attempt: CalleeLeg, outcome: AttemptOutcome, phrase: string, received: Crossing): void {
    if (attempt !== this.#attempt || this.isEnded) return;
    const crossing = this.across('callee', received);
    giveGateway(this.#around, this.record, attempt.gateway);
    const end = { isAnswered: false, isReached: hasReached(outcome), talkMs: 0 };
    if (outcome.how !== 'tooLarge') noteAttemptEnd(this.#around, this.#routing, attempt.candidate, end);
    this.#attempt = null;
    this.#plan?.redirect(attempt.candidate, attempt.redirects);
    const rules = switchRulesOf(attempt.gateway, this.#routing.snapshot.parameters);
    this.#word = moreTelling({ outcome, phrase, crossing }, this.#word);
    const triedCount = this.#plan?.isRedirected ? 0 : this.#triedCount; // Where it has sent the call is no further one.
    if (goesOn(outcome, rules, triedCount) && this.record.cdr.attempts.length < ATTEMPTS_MAX) this.#tryNext();
    else this.#endHunt(this.#word);
  }

  across(side: Side, crossing: Crossing): Crossing {
    const attempt = this.#attempt;
    if (crossing.ruled === '' || attempt === null) return crossing;
    const { gateway, renumber } = attempt;
    if (side === 'callee') {
      const { hostPort } = this.caller;
      return across(crossing, { from: gateway, to: this.#gateway, privacy: 'pass', hostPort, renumber: SAME_NUMBER });
    }
    const privacy = privacyRuleOf(gateway, this.#routing.snapshot.parameters);
    const { hostPort } = this.#around.localEnd(gateway.listener);
    return across(crossing, { from: this.#gateway, to: gateway, privacy, hostPort, renumber });
  }

  asked({ twin, side }: Leg, question: Question): void {
    if (side === 'caller') this.record.callerAsked(question);
    // Before the answer: glare with the first INVITE is what a second one is (14.2), and a gateway may have failed
    // before the next one has given a sign of life.
    const isTooEarly = !this.caller.isFinal && (question.method === 'INVITE' || twin?.isOver === true);
    if (twin === null || isTooEarly) question.answer(491, reasonPhraseOf(491), EMPTY_CROSSING, null);
    else twin.ask(question);
  }

  withdrew({ twin }: Leg, question: Question): void {
    twin?.withdraw(question);
  }

  hungUp(side: Side, reasonHeader: string): void {
    if (this.record.isAnswered) this.#end({ reason: 'Normal', status: 200 }, side, reasonHeader);
    else if (side === 'caller') this.cancelled(reasonHeader);
  }

  changed(): void {
    if (this.record.isAnswered && !this.isEnded) this.#around.recordChanged(this.record);
  }

  acknowledged(): void {
    if (!this.isEnded) this.#around.recordAcknowledged(this.record);
  }

  lost(_side: Side, reason: EndReason): void {
    // One early dialog that is gone ends no INVITE: others may be answered, and it has timers of its own.
    if (reason === 'ProtocolError' && !this.record.isAnswered) return;
    this.#end({ reason, status: this.record.isAnswered ? 200 : UNANSWERED }, 'server', '');
  }

  due(kind: number): void {
    if (kind === TALK_LIMIT) {
      this.#durationTimer = 0;
      const { by, reason } = this.#talkLimit as TalkLimit;
      this.record.cdr.limitedBy = by;
      this.#end({ reason, status: 200 }, 'server', '');
      return;
    }
    this.#proceedingTimer = 0;
    this.#attempt?.leave('proceedingTimeout');
    this.#end({ reason: 'GatewayTimeout', status: 408 }, 'server', '');
  }

  /** Nothing more is tried: of the hunt the record keeps the decision, and the call where it has gone. */
  #endSetUp({ gateway, candidate, leg, renumber }: CalleeLeg): void {
    this.#writeDecision();
    this.#decided = null;
    this.#sell = null;
    this.#plan = null;
    this.#parties = null;
    this.#word = null;
    this.#crossing = EMPTY_CROSSING;
    this.#attempt = new AnsweredAttempt(gateway, candidate.prefix, leg, renumber);
  }

  #limitTalk(limit: TalkLimit | null): void {
    this.#talkLimit = limit;
    if (limit === null) return;
    this.record.talkMsMax = limit.afterMs;
    const restMs = this.record.answeredAtMs + limit.afterMs - this.#around.nowMs;
    this.#durationTimer = this.#around.wheel.arm(this, TALK_LIMIT, Math.max(0, restMs));
  }

  #beginReserve(): void {
    if (!isPaidAhead(this.record.bill)) return;
    this.#reserve = new TalkReserve(this.#around, this.record, this.#routing, this);
  }

  /** Tries candidates until one has room. */
  #tryNext(): void {
    const { nowMs } = this.#around;
    for (let next = this.#plan?.next(nowMs); next; next = this.#plan?.next(nowMs)) {
      const { candidate, redirect } = next;
      const gateway = this.#around.reachOf(candidate.gateway);
      candidate.pass =
        gateway === null ? 'unregistered' : takeGateway(this.#around, this.record, candidate, this.#routing);
      if (gateway === null || candidate.pass !== null) {
        this.#around.countPassed(candidate);
        continue;
      }
      candidate.isTried = true;
      if (redirect === null) this.#triedCount += 1;
      const { wallMs, draw } = this.#around;
      const start = { pooled: this.record.pooledCaller, wallMs, draw };
      const parties = partiesToward(gateway, this.#parties as Parties, start);
      const attempt = new CalleeLeg(this.#around, this, {
        routing: this.#routing,
        candidate,
        gateway,
        redirect,
        crossing: this.#crossing,
        parties,
        hopsLeft: this.#hopsLeft,
        reliability: this.caller.reliability,
      });
      this.#attempt = attempt;
      noteBuyRate(this.record, candidate.gateway, this.#routing, this.#around.wallMs);
      this.record.tried(attempt.record, this.#around.nowMs);
      this.record.told(parties.caller, parties.callee);
      this.#around.recordChanged(this.record);
      attempt.start();
      return;
    }
    if (this.#word === null) this.#end({ reason: 'GatewayFull', status: 503 }, 'server', '');
    else this.#endHunt(this.#word);
  }

  #endHunt({ outcome, phrase, crossing }: LastWord): void {
    const end = huntEndOf(outcome);
    const said = end.status === outcome.status ? phrase : '';
    this.#end(end, endReasonRow(end.reason).endedBy, '', said, crossing.headers);
  }

  /** A defect has left the call hunting with nothing under way that could end it. */
  get isStranded(): boolean {
    return (
      !this.isEnded && !this.isWaiting && !this.record.isAnswered && (this.#attempt === null || this.#attempt.isOver)
    );
  }

  /** The one way out. `phrase` and `headers`: what a gateway said, for the caller. */
  #end(end: HuntEnd, endedBy: EndedBy, reasonHeader: string, phrase = '', headers = ''): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#around.wheel.disarm(this.#proceedingTimer, this);
    this.#around.wheel.disarm(this.#durationTimer, this);
    this.#reserve?.end();
    const { record } = this;
    const attempt = this.#attempt;
    const status = this.#statusToldOf(end, endedBy);
    this.#writeDecision();
    const { q850 = 0 } = end;
    if (endedBy === 'server') {
      for (const leg of [this.caller.leg, attempt?.leg]) record.talkedUntil(leg?.sessionTimer?.lapsedAtMs);
    }
    record.ended(this.#around.nowMs, this.#around.wallMs, { reason: end.reason, endedBy, status, reasonHeader, q850 });
    record.isKept = record.isAnswered || this.#routing.snapshot.parameters.SERVER_BILLING_RECORD_ZERO_HOLD_TIME;
    // First what must not be lost, whatever a defect may do to the rest: the record and the counters.
    settleBill(record, this.#around.balances);
    this.#around.callEnded(this);
    countEnd(this.#around, { record, attempt, routing: this.#routing, gateway: this.#gateway }, end.reason);
    for (const slot of record.slots.splice(0)) this.#around.admission.giveCall(slot);
    const told = attempt === null ? '' : reasonAcross(reasonHeader, this.#gateway, attempt.gateway);
    // A Reason that may not cross leaves the cause that the end itself has.
    const own = reasonHeader === '' ? record.cdr.q850 : endReasonRow(end.reason).q850;
    const reason = told === '' ? reasonOf(own) : told;
    if (attempt !== null && !record.isAnswered)
      attempt.leave(end.reason === 'CallerCancelled' ? 'callerCancelled' : 'ended', told);
    attempt?.leg?.hangUp(reason);
    this.caller.fail(status, phrase === '' || status !== end.status ? reasonPhraseOf(status) : phrase, headers);
    this.caller.hangUp(reason);
  }

  /** The final status that the caller is told, or has been told: an answer it has not heard becomes a failure. */
  #statusToldOf(end: HuntEnd, endedBy: EndedBy): number {
    if (!this.record.isAnswered) return statusTold(this.#gateway.callFailedSipCode, end);
    if (this.caller.isFinal || end.status >= 300) return end.status;
    return endedBy === 'caller' ? 487 : UNANSWERED;
  }

  /** The decision as it stands: at the answer, when the record must be whole, and at the end. */
  #writeDecision(): void {
    if (this.#decided !== null) this.record.cdr.decision = flat(decisionText(this.#decided, this.#sell));
  }
}
