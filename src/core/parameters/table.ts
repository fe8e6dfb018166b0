// The system parameters: each stands here once, with its kind, range, default, the field of a gateway that overrides
// it, and a sentence of help. Validation, the snapshot, the API, the CLI and the documentation read this table. Names
// are VOS3000's, so that an operator's notes carry over.

import { QUALITY_SLICES_MAX } from '../base/limits.ts';

import { BLACK_LIST } from './black-list-table.ts';
import { REGISTRATION } from './registration-table.ts';
import { choice, onOff, type ParameterRow, row } from './row.ts';

const SETUP = {
  SS_SIP_TIMEOUT_INVITE: row(
    'setup',
    'seconds',
    ['10', 1, 180],
    'routing gateway `timeoutInvite`',
    'No response of any kind to an INVITE: the attempt fails.',
  ),
  SS_SIP_TIMEOUT_TRYING: row(
    'setup',
    'seconds',
    ['20', 1, 180],
    'routing gateway `timeoutTrying`',
    'Longest time after 100 without further progress.',
  ),
  SS_SIP_TIMEOUT_SESSION_PROGRESS: row(
    'setup',
    'seconds',
    ['20', 1, 300],
    'routing gateway `timeoutSessionProgress`',
    'Longest time after 183 without SDP.',
  ),
  SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP: row(
    'setup',
    'seconds',
    ['120', 1, 600],
    'routing gateway `timeoutSessionProgressSdp`',
    'Longest time after 183 with SDP.',
  ),
  SS_SIP_TIMEOUT_RINGING: row(
    'setup',
    'seconds',
    ['120', 1, 600],
    'routing gateway `timeoutRinging`',
    'Longest time after 180, 181 or 182.',
  ),
  SS_TIMEOUT_CALL_PROCEEDING: row(
    'setup',
    'secondsOrNone',
    ['None', 1, 3600],
    'mapping gateway `timeoutCallProceeding`',
    'Longest time a call may be neither ringing nor answered, over all attempts.',
  ),
  SS_SIP_RESEND_INTERVAL: row(
    'setup',
    'secondsList',
    ['0.5,1,2,4,4,4,4,4,4,4', 0.05, 32],
    '',
    'Waits before each resend of an unanswered request, and of a 2xx without ACK.',
  ),
  SS_SIP_SEND_RETRY: row(
    'setup',
    'count',
    ['10', 0, 10],
    '',
    'Most resends of one request; entries of the list past it are never used.',
  ),
} as const;

const SWITCHING = {
  SS_SIP_STOP_SWITCH_AFTER_SDP: onOff(
    'switching',
    'On',
    'routing gateway `switchAllowSdp` (inverse)',
    'A provisional response with SDP commits the call to that gateway.',
  ),
  SS_SIP_USER_AGENT_STOP_SWITCH_AFTER_INVITE_TIMEOUT: onOff(
    'switching',
    'Off',
    'routing gateway `stopSwitchAfterInviteTimeout`',
    'When the INVITE timer ends the call fails instead of trying the next gateway.',
  ),
  SS_GATEWAY_SWITCH_STOP_AFTER_RTP_START: onOff(
    'switching',
    'On',
    'routing gateway `switchAllowRtp` (inverse)',
    'Relayed calls: RTP from the callee commits the call to that gateway.',
  ),
  SS_GATEWAY_SWITCH_STOP_AFTER_USER_BUSY: onOff(
    'switching',
    'On',
    'routing gateway `switchAllowBusy` (inverse)',
    '486, 600 and Q.850 cause 17 end the hunt.',
  ),
  SS_GATEWAY_SWITCH_STOP_AFTER_RINGING: onOff(
    'switching',
    'Off',
    'routing gateway `switchAllowRing` (inverse)',
    '180 commits the call to that gateway.',
  ),
  SS_GATEWAY_SWITCH_UNTIL_CONNECT: onOff(
    'switching',
    'Off',
    'routing gateway `switchUntilConnect`',
    'Only a 200 commits; the codes in `stopSwitchSipCodes` still stop.',
  ),
  SS_GATEWAY_SWITCH_LIMIT: row(
    'switching',
    'countOrNone',
    ['None', 1, 100],
    '',
    'Most gateways tried for one call, the first included.',
  ),
  SS_GATEWAY_RETRY_AFTER_HONOR: onOff(
    'switching',
    'On',
    'routing gateway `retryAfterHonor`',
    'A 500 or 503 with Retry-After takes the gateway out for that long.',
  ),
  SS_TRY_PROTECT_ROUTE_DELAY: row(
    'switching',
    'seconds',
    ['0', 0, 180],
    'mapping gateway `tryProtectRouteDelay`',
    'Protect gateways are tried after all others; once a call has hunted for this long, before them. 0 is never.',
  ),
} as const;

const QUALITY = {
  SS_GATEWAY_ASR_CALCULATE: onOff(
    'quality',
    'On',
    'routing gateway `calculateRouteQuality`',
    'Answer rate, talk time and delays of gateways are counted.',
  ),
  SS_GATEWAY_ASR_RESERVE_TIME: row(
    'quality',
    'seconds',
    ['3600', 60, 86_400],
    '',
    'How far back calls count for the quality of a gateway.',
  ),
  SS_GATEWAY_ASR_RESERVE_SEPARATE: row(
    'quality',
    'count',
    ['12', 1, QUALITY_SLICES_MAX],
    '',
    'Slices of that time: the oldest is forgotten when a new one begins.',
  ),
  SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: onOff(
    'quality',
    'Off',
    '',
    'Among gateways of one priority those with the higher answer rate are tried first.',
  ),
  SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: onOff(
    'quality',
    'Off',
    '',
    'Among gateways of one priority the cheaper are tried first.',
  ),
  SS_GATEWAY_FEE_RATE_ROUTE_BEFORE_ASR: onOff(
    'quality',
    'On',
    '',
    'Where both count the cheaper come first, and the answer rate orders those that cost the same.',
  ),
} as const;

const LIVENESS = {
  SS_SIP_SESSION_TTL: row(
    'liveness',
    'seconds',
    ['600', 90, 86_400],
    'gateway `sipTimer` Off turns session timers off',
    'Session-Expires offered, and the longest accepted, toward a peer that supports session timers.',
  ),
  SS_SIP_SESSION_UPDATE_SEGMENT: row(
    'liveness',
    'count',
    ['2', 2, 10],
    '',
    'A session is refreshed every TTL divided by this.',
  ),
  SS_SIP_SESSION_TIMEOUT_EARLY_HANGUP: row(
    'liveness',
    'seconds',
    ['0', 0, 60],
    '',
    'Wait after the TTL ran out unconfirmed before BYE.',
  ),
  SS_SIP_SESSION_MIN_SE: row(
    'liveness',
    'seconds',
    ['90', 90, 3600],
    '',
    'A smaller Session-Expires is answered 422 with this Min-SE.',
  ),
  SS_SIP_NO_TIMER_REINVITE_INTERVAL: row(
    'liveness',
    'seconds',
    ['7200', 60, 86_400],
    '',
    'Talk limit for callers without session timers.',
  ),
  SS_MAX_CALL_DURATION: row(
    'liveness',
    'secondsOrNone',
    ['None', 1, 604_800],
    'gateway `maxCallDurationLower`, `maxCallDurationUpper`',
    'Talk limit for every call; the shortest limit wins.',
  ),
} as const;

const IDENTITY = {
  SS_SIP_USER_AGENT_PRIVACY: choice(
    'identity',
    ['Ignore', 'Id', 'None'],
    'routing gateway `sipPrivacy`',
    'Privacy toward gateways: the caller’s own passes (Ignore), `id`, or `none`.',
  ),
  SS_SIP_ROUTING_GATEWAY_INVITE_USE_CONTACT: onOff(
    'identity',
    'Off',
    'routing gateway `inviteUseContact`',
    'The request line names the gateway’s Contact, To keeps the dialled number.',
  ),
  SS_SIP_DISPLAY_FROM: choice(
    'identity',
    ['Pass', 'Number', 'None'],
    'routing gateway `sipDisplay`',
    'Display name in From toward gateways: the caller’s, the caller number, or none.',
  ),
  SS_SIP_SIGNAL_TOS: row(
    'identity',
    'byte',
    ['0xa0', 0, 255],
    '',
    'IP TOS byte of signalling. Node cannot set it: the start-up log names the nftables rule that does.',
  ),
  SS_REPLY_UNAUTHORIZED: onOff('identity', 'On', '', 'Off: sources that are neither customer nor vendor get silence.'),
} as const;

const LRN = {
  SS_LRN_TIMEOUT: row(
    'routing',
    'seconds',
    ['2', 0.05, 30],
    '',
    'How long a call waits for the location routing number of its callee.',
  ),
  SS_LRN_CACHE_TTL: row(
    'routing',
    'seconds',
    ['3600', 0, 604_800],
    '',
    'How long a location routing number is remembered; 0 asks for each call.',
  ),
} as const;

const LIMITS = {
  SS_CAPACITY: row('limits', 'countOrNone', ['None', 0, 1_000_000], '', 'Concurrent calls the whole appliance admits.'),
  SS_CPS_LIMIT: row('limits', 'countOrNone', ['None', 1, 1_000_000], '', 'New calls a second the appliance admits.'),
  SS_CPS_BURST: row(
    'limits',
    'countOrNone',
    ['None', 1, 1_000_000],
    '',
    'New calls that the appliance admits at once, after a rest; None: as many as SS_CPS_LIMIT a second.',
  ),
} as const;

const RECORDS = {
  SERVER_BILLING_RECORD_ZERO_HOLD_TIME: onOff(
    'records',
    'On',
    '',
    'Off: calls that were not answered leave no CDR; for times of attack.',
  ),
  SS_CDR_RECORD_TO_FILE: onOff(
    'records',
    'Off',
    '',
    'CDRs are written to hourly files of pipe-separated text as well, in `cdr-text` of the data directory.',
  ),
  SS_CDR_RECORD_NONCONNECT: onOff('records', 'On', '', 'Whether those files have the calls that were not answered.'),
} as const;

const BILLING = {
  SERVER_BILLING_FEE_PRECISION: row(
    'billing',
    'count',
    ['6', 0, 9],
    '',
    'Decimals that amounts of money are shown with, rounded half up; what is stored and exported has nine.',
  ),
  SERVER_BILLING_HOLD_TIME_PRECISION: row(
    'billing',
    'count',
    ['50', 0, 999],
    '',
    'Milliseconds: a fraction of a second below this is dropped, any other counts as a second.',
  ),
  SERVER_BILLING_RESERVE_TIME: row(
    'billing',
    'count',
    ['60', 1, 3600],
    '',
    'Seconds of talk that a prepaid call reserves money for at a time.',
  ),
  SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME: row(
    'billing',
    'count',
    ['0', 0, 3600],
    '',
    'Seconds of talk that a prepaid call keeps money for beyond those it may talk.',
  ),
  SERVER_BILLING_FREE_TIME: row(
    'billing',
    'seconds',
    ['0', 0, 3600],
    '',
    'Taken off every talk time before it is rated.',
  ),
} as const;

/** The registry, by name. */
export const PARAMETERS = {
  ...SETUP,
  ...SWITCHING,
  ...QUALITY,
  ...LIVENESS,
  ...IDENTITY,
  ...REGISTRATION,
  ...LRN,
  ...LIMITS,
  ...BLACK_LIST,
  ...RECORDS,
  ...BILLING,
} as const satisfies Record<string, ParameterRow>;

/** A name in the registry. */
export type ParameterName = keyof typeof PARAMETERS;

/** Other names under which operators know a parameter. */
export const PARAMETER_ALIASES: Readonly<Record<string, ParameterName>> = { SS_QOS_SIGNAL: 'SS_SIP_SIGNAL_TOS' };
