// The 2xx to an INVITE, sent again until its ACK arrives: RFC 3261 13.3.1.4. The transaction user repeats
// it, not the transaction, because every hop's transaction has forgotten the INVITE by then.
// Departs from 13.3.1.4 in the intervals: the waits are SS_SIP_RESEND_INTERVAL's.

import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { Timed, TimerHandle, TimerWheel } from '../timer/wheel.ts';

/** What the repeater may do, and whom it tells. */
export interface SuccessRepeaterUser {
  /** Sends the 2xx once more. */
  repeatSuccess(): void;
  /** The list is used up and nobody acknowledged. */
  onNoAck(): void;
}

/** Repeats one 2xx. */
export class SuccessRepeater implements Timed {
  readonly #wheel: TimerWheel;
  readonly #schedule: ResendSchedule;
  readonly #user: SuccessRepeaterUser;
  #sentCount = 0;
  #timer: TimerHandle;

  /** Begins with the first wait; the first 2xx has just been sent. */
  constructor(wheel: TimerWheel, schedule: ResendSchedule, user: SuccessRepeaterUser) {
    this.#wheel = wheel;
    this.#schedule = schedule;
    this.#user = user;
    this.#timer = wheel.arm(this, 0, this.#nextWaitMs());
  }

  /** The ACK arrived, or the leg has ended. */
  stop(): void {
    this.#wheel.disarm(this.#timer);
    this.#timer = 0;
  }

  due(): void {
    if (this.#sentCount === this.#schedule.waitsMs.length) {
      this.#timer = 0;
      this.#user.onNoAck();
      return;
    }
    this.#sentCount += 1;
    this.#timer = this.#wheel.arm(this, 0, this.#nextWaitMs());
    this.#user.repeatSuccess();
  }

  /** The list's next wait; after the last repeat, what is left until the schedule calls it failed. */
  #nextWaitMs(): number {
    const { waitsMs, failsAfterMs } = this.#schedule;
    return waitsMs[this.#sentCount] ?? waitsMs.reduce((restMs, waitMs) => restMs - waitMs, failsAfterMs);
  }
}
