// The record of a call as its INVITE begins it.

import { type Cdr, UNBILLED } from '../../cdr/cdr.ts';
import { detach } from '../../sip/detach.ts';
import { Header } from '../../sip/header-name.ts';
import { agentOf } from '../call-record.ts';
import type { Dialled } from '../dialled.ts';
import type { Surroundings } from '../ports.ts';
import type { Arrival } from './entry.ts';

export function firstRecord(
  around: Surroundings,
  { invite, source, gateway, routing }: Arrival,
  { caller, dialled, callee }: Dialled,
): Cdr {
  return {
    id: around.mintCdrId(),
    node: around.node,
    shard: around.shardIndex,
    snapshotVersion: routing.snapshot.version,
    callerCallId: detach(invite.callId),
    calleeCallId: '',
    caller,
    callee: dialled,
    callerSent: caller,
    calleeSent: callee,
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
    userAgentCaller: detach(agentOf(invite, Header.UserAgent)),
    userAgentCallee: '',
    codec: '',
    sessionTimer: '',
    decision: '',
    lrn: '',
    ...UNBILLED,
    attempts: [],
  };
}
