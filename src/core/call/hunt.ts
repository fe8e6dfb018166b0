// Gateway switching, decided in one place: what happened on this attempt, how far it had come, and the
// parameters -> go on to the next gateway, or stop with this cause. A pure function; its test is the
// table of system parameters "Gateway switching".

import { statusOfCause } from '../base/causes.ts';
import type { EndReason } from '../base/end-reason.ts';
import type { ATTEMPT_FAILURES } from '../cdr/cdr.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';

/** How an attempt failed. */
export type AttemptFailure = (typeof ATTEMPT_FAILURES)[number];

/** What happened on one attempt. */
export interface AttemptOutcome {
  readonly how: AttemptFailure;
  /** Final SIP status, 0 when there was none. */
  readonly status: number;
  /** Q.850 cause of its Reason header, else of its status; 0 when neither says one. */
  readonly q850: number;
  /** How far it had come. */
  readonly hadSdp: boolean;
  readonly hadRinging: boolean;
  /** Relayed media has come from the gateway. */
  readonly hadRtp: boolean;
}

/** The parameters that govern one attempt: the gateway's where it has its own, else the system's. */
export interface SwitchRules {
  readonly stopAfterSdp: boolean;
  readonly stopAfterRtp: boolean;
  readonly stopAfterRinging: boolean;
  readonly stopAfterBusy: boolean;
  readonly stopAfterInviteTimeout: boolean;
  readonly untilConnect: boolean;
  /** The gateway itself allows switching after ringing: then even an unanswered ringing goes on. */
  readonly mayLeaveRinging: boolean;
  readonly stopCodes: readonly number[];
  /** Most gateways tried, the first included; null for no limit. */
  readonly limit: number | null;
}

/** Q.850 17, user busy. */
const CAUSE_BUSY = 17;

/** The rules for `gateway` under `parameters`. The gateway's `switchAllow...` are the inverse of the system's stops. */
export function switchRulesOf(gateway: RoutingGateway, parameters: ParameterValues): SwitchRules {
  const stop = (allow: boolean | null, system: boolean): boolean => (allow === null ? system : !allow);
  return {
    stopAfterSdp: stop(gateway.switchAllowSdp, parameters.SS_SIP_STOP_SWITCH_AFTER_SDP),
    stopAfterRtp: stop(gateway.switchAllowRtp, parameters.SS_GATEWAY_SWITCH_STOP_AFTER_RTP_START),
    stopAfterRinging: stop(gateway.switchAllowRing, parameters.SS_GATEWAY_SWITCH_STOP_AFTER_RINGING),
    stopAfterBusy: stop(gateway.switchAllowBusy, parameters.SS_GATEWAY_SWITCH_STOP_AFTER_USER_BUSY),
    stopAfterInviteTimeout:
      gateway.stopSwitchAfterInviteTimeout ?? parameters.SS_SIP_USER_AGENT_STOP_SWITCH_AFTER_INVITE_TIMEOUT,
    untilConnect: gateway.switchUntilConnect ?? parameters.SS_GATEWAY_SWITCH_UNTIL_CONNECT,
    mayLeaveRinging: gateway.switchAllowRing === true,
    stopCodes: gateway.stopSwitchSipCodes,
    limit: parameters.SS_GATEWAY_SWITCH_LIMIT,
  };
}

/**
 * Whether the hunt goes on to the next gateway after `outcome`. `triedCount`: gateways tried so far, this one
 * included.
 */
export function goesOn(outcome: AttemptOutcome, rules: SwitchRules, triedCount: number): boolean {
  if (rules.limit !== null && triedCount >= rules.limit) return false;
  if (outcome.how === 'failure' && rules.stopCodes.includes(outcome.status)) return false;
  if (outcome.how === 'inviteTimeout' && rules.stopAfterInviteTimeout) return false;
  if (rules.untilConnect) return true;
  if (outcome.hadSdp && rules.stopAfterSdp) return false;
  if (outcome.hadRtp && rules.stopAfterRtp) return false;
  if (outcome.hadRinging && rules.stopAfterRinging) return false;
  if (outcome.how === 'ringingTimeout') return rules.mayLeaveRinging;
  if (isBusy(outcome)) return !rules.stopAfterBusy;
  // 3261 16.7: a 6xx says that nobody anywhere will take the call.
  return outcome.status < 600;
}

/** What the caller is told, and the record says, when the hunt ends with `outcome`. */
export interface HuntEnd {
  readonly reason: EndReason;
  /** Final SIP status toward the caller. */
  readonly status: number;
  /** Q.850 cause that the gateway gave. */
  readonly q850?: number;
}

/** The end of a hunt whose most telling attempt had `outcome`. */
export function huntEndOf(outcome: AttemptOutcome): HuntEnd {
  switch (outcome.how) {
    case 'inviteTimeout':
    case 'tryingTimeout':
    case 'progressTimeout':
      return { reason: 'GatewayTimeout', status: 408 };
    case 'ringingTimeout':
      return { reason: 'NoAnswer', status: 408 };
    case 'unreachable':
      return { reason: 'GatewayUnreachable', status: 503 };
    case 'tooLarge':
      return { reason: 'ProtocolError', status: 513 };
    case 'failure':
      return failureEndOf(outcome);
  }
}

function failureEndOf(outcome: AttemptOutcome): HuntEnd {
  const { status, q850 } = outcome;
  // What a vendor wants to know of us is not the caller's to answer.
  if (status === 401 || status === 407) return { reason: 'AuthenticationFailed', status: 503, q850 };
  // Where a vendor would have the call go is not told to the caller, and a 3xx without Contact tells nothing.
  return { reason: reasonOfFailure(outcome), status: status < 400 ? 503 : status, q850 };
}

function reasonOfFailure(outcome: AttemptOutcome): EndReason {
  if (isBusy(outcome)) return 'Busy';
  const { status, q850 } = outcome;
  // A gateway to the telephone network often says 5xx and means the cause.
  const isByCause = status >= 500 && status < 600 && q850 !== 0;
  switch (isByCause ? statusOfCause(q850) : status) {
    case 404:
    case 410:
    case 484:
    case 485:
    case 604:
      return 'NumberNotFound';
    case 408:
    case 480:
      return 'NoAnswer';
    case 403:
    case 603:
      return 'Rejected';
    case 415:
    case 488:
    case 606:
      return 'CodecMismatch';
    default:
      return 'AllGatewaysFailed';
  }
}

/** The called party is busy. */
export function isBusy({ status, q850 }: AttemptOutcome): boolean {
  return status === 486 || status === 600 || q850 === CAUSE_BUSY;
}
