// Caller pools: an attempt toward a gateway with one is given a number of its group that has a line free, counted
// exactly across shards. The search begins at a number drawn by chance, so that shards do not all ask for the same.

import { CALLER_POOL_TRIES_MAX } from '../routing/number-limits.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import type { LiveRecord } from './call-record.ts';
import type { RoutingView, Surroundings } from './ports.ts';

/** Takes a line of a number for `record`, which then names it; false when none is free, or its group is not there. */
export function takePooledCaller(
  around: Surroundings,
  record: LiveRecord,
  { slot, numbers }: RoutingGateway,
  { numberGroups }: RoutingView,
): boolean {
  record.pooledCaller = '';
  const pool = numbers.callerPool;
  if (pool === null) return true;
  const group = numberGroups.get(pool.group);
  if (group === undefined || group.count === 0) return false;
  const limits = { capacity: pool.line, cps: null, cpsBurst: null };
  const first = around.draw(group.count);
  for (let tries = 0; tries < Math.min(group.count, CALLER_POOL_TRIES_MAX); tries++) {
    const number = group.at((first + tries) % group.count);
    const place = around.admission.takeNumber(slot, number, limits, around.nowMs);
    if (place < 0) continue;
    record.slots.push(place);
    record.pooledCaller = number;
    return true;
  }
  return false;
}
