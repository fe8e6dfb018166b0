// What a shard makes of a snapshot when it arrives: indexes, once, so that no call pays for them.

import { sessionTimerRulesOf } from '../call/leg-session-timer.ts';
import type { RoutingView } from '../call/ports.ts';
import { Pricing } from '../rating/pricing.ts';
import { entryTablesOf } from '../routing/entry-checks.ts';
import { dealHundred } from '../routing/proportion.ts';
import { RouteTable } from '../routing/route-plan.ts';
import { Screening } from '../routing/screening.ts';
import type { MappingGateway, Snapshot } from '../routing/snapshot.ts';
import { resendScheduleOf } from '../timer/resend-schedule.ts';

/** The compiled view of `snapshot`. */
export function routingViewOf(snapshot: Snapshot): RoutingView {
  const { parameters } = snapshot;
  const { SS_SIP_RESEND_INTERVAL, SS_SIP_SEND_RETRY } = parameters;
  const pricing = new Pricing(snapshot);
  const entry = entryTablesOf(snapshot);
  return {
    snapshot,
    screening: new Screening(snapshot.mappingGateways, snapshot.hosts),
    vendors: new Set(snapshot.routingGateways.map(({ remoteIp }) => remoteIp)),
    routes: new RouteTable(snapshot, pricing),
    numberGroups: entry.numberGroups,
    entry,
    mappingByName: new Map(snapshot.mappingGateways.map((gateway) => [gateway.name, gateway])),
    routingByName: new Map(snapshot.routingGateways.map((gateway) => [gateway.name, gateway])),
    resends: resendScheduleOf(SS_SIP_RESEND_INTERVAL, SS_SIP_SEND_RETRY),
    sessionTimers: sessionTimerRulesOf(parameters),
    pricing,
    timeRules: {
      precisionMs: parameters.SERVER_BILLING_HOLD_TIME_PRECISION,
      freeMs: parameters.SERVER_BILLING_FREE_TIME,
    },
    sliceRules: {
      sliceSeconds: parameters.SERVER_BILLING_RESERVE_TIME,
      advanceSeconds: parameters.SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME,
    },
    qualityWindow: {
      windowMs: parameters.SS_GATEWAY_ASR_RESERVE_TIME,
      sliceCount: parameters.SS_GATEWAY_ASR_RESERVE_SEPARATE,
    },
    hundreds: hundredsOf(snapshot.mappingGateways),
    lockedSlots: new Set(snapshot.routingGateways.filter(({ locked }) => locked).map(({ slot }) => slot)),
  };
}

function hundredsOf(gateways: readonly MappingGateway[]): Map<number, readonly string[]> {
  const steered = gateways.filter(({ proportionCalleePrefixs }) => proportionCalleePrefixs.length > 0);
  return new Map(steered.map(({ slot, proportionCalleePrefixs }) => [slot, dealHundred(proportionCalleePrefixs)]));
}
