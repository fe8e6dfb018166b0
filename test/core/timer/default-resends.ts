// When a request is sent again by the default parameters, which are RFC 3261's.

import { defaultParameters } from '../../../src/core/parameters/registry.ts';
import { type ResendSchedule, resendScheduleOf } from '../../../src/core/timer/resend-schedule.ts';

const { SS_SIP_RESEND_INTERVAL, SS_SIP_SEND_RETRY } = defaultParameters();

/** Milliseconds. */
export const RESEND_INTERVALS_MS: readonly number[] = SS_SIP_RESEND_INTERVAL;

export const DEFAULT_RESENDS: ResendSchedule = resendScheduleOf(RESEND_INTERVALS_MS, SS_SIP_SEND_RETRY);
