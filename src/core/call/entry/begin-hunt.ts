// The last step: the route plan is made, once, and the hunt over it begins.

import type { Entry } from './entry.ts';

export function beginHunt({ around, routing, gateway, call, crossing, caller, callee, display }: Entry): void {
  const parties = { caller, callee, display, callerRules: gateway };
  call.hunt(routing.routes.plan(callee, around.callsOf), parties, crossing);
}
