// The metrics of gateways: load against capacity, how attempts ended, how long until it rings, quality.

import { ATTEMPT_CODES, DELAY_BUCKETS_SECONDS } from '../../core/shard/counters.ts';
import type { GatewayKind } from '../../store/network.ts';
import type { Control } from '../control.ts';
import type { GatewayQuality } from '../quality-window.ts';
import { counter, type Distribution, type Family, gauge, histogram, type Sample } from './family.ts';
import { type LabelledGateways, labelGateways } from './gateway-labels.ts';

type Kinds = readonly (readonly [GatewayKind, readonly LabelledGateways[]])[];

/** All families with a `gateway` label. */
export function gatewayFamilies(control: Control): Family[] {
  const kinds = (): Kinds => {
    const { mappingGateways, routingGateways } = control.configuration.snapshot;
    return [
      ['mapping', labelGateways(mappingGateways)],
      ['routing', labelGateways(routingGateways)],
    ];
  };
  const routing = (): readonly LabelledGateways[] => labelGateways(control.configuration.snapshot.routingGateways);
  return [
    gauge('tandem_gateway_calls_active', 'Concurrent calls that count against the capacity of a gateway.', () =>
      lines(kinds(), ({ slots }) => slots.reduce((sum, slot) => sum + control.view.admission.calls(slot), 0)),
    ),
    gauge('tandem_gateway_capacity', 'Concurrent calls a gateway may have; absent when there is no limit.', () =>
      lines(kinds(), ({ capacity }) => capacity),
    ),
    gauge('tandem_asr', 'Answered share of the finished calls of the last hour, 0 to 1.', () =>
      lines(kinds(), ({ slots }) => qualityOf(control, slots).asr),
    ),
    gauge('tandem_acd_seconds', 'Mean talk time of the answered calls of the last hour.', () =>
      lines(kinds(), ({ slots }) => qualityOf(control, slots).acdSeconds),
    ),
    counter(
      'tandem_gateway_calls_total',
      'Finished calls of a gateway; on a routing gateway, calls it was tried for.',
      () => lines(kinds(), ({ slots }) => slots.reduce((sum, slot) => sum + control.view.gatewayCalls(slot).calls, 0)),
    ),
    counter('tandem_gateway_answered_total', 'Answered calls of a gateway.', () =>
      lines(kinds(), ({ slots }) => slots.reduce((sum, slot) => sum + control.view.gatewayCalls(slot).answered, 0)),
    ),
    counter('tandem_attempts_total', 'Attempts by final SIP status, or timeout, unreachable, cancelled.', () =>
      routing().flatMap((labelled) => attemptLines(control, labelled)),
    ),
    histogram('tandem_pdd_seconds', 'INVITE out to first ringing or answer.', DELAY_BUCKETS_SECONDS, () =>
      routing().flatMap((labelled) => delayOf(control, labelled)),
    ),
  ];
}

/** One line for each gateway for which `measure` has a value. */
function lines(kinds: Kinds, measure: (labelled: LabelledGateways) => number | null): Sample[] {
  const samples: Sample[] = [];
  for (const [kind, labelled] of kinds) {
    for (const one of labelled) {
      const value = measure(one);
      if (value !== null) samples.push({ labels: { gateway: one.gateway, kind }, value });
    }
  }
  return samples;
}

function qualityOf(control: Control, slots: readonly number[]): GatewayQuality {
  let [calls, answered, talkSeconds] = [0, 0, 0];
  for (const slot of slots) {
    const { calls: own, asr, acdSeconds } = control.quality.quality(slot);
    const ownAnswered = own * (asr ?? 0);
    calls += own;
    answered += ownAnswered;
    talkSeconds += ownAnswered * (acdSeconds ?? 0);
  }
  return {
    calls,
    asr: calls > 0 ? answered / calls : null,
    acdSeconds: answered > 0 ? talkSeconds / answered : null,
  };
}

function attemptLines(control: Control, { gateway, slots }: LabelledGateways): Sample[] {
  const samples: Sample[] = [];
  for (const code of ATTEMPT_CODES) {
    let value = 0;
    for (const { counters } of control.view.shards) for (const slot of slots) value += counters.attempts(slot, code);
    if (value > 0) samples.push({ labels: { gateway, code }, value });
  }
  return samples;
}

function delayOf(control: Control, { gateway, slots }: LabelledGateways): Distribution[] {
  const counts = new Array<number>(DELAY_BUCKETS_SECONDS.length + 1).fill(0);
  let sum = 0;
  for (const { counters } of control.view.shards) {
    for (const slot of slots) {
      const delays = counters.delays(slot);
      sum += delays.sumSeconds;
      for (const [bucket, count] of delays.counts.entries()) counts[bucket] = (counts[bucket] ?? 0) + count;
    }
  }
  return counts.some((count) => count > 0) ? [{ labels: { gateway }, counts, sum }] : [];
}
