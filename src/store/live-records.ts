// Live calls as bytes: what stands on a shard's board, and checkpoints in its journal. The CDR of a call is in both,
// and is packed once for both.
//
//   board record: number of slots (u16), the slots (i32 each), the CDR
//   checkpoint:   0xc1, which begins no MessagePack, length of the CDR (u32), the CDR, the state of the call

import type { CallCheckpoint, CallState } from '../core/call/checkpoint.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import { CHECKPOINT_FIELDS, pack, unpack, unpackCdr, wholeCdr } from './records.ts';

const SLOT_COUNT_BYTES = 2;
const SLOT_BYTES = 4;
const IN_TWO_PARTS = 0xc1;
const CHECKPOINT_HEAD_BYTES = 5;

/** A call with the CDR `cdr`, packed. It holds one concurrent call of each of `slots`; one held twice stands twice. */
export function packBoardRecord(slots: readonly number[], cdr: Uint8Array): Uint8Array {
  const head = SLOT_COUNT_BYTES + SLOT_BYTES * slots.length;
  const bytes = Buffer.allocUnsafe(head + cdr.length);
  let at = bytes.writeUInt16LE(slots.length, 0);
  for (const slot of slots) at = bytes.writeInt32LE(slot, at);
  bytes.set(cdr, head);
  return bytes;
}

/** Texts of peers, which are as long as these like. */
const PEER_TEXTS = [
  'callerCallId',
  'caller',
  'callee',
  'callerSent',
  'calleeSent',
  'callerBilled',
  'calleeBilled',
  'userAgentCaller',
  'userAgentCallee',
  'callerMedia',
  'calleeMedia',
] as const satisfies readonly (keyof Cdr)[];
const SHORT_TEXT_MAX = 48;

/** `cdr` as it finds room on the board whatever stands in it: a call that is not shown there seems to be none. */
export function shortCdr(cdr: Cdr): Cdr {
  const cut = PEER_TEXTS.map((field) => [field, cdr[field].slice(0, SHORT_TEXT_MAX)]);
  return { ...cdr, ...Object.fromEntries(cut), attempts: [], decision: '' };
}

/** The CDR of a board record. */
export function unpackBoardCdr(bytes: Uint8Array): Cdr {
  return unpackCdr(bytes.subarray(SLOT_COUNT_BYTES + SLOT_BYTES * slotCountOf(bytes)));
}

/** The slots of a board record; nothing else of it is unpacked. */
export function* boardSlots(bytes: Uint8Array): Generator<number> {
  const { buffer, byteOffset, length } = bytes;
  const view = new DataView(buffer, byteOffset, length);
  for (let left = slotCountOf(bytes), at = SLOT_COUNT_BYTES; left > 0; left--, at += SLOT_BYTES) {
    yield view.getInt32(at, true);
  }
}

/** A checkpoint of the call with the CDR `cdr`, packed. */
export function packCheckpoint(state: CallState, cdr: Uint8Array): Uint8Array {
  const packed = pack(state);
  const stateAt = CHECKPOINT_HEAD_BYTES + cdr.length;
  const bytes = Buffer.allocUnsafe(stateAt + packed.length);
  bytes.writeUInt32LE(cdr.length, bytes.writeUInt8(IN_TWO_PARTS, 0));
  bytes.set(cdr, CHECKPOINT_HEAD_BYTES);
  bytes.set(packed, stateAt);
  return bytes;
}

/** The checkpoint in `bytes`, of this release or an earlier one; null for one that this program cannot go on with. */
export function unpackCheckpoint(bytes: Uint8Array): CallCheckpoint | null {
  try {
    const value = bytes[0] === IN_TWO_PARTS ? unpackParts(bytes) : (unpack(bytes) as CallCheckpoint | null);
    if (value === null || CHECKPOINT_FIELDS.some((field) => value[field] === undefined)) return null;
    const cdr = wholeCdr(value.cdr);
    return cdr === value.cdr && value.numbers !== undefined ? value : { ...value, cdr, numbers: value.numbers ?? [] };
  } catch {
    return null; // No bytes of ours.
  }
}

function unpackParts({ buffer, byteOffset, length }: Uint8Array): CallCheckpoint {
  const bytes = Buffer.from(buffer, byteOffset, length);
  const stateAt = CHECKPOINT_HEAD_BYTES + bytes.readUInt32LE(1);
  const state = unpack(bytes.subarray(stateAt)) as CallState;
  return Object.assign(state, { cdr: unpackCdr(bytes.subarray(CHECKPOINT_HEAD_BYTES, stateAt)) });
}

function slotCountOf(bytes: Uint8Array): number {
  return (bytes[0] as number) | ((bytes[1] as number) << 8);
}
