// How a routing gateway is doing, as status, route and metrics tell it.

import type { GatewayHealth } from '../core/admission/gateway-health.ts';

/** The health of one routing gateway now. */
export interface GatewayState {
  /** It does not answer; it is probed until it does. */
  readonly isOut: boolean;
  /** For so long it wants no calls (Retry-After); 0 when it takes them. */
  readonly bannedSeconds: number;
  /** Calls a second offered to it because it refuses more with 503; null for no such limit. */
  readonly throttledPerSecond: number | null;
}

/** Reads the state of the gateway in `slot`. `nowMs`: the monotonic clock. */
export function gatewayStateOf(health: GatewayHealth, slot: number, nowMs: number): GatewayState {
  return {
    isOut: health.outBy(slot) !== null,
    bannedSeconds: Math.ceil(health.bannedMs(slot, nowMs) / 1000),
    throttledPerSecond: health.throttle.perSecond(slot, nowMs),
  };
}

/** Why no calls are offered to it; '' when they are. */
export function whyClosed({ isOut, bannedSeconds }: GatewayState): string {
  if (isOut) return 'out: it does not answer';
  return bannedSeconds > 0 ? `banned for another ${bannedSeconds} s (Retry-After)` : '';
}
