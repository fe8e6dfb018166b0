// The state of the switch in one answer: what `tandem status` prints.

import { APPLIANCE_SLOT } from '../../core/base/appliance-slot.ts';
import { END_REASON_NAMES } from '../../core/base/end-reason.ts';
import { placeOf } from '../../core/routing/explain.ts';
import { capacityAt } from '../../core/routing/gateway-hours.ts';
import type { MappingGateway, RoutingGateway } from '../../core/routing/snapshot.ts';
import type { GatewayKind } from '../../store/network.ts';
import type { Control } from '../control.ts';
import { gatewayQuality } from '../gateway-quality.ts';
import { type GatewayState, gatewayStateOf } from '../gateway-state.ts';
import type { LowBalance } from '../ledger/low-balances.ts';
import type { ControlListener } from '../messages.ts';

/** One gateway now. */
export interface GatewayStatus {
  readonly kind: GatewayKind;
  readonly name: string;
  /** Account of a mapping gateway, address:port of a routing gateway, or that it has not registered. */
  readonly peer: string;
  readonly locked: boolean;
  /** Of a routing gateway; null of a mapping gateway. */
  readonly state: GatewayState | null;
  readonly calls: number;
  readonly capacity: number | null;
  /** Finished calls of SS_GATEWAY_ASR_RESERVE_TIME (an hour by default), answered share, mean talk of the answered. */
  readonly lastHourCalls: number;
  readonly asr: number | null;
  readonly acdSeconds: number | null;
}

/** One account or gateway group now. */
export interface SharerStatus {
  readonly kind: 'account' | 'group';
  readonly name: string;
  readonly calls: number;
  readonly capacity: number | null;
  readonly cps: number | null;
}

/** One shard now. */
export interface ShardStatus {
  readonly shard: number;
  /** null: it is being restarted. */
  readonly snapshotVersion: number | null;
  readonly calls: number;
  readonly dialogs: number;
  readonly transactions: number;
  readonly timers: number;
  readonly restarts: number;
  readonly defects: number;
  /** Of its journal: the share of its room in use, and attempts to write it that failed, since the start. */
  readonly journalUseRatio: number;
  readonly journalFailures: number;
}

/** The whole answer. */
export interface SwitchStatus {
  readonly node: string;
  readonly version: string;
  readonly upSeconds: number;
  readonly isReady: boolean;
  /** It takes no new calls, for it is about to stop. */
  readonly isDraining: boolean;
  readonly listeners: readonly ControlListener[];
  readonly snapshotVersion: number;
  readonly calls: {
    readonly active: number;
    readonly capacity: number | null;
    readonly begun: number;
    readonly answered: number;
    readonly perSecond: number;
    readonly ended: Readonly<Record<string, number>>;
  };
  /** INVITEs of new calls that got no chance, since the start. */
  readonly overload: { readonly isNow: boolean; readonly refused: number; readonly dropped: number };
  readonly shards: readonly ShardStatus[];
  /** How far back the finished calls of gateways go. */
  readonly qualitySeconds: number;
  readonly gateways: readonly GatewayStatus[];
  /** Accounts, then gateway groups. */
  readonly sharers: readonly SharerStatus[];
  readonly cdr: {
    readonly spooled: number;
    readonly storeUseRatio: number;
    readonly storeFailures: number;
    readonly sinks: readonly {
      readonly name: string;
      readonly backlog: number;
      readonly lagSeconds: number;
      readonly isFailing: boolean;
      /** Why it fails; '' when it does not. */
      readonly why: string;
    }[];
  };
  /** Accounts whose balance is below their warning. */
  readonly lowBalances: readonly LowBalance[];
  /** Decimals that amounts are told with. */
  readonly feeDecimals: number;
  /** Limit counters that are wrong, by what they count ('' for the appliance); empty when all is well. */
  readonly limitDrift: readonly { readonly name: string; readonly calls: number }[];
}

/** Reads it all, now. */
export function statusOf(control: Control): SwitchStatus {
  const { options, view, configuration } = control;
  const { parameters, version } = configuration.snapshot;
  return {
    node: options.node,
    version: options.version,
    upSeconds: Math.floor((control.wallNow() - options.startedAtWallMs) / 1000),
    isReady: control.isReady(),
    isDraining: control.isDraining,
    listeners: options.listeners,
    snapshotVersion: version,
    calls: {
      active: view.admission.calls(APPLIANCE_SLOT),
      capacity: parameters.SS_CAPACITY,
      begun: view.sum('callsBegun'),
      answered: view.sum('answered'),
      perSecond: control.rate.perSecond(),
      ended: endedByReason(control),
    },
    overload: overloadStatus(control),
    shards: view.shards.map((_, shard) => shardStatus(control, shard)),
    qualitySeconds: parameters.SS_GATEWAY_ASR_RESERVE_TIME / 1000,
    gateways: gatewayStatuses(control),
    sharers: sharerStatuses(control),
    cdr: {
      spooled: control.stores.spool.count(),
      storeUseRatio: control.stores.useRatio(),
      storeFailures: control.drainFailureCount,
      sinks: control.sinks
        .filter(({ isOn }) => isOn)
        .map((sink) => ({
          name: sink.name,
          backlog: sink.backlog(),
          lagSeconds: sink.lagSeconds(control.wallNow()),
          isFailing: sink.isFailing,
          why: sink.why,
        })),
    },
    lowBalances: control.lowBalances.low,
    feeDecimals: parameters.SERVER_BILLING_FEE_PRECISION,
    limitDrift: driftByName(control),
  };
}

function endedByReason(control: Control): Record<string, number> {
  const ended: Record<string, number> = {};
  for (const reason of END_REASON_NAMES) {
    const count = control.view.ends(reason);
    if (count > 0) ended[reason] = count;
  }
  return ended;
}

function overloadStatus({ edge }: Control): SwitchStatus['overload'] {
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  return { isNow: edge.isOverloaded, refused: sum(edge.newCalls.refused), dropped: sum(edge.newCalls.dropped) };
}

function shardStatus(control: Control, shard: number): ShardStatus {
  const counters = control.view.shards[shard]?.counters;
  const read = (name: Parameters<NonNullable<typeof counters>['get']>[0]): number => counters?.get(name) ?? 0;
  return {
    shard,
    snapshotVersion: control.deployment.versionOf(shard),
    calls: read('callsActive'),
    dialogs: read('dialogsActive'),
    transactions: read('transactionsActive'),
    timers: read('timersActive'),
    restarts: control.shardRestarts[shard] ?? 0,
    defects: read('defects'),
    journalUseRatio: read('journalUseRatio'),
    journalFailures: read('journalFailures'),
  };
}

function gatewayStatuses(control: Control): GatewayStatus[] {
  const { mappingGateways, routingGateways } = control.configuration.snapshot;
  const statuses: GatewayStatus[] = [];
  for (const gateway of mappingGateways) statuses.push(gatewayStatus(control, 'mapping', gateway, gateway.account));
  for (const gateway of routingGateways) {
    const peer = placeOf(gateway, (slot) => control.view.bindings.at(slot, control.nowMs));
    statuses.push(gatewayStatus(control, 'routing', gateway, peer));
  }
  return statuses;
}

function gatewayStatus(
  control: Control,
  kind: GatewayKind,
  gateway: MappingGateway | RoutingGateway,
  peer: string,
): GatewayStatus {
  const { name, locked, slot } = gateway;
  const capacity = capacityAt(gateway, control.wallNow());
  const { calls: lastHourCalls, asr, acdSeconds } = gatewayQuality(control, slot);
  const calls = control.view.admission.calls(slot);
  const state = kind === 'routing' ? gatewayStateOf(control.view.health, slot, control.nowMs) : null;
  return { kind, name, peer, locked, state, calls, capacity, lastHourCalls, asr, acdSeconds };
}

function sharerStatuses({ configuration, view }: Control): SharerStatus[] {
  const { accounts, groups } = configuration.shared;
  return [...accounts, ...groups].map(({ kind, name, slot, capacity, cps }) => {
    return { kind, name, calls: view.admission.calls(slot), capacity, cps };
  });
}

function driftByName({ configuration, drift, view }: Control): { name: string; calls: number }[] {
  const { mappingGateways, routingGateways } = configuration.snapshot;
  const { accounts, groups } = configuration.shared;
  const names = new Map<number, string>();
  for (const { slot, name } of [...mappingGateways, ...routingGateways]) names.set(slot, name);
  for (const { slot, kind, name } of [...accounts, ...groups]) names.set(slot, `${kind} ${name}`);
  return [...drift.drifting()].map(([place, calls]) => {
    return { name: view.admission.isNumber(place) ? `a number (place ${place})` : (names.get(place) ?? ''), calls };
  });
}
