// The limits of the caller's side: new calls a second, then the calls of its number, then concurrent calls. The gateway
// comes first, then its account and its groups, then the appliance. What is taken stands in the record, and goes back
// when the call ends. A rate counts the calls that ask, also those that are refused for something else.

import { APPLIANCE_SLOT } from '../../admission/admission.ts';
import { NUMBER_TOO_FAST } from '../../admission/number-counters.ts';
import type { EndReason } from '../../base/end-reason.ts';
import { capacityAt } from '../../routing/gateway-hours.ts';
import type { Entry } from './entry.ts';

export function checkCallRate({ around, gateway, routing }: Entry): EndReason | null {
  const { admission, nowMs } = around;
  if (!admission.takeRate(gateway.slot, gateway, nowMs)) return 'RateLimited';
  for (const shared of gateway.shared) if (!admission.takeRate(shared.slot, shared, nowMs)) return 'RateLimited';
  const { SS_CPS_LIMIT, SS_CPS_BURST } = routing.snapshot.parameters;
  if (SS_CPS_LIMIT === null) return null;
  const appliance = { cps: SS_CPS_LIMIT, cpsBurst: SS_CPS_BURST };
  return admission.takeRate(APPLIANCE_SLOT, appliance, nowMs) ? null : 'RateLimited';
}

/** `callerCapacity` and `callerCps`, of the caller number as it came. */
export function checkCallerNumber({ around, gateway, caller, record }: Entry): EndReason | null {
  const { slot, callerCapacity, callerCps } = gateway;
  if (callerCapacity === null && callerCps === null) return null;
  const limits = { capacity: callerCapacity, cps: callerCps, cpsBurst: null };
  const place = around.admission.takeNumber(slot, caller, limits, around.nowMs);
  if (place < 0) return place === NUMBER_TOO_FAST ? 'RateLimited' : 'CapacityReached';
  record.slots.push(place);
  return null;
}

export function checkCapacity({ around, gateway, routing, record }: Entry): EndReason | null {
  const { admission, wallMs } = around;
  if (!admission.takeCall(gateway.slot, capacityAt(gateway, wallMs))) return 'CapacityReached';
  record.slots.push(gateway.slot);
  for (const { slot, capacity } of gateway.shared) {
    if (!admission.takeCall(slot, capacity)) return 'CapacityReached';
    record.slots.push(slot);
  }
  const { SS_CAPACITY } = routing.snapshot.parameters;
  if (!admission.takeCall(APPLIANCE_SLOT, SS_CAPACITY)) return 'CapacityReached';
  record.slots.push(APPLIANCE_SLOT);
  return null;
}
