// What a gateway is at a moment, by the calendars it names.

import { isOpenAt, scheduledValue } from './calendar.ts';
import type { DialPlan } from './dial-plan.ts';
import type { NumberPlans } from './gateway-numbers.ts';
import type { LimitRules, RoutingGateway } from './snapshot.ts';

/** Whether it has new calls at `wallMs`, as far as its calendar goes. */
export function isAvailableAt({ availability }: LimitRules, wallMs: number): boolean {
  return availability === null || isOpenAt(availability, wallMs);
}

/** Concurrent calls that it may have at `wallMs`; null for no limit. */
export function capacityAt({ scheduledCapacity, capacity }: LimitRules, wallMs: number): number | null {
  return scheduledValue(scheduledCapacity, wallMs, capacity);
}

/** Its place among others at `wallMs`; lower is tried first. */
export function priorityAt({ scheduledPriority, priority }: RoutingGateway, wallMs: number): number {
  return scheduledValue(scheduledPriority, wallMs, priority);
}

/** What caller numbers become at `wallMs`. */
export function callerPlanAt({ scheduledCaller, caller }: NumberPlans, wallMs: number): DialPlan {
  return scheduledValue(scheduledCaller, wallMs, caller);
}

/** What called numbers become at `wallMs`. */
export function calleePlanAt({ scheduledCallee, callee }: NumberPlans, wallMs: number): DialPlan {
  return scheduledValue(scheduledCallee, wallMs, callee);
}
