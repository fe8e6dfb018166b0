// How long an answered call may last: the shortest of what the appliance, both gateways and the lack of a session timer
// allow. A gateway's own range takes the place of the appliance's limit; 0 frees it of any.

import type { EndReason } from '../base/end-reason.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import type { PeerRules } from '../routing/snapshot.ts';

/** Who sets the limit of a call. */
export type LimitedBy =
  | 'SS_MAX_CALL_DURATION'
  | 'SS_SIP_NO_TIMER_REINVITE_INTERVAL'
  | 'mappingGateway'
  | 'routingGateway';

/** The limit of one call. */
export interface TalkLimit {
  readonly afterMs: number;
  readonly reason: EndReason;
  readonly by: LimitedBy;
}

/** What bears on it. */
export interface TalkLimitInput {
  readonly mapping: PeerRules;
  readonly routing: PeerRules;
  readonly parameters: ParameterValues;
  /** Whether the caller has session timers. */
  readonly isTimed: boolean;
}

/** The shortest limit; null when nothing limits the call. `draw`: a whole number below its argument. */
export function talkLimitOf(input: TalkLimitInput, draw: (bound: number) => number): TalkLimit | null {
  const { SS_MAX_CALL_DURATION: systemMs, SS_SIP_NO_TIMER_REINVITE_INTERVAL } = input.parameters;
  const noTimerMs = input.isTimed ? null : SS_SIP_NO_TIMER_REINVITE_INTERVAL;
  const byMapping = durationLimitOf('mappingGateway', drawnMs(input.mapping, draw), systemMs);
  const byRouting = durationLimitOf('routingGateway', drawnMs(input.routing, draw), systemMs);
  const byNoTimer: TalkLimit | null =
    noTimerMs === null ? null : { afterMs: noTimerMs, reason: 'NoTimerLimit', by: 'SS_SIP_NO_TIMER_REINVITE_INTERVAL' };
  return shorterOf(shorterOf(byMapping, byRouting), byNoTimer);
}

/** The limit that a gateway's range sets, or leaves to the appliance. */
function durationLimitOf(by: LimitedBy, drawn: number | null, systemMs: number | null): TalkLimit | null {
  if (drawn === 0) return null;
  if (drawn !== null) return { afterMs: drawn, reason: 'MaxDuration', by };
  return systemMs === null ? null : { afterMs: systemMs, reason: 'MaxDuration', by: 'SS_MAX_CALL_DURATION' };
}

function shorterOf(one: TalkLimit | null, other: TalkLimit | null): TalkLimit | null {
  if (one === null || other === null) return one ?? other;
  return other.afterMs < one.afterMs ? other : one;
}

/** A whole second of the gateway's range, in ms; null takes the appliance's limit, 0 is none. */
function drawnMs({ maxCallDurationLowerMs, maxCallDurationUpperMs }: PeerRules, draw: (bound: number) => number) {
  if (maxCallDurationLowerMs === null || maxCallDurationUpperMs === null) return null;
  const stepCount = Math.floor((maxCallDurationUpperMs - maxCallDurationLowerMs) / 1000);
  return maxCallDurationLowerMs + (stepCount === 0 ? 0 : draw(stepCount + 1) * 1000);
}
