// Percentage routing: a share of the calls of a mapping gateway gets a steering prefix, which routes match and nobody
// bills.

import type { Entry } from './entry.ts';

export function steer(entry: Entry): void {
  const { around, gateway, routing } = entry;
  const places = routing.hundreds.get(gateway.slot);
  if (places === undefined) return;
  const prefix = places[around.turns.takeOfHundred(gateway.slot)] as string;
  if (entry.routed !== null) entry.routed = prefix + entry.routed;
  entry.callee = prefix + entry.callee;
  entry.record.told(entry.caller, entry.callee);
}
