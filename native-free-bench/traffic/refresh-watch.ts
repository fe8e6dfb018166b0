// Whether the other side refreshes the sessions of an end in time (RFC 4028 10: at half of the interval).

import type { Refreshes } from './traffic-messages.ts';

/** The timer of one call. */
export interface RefreshedCall {
  /** Agreed Session-Expires, ms; 0 without a timer. */
  intervalMs: number;
  /** When it began or was refreshed last, by the clock of the end. */
  refreshedAtMs: number;
}

/** The account of one load. */
export class RefreshWatch {
  #count = 0;
  #longestShare = 0;

  reset(): void {
    this.#count = 0;
    this.#longestShare = 0;
  }

  /** A call was answered; `sessionExpires` is the value of the header that both agreed on, '' for none. */
  begin(call: RefreshedCall, sessionExpires: string, nowMs: number): void {
    call.intervalMs = 1_000 * (Number.parseInt(sessionExpires, 10) || 0);
    call.refreshedAtMs = nowMs;
  }

  /** The other side has refreshed it. */
  refreshed(call: RefreshedCall, nowMs: number): void {
    this.#count += 1;
    this.#look(call, nowMs);
    call.refreshedAtMs = nowMs;
  }

  /** The call is over. */
  end(call: RefreshedCall, nowMs: number): void {
    this.#look(call, nowMs);
    call.intervalMs = 0;
  }

  report(): Refreshes {
    return { count: this.#count, longestShare: this.#longestShare };
  }

  #look({ intervalMs, refreshedAtMs }: RefreshedCall, nowMs: number): void {
    if (intervalMs > 0) this.#longestShare = Math.max(this.#longestShare, (nowMs - refreshedAtMs) / intervalMs);
  }
}
