// The moment of a question about a route: what the memory of the switch says of its gateways, limits and numbers.

import { BINDINGS_AT_ONE_PLACE_MAX } from '../core/base/limits.ts';
import type { GatewaysNow } from '../core/routing/explain.ts';
import { SeenConditions } from '../core/shard/route-conditions.ts';
import { SeenEntry } from '../core/shard/seen-entry.ts';
import type { SwitchView } from './switch-view.ts';

/** Loads and quality as they are now; calendars, rates and the blacklist at `wallMs`. `nowMs`: monotonic. */
export function gatewaysNow(view: SwitchView, nowMs: number, wallMs: number): GatewaysNow {
  const { admission, balances, blackList, health, quality, turns, bindings } = view;
  return {
    wallMs,
    entry: new SeenEntry({ admission, blackList, nowMs }),
    conditions: new SeenConditions({ admission, health, quality, turns, bindings, nowMs }),
    registeredPlace: (slot) => bindings.at(slot, nowMs),
    registeredFrom: ({ address, port }) => {
      const found = new Int32Array(BINDINGS_AT_ONE_PLACE_MAX);
      return [...found.subarray(0, bindings.slotsFrom(address, port, nowMs, found))];
    },
    spendable: (slot) => balances.spendable(slot),
    freeSeconds: (place) => Math.max(0, balances.free.now(place).seconds),
    hundredth: (slot) => turns.nextOfHundred(slot),
    quality: (slot, prefix, windowMs) => quality.read(slot, prefix, windowMs, nowMs),
  };
}
