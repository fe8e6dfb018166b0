// Records as bytes: MessagePack by msgpackr. The shapes that are stored in numbers (CDRs, their attempts,
// board records) are listed here once, so that a record carries values and no field names (a CDR is about
// 400 bytes instead of 1 100), and any thread or later version can read it without being told more.
//
// The list is part of the data format: shapes are appended, never changed, moved or removed, because records
// on disk name them by place. A record of another shape is written with its field names, and is read as well.

import { Packr } from 'msgpackr';
import type { Target } from '../core/base/target.ts';
import type { AnswerState, CallCheckpoint, LegState } from '../core/call/checkpoint.ts';
import { type Cdr, type CdrAttempt, UNBILLED } from '../core/cdr/cdr.ts';
import type { AgentFee } from '../core/rating/bill.ts';

const CDR_FIELDS = [
  'id',
  'node',
  'shard',
  'snapshotVersion',
  'callerCallId',
  'calleeCallId',
  'caller',
  'callee',
  'callerSent',
  'calleeSent',
  'mappingGateway',
  'routingGateway',
  'account',
  'callerAddress',
  'calleeAddress',
  'setupAtWallMs',
  'firstProvisionalAtWallMs',
  'ringingAtWallMs',
  'answeredAtWallMs',
  'endedAtWallMs',
  'postDialDelayMs',
  'holdMs',
  'endReason',
  'endedBy',
  'sipCode',
  'q850',
  'reasonHeader',
  'limitedBy',
  'attempts',
] as const satisfies readonly (keyof Cdr)[];

const ATTEMPT_FIELDS = [
  'gateway',
  'address',
  'callId',
  'startedAtWallMs',
  'firstResponseAtWallMs',
  'code',
  'left',
] as const satisfies readonly (keyof CdrAttempt)[];

/** What stands on a shard's board for a live call. */
export interface BoardRecord {
  readonly cdr: Cdr;
  /** Admission slots the call holds one concurrent call of; a slot held twice stands twice. */
  readonly slots: readonly number[];
}

const BOARD_FIELDS = ['cdr', 'slots'] as const satisfies readonly (keyof BoardRecord)[];

/** The CDR of a later release; CDR_FIELDS is the first one's. Records on disk may still have either. */
const CDR_FIELDS_2 = [
  ...CDR_FIELDS.slice(0, -1),
  'userAgentCaller',
  'userAgentCallee',
  'codec',
  'sessionTimer',
  'decision',
  'lrn',
  'callerBilled',
  'calleeBilled',
  'currency',
  'sellTable',
  'sellPrefix',
  'sellFeeNanos',
  'taxNanos',
  'billedSeconds',
  'clearingAccount',
  'buyTable',
  'buyPrefix',
  'buyFeeNanos',
  'buyTaxNanos',
  'buyBilledSeconds',
  'agentFees',
  'attempts',
] as const satisfies readonly (keyof Cdr)[];

/** That of a still later one. */
const CDR_FIELDS_3 = [
  ...CDR_FIELDS_2.slice(0, -1),
  'ratedSeconds',
  'unpaidSeconds',
  'attempts',
] as const satisfies readonly (keyof Cdr)[];

/** The CDR of this release. */
const CDR_FIELDS_4 = [
  ...CDR_FIELDS_3.slice(0, -1),
  'freeSeconds',
  'freeAllowance',
  'freeFromDay',
  'attempts',
] as const satisfies readonly (keyof Cdr)[];

const CHECKPOINT_FIELDS = [
  'cdr',
  'slots',
  'bill',
  'mappingSlot',
  'routingSlot',
  'prefix',
  'takenAtMs',
  'takenAtWallMs',
  'answeredAtMs',
  'limit',
  'caller',
  'callee',
  'answer',
] as const satisfies readonly (keyof CallCheckpoint)[];

/** That of this release; CHECKPOINT_FIELDS is what a journal may still have. */
const CHECKPOINT_FIELDS_2 = [
  ...CHECKPOINT_FIELDS.slice(0, 2),
  'numbers',
  ...CHECKPOINT_FIELDS.slice(2),
] as const satisfies readonly (keyof CallCheckpoint)[];

const LEG_FIELDS = ['dialog', 'timer'] as const satisfies readonly (keyof LegState)[];

const DIALOG_FIELDS = [
  'callId',
  'localTag',
  'remoteTag',
  'localAddress',
  'remoteAddress',
  'localCseq',
  'remoteCseq',
  'remoteTarget',
  'routes',
  'source',
  'requestsTo',
] as const satisfies readonly (keyof LegState['dialog'])[];

const TARGET_FIELDS = ['address', 'port', 'listener'] as const satisfies readonly (keyof Target)[];

const TIMER_FIELDS = [
  'intervalMs',
  'refresher',
  'shownMinSeS',
  'confirmedAtMs',
  'allowsUpdate',
  'headers',
  'body',
] as const satisfies readonly (keyof NonNullable<LegState['timer']>)[];

const LIMIT_FIELDS = ['afterMs', 'reason', 'by'] as const satisfies readonly (keyof NonNullable<
  CallCheckpoint['limit']
>)[];

const ANSWER_FIELDS = ['text', 'target', 'cseq', 'owedCseq'] as const satisfies readonly (keyof AnswerState)[];
const AGENT_FEE_FIELDS = [
  'account',
  'table',
  'prefix',
  'feeNanos',
  'taxNanos',
  'billedSeconds',
] as const satisfies readonly (keyof AgentFee)[];

const SHAPES: readonly (readonly string[])[] = [
  CDR_FIELDS,
  ATTEMPT_FIELDS,
  BOARD_FIELDS,
  CDR_FIELDS_2,
  CHECKPOINT_FIELDS,
  LEG_FIELDS,
  DIALOG_FIELDS,
  TARGET_FIELDS,
  TIMER_FIELDS,
  LIMIT_FIELDS,
  ANSWER_FIELDS,
  AGENT_FEE_FIELDS,
  CHECKPOINT_FIELDS_2,
  CDR_FIELDS_3,
  CDR_FIELDS_4,
];

/** What records of earlier shapes lack. */
const LATER_FIELDS = {
  userAgentCaller: '',
  userAgentCallee: '',
  codec: '',
  sessionTimer: '',
  decision: '',
  lrn: '',
  ...UNBILLED,
} as const satisfies Partial<Cdr>;

const packr = new Packr({
  structures: SHAPES.map((shape) => [...shape]),
  maxSharedStructures: SHAPES.length,
});

/** `value` as bytes. They are the caller's to keep. */
export function pack(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** The value of `bytes`, which may be a view into a ring or a board: nothing of it is kept. */
export function unpack(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}

/** The CDR in a spooled record: whoever packed it was this program, or an earlier release of it. */
export function unpackCdr(bytes: Uint8Array): Cdr {
  return whole(packr.unpack(bytes) as Cdr);
}

/** Copies nothing of a record of this release: a copy of so many fields costs more than all the rest. */
function whole(cdr: Cdr): Cdr {
  return cdr.freeSeconds === undefined ? { ...LATER_FIELDS, ...cdr } : cdr;
}

/** The live call in a board record. */
export function unpackBoardRecord(bytes: Uint8Array): BoardRecord {
  return packr.unpack(bytes) as BoardRecord;
}

/** The checkpoint in `bytes`; null for one that this program cannot go on with. */
export function unpackCheckpoint(bytes: Uint8Array): CallCheckpoint | null {
  try {
    const value = packr.unpack(bytes) as CallCheckpoint | null;
    if (value === null || CHECKPOINT_FIELDS.some((field) => value[field] === undefined)) return null;
    const cdr = whole(value.cdr);
    return cdr === value.cdr && value.numbers !== undefined ? value : { ...value, cdr, numbers: value.numbers ?? [] };
  } catch {
    return null; // No bytes of ours.
  }
}
