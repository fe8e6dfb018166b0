// The numbers as the mapping gateway's dial plans make them: what is billed, routed by, and sent on.

import { translate } from '../../routing/dial-plan.ts';
import { calleePlanAt, callerPlanAt } from '../../routing/gateway-hours.ts';
import type { Entry } from './entry.ts';

export function translateNumbers(entry: Entry): void {
  const { around, gateway } = entry;
  const { numbers } = gateway;
  entry.caller = translate(callerPlanAt(numbers, around.wallMs), entry.caller, around.draw);
  entry.callee = translate(calleePlanAt(numbers, around.wallMs), entry.callee, around.draw);
  entry.record.told(entry.caller, entry.callee);
}
