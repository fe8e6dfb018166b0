// `callFailedSipCode` of a mapping gateway: what a caller is told in place of a failure.

import { endReasonRow } from '../base/end-reason.ts';
import type { FailedCodeRule } from '../routing/snapshot.ts';
import type { HuntEnd } from './hunt.ts';

/**
 * The final status toward the caller of a call that was never answered. The order of match: the rule for exactly this
 * SIP status, the one for exactly this end reason's number (a server's, negative), then the one for any other (0).
 * A caller that gave up is told 487, whatever the rules say (3261 9.2).
 */
export function statusTold(rules: readonly FailedCodeRule[], { reason, status }: HuntEnd): number {
  if (reason === 'CallerCancelled') return status;
  const { number } = endReasonRow(reason);
  const rule = ruleFor(rules, status) ?? (number < 0 ? ruleFor(rules, number) : undefined) ?? ruleFor(rules, 0);
  return rule === undefined || rule.target === 0 ? status : rule.target;
}

function ruleFor(rules: readonly FailedCodeRule[], wanted: number): FailedCodeRule | undefined {
  return rules.find(({ reason }) => reason === wanted);
}
