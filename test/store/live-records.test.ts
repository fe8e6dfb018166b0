// Live calls as bytes: the CDR is packed once for the board and the checkpoint, and both can be read again; so can
// checkpoints of earlier releases.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallState } from '../../src/core/call/checkpoint.ts';
import {
  boardSlots,
  packBoardRecord,
  packCheckpoint,
  unpackBoardCdr,
  unpackCheckpoint,
} from '../../src/store/live-records.ts';
import { pack, unpackCdr } from '../../src/store/records.ts';
import { sampleCdr } from './sample-cdr.ts';

const DIALOG = {
  callId: 'one',
  localTag: 'a',
  remoteTag: 'b',
  localAddress: '<sip:1@127.0.0.1>;tag=a',
  remoteAddress: '<sip:2@127.0.0.1>;tag=b',
  localCseq: 0,
  remoteCseq: 1,
  remoteTarget: 'sip:2@127.0.0.1',
  routes: [],
  source: { address: '127.0.0.1', port: 5060, listener: 0 },
  requestsTo: 'stated',
} as const;

const STATE: CallState = {
  slots: [0, 7, 7],
  numbers: [],
  bill: null,
  mappingSlot: 1,
  routingSlot: 7,
  prefix: '49',
  takenAtMs: 12.5,
  takenAtWallMs: 1_767_225_600_000,
  answeredAtMs: 12.25,
  limit: null,
  caller: { dialog: DIALOG, timer: null },
  callee: { dialog: DIALOG, timer: null },
  answer: null,
};

const CDR = sampleCdr(1);

test('a checkpoint is what was packed, wherever its bytes lie', () => {
  const bytes = packCheckpoint(STATE, pack(CDR));
  assert.deepEqual(unpackCheckpoint(bytes), { ...STATE, cdr: CDR });
  const moved = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
  assert.deepEqual(unpackCheckpoint(moved), { ...STATE, cdr: CDR });
});

test('a checkpoint of an earlier release, packed as a whole, is read', () => {
  const { slots, numbers, ...rest } = STATE;
  assert.deepEqual(unpackCheckpoint(pack({ cdr: CDR, slots, numbers, ...rest })), { ...STATE, cdr: CDR });
  assert.deepEqual(unpackCheckpoint(pack({ cdr: CDR, slots, ...rest })), { ...STATE, cdr: CDR }, 'before numbers');
});

test('a CDR of an earlier release is read, and says nothing of what was not recorded then', () => {
  const { calleePostDialDelayMs: _, callerMedia: __, calleeMedia: ___, attempts, ...before } = CDR;
  const lacking = { calleePostDialDelayMs: null, callerMedia: '', calleeMedia: '' };
  assert.deepEqual(unpackCdr(pack({ ...before, attempts })), { ...CDR, ...lacking });
  const { buyCurrency: ____, ...first } = before;
  assert.deepEqual(unpackCdr(pack({ ...first, attempts })), { ...CDR, ...lacking, buyCurrency: '' });
});

test('a checkpoint that is cut, or lacks a part, is none', () => {
  const bytes = packCheckpoint(STATE, pack(CDR));
  for (let length = 0; length < bytes.length; length++) assert.equal(unpackCheckpoint(bytes.subarray(0, length)), null);
  const { caller: _, ...rest } = STATE;
  assert.equal(unpackCheckpoint(packCheckpoint(rest as CallState, pack(CDR))), null);
});

test('a board record has its slots and its CDR', () => {
  for (const slots of [[], [0], [0, 7, 7, 70_000, 2 ** 31 - 1]]) {
    const bytes = Buffer.concat([Buffer.alloc(1), packBoardRecord(slots, pack(CDR))]).subarray(1);
    assert.deepEqual([...boardSlots(bytes)], slots);
    assert.deepEqual(unpackBoardCdr(bytes), CDR);
  }
});
