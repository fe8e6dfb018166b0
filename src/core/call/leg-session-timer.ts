// The session timer of one leg at work: what the leg's INVITEs and UPDATEs say about it, its refreshes, and its end.
// RFC 4028; the negotiation is dialog/session-timer-terms.ts, the clock dialog/session-timer.ts.

import { SessionTimer, type SessionTimerPace, type SessionTimerUser } from '../dialog/session-timer.ts';
import {
  SessionTimerNegotiation,
  type SessionTimerSettings,
  type SessionTimerTerms,
} from '../dialog/session-timer-terms.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { reasonPhraseOf } from '../sip/status.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { type Crossing, EMPTY_CROSSING, type Question, type Side } from './leg-events.ts';
import type { Surroundings } from './ports.ts';

/** What a session asks of its leg. */
export interface SessionTimerLeg {
  readonly side: Side;
  /** Sends a request in the dialog; `question.answer` hears of its end. */
  ask(question: Question): void;
  /** What a checkpoint says of the session has changed. */
  changed(): void;
  /** Nobody refreshed in time. */
  onSessionTimeout(): void;
}

/** A session timer as it is written down, while it runs. */
export interface SessionTimerState {
  readonly intervalMs: number;
  readonly refresher: 'us' | 'peer';
  readonly shownMinSeS: number;
  /** When its TTL began. */
  readonly confirmedAtMs: number;
  readonly allowsUpdate: boolean;
  /** The last description sent to the peer, with the header lines that say what it is; both '' for none. */
  readonly headers: string;
  readonly body: string;
}

/** Refreshes that a restart has made late are spread over this time, ms. */
const RESUME_SPREAD_MS = 2_000;

/** RFC 3261 14.1: who minted the Call-ID waits 2.1 to 4 s after a 491, the other side up to 2 s. */
const OWNER_WAIT_MS = 2100;
const OWNER_SPREAD = 190;
const OTHER_SPREAD = 201;
const SPREAD_STEP_MS = 10;

/** Header lines that say what a body is, compact forms too. */
const LINE_OF_BODY = /^(?:content-|mime-version|[ce][ \t]*:)/i;

/** What most peers say, once for all of them. */
const SDP_LINE = 'Content-Type: application/sdp\r\n';

/** The end of a header line, and not a fold. */
const LINE_END = /\r\n(?![ \t])/;

/** What of the parameters governs session timers; one object serves every leg that follows the same parameters. */
export interface SessionTimerRules extends SessionTimerSettings, SessionTimerPace {}

/** The rules that `parameters` make. */
export function sessionTimerRulesOf(parameters: ParameterValues): SessionTimerRules {
  return {
    ttlMs: parameters.SS_SIP_SESSION_TTL,
    minSeMs: parameters.SS_SIP_SESSION_MIN_SE,
    segmentCount: parameters.SS_SIP_SESSION_UPDATE_SEGMENT,
    earlyHangupMs: parameters.SS_SIP_SESSION_TIMEOUT_EARLY_HANGUP,
  };
}

/** The session of one leg. */
export class LegSessionTimer implements SessionTimerUser, Timed {
  readonly #around: Surroundings;
  readonly #negotiation: SessionTimerNegotiation;
  readonly #rules: SessionTimerRules;
  #timer: SessionTimer | null = null;
  #leg: SessionTimerLeg | null = null;
  /** Whether the peer takes UPDATE: then a refresh needs no description. */
  #allowsUpdate = false;
  /** The last description sent to the peer, for a refresh by INVITE, and the lines that say what it is; '' for none. */
  #headers = '';
  #body = '';
  #againTimer: TimerHandle = 0;

  constructor(around: Surroundings, rules: SessionTimerRules) {
    this.#around = around;
    this.#negotiation = new SessionTimerNegotiation(rules);
    this.#rules = rules;
  }

  /** Header lines of an INVITE or UPDATE that we send. */
  requestLines(): string {
    return this.#negotiation.requestLines();
  }

  /** What an INVITE or UPDATE of the peer is answered. */
  consider(request: SipMessage): ReturnType<SessionTimerNegotiation['consider']> {
    return this.#negotiation.consider(request);
  }

  /** RFC 4028 9: what the 2xx to `request` will say of the session; false when `incoming` was refused with 422. */
  accepts(incoming: IncomingRequest, request: SipMessage): boolean {
    const answer = this.#negotiation.consider(request);
    if (answer.kind === 'tooSmall') {
      incoming.refuse(422, reasonPhraseOf(422), answer.lines);
      return false;
    }
    if (answer.kind === 'timer') {
      incoming.successHeaders = answer.lines;
      incoming.terms = answer.terms;
    }
    return true;
  }

  /** A 422: whether the request is to be sent again. */
  refusedTooSmall(response: SipMessage): boolean {
    return this.#negotiation.refusedTooSmall(response);
  }

  /** `message` of the peer, an INVITE or its 2xx, says which methods it takes. */
  readAllow(message: SipMessage): void {
    this.#allowsUpdate = message.listsToken(Header.Allow, 'update');
  }

  /** Whether the leg has terms that it keeps to. */
  get isRunning(): boolean {
    return this.#timer !== null;
  }

  /** `crossing` was sent to the peer. */
  sent(crossing: Crossing): void {
    if (!crossing.hasSdp || (crossing.body === this.#body && crossing.headers === this.#headers)) return;
    this.#headers = linesOfBody(crossing);
    this.#body = detach(crossing.body);
    if (this.isRunning) this.#leg?.changed();
  }

  /** The dialog of `leg` is confirmed: from now on the timer runs, when there is one. */
  begin(leg: SessionTimerLeg): void {
    this.#leg = leg;
    this.#run(this.#negotiation.terms);
  }

  /** As it stands; null while there is none. */
  get state(): SessionTimerState | null {
    const { terms, shownMinSeS } = this.#negotiation;
    if (this.#timer === null || terms === null) return null;
    return {
      intervalMs: terms.intervalMs,
      refresher: terms.refresher,
      shownMinSeS,
      confirmedAtMs: this.#timer.confirmedAtMs,
      allowsUpdate: this.#allowsUpdate,
      headers: this.#headers,
      body: this.#body,
    };
  }

  /** Goes on for `leg` in a later life of the switch. `shiftMs`: from that clock to this one; null: it did not run. */
  resume(leg: SessionTimerLeg, state: SessionTimerState | null, shiftMs: number): void {
    this.#leg = leg;
    if (state === null) return;
    const { intervalMs, refresher, headers, body } = state;
    const terms: SessionTimerTerms = { intervalMs, refresher };
    this.#negotiation.restore(terms, state.shownMinSeS);
    this.#allowsUpdate = state.allowsUpdate;
    this.#headers = headers;
    this.#body = body;
    this.#timer = new SessionTimer(this.#around.wheel, this.#rules, this);
    this.#timer.resume(terms, state.confirmedAtMs + shiftMs, this.#around.draw(RESUME_SPREAD_MS));
  }

  /** When the session was over in an earlier life, unless the peer was heard of since; infinite where it was not. */
  get lapsedAtMs(): number {
    return this.#timer?.lapsedAtMs ?? Number.POSITIVE_INFINITY;
  }

  /** Our INVITE or UPDATE was answered 2xx. */
  succeeded(response: SipMessage): void {
    this.#run(this.#negotiation.succeeded(response));
  }

  /** The 2xx that says `terms` is out. */
  agree(terms: SessionTimerTerms): void {
    this.#negotiation.agree(terms);
    this.#run(terms);
  }

  /** The leg is over. */
  stop(): void {
    this.#timer?.stop();
    this.#around.wheel.disarm(this.#againTimer, this);
    this.#againTimer = 0;
    this.#leg = null;
  }

  sendSessionRefresh(): void {
    const isUpdate = this.#allowsUpdate || this.#body === '';
    this.#leg?.ask({
      method: isUpdate ? 'UPDATE' : 'INVITE',
      // 4028 7.4: the same description as before, the version of its origin unchanged; an UPDATE needs none.
      crossing: isUpdate ? EMPTY_CROSSING : { headers: this.#headers, ruled: '', body: this.#body, hasSdp: true },
      rack: '',
      isRefresh: true,
      answer: (status) => this.#refreshAnswered(status, isUpdate),
    });
  }

  onSessionTimeout(): void {
    this.#leg?.onSessionTimeout();
  }

  /** The wait after a 491 is over. */
  due(): void {
    this.#againTimer = 0;
    this.sendSessionRefresh();
  }

  #run(terms: SessionTimerTerms | null): void {
    if (terms === null || this.#leg === null) return;
    this.#timer ??= new SessionTimer(this.#around.wheel, this.#rules, this);
    this.#timer.confirmed(terms);
    this.#leg.changed();
  }

  /** A 2xx has been taken by `succeeded` before. */
  #refreshAnswered(status: number, wasUpdate: boolean): void {
    if (status < 300 || this.#leg === null) return;
    if (status === 491) return this.#askAgainLater(this.#leg.side);
    if ((status === 405 || status === 501) && wasUpdate && this.#body !== '') {
      this.#allowsUpdate = false;
      return this.sendSessionRefresh();
    }
    this.#timer?.refreshFailed();
  }

  #askAgainLater(side: Side): void {
    // Toward the callee the Call-ID is ours.
    const waitMs =
      side === 'callee'
        ? OWNER_WAIT_MS + this.#around.draw(OWNER_SPREAD + 1) * SPREAD_STEP_MS
        : this.#around.draw(OTHER_SPREAD) * SPREAD_STEP_MS;
    this.#around.wheel.disarm(this.#againTimer, this);
    this.#againTimer = this.#around.wheel.arm(this, 0, waitMs);
  }
}

/** The header lines that say what the body is, without what else crossed: they are kept for the life of the call. */
function linesOfBody({ headers }: Crossing): string {
  const lines = headers.split(LINE_END).filter((line) => LINE_OF_BODY.test(line));
  const kept = lines.map((line) => `${line}\r\n`).join('');
  return kept === SDP_LINE ? SDP_LINE : detach(kept);
}
