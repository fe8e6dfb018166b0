// When an unanswered request is sent again, and when it has failed: SS_SIP_RESEND_INTERVAL and SS_SIP_SEND_RETRY in
// the place of Timers A, B, E and F (RFC 3261 17.1.1.2, 17.1.2.2).
//
// The list gives the waits before each resend; the retry count cuts it. After the last resend the request waits once
// more, so that this one too can be answered, and has then failed:
//
//   - list cut by the count: the wait that would have led to the next resend;
//   - list used to its end: its first wait, as 64*T1 ends one T1 after Timer A's last resend.
//
//   default            send  .5 resend  1.5  3.5  7.5  11.5  15.5  19.5  23.5  27.5  31.5 resend   32 s failed = 64*T1
//   SEND_RETRY 3       send  .5 resend  1.5  3.5 resend   7.5 s failed
//   SEND_RETRY 0       send  .5 s failed

import { assert } from '../base/assert.ts';

/** When to send again. One object serves every transaction that follows the same parameters. */
export interface ResendSchedule {
  /** Milliseconds to wait before each resend, the first counted from the request itself. */
  readonly waitsMs: readonly number[];
  /** The list's longest wait: the pace at which a non-INVITE with a provisional response goes on (17.1.2.2). */
  readonly longestWaitMs: number;
  /** When the request has failed, counted from its first sending. */
  readonly failsAfterMs: number;
}

/** The schedule of `intervalsMs` (at least one, as the configuration checks) with at most `resendsMax` resends. */
export function resendScheduleOf(intervalsMs: readonly number[], resendsMax: number): ResendSchedule {
  const [firstMs] = intervalsMs;
  assert(firstMs !== undefined, 'a resend list has at least one wait');
  const waitsMs = intervalsMs.slice(0, resendsMax);
  const lastWaitMs = intervalsMs[waitsMs.length] ?? firstMs;
  const failsAfterMs = waitsMs.reduce((sumMs, waitMs) => sumMs + waitMs, lastWaitMs);
  return { waitsMs, longestWaitMs: Math.max(...intervalsMs), failsAfterMs };
}

/** `schedule` for a request that has failed after `limitMs` at the latest. */
export function resendsWithin(schedule: ResendSchedule, limitMs: number): ResendSchedule {
  let atMs = 0;
  const waitsMs: number[] = [];
  for (const waitMs of schedule.waitsMs) {
    atMs += waitMs;
    if (atMs < limitMs) waitsMs.push(waitMs);
  }
  return { ...schedule, waitsMs, failsAfterMs: Math.min(schedule.failsAfterMs, limitMs) };
}
