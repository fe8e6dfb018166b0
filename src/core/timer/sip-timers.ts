// The durations of SIP, in milliseconds, each with its section. RFC 3261 17 and its table 4, RFC 6026 for L and M,
// RFC 4320 for the 100 of a non-INVITE. What the operator may set (the resend list) is in resend-schedule.ts.

/** 17.1.1.1: an estimate of the round trip. */
export const T1_MS = 500;

/** 17.1.2.2: the longest wait between two sends of a non-INVITE request or of a final response to INVITE. */
export const T2_MS = 4_000;

/** 17.1.2.2: how long a message may linger in the network. */
export const T4_MS = 5_000;

/** 64*T1, the life of a transaction: Timers B (17.1.1.2), F (17.1.2.2), H (17.2.1), J (17.2.2), L and M (RFC 6026). */
export const TRANSACTION_LIFE_MS = 64 * T1_MS;

/**
 * Timer C, 16.6 step 11: how long an INVITE inside a call may go without a final response, or a provisional one above
 * 100 (13.3.1.1: who needs longer says so every minute). More than three minutes.
 */
export const TIMER_C_MS = 181_000;

/** Timer D, 17.1.1.2: how long repeats of a failure are acknowledged again. The RFC says at least 32 s on UDP. */
export const TIMER_D_MS = 32_000;

/** Timer G, 17.2.1: before the first repeat of a failure to INVITE. Each wait after it is twice as long, up to T2. */
export const TIMER_G_MS = T1_MS;

/** Timer H, 17.2.1: how long the ACK of a failure may take. */
export const TIMER_H_MS = TRANSACTION_LIFE_MS;

/** Timer I, 17.2.1: how long repeats of that ACK are absorbed. */
export const TIMER_I_MS = T4_MS;

/** Timer J, 17.2.2: how long repeats of a non-INVITE request are answered again. */
export const TIMER_J_MS = TRANSACTION_LIFE_MS;

/** Timer K, 17.1.2.2: how long repeats of a final response to a non-INVITE are absorbed. */
export const TIMER_K_MS = T4_MS;

/** Timer L, RFC 6026 8.5: how long repeats of an INVITE that was answered 2xx are absorbed. */
export const TIMER_L_MS = TRANSACTION_LIFE_MS;

/** Timer M, RFC 6026 8.4: how long further 2xx (repeats, forks) find the INVITE they answer. */
export const TIMER_M_MS = TRANSACTION_LIFE_MS;

/** 9.1: how long a cancelled INVITE waits for its final response. The RFC gives this timer no letter. */
export const CANCELLED_INVITE_MS = TRANSACTION_LIFE_MS;

/**
 * RFC 4320 4.1: a non-INVITE over UDP gets its 100 when the peer's Timer E has come to T2 (after waits of T1, 2*T1
 * and 4*T1), not before. Earlier it would slow down the repeats that are to fetch the final response.
 */
export const NON_INVITE_TRYING_MS = T1_MS + 2 * T1_MS + 4 * T1_MS;

/**
 * What a transaction's timer is for, as the small number that the wheel carries: the RFC's letters, then the two
 * that have none (X: a cancelled INVITE's wait; T: the delay of a 100 to a non-INVITE).
 */
export const SipTimer = {
  A: 0,
  B: 1,
  D: 2,
  E: 3,
  F: 4,
  G: 5,
  H: 6,
  I: 7,
  J: 8,
  K: 9,
  L: 10,
  M: 11,
  T: 12,
  X: 13,
} as const;

/** A timer by its letter: the input of a transaction's machine. */
export type SipTimerLetter = keyof typeof SipTimer;

const LETTERS = Object.keys(SipTimer) as readonly SipTimerLetter[];

/** The letter of a number that the wheel gave back. */
export function sipTimerLetter(kind: number): SipTimerLetter {
  return LETTERS[kind] as SipTimerLetter;
}
