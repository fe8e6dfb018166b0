// The limits of the caller's side: new calls a second, then concurrent calls. What is taken stands in the record, and
// goes back when the call ends.

import { APPLIANCE_SLOT } from '../../admission/admission.ts';
import type { EndReason } from '../../base/end-reason.ts';
import type { Entry } from './entry.ts';

export function checkCallRate({ around, gateway, routing }: Entry): EndReason | null {
  const { admission, nowMs } = around;
  if (!admission.takeRate(gateway.slot, gateway.cps, nowMs)) return 'RateLimited';
  const { SS_CPS_LIMIT } = routing.snapshot.parameters;
  return admission.takeRate(APPLIANCE_SLOT, SS_CPS_LIMIT, nowMs) ? null : 'RateLimited';
}

export function checkCapacity({ around, gateway, routing, record }: Entry): EndReason | null {
  const { admission } = around;
  if (!admission.takeCall(gateway.slot, gateway.capacity)) return 'CapacityReached';
  record.slots.push(gateway.slot);
  const { SS_CAPACITY } = routing.snapshot.parameters;
  if (!admission.takeCall(APPLIANCE_SLOT, SS_CAPACITY)) return 'CapacityReached';
  record.slots.push(APPLIANCE_SLOT);
  return null;
}
