// The three accounts of what a switch did must be one: its CDRs, its metrics, its limits.

import assert from 'node:assert/strict';
import type { Cdr, CdrAttempt } from '../../src/core/cdr/cdr.ts';
import { eventually } from '../hosts/eventually.ts';
import type { SwitchProcess } from '../hosts/switch-process.ts';

/** Waits until nothing lives, then compares everything the switch counted with all its CDRs. */
export async function checkAgreement(tandem: SwitchProcess, cdrs: readonly Cdr[]): Promise<void> {
  await tandem.management.atRest();
  const metrics = await eventually('every CDR is counted', async () => {
    const found = await tandem.management.metrics();
    return found.sum('tandem_cdr_written_total') === cdrs.length ? found : null;
  });
  assert.deepEqual(
    metrics.by('tandem_calls_total', 'end_reason'),
    countBy(cdrs, ({ endReason }) => endReason ?? ''),
  );
  for (const gateway of new Set(cdrs.flatMap(({ attempts }) => attempts.map((attempt) => attempt.gateway)))) {
    const attempts = cdrs.flatMap((cdr) => cdr.attempts.filter((attempt) => attempt.gateway === gateway));
    const counted = metrics.all('tandem_attempts_total', { gateway }).filter(({ value }) => value > 0);
    const byCode = Object.fromEntries(counted.map(({ labels, value }) => [labels['code'] ?? '', value]));
    assert.deepEqual(byCode, countBy(attempts, codeOf), `the attempts of ${gateway}`);
  }
  for (const name of ['tandem_calls_active', 'tandem_gateway_calls_active', 'tandem_limit_drift']) {
    const samples = metrics.all(name);
    assert.ok(samples.length > 0, `${name} is told`);
    for (const { value, labels } of samples) assert.equal(value, 0, `${name} ${JSON.stringify(labels)}`);
  }
  const { shards } = await tandem.management.status();
  for (const { defects, restarts } of shards) assert.deepEqual([defects, restarts], [0, 0]);
}

/** The label `code` under which an attempt is counted. */
function codeOf({ left, code }: CdrAttempt): string {
  switch (left) {
    case 'answered':
    case 'failure':
      return String(code);
    case 'unreachable':
      return 'unreachable';
    case 'callerCancelled':
    case 'ended':
    case 'proceedingTimeout':
      return 'cancelled';
    case 'ringingTimeout':
      return 'unanswered';
    default:
      return 'timeout';
  }
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

/** The moments of a call stand in their order, none outside [fromWallMs, now]. */
export function checkTimes(cdr: Cdr, fromWallMs: number): void {
  const moments = [
    fromWallMs,
    cdr.setupAtWallMs,
    ...cdr.attempts.map(({ startedAtWallMs }) => startedAtWallMs),
    cdr.firstProvisionalAtWallMs,
    cdr.answeredAtWallMs,
    cdr.endedAtWallMs,
    Date.now(),
  ].filter((moment) => moment !== null);
  assert.deepEqual(
    moments,
    moments.toSorted((one, other) => one - other),
    `the moments of ${cdr.callerCallId}`,
  );
  assert.notEqual(cdr.endedAtWallMs, null);
}
