// The metrics of gateways: load against capacity, how attempts ended, how long until it rings, quality.

import type { Quality } from '../../core/admission/quality.ts';
import { capacityAt } from '../../core/routing/gateway-hours.ts';
import { PASS_NAMES } from '../../core/routing/pass.ts';
import type { MappingGateway, RoutingGateway } from '../../core/routing/snapshot.ts';
import { ATTEMPT_CODES, DELAY_BUCKETS_SECONDS, PROBE_OUTCOMES } from '../../core/shard/counters.ts';
import type { GatewayKind } from '../../store/network.ts';
import type { Control } from '../control.ts';
import { gatewayQuality } from '../gateway-quality.ts';
import { type GatewayState, gatewayStateOf } from '../gateway-state.ts';
import { counter, type Distribution, type Family, gauge, histogram, type Sample } from './family.ts';
import { type LabelledGateways, labelGateways } from './gateway-labels.ts';

type Kinds = readonly (readonly [GatewayKind, readonly LabelledGateways[]])[];

/** All gateways, with the capacity that they have now. */
function kindsOf(control: Control): Kinds {
  const { mappingGateways, routingGateways } = control.configuration.snapshot;
  const wallMs = control.wallNow();
  const now = (gateway: MappingGateway | RoutingGateway) => {
    return { name: gateway.name, slot: gateway.slot, capacity: capacityAt(gateway, wallMs) };
  };
  return [
    ['mapping', labelGateways(mappingGateways.map(now))],
    ['routing', labelGateways(routingGateways.map(now))],
  ];
}

/** All families with a `gateway` label. */
export function gatewayFamilies(control: Control): Family[] {
  const kinds = (): Kinds => kindsOf(control);
  const routing = (): readonly LabelledGateways[] => labelGateways(control.configuration.snapshot.routingGateways);
  return [
    gauge('tandem_gateway_calls_active', 'Concurrent calls that count against the capacity of a gateway.', () =>
      lines(kinds(), ({ slots }) => slots.reduce((sum, slot) => sum + control.view.admission.calls(slot), 0)),
    ),
    gauge('tandem_gateway_capacity', 'Concurrent calls a gateway may have now; absent when there is no limit.', () =>
      lines(kinds(), ({ capacity }) => capacity),
    ),
    gauge(
      'tandem_asr',
      'Answered share of the finished calls of the window (SS_GATEWAY_ASR_RESERVE_TIME), 0 to 1.',
      () => lines(kinds(), ({ slots }) => qualityOf(control, slots).asr),
    ),
    gauge('tandem_ner', 'Share of them that was answered, rang, was busy, or was declined by the called party.', () =>
      lines(kinds(), ({ slots }) => qualityOf(control, slots).ner),
    ),
    gauge('tandem_acd_seconds', 'Mean talk time of those that were answered.', () =>
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
    counter(
      'tandem_attempts_total',
      'Attempts by final SIP status, or timeout, unanswered (it rang), unreachable, cancelled.',
      () => routing().flatMap((labelled) => attemptLines(control, labelled)),
    ),
    counter('tandem_gateway_passed_total', 'Calls for which a routing gateway was passed by, by why.', () =>
      routing().flatMap((labelled) => passLines(control, labelled)),
    ),
    gauge('tandem_gateway_up', 'Whether a routing gateway answers; 0 while it is out and probed.', () =>
      routing().map((one) => lineOf(one, statesOf(control, one).some(({ isOut }) => isOut) ? 0 : 1)),
    ),
    gauge('tandem_gateway_banned_seconds', 'How much longer a routing gateway wants no calls (Retry-After).', () =>
      routing().map((one) => lineOf(one, Math.max(...statesOf(control, one).map((state) => state.bannedSeconds)))),
    ),
    gauge('tandem_gateway_throttle_cps', 'Calls a second offered to a gateway that refuses more with 503.', () =>
      routing().flatMap((one) => throttleLines(control, one)),
    ),
    counter('tandem_gateway_probes_total', 'OPTIONS sent to routing gateways, by what became of them.', () =>
      routing().flatMap((labelled) => probeLines(control, labelled)),
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

/** Of those that share a label, as if they were one. */
function qualityOf(control: Control, slots: readonly number[]): Omit<Quality, 'pddSeconds'> {
  let [calls, answered, reached, talkSeconds] = [0, 0, 0, 0];
  for (const slot of slots) {
    const own = gatewayQuality(control, slot);
    const ownAnswered = own.calls * (own.asr ?? 0);
    calls += own.calls;
    answered += ownAnswered;
    reached += own.calls * (own.ner ?? 0);
    talkSeconds += ownAnswered * (own.acdSeconds ?? 0);
  }
  const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
  return { calls, asr: share(answered, calls), ner: share(reached, calls), acdSeconds: share(talkSeconds, answered) };
}

function passLines(control: Control, { gateway, slots }: LabelledGateways): Sample[] {
  return PASS_NAMES.flatMap((why) => {
    let value = 0;
    for (const { counters } of control.view.shards) for (const slot of slots) value += counters.passes(slot, why);
    return value > 0 ? [{ labels: { gateway, why }, value }] : [];
  });
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

function lineOf({ gateway }: LabelledGateways, value: number): Sample {
  return { labels: { gateway }, value };
}

function statesOf(control: Control, { slots }: LabelledGateways): GatewayState[] {
  return slots.map((slot) => gatewayStateOf(control.view.health, slot, control.nowMs));
}

/** Of those that share a label: the sum over those that are throttled. */
function throttleLines(control: Control, labelled: LabelledGateways): Sample[] {
  const limits = statesOf(control, labelled).flatMap(({ throttledPerSecond }) => throttledPerSecond ?? []);
  return limits.length === 0
    ? []
    : [
        lineOf(
          labelled,
          limits.reduce((sum, limit) => sum + limit, 0),
        ),
      ];
}

function probeLines(control: Control, { gateway, slots }: LabelledGateways): Sample[] {
  return PROBE_OUTCOMES.flatMap((outcome) => {
    let value = 0;
    for (const { counters } of control.view.shards) for (const slot of slots) value += counters.probes(slot, outcome);
    return value > 0 ? [{ labels: { gateway, outcome }, value }] : [];
  });
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
