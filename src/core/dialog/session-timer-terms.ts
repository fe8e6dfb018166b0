// What one leg agrees with its peer about its session timer: RFC 4028 7 (as UAC), 9 (as UAS). Each INVITE and each
// UPDATE negotiates anew, in whichever direction it goes; its 2xx puts the terms in force. `uac` and `uas` are the
// roles of that one request, not of the call.

import { INTERVAL_RAISES_MAX } from '../base/limits.ts';
import type { SipMessage } from '../sip/message.ts';
import { hasOptionTag } from '../sip/option-tags.ts';
import { minSeOf, type SessionExpires, sessionExpiresOf } from '../sip/session-expires.ts';

/** What the operator wants: SS_SIP_SESSION_TTL and SS_SIP_SESSION_MIN_SE. The headers carry whole seconds. */
export interface SessionTimerSettings {
  readonly ttlMs: number;
  readonly minSeMs: number;
}

/** The terms in force on a leg. */
export interface SessionTimerTerms {
  /** The session interval: how long the call lives without a refresh. Between 90 s and a day. */
  readonly intervalMs: number;
  readonly refresher: 'us' | 'peer';
}

/** What a request of the peer is answered. `lines`: header lines, each with its CRLF. */
export type SessionTimerAnswer =
  /** The peer does not do session timers. */
  | { readonly kind: 'none' }
  /** Refuse with 422 and `lines`. */
  | { readonly kind: 'tooSmall'; readonly lines: string }
  /** `lines` belong into the 2xx; when it is out, `terms` are in force. */
  | { readonly kind: 'timer'; readonly lines: string; readonly terms: SessionTimerTerms };

/** The option tag of RFC 4028, for the Supported of every request but ACK (7.1). */
const TIMER_TAG = 'timer';

/** 4 and 5: nobody may ask for less. */
const INTERVAL_MIN_S = 90;

/** Longer ones are read as this, the longest TTL there is: no peer can put a timer off for good. */
const INTERVAL_MAX_S = 86_400;

const NO_TIMER: SessionTimerAnswer = { kind: 'none' };

/** The negotiations of one leg, one after the other. */
export class SessionTimerNegotiation {
  readonly #settings: SessionTimerSettings;
  #terms: SessionTimerTerms | null = null;
  /** 7.4: the largest Min-SE that anyone on the way has shown, in 422s or in requests. */
  #shownMinSeS = 0;
  /** 422s obeyed since the last 2xx. */
  #raiseCount = 0;

  constructor(settings: SessionTimerSettings) {
    this.#settings = settings;
  }

  /** In a later life of the switch: what was in force, and the largest Min-SE shown until then. */
  restore(terms: SessionTimerTerms, shownMinSeS: number): void {
    this.#terms = terms;
    this.#shownMinSeS = shownMinSeS;
  }

  get shownMinSeS(): number {
    return this.#shownMinSeS;
  }

  /** In force; null while there is no timer. */
  get terms(): SessionTimerTerms | null {
    return this.#terms;
  }

  /**
   * Header lines of an INVITE or UPDATE that we send; `TIMER_TAG` goes into its Supported. 7.1: the first leaves the
   * refresher open, a later one keeps the role.
   */
  requestLines(): string {
    const role = this.#terms === null ? null : this.#terms.refresher === 'us' ? 'uac' : 'uas';
    const minSeS = this.#minSeS();
    return expiresLine(this.#askedS() * 1000, role) + (minSeS > INTERVAL_MIN_S ? minSeLine(minSeS) : '');
  }

  /**
   * Our request was answered 2xx; answers the terms now in force. 7.2: without Session-Expires in it there is no timer,
   * unless we want one for ourselves and refresh. We do where there has been one: that peer takes refreshes, and may
   * count on them still. We do not on a first 2xx, for a gateway without timers may not like what it never asked for.
   */
  succeeded(response: SipMessage): SessionTimerTerms | null {
    this.#raiseCount = 0;
    const answered = sessionExpiresOf(response);
    // The refresher must be named (9). When it is not, it is us: a refresh too many ends no call, one too few does.
    const refresher = answered?.refresher === 'uas' ? 'peer' : 'us';
    if (answered !== null) this.#terms = { intervalMs: bounded(answered.seconds) * 1000, refresher };
    else if (this.#terms !== null) this.#terms = { intervalMs: this.#terms.intervalMs, refresher };
    return this.#terms;
  }

  /**
   * Our request was answered 422; answers whether to send it again, with new `requestLines` (7.3). Not when the Min-SE
   * it shows is one that we have kept to, and not for ever.
   */
  refusedTooSmall(response: SipMessage): boolean {
    const askedS = this.#askedS();
    this.#noteMinSe(response);
    if (this.#raiseCount >= INTERVAL_RAISES_MAX || this.#askedS() <= askedS) return false;
    this.#raiseCount += 1;
    return true;
  }

  /** What an INVITE or UPDATE of the peer is answered. Nothing is in force before `agree`. */
  consider(request: SipMessage): SessionTimerAnswer {
    this.#noteMinSe(request);
    const asked = sessionExpiresOf(request);
    const isSupported = hasOptionTag(request, 'Supported', TIMER_TAG) || hasOptionTag(request, 'Require', TIMER_TAG);
    if (asked === null && !isSupported && this.#terms === null) return NO_TIMER;
    if (asked !== null && asked.seconds < this.#ownMinSeS && isSupported) {
      return { kind: 'tooSmall', lines: minSeLine(this.#ownMinSeS) };
    }
    const intervalMs = this.#grantedS(asked, request) * 1000;
    // Table 2: a UAC refreshes only if it knows how. Require makes sure that it hears of it.
    if (isSupported && asked?.refresher === 'uac') {
      const lines = `${expiresLine(intervalMs, 'uac')}Require: ${TIMER_TAG}\r\n`;
      return { kind: 'timer', lines, terms: { intervalMs, refresher: 'peer' } };
    }
    return { kind: 'timer', lines: expiresLine(intervalMs, 'uas'), terms: { intervalMs, refresher: 'us' } };
  }

  /** Puts the terms of `consider` in force: the 2xx that says them is out. */
  agree(terms: SessionTimerTerms): void {
    this.#terms = terms;
  }

  /**
   * 9: not above what the request asks, nor below the Min-SE it shows. Erratum 1687: raised for a UAC without timers
   * into whose request a proxy has put a short interval, for a 422 would fail its call.
   */
  #grantedS(asked: SessionExpires | null, request: SipMessage): number {
    const wantedS = asked === null ? this.#presentS() : Math.min(this.#ttlS, asked.seconds);
    return bounded(Math.max(wantedS, this.#ownMinSeS, minSeOf(request)));
  }

  get #ttlS(): number {
    return Math.floor(this.#settings.ttlMs / 1000);
  }

  get #ownMinSeS(): number {
    return Math.ceil(this.#settings.minSeMs / 1000);
  }

  /** The interval in force, else the one that we would like. */
  #presentS(): number {
    return this.#terms === null ? this.#ttlS : this.#terms.intervalMs / 1000;
  }

  /** 7.1: the interval in force is not haggled over again. */
  #askedS(): number {
    return Math.max(this.#presentS(), this.#minSeS());
  }

  #minSeS(): number {
    return Math.max(this.#ownMinSeS, this.#shownMinSeS);
  }

  #noteMinSe(message: SipMessage): void {
    this.#shownMinSeS = Math.max(this.#shownMinSeS, bounded(minSeOf(message)));
  }
}

function expiresLine(intervalMs: number, refresher: 'uac' | 'uas' | null): string {
  return `Session-Expires: ${intervalMs / 1000}${refresher === null ? '' : `;refresher=${refresher}`}\r\n`;
}

function minSeLine(seconds: number): string {
  return `Min-SE: ${seconds}\r\n`;
}

function bounded(seconds: number): number {
  return Math.min(Math.max(seconds, INTERVAL_MIN_S), INTERVAL_MAX_S);
}
