// The last step: the route plan is made, once, and the hunt over it begins.

import type { Entry } from './entry.ts';

export function beginHunt({ around, routing, gateway, call, crossing, caller, callee, display }: Entry): void {
  const sell = null;
  const { wallMs, routeConditions } = around;
  const plan = routing.routes.plan({ mapping: gateway, caller, callee, sell, wallMs }, routeConditions);
  for (const candidate of plan.passed) around.countPassed(candidate);
  call.hunt(plan, sell, { caller, callee, display, callerRules: gateway }, crossing);
}
