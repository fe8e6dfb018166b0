// How gateways have done lately, as status and metrics tell it: what the shards count, over the window of the
// parameters in force.

import type { Quality } from '../core/admission/quality.ts';
import type { Control } from './control.ts';

/** The quality of the gateway in `slot`. */
export function gatewayQuality({ configuration, view, nowMs }: Control, slot: number): Quality {
  return view.quality.read(slot, null, configuration.snapshot.parameters.SS_GATEWAY_ASR_RESERVE_TIME, nowMs);
}
