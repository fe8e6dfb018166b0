// Records as bytes: MessagePack by msgpackr. The shapes that are stored in numbers (CDRs, their attempts,
// board records) are listed here once, so that a record carries values and no field names (a CDR is about
// 400 bytes instead of 1 100), and any thread or later version can read it without being told more.
//
// The list is part of the format of the store and of the journals: shapes are appended, never changed, moved or
// removed, because records on disk name them by place. A record of another shape is written with its field names, and
// is read as well.

import { Packr } from 'msgpackr';
import type { Target } from '../core/base/target.ts';
import type { AnswerState, CallCheckpoint, CallState, LegState } from '../core/call/checkpoint.ts';
import { type Cdr, type CdrAttempt, EMPTY_CDR } from '../core/cdr/cdr.ts';
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

/** Of an earlier release, whose board records were packed as a whole. */
const BOARD_FIELDS = ['cdr', 'slots'] as const;

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

/** That of the one after it. */
const CDR_FIELDS_4 = [
  ...CDR_FIELDS_3.slice(0, -1),
  'freeSeconds',
  'freeAllowance',
  'freeFromDay',
  'attempts',
] as const satisfies readonly (keyof Cdr)[];

/** And the next. */
const CDR_FIELDS_5 = [
  ...CDR_FIELDS_4.slice(0, -1),
  'buyCurrency',
  'attempts',
] as const satisfies readonly (keyof Cdr)[];

/** The CDR of this release. */
const CDR_FIELDS_6 = [
  ...CDR_FIELDS_5.slice(0, -1),
  'calleePostDialDelayMs',
  'callerMedia',
  'calleeMedia',
  'attempts',
] as const satisfies readonly (keyof Cdr)[];

/** The checkpoint of the first release that had any, packed as a whole. */
export const CHECKPOINT_FIELDS = [
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

/** That of a later one. */
const CHECKPOINT_FIELDS_2 = [
  ...CHECKPOINT_FIELDS.slice(0, 2),
  'numbers',
  ...CHECKPOINT_FIELDS.slice(2),
] as const satisfies readonly (keyof CallCheckpoint)[];

/** What this release packs of a checkpoint beside its CDR. */
const CALL_STATE_FIELDS = CHECKPOINT_FIELDS_2.slice(1) as readonly (keyof CallState)[];

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
  CALL_STATE_FIELDS,
  CDR_FIELDS_5,
  CDR_FIELDS_6,
];

/** How many there are: a release that knows fewer misreads what is stored, and refuses it. */
export const SHAPE_COUNT = SHAPES.length;

/**
 * Room for shapes to come: so many have numbers of one byte. Objects of no shape get the numbers after them, which a
 * later release must not find taken.
 */
const SHAPES_MAX = 32;

/**
 * A shape by its number. An earlier release gave numbers to objects of no shape from its own last one on: reading such
 * an object puts its names in the place of the shape that has the number now, until the end of that object alone where
 * the shape says that it is shared.
 */
function shapeOf(number: number): string[] {
  const shape = [...(SHAPES[number] ?? [`shape ${number} of a later release`])];
  return Object.assign(shape, { isShared: true });
}

const packr = new Packr({
  structures: Array.from({ length: SHAPES_MAX }, (_, number) => shapeOf(number)),
  maxSharedStructures: SHAPES_MAX,
  // Sums may pass 64 bits; what does not is written as it is without this.
  useBigIntExtension: true,
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
  return wholeCdr(packr.unpack(bytes) as Cdr);
}

/** `cdr` with all fields of this release. Copies nothing of its own: that costs more than all the rest. */
export function wholeCdr(cdr: Cdr): Cdr {
  return cdr.calleeMedia === undefined ? { ...EMPTY_CDR, ...cdr } : cdr;
}
