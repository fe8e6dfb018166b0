// The record of a call as its INVITE begins it.

import { flat } from '../../base/flat.ts';
import { CALL_ID_CHARACTERS_MAX } from '../../base/limits.ts';
import type { Cdr } from '../../cdr/cdr.ts';
import { detach } from '../../sip/detach.ts';
import { Header } from '../../sip/header-name.ts';
import { agentOf } from '../call-record.ts';
import type { Dialled } from '../dialled.ts';
import type { Surroundings } from '../ports.ts';
import { recordNumber } from '../record-text.ts';
import type { Arrival } from './entry.ts';

/**
 * What a record says before anything has happened. All of it in one literal: V8 then keeps a record, which begins as a
 * copy, in one piece, and all records of one shape.
 */
const NOTHING: Cdr = {
  id: '',
  node: '',
  shard: 0,
  snapshotVersion: 0,
  callerCallId: '',
  calleeCallId: '',
  caller: '',
  callee: '',
  callerSent: '',
  calleeSent: '',
  mappingGateway: '',
  routingGateway: '',
  account: '',
  callerAddress: '',
  calleeAddress: '',
  setupAtWallMs: 0,
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
  userAgentCaller: '',
  userAgentCallee: '',
  codec: '',
  sessionTimer: '',
  decision: '',
  lrn: '',
  callerBilled: '',
  calleeBilled: '',
  currency: '',
  sellTable: '',
  sellPrefix: '',
  sellFeeNanos: 0n,
  taxNanos: 0n,
  billedSeconds: 0,
  clearingAccount: '',
  buyTable: '',
  buyPrefix: '',
  buyFeeNanos: 0n,
  buyTaxNanos: 0n,
  buyBilledSeconds: 0,
  agentFees: [],
  ratedSeconds: null,
  unpaidSeconds: 0,
  freeSeconds: 0,
  freeAllowance: '',
  freeFromDay: 0,
  buyCurrency: '',
  calleePostDialDelayMs: null,
  callerMedia: '',
  calleeMedia: '',
  attempts: [],
};

/** The Call-ID is cut and nothing else: messages are searched for it. */
export function firstRecord(around: Surroundings, arrival: Arrival, { caller, dialled, callee }: Dialled): Cdr {
  return {
    ...NOTHING,
    id: around.mintCdrId(),
    node: around.node,
    shard: around.shardIndex,
    snapshotVersion: arrival.routing.snapshot.version,
    callerCallId: detach(arrival.invite.callId.slice(0, CALL_ID_CHARACTERS_MAX)),
    caller: recordNumber(caller),
    callee: recordNumber(dialled),
    callerSent: recordNumber(caller),
    calleeSent: recordNumber(callee),
    mappingGateway: arrival.gateway.name,
    account: arrival.gateway.account,
    callerAddress: flat(`${arrival.source.address}:${arrival.source.port}`),
    setupAtWallMs: around.wallMs,
    userAgentCaller: detach(agentOf(arrival.invite, Header.UserAgent)),
    attempts: [],
  };
}
