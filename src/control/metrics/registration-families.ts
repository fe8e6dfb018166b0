// The metrics of registrations, of those who have to prove who they are, and of number look-ups.

import type { ShardNumberName } from '../../core/shard/counters.ts';
import type { Control } from '../control.ts';
import { countRegistrations } from '../registrations.ts';
import { counter, type Family, gauge, single } from './family.ts';

const OUTCOMES: readonly (readonly [string, ShardNumberName])[] = [
  ['challenged', 'authChallenged'],
  ['passed', 'authPassed'],
  ['failed', 'authFailed'],
  ['suspended', 'authSuspended'],
];

export function registrationFamilies(control: Control): Family[] {
  const { view, lrn } = control;
  return [
    gauge(
      'tandem_registrations',
      'Gateways that are registered now.',
      single(() => countRegistrations(control.configuration.snapshot, view, control.nowMs)),
    ),
    counter('tandem_authentications_total', 'Requests that had to prove who they are, by what became of them.', () =>
      OUTCOMES.map(([outcome, name]) => ({ labels: { outcome }, value: view.sum(name) })),
    ),
    counter('tandem_lrn_questions_total', 'Location routing numbers asked for, and what came of it.', () => [
      { labels: { outcome: 'asked' }, value: view.sum('lrnAsked') },
      { labels: { outcome: 'answered' }, value: lrn.answeredCount },
      { labels: { outcome: 'failed' }, value: lrn.failedCount },
      { labels: { outcome: 'late' }, value: view.sum('lrnLate') },
    ]),
  ];
}
