// The counters of an attempt: taken when a candidate's turn has come, given back when its gateway has failed, or with
// all others of its call when that ends.

import { lowerOf } from '../admission/lower-of.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { Pass } from '../routing/pass.ts';
import type { LiveRecord } from './call-record.ts';
import type { Surroundings } from './ports.ts';

/** Takes the counters of `candidate`, or says what keeps it back by now: the plan was made a while ago. */
export function takeGateway(around: Surroundings, record: LiveRecord, { gateway }: Candidate): Pass | null {
  const { slot, capacity, cps } = gateway;
  const { admission, health, nowMs, quality } = around;
  if (around.isLocked(slot)) return 'locked';
  const closed = around.routeConditions.closed(slot);
  if (closed !== null) return closed;
  if (!admission.takeCall(slot, capacity)) return 'full';
  if (!admission.takeRate(slot, lowerOf(cps, health.throttle.perSecond(slot, nowMs)), nowMs)) {
    admission.giveCall(slot);
    return 'rate';
  }
  health.throttle.offered(slot, nowMs);
  quality.offer(slot);
  record.slots.push(slot);
  return null;
}

/** The attempt at the gateway in `slot` has failed: what it took goes back. */
export function giveGateway(around: Surroundings, record: LiveRecord, slot: number): void {
  record.slots.splice(record.slots.lastIndexOf(slot), 1);
  around.admission.giveCall(slot);
  around.countCall(slot, false, 0);
}
