// The counters of an attempt, of its gateway and of the groups that this is in: taken when a candidate's turn has come,
// all of them or none; given back when its gateway has failed, or with all others of its call when that ends.

import type { Admission } from '../admission/admission.ts';
import { type Rate, throttledRate } from '../admission/token-bucket.ts';
import type { Candidate } from '../routing/candidate.ts';
import { capacityAt, isAvailableAt } from '../routing/gateway-hours.ts';
import type { Pass } from '../routing/pass.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import type { LiveRecord } from './call-record.ts';
import { takePooledCaller } from './caller-pool.ts';
import type { RoutingView, Surroundings } from './ports.ts';

/**
 * Takes the calls and the rates that an attempt at `candidate` needs, for `record`. Answers what keeps it back by now
 * (the plan was made a while ago), and then nothing is taken; null when all is.
 */
export function takeGateway(
  around: Surroundings,
  record: LiveRecord,
  { gateway }: Candidate,
  routing: RoutingView,
): Pass | null {
  const { health, nowMs, wallMs, quality, routeConditions } = around;
  const { slot } = gateway;
  if (around.isLocked(slot)) return 'locked';
  if (!isAvailableAt(gateway, wallMs)) return 'closedHours';
  const closed = routeConditions.closed(slot);
  if (closed !== null) return closed;
  record.attemptFrom = record.slots.length;
  const pass =
    takeLines(around, record, gateway) ??
    (takePooledCaller(around, record, gateway, routing) ? takeRates(around, gateway) : 'callerPool');
  if (pass !== null) {
    giveLines(around, record);
    return pass;
  }
  health.throttle.offered(slot, nowMs);
  quality.offer(slot);
  return null;
}

/** Gives it back: the attempt has failed. */
export function giveGateway(around: Surroundings, record: LiveRecord, gateway: RoutingGateway): void {
  giveLines(around, record);
  countGateway(around, gateway, false, 0);
}

/** Counts a call of `gateway`, which has ended, on all that it holds. */
export function countGateway(
  around: Surroundings,
  { slot, shared }: Pick<RoutingGateway, 'slot' | 'shared'>,
  isAnswered: boolean,
  talkMs: number,
): void {
  around.countCall(slot, isAnswered, talkMs);
  for (const other of shared) around.countCall(other.slot, isAnswered, talkMs);
}

function giveLines({ admission }: Surroundings, record: LiveRecord): void {
  while (record.slots.length > record.attemptFrom) admission.giveCall(record.slots.pop() as number);
}

function takeLines({ admission, wallMs }: Surroundings, record: LiveRecord, gateway: RoutingGateway): Pass | null {
  if (!admission.takeCall(gateway.slot, capacityAt(gateway, wallMs))) return 'full';
  record.slots.push(gateway.slot);
  for (const { slot, capacity } of gateway.shared) {
    if (!admission.takeCall(slot, capacity)) return 'groupFull';
    record.slots.push(slot);
  }
  return null;
}

function takeRates({ admission, health, nowMs }: Surroundings, gateway: RoutingGateway): Pass | null {
  const { slot, shared } = gateway;
  const own = throttledRate(gateway, health.throttle.perSecond(slot, nowMs));
  if (!admission.takeRate(slot, own, nowMs)) return 'rate';
  for (let taken = 0; taken < shared.length; taken++) {
    const other = shared[taken] as Rate & { readonly slot: number };
    if (admission.takeRate(other.slot, other, nowMs)) continue;
    giveRates(admission, shared.slice(0, taken));
    admission.giveRate(slot, own);
    return 'groupRate';
  }
  return null;
}

function giveRates(admission: Admission, rates: readonly (Rate & { readonly slot: number })[]): void {
  for (const rate of rates) admission.giveRate(rate.slot, rate);
}
