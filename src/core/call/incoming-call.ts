// The first INVITE of a call: whose it is, whether it may enter, where it could go. The checks run in the order that
// operators know, the first failure decides, and a refused call of a known gateway leaves a CDR as any other.

import { APPLIANCE_SLOT } from '../admission/admission.ts';
import type { EndReason } from '../base/end-reason.ts';
import type { Cdr } from '../cdr/cdr.ts';
import type { MappingGateway } from '../routing/snapshot.ts';
import { detach } from '../sip/detach.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ServerTransaction, ServerUser } from '../transaction/ports.ts';
import { Call } from './call.ts';
import { LiveRecord } from './call-record.ts';
import { displayName } from './identity.ts';
import type { Source } from './incoming-request.ts';
import type { Parties } from './invite-route.ts';
import type { LegSessionTimer } from './leg-session-timer.ts';
import { numberOf } from './numbers.ts';
import type { RoutingView, Surroundings } from './ports.ts';

/** An INVITE outside any dialog, from a mapping gateway. */
export interface Arrival {
  readonly invite: SipMessage;
  readonly source: Source;
  readonly gateway: MappingGateway;
  /** Null where the gateway, or the caller, has no session timers. */
  readonly sessionTimer: LegSessionTimer | null;
  /** The newest tables; the call will keep them. */
  readonly routing: RoutingView;
  /** Whether the shard has room for one more call. */
  readonly hasRoom: boolean;
}

/** The mapping gateway that `invite` comes from; null when no gateway calls from `address`. */
export function gatewayOf({ screening }: RoutingView, invite: SipMessage, address: string): MappingGateway | null {
  return screening.find(address, numberOf(invite.uri));
}

/**
 * Makes a call of `arrival`: says 100 Trying, then hunts, or refuses. `serve` makes the INVITE's server transaction.
 */
export function beginCall(
  around: Surroundings,
  arrival: Arrival,
  serve: (user: ServerUser) => ServerTransaction,
): void {
  const { invite, source, gateway, routing, sessionTimer } = arrival;
  const dialled = detach(numberOf(invite.uri));
  const parties = {
    caller: detach(numberOf(invite.from.uri)),
    callee: dialled.slice(gateway.calleePrefix.length),
    display: displayName(invite.from.display),
    callerRules: gateway,
  };
  const record = new LiveRecord(newCdr(around, arrival, parties, dialled), around.nowMs);
  const call = new Call(around, { record, routing, gateway, parties, invite, source, sessionTimer });
  around.callBegun(call);
  const crossing = call.caller.begin(serve(call.caller));
  const refusal = admit(around, arrival, record);
  if (refusal === null) call.hunt(routing.routes.plan(parties.callee, around.callsOf), crossing);
  else call.release(refusal);
}

/** Takes the counters of the caller's side; answers why not when one is used up. */
function admit(around: Surroundings, { gateway, routing, hasRoom }: Arrival, record: LiveRecord): EndReason | null {
  const { admission, nowMs, wallMs } = around;
  const { accountExpiresAtWallMs } = gateway;
  const { SS_CAPACITY, SS_CPS_LIMIT } = routing.snapshot.parameters;
  if (!hasRoom) return 'Overload';
  if (gateway.locked) return 'CallerNotAllowed';
  if (gateway.accountLocked) return 'AccountLocked';
  if (accountExpiresAtWallMs !== null && wallMs >= accountExpiresAtWallMs) return 'AccountExpired';
  if (!admission.takeRate(gateway.slot, gateway.cps, nowMs)) return 'RateLimited';
  if (!admission.takeRate(APPLIANCE_SLOT, SS_CPS_LIMIT, nowMs)) return 'RateLimited';
  if (!admission.takeCall(gateway.slot, gateway.capacity)) return 'CapacityReached';
  record.slots.push(gateway.slot);
  if (!admission.takeCall(APPLIANCE_SLOT, SS_CAPACITY)) return 'CapacityReached';
  record.slots.push(APPLIANCE_SLOT);
  return null;
}

function newCdr(
  around: Surroundings,
  { invite, source, gateway, routing }: Arrival,
  parties: Parties,
  dialled: string,
): Cdr {
  return {
    id: around.mintCdrId(),
    node: around.node,
    shard: around.shardIndex,
    snapshotVersion: routing.snapshot.version,
    callerCallId: detach(invite.callId),
    calleeCallId: '',
    caller: parties.caller,
    callee: dialled,
    callerSent: parties.caller,
    calleeSent: parties.callee,
    mappingGateway: gateway.name,
    routingGateway: '',
    account: gateway.account,
    callerAddress: `${source.address}:${source.port}`,
    calleeAddress: '',
    setupAtWallMs: around.wallMs,
    firstProvisionalAtWallMs: null,
    ringingAtWallMs: null,
    answeredAtWallMs: null,
    endedAtWallMs: null,
    postDialDelayMs: null,
    holdMs: 0,
    endReason: null,
    endedBy: null,
    sipCode: 0,
    q850: 0,
    reasonHeader: '',
    limitedBy: '',
    attempts: [],
  };
}
