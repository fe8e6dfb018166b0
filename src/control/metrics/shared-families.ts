// The metrics of what gateways share: accounts and groups, their calls against their capacity; the blacklist.

import type { Control } from '../control.ts';
import type { Sharer } from '../tables/shared-limits.ts';
import { type Family, gauge, type Sample, single } from './family.ts';
import { type LabelledGateways, labelGateways } from './gateway-labels.ts';

/** All families with a label `account` or `group`, and the blacklist. */
export function sharedFamilies(control: Control): Family[] {
  const accounts = (): readonly Sharer[] => control.configuration.shared.accounts;
  const groups = (): readonly Sharer[] => control.configuration.shared.groups;
  const { admission } = control.view;
  const calls = ({ slots }: LabelledGateways): number => slots.reduce((sum, slot) => sum + admission.calls(slot), 0);
  const capacity = (labelled: LabelledGateways): number | null => labelled.capacity;
  return [
    gauge('tandem_account_calls_active', 'Concurrent calls of all gateways of an account.', () =>
      lines('account', accounts(), calls),
    ),
    gauge('tandem_account_capacity', 'Concurrent calls an account may have; absent when there is no limit.', () =>
      lines('account', accounts(), capacity),
    ),
    gauge(
      'tandem_accounts_low',
      'Accounts whose balance is below their lowBalance.',
      single(() => control.lowBalances.low.length),
    ),
    gauge('tandem_group_calls_active', 'Concurrent calls of all gateways of a group.', () =>
      lines('group', groups(), calls),
    ),
    gauge('tandem_black_list_numbers', 'Numbers on the dynamic blacklist, by why they are.', () =>
      [...control.blackList.counts(control.wallNow())].map(([kind, value]) => ({ labels: { kind }, value })),
    ),
    gauge('tandem_group_capacity', 'Concurrent calls a group may have; absent when there is no limit.', () =>
      lines('group', groups(), capacity),
    ),
  ];
}

/** One line for each of `sharers`, as many as are named, for which `measure` has a value. */
function lines(
  label: Sharer['kind'],
  sharers: readonly Sharer[],
  measure: (labelled: LabelledGateways) => number | null,
): Sample[] {
  return labelGateways(sharers).flatMap((labelled) => {
    const value = measure(labelled);
    return value === null ? [] : [{ labels: { [label]: labelled.gateway }, value }];
  });
}
