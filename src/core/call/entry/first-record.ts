// The record of a call as its INVITE begins it.

import { flat } from '../../base/flat.ts';
import { CALL_ID_CHARACTERS_MAX } from '../../base/limits.ts';
import { type Cdr, EMPTY_CDR } from '../../cdr/cdr.ts';
import { detach } from '../../sip/detach.ts';
import { Header } from '../../sip/header-name.ts';
import { agentOf } from '../call-record.ts';
import type { Dialled } from '../dialled.ts';
import type { Surroundings } from '../ports.ts';
import { recordNumber } from '../record-text.ts';
import type { Arrival } from './entry.ts';

/** The Call-ID is cut and nothing else: messages are searched for it. */
export function firstRecord(around: Surroundings, arrival: Arrival, { caller, dialled, callee }: Dialled): Cdr {
  return {
    ...EMPTY_CDR,
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
