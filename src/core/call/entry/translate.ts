// The numbers as the mapping gateway's dial plans make them: what is billed, routed by, and sent on.

import { translate } from '../../routing/dial-plan.ts';
import type { Entry } from './entry.ts';

export function translateNumbers(entry: Entry): void {
  const { around, gateway } = entry;
  entry.caller = translate(gateway.numbers.caller, entry.caller, around.draw);
  entry.callee = translate(gateway.numbers.callee, entry.callee, around.draw);
  const { cdr } = entry.record;
  cdr.callerSent = entry.caller;
  cdr.calleeSent = entry.callee;
}
