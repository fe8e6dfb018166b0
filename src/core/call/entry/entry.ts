// A call on its way in: what the steps between its INVITE and its hunt know of it, and have found out so far. One for
// each call, gone when the hunt begins.

import type { EndReason } from '../../base/end-reason.ts';
import type { MappingGateway } from '../../routing/snapshot.ts';
import type { SipMessage } from '../../sip/message.ts';
import type { Call } from '../call.ts';
import type { LiveRecord } from '../call-record.ts';
import type { Dialled } from '../dialled.ts';
import { displayName } from '../identity.ts';
import type { Source } from '../incoming-request.ts';
import type { Crossing } from '../leg-events.ts';
import type { LegSessionTimer } from '../leg-session-timer.ts';
import type { RoutingView, Surroundings } from '../ports.ts';

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

/** What a call brings along when its first check begins. */
export interface EntryStart {
  readonly arrival: Arrival;
  readonly call: Call;
  readonly crossing: Crossing;
  readonly dialled: Dialled;
}

/** A call on its way in. */
export class Entry {
  readonly around: Surroundings;
  readonly gateway: MappingGateway;
  readonly routing: RoutingView;
  readonly hasRoom: boolean;
  readonly call: Call;
  readonly record: LiveRecord;
  /** What of the INVITE may cross. */
  readonly crossing: Crossing;
  /** The numbers as the steps so far have left them. */
  caller: string;
  callee: string;
  readonly forwarder: string;
  readonly isWithheld: boolean;
  /** Display name of the caller, as received, quotes kept. */
  readonly display: string;
  /** The number that routes are found by, where LRN says another than the callee. */
  routed: string | null = null;
  /** Digits in front of the number that prices are found by. */
  billingPrefix = '';

  constructor(around: Surroundings, { arrival, call, crossing, dialled }: EntryStart) {
    this.around = around;
    this.gateway = arrival.gateway;
    this.routing = arrival.routing;
    this.hasRoom = arrival.hasRoom;
    this.call = call;
    this.record = call.record;
    this.crossing = crossing;
    this.caller = dialled.caller;
    this.callee = dialled.callee;
    this.forwarder = dialled.forwarder;
    this.isWithheld = dialled.isWithheld;
    this.display = displayName(arrival.invite.from.display);
  }
}

/** Whether the call may enter: null, or why not. May take counters, which the record then holds. */
export type Check = (entry: Entry) => EndReason | null;
