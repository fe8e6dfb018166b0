// The record of a call as its INVITE begins it.

import { flat } from '../../base/flat.ts';
import { CALL_ID_CHARACTERS_MAX } from '../../base/limits.ts';
import type { Cdr } from '../../cdr/cdr.ts';
import type { AgentFee } from '../../rating/bill.ts';
import { detach } from '../../sip/detach.ts';
import { Header } from '../../sip/header-name.ts';
import { agentOf } from '../call-record.ts';
import type { Dialled } from '../dialled.ts';
import type { Surroundings } from '../ports.ts';
import { recordNumber } from '../record-text.ts';
import type { Arrival } from './entry.ts';

const NO_FEES: readonly AgentFee[] = [];

/**
 * All of it in one literal: V8 then keeps a record in one piece, and all records of one shape. The Call-ID is cut and
 * nothing else: messages are searched for it.
 */
export function firstRecord(around: Surroundings, arrival: Arrival, { caller, dialled, callee }: Dialled): Cdr {
  return {
    id: around.mintCdrId(),
    node: around.node,
    shard: around.shardIndex,
    snapshotVersion: arrival.routing.snapshot.version,
    callerCallId: detach(arrival.invite.callId.slice(0, CALL_ID_CHARACTERS_MAX)),
    calleeCallId: '',
    caller: recordNumber(caller),
    callee: recordNumber(dialled),
    callerSent: recordNumber(caller),
    calleeSent: recordNumber(callee),
    mappingGateway: arrival.gateway.name,
    routingGateway: '',
    account: arrival.gateway.account,
    callerAddress: flat(`${arrival.source.address}:${arrival.source.port}`),
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
    userAgentCaller: detach(agentOf(arrival.invite, Header.UserAgent)),
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
    agentFees: NO_FEES,
    ratedSeconds: null,
    unpaidSeconds: 0,
    freeSeconds: 0,
    freeAllowance: '',
    freeFromDay: 0,
    buyCurrency: '',
    attempts: [],
  };
}
