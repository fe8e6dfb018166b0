// How long an answered call may last: the shortest of what the appliance, both gateways and the lack of a session timer
// allow. A gateway's own range takes the place of the appliance's limit; 0 frees it of any.

import type { EndReason } from '../base/end-reason.ts';
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
  /** SS_MAX_CALL_DURATION. */
  readonly systemMs: number | null;
  /** SS_SIP_NO_TIMER_REINVITE_INTERVAL of a caller without session timers; null for one that has them. */
  readonly noTimerMs: number | null;
}

/** The shortest limit; null when nothing limits the call. `draw`: a whole number below its argument. */
export function talkLimitOf(input: TalkLimitInput, draw: (bound: number) => number): TalkLimit | null {
  const { systemMs, noTimerMs } = input;
  const limits: TalkLimit[] = [];
  for (const [by, rules] of [
    ['mappingGateway', input.mapping],
    ['routingGateway', input.routing],
  ] as const) {
    const afterMs = drawnMs(rules, draw);
    if (afterMs === null && systemMs !== null) {
      limits.push({ afterMs: systemMs, reason: 'MaxDuration', by: 'SS_MAX_CALL_DURATION' });
    } else if (afterMs !== null && afterMs > 0) {
      limits.push({ afterMs, reason: 'MaxDuration', by });
    }
  }
  if (noTimerMs !== null) {
    limits.push({ afterMs: noTimerMs, reason: 'NoTimerLimit', by: 'SS_SIP_NO_TIMER_REINVITE_INTERVAL' });
  }
  let shortest: TalkLimit | null = null;
  for (const limit of limits) if (shortest === null || limit.afterMs < shortest.afterMs) shortest = limit;
  return shortest;
}

/** A whole second of the gateway's range, in ms; null takes the appliance's limit, 0 is none. */
function drawnMs({ maxCallDurationLowerMs, maxCallDurationUpperMs }: PeerRules, draw: (bound: number) => number) {
  if (maxCallDurationLowerMs === null || maxCallDurationUpperMs === null) return null;
  const stepCount = Math.floor((maxCallDurationUpperMs - maxCallDurationLowerMs) / 1000);
  return maxCallDurationLowerMs + (stepCount === 0 ? 0 : draw(stepCount + 1) * 1000);
}
