// What a gateway is at a moment, by the calendars it names.

import { isOpenAt, scheduledValue } from './calendar.ts';
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
