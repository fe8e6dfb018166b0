// The CDR of a call whose shard died while the call was in set-up: there is nobody left to end it.

import { END_REASONS } from '../base/end-reason.ts';
import type { Cdr, CdrAttempt } from './cdr.ts';

/** `cdr` as ended by the restart of the switch at `wallMs`. */
export function settledCdr(cdr: Cdr, wallMs: number): Cdr {
  const { endedBy, status, q850 } = END_REASONS.SwitchRestart;
  return {
    ...cdr,
    // Where a gateway has answered, its caller was not told: else the call would live on.
    answeredAtWallMs: null,
    endedAtWallMs: wallMs,
    endReason: 'SwitchRestart',
    endedBy,
    sipCode: status,
    q850,
    attempts: cdr.attempts.map(overAttempt),
  };
}

function overAttempt(attempt: CdrAttempt): CdrAttempt {
  return attempt.left === 'trying' ? { ...attempt, left: 'ended' } : attempt;
}
