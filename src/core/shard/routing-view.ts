// What a shard makes of a snapshot when it arrives: indexes, once, so that no call pays for them.

import type { RoutingView } from '../call/ports.ts';
import { numberGroupsOf } from '../routing/number-group.ts';
import { RouteTable } from '../routing/route-plan.ts';
import { Screening } from '../routing/screening.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { resendScheduleOf } from '../timer/resend-schedule.ts';

/** The compiled view of `snapshot`. */
export function routingViewOf(snapshot: Snapshot): RoutingView {
  const { SS_SIP_RESEND_INTERVAL, SS_SIP_SEND_RETRY } = snapshot.parameters;
  return {
    snapshot,
    screening: new Screening(snapshot.mappingGateways, snapshot.hosts),
    vendors: new Set(snapshot.routingGateways.map(({ remoteIp }) => remoteIp)),
    routes: new RouteTable(snapshot.routingGateways, snapshot.routePrefixes),
    numberGroups: numberGroupsOf(snapshot.numberGroups ?? []),
    resends: resendScheduleOf(SS_SIP_RESEND_INTERVAL, SS_SIP_SEND_RETRY),
  };
}
