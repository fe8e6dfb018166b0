// How far an attempt has come, and how long it may stay there. A later phase never falls back to an earlier one.
//
//   inviting --100--> trying --183--> progress --183+SDP--> progressSdp --180--> ringing

import type { ParameterValues } from '../parameters/registry.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import type { AttemptFailure } from './hunt.ts';

const PHASES = ['inviting', 'trying', 'progress', 'progressSdp', 'ringing'] as const;
export type Phase = (typeof PHASES)[number];

/** How an attempt fails whose time in a phase is up. */
export const PHASE_TIMEOUTS: Readonly<Record<Phase, AttemptFailure>> = {
  inviting: 'inviteTimeout',
  trying: 'tryingTimeout',
  progress: 'progressTimeout',
  progressSdp: 'progressTimeout',
  ringing: 'ringingTimeout',
};

/** Whether `next` is further than `phase`. */
export function isFurther(next: Phase, phase: Phase): boolean {
  return PHASES.indexOf(next) > PHASES.indexOf(phase);
}

/** Whether the gateway has shown a sign of life of the call itself: the post-dial delay is over. */
export function isAlerting(phase: Phase): boolean {
  return phase !== 'inviting' && phase !== 'trying';
}

/** The phase that a provisional response (100 to 199) brings. */
export function phaseOf(status: number, hasSdp: boolean): Phase {
  if (status === 100) return 'trying';
  if (status <= 182) return 'ringing';
  return status === 183 && hasSdp ? 'progressSdp' : 'progress';
}

/** Longest time in `phase` toward `gateway`, ms. */
export function phaseTimeoutMs(phase: Phase, gateway: RoutingGateway, parameters: ParameterValues): number {
  switch (phase) {
    case 'inviting':
      return gateway.timeoutInviteMs ?? parameters.SS_SIP_TIMEOUT_INVITE;
    case 'trying':
      return gateway.timeoutTryingMs ?? parameters.SS_SIP_TIMEOUT_TRYING;
    case 'progress':
      return gateway.timeoutSessionProgressMs ?? parameters.SS_SIP_TIMEOUT_SESSION_PROGRESS;
    case 'progressSdp':
      return gateway.timeoutSessionProgressSdpMs ?? parameters.SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP;
    case 'ringing':
      return gateway.timeoutRingingMs ?? parameters.SS_SIP_TIMEOUT_RINGING;
  }
}
