// A response that its transaction user sends again until the peer acknowledges it: the 2xx to an INVITE until its ACK
// (RFC 3261 13.3.1.4; every hop's transaction has forgotten the INVITE by then), a reliable provisional until its
// PRACK (RFC 3262 3). Departs from both in the intervals: the waits are SS_SIP_RESEND_INTERVAL's.

import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { Timed, TimerHandle, TimerWheel } from '../timer/wheel.ts';

/** What the repeater may do, and whom it tells. */
export interface ResponseRepeaterUser {
  /** Sends the response once more. */
  repeatResponse(): void;
  /** The list is used up and nobody acknowledged. */
  onUnacknowledged(): void;
}

/** Repeats one response. */
export class ResponseRepeater implements Timed {
  readonly #wheel: TimerWheel;
  readonly #schedule: ResendSchedule;
  readonly #user: ResponseRepeaterUser;
  #sentCount = 0;
  #timer: TimerHandle;

  /** Begins with the first wait; the response has just been sent. */
  constructor(wheel: TimerWheel, schedule: ResendSchedule, user: ResponseRepeaterUser) {
    this.#wheel = wheel;
    this.#schedule = schedule;
    this.#user = user;
    this.#timer = wheel.arm(this, 0, this.#nextWaitMs());
  }

  /** The acknowledgement arrived, or nobody needs the response any more. */
  stop(): void {
    this.#wheel.disarm(this.#timer, this);
    this.#timer = 0;
  }

  due(): void {
    if (this.#sentCount === this.#schedule.waitsMs.length) {
      this.#timer = 0;
      this.#user.onUnacknowledged();
      return;
    }
    this.#sentCount += 1;
    this.#timer = this.#wheel.arm(this, 0, this.#nextWaitMs());
    this.#user.repeatResponse();
  }

  /** The list's next wait; after the last repeat, what is left until the schedule calls it failed. */
  #nextWaitMs(): number {
    const { waitsMs, failsAfterMs } = this.#schedule;
    return waitsMs[this.#sentCount] ?? waitsMs.reduce((restMs, waitMs) => restMs - waitMs, failsAfterMs);
  }
}
