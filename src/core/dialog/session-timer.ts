// The session timer of one leg: RFC 4028 7.2, 9 and 10. A call whose peer has vanished without a BYE ends with it.
//
//   we refresh   |--------refresh--------refresh--------...|TTL --early hang-up--> timeout     2xx: from the start
//                   TTL/segment: the next only when the one before has failed
//   peer does    |----------------------------------| TTL - min(32 s, TTL/3) --> timeout       refresh: from the start

import { TRANSACTION_LIFE_MS } from '../timer/sip-timers.ts';
import type { Timed, TimerHandle, TimerWheel } from '../timer/wheel.ts';
import type { SessionTimerTerms } from './session-timer-terms.ts';

/** How a timer runs. */
export interface SessionTimerPace {
  /** SS_SIP_SESSION_UPDATE_SEGMENT: parts that the TTL is divided into, each with a refresh at its end. */
  readonly segmentCount: number;
  /** SS_SIP_SESSION_TIMEOUT_EARLY_HANGUP: from the end of the TTL to the timeout. */
  readonly earlyHangupMs: number;
}

/** What the timer may do, and whom it tells. */
export interface SessionTimerUser {
  /** Sends UPDATE or INVITE; then comes `confirmed`, `refreshFailed` or `stop`, at once or later. */
  sendSessionRefresh(): void;
  /** Nobody refreshed in time: the leg is to end. */
  onSessionTimeout(): void;
}

/**
 * Least time from a restart of the switch to the end of a TTL: refreshes and their answers were lost meanwhile, and are
 * repeated for 32 s.
 */
const RESUME_GRACE_MS = 2 * TRANSACTION_LIFE_MS;

const REFRESH = 0;
const TTL = 1;
const TIMEOUT = 2;
type Kind = typeof REFRESH | typeof TTL | typeof TIMEOUT;

/** The session timer of one leg; begins with the first `confirmed`. */
export class SessionTimer implements Timed {
  readonly #wheel: TimerWheel;
  readonly #pace: SessionTimerPace;
  readonly #user: SessionTimerUser;
  #ttlMs = 0;
  /** When the TTL began; after a restart it ends later for us than for the peer, which `#countedFromMs` says. */
  #confirmedAtMs = 0;
  #countedFromMs = 0;
  #lapsedAtMs = Number.POSITIVE_INFINITY;
  /** Segments of this TTL that are over or skipped. */
  #segment = 0;
  /** A refresh of ours has no final answer yet. */
  #isAsking = false;
  #isStopped = false;
  #timer: TimerHandle = 0;

  constructor(wheel: TimerWheel, pace: SessionTimerPace, user: SessionTimerUser) {
    this.#wheel = wheel;
    this.#pace = pace;
    this.#user = user;
  }

  /** A 2xx to an INVITE or UPDATE, sent or received: the TTL begins anew under these terms. */
  confirmed(terms: SessionTimerTerms): void {
    if (this.#isStopped) return;
    this.#ttlMs = terms.intervalMs;
    this.#confirmedAtMs = this.#wheel.nowMs;
    this.#countedFromMs = this.#wheel.nowMs;
    this.#lapsedAtMs = Number.POSITIVE_INFINITY;
    this.#segment = 1;
    this.#isAsking = false;
    // 10: the peer shall hear our BYE while the call still stands for it. The early hang-up is no part of this: it is
    // the wait for an answer to a refresh of ours, and here nobody has asked anything.
    if (terms.refresher === 'peer') this.#armAt(TIMEOUT, this.#peerTimeoutMs());
    else this.#armAt(REFRESH, this.#segmentEndMs());
  }

  /** When the TTL began. */
  get confirmedAtMs(): number {
    return this.#confirmedAtMs;
  }

  /**
   * When the TTL was over, where that was while the switch was down and the peer has not been heard of since: it had
   * hung up by then. Else infinite.
   */
  get lapsedAtMs(): number {
    return this.#lapsedAtMs;
  }

  /**
   * Goes on in a later life of the switch where the TTL began at `confirmedAtMs`. A refresh of ours that is overdue is
   * sent in `spreadMs`, so that not all calls refresh at once.
   */
  resume(terms: SessionTimerTerms, confirmedAtMs: number, spreadMs: number): void {
    const { nowMs } = this.#wheel;
    this.confirmed(terms);
    if (confirmedAtMs + this.#ttlMs < nowMs) this.#lapsedAtMs = confirmedAtMs + this.#ttlMs;
    this.#confirmedAtMs = Math.min(confirmedAtMs, nowMs);
    this.#countedFromMs = Math.max(this.#confirmedAtMs, nowMs + RESUME_GRACE_MS - this.#ttlMs);
    if (terms.refresher === 'peer') this.#armAt(TIMEOUT, this.#peerTimeoutMs());
    else this.#armAt(REFRESH, Math.max(this.#segmentEndMs(), nowMs - this.#countedFromMs + spreadMs));
  }

  /** Our refresh failed and left the dialog standing (10): the next segment tries again, the TTL goes on. */
  refreshFailed(): void {
    if (!this.#isAsking) return;
    this.#isAsking = false;
    const elapsedMs = this.#wheel.nowMs - this.#countedFromMs;
    do this.#segment += 1;
    while (this.#segmentEndMs() <= elapsedMs);
    if (this.#segment < this.#pace.segmentCount) this.#armAt(REFRESH, this.#segmentEndMs());
  }

  /** The leg is over. For good: an answer that is still under way starts nothing. */
  stop(): void {
    this.#isStopped = true;
    this.#isAsking = false;
    this.#wheel.disarm(this.#timer, this);
    this.#timer = 0;
  }

  due(kind: number): void {
    this.#timer = 0;
    if (kind === REFRESH) {
      this.#armAt(TTL, this.#ttlMs);
      this.#refresh();
    } else if (kind === TTL && this.#pace.earlyHangupMs > 0) {
      // The TTL ends with its last segment: where there is a wait, there is a refresh to wait for.
      this.#armAt(TIMEOUT, this.#ttlMs + this.#pace.earlyHangupMs);
      if (!this.#isAsking) this.#refresh();
    } else {
      this.#user.onSessionTimeout();
    }
  }

  #refresh(): void {
    this.#isAsking = true;
    this.#user.sendSessionRefresh();
  }

  #peerTimeoutMs(): number {
    return this.#ttlMs - Math.min(TRANSACTION_LIFE_MS, this.#ttlMs / 3);
  }

  #segmentEndMs(): number {
    return (this.#ttlMs * this.#segment) / this.#pace.segmentCount;
  }

  /** `afterMs`: since the TTL began to count. A host that has slept past it is late at once, not wrong. */
  #armAt(kind: Kind, afterMs: number): void {
    this.#wheel.disarm(this.#timer, this);
    this.#timer = this.#wheel.arm(this, kind, Math.max(0, this.#countedFromMs + afterMs - this.#wheel.nowMs));
  }
}
