// Each translation of a number, told: by which rule, from what, to what. The same look-up as the call path's.

import { type DialPlan, ruleFor, translateBy } from './dial-plan.ts';
import { calleePlanAt, callerPlanAt } from './gateway-hours.ts';
import type { RoutingGateway } from './snapshot.ts';

/** One number that a rule has changed. */
export interface ExplainedTranslation {
  readonly party: 'caller' | 'callee';
  /** As the operator wrote it. */
  readonly rule: string;
  readonly before: string;
  readonly after: string;
  /** Targets that a call draws from; `after` is by the first of them. */
  readonly targets: number;
}

/** Translates, and keeps what happened. */
export class TranslationSteps {
  readonly taken: ExplainedTranslation[] = [];

  /** `number` as `plan` makes it; of several targets by the first. */
  translate(party: ExplainedTranslation['party'], plan: DialPlan, number: string): string {
    const rule = ruleFor(plan, number);
    if (rule === null) return number;
    const after = translateBy(rule, number, () => 0);
    this.taken.push({ party, rule: rule.text, before: number, after, targets: rule.targets.length });
    return after;
  }
}

/** What `gateway` would make of the numbers of a call at `wallMs`. */
export function translationsToward(
  { numbers }: RoutingGateway,
  { caller, callee }: { readonly caller: string; readonly callee: string },
  wallMs: number,
): readonly ExplainedTranslation[] {
  const steps = new TranslationSteps();
  steps.translate('caller', callerPlanAt(numbers, wallMs), caller);
  steps.translate('callee', calleePlanAt(numbers, wallMs), callee);
  return steps.taken;
}
