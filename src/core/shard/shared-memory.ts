// The shared memory of one switch and of each of its shards: what threads are given at the start.
// It outlives any worker: a replaced shard finds its rings, its board and its counters as they were.

import { Admission } from '../admission/admission.ts';
import { BlackList } from '../admission/black-list.ts';
import { GatewayHealth } from '../admission/gateway-health.ts';
import { QualityBoard } from '../admission/quality.ts';
import { Turns } from '../admission/turns.ts';
import {
  BOARD_RECORD_BYTES,
  CDR_RING_BYTES,
  INBOUND_RING_BYTES,
  OUTBOUND_RING_BYTES,
  SHARD_CALLS_MAX,
} from '../base/limits.ts';
import { RecordBoard } from '../base/record-board.ts';
import { Ring } from '../base/ring.ts';
import { RollCall } from '../base/roll-call.ts';
import { Balances } from '../rating/balances.ts';
import { Bindings } from '../registration/bindings.ts';
import { FailureBook } from '../registration/failure-book.ts';
import { NonceUses } from '../registration/nonce-uses.ts';
import { ShardCounters } from './counters.ts';

/** Memory between one shard, the edge and control. */
export interface ShardMemory {
  /** Datagrams, edge to shard. */
  readonly inbound: SharedArrayBuffer;
  /** Datagrams, shard to edge. */
  readonly outbound: SharedArrayBuffer;
  /** Finished CDRs (a position, then packed), shard to control. */
  readonly cdrs: SharedArrayBuffer;
  /** Position of the last CDR that control has spooled: an int64. */
  readonly cdrsTaken: SharedArrayBuffer;
  /** Position of the last CDR that the balances have for good: an int64. */
  readonly cdrsCharged: SharedArrayBuffer;
  /** Live calls (packed CDRs with the slots they hold). */
  readonly board: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  /** What the shard holds of the admission counters, and of the balances. */
  readonly taken: SharedArrayBuffer;
  /** Int32: 1 while control cannot store CDRs, so that no call may begin; control writes it. */
  readonly storeIsFull: SharedArrayBuffer;
  readonly held: SharedArrayBuffer;
}

/** Memory of the whole switch. */
export interface SwitchMemory {
  readonly admission: SharedArrayBuffer;
  readonly health: SharedArrayBuffer;
  readonly quality: SharedArrayBuffer;
  readonly turns: SharedArrayBuffer;
  readonly blackList: SharedArrayBuffer;
  readonly registration: RegistrationMemory;
  readonly balances: SharedArrayBuffer;
  /** Which shards have begun; see base/roll-call. */
  readonly rollCall: SharedArrayBuffer;
  /** Int32: how the edge sleeps; see base/doorbell. */
  readonly doorbell: SharedArrayBuffer;
  readonly shards: readonly ShardMemory[];
}

/** What the shards have in common of registrations and of authentication. */
export interface RegistrationMemory {
  readonly bindings: SharedArrayBuffer;
  readonly nonceUses: SharedArrayBuffer;
  readonly failures: SharedArrayBuffer;
}

/** The same for tests and hosts that need nothing else. */
export function allocateRegistration(): RegistrationMemory {
  return {
    bindings: Bindings.allocate(),
    nonceUses: NonceUses.allocate(),
    failures: FailureBook.allocate(),
  };
}

/** Allocates everything for `shardCount` shards. */
export function allocateSwitchMemory(shardCount: number): SwitchMemory {
  const shards: ShardMemory[] = [];
  for (let shard = 0; shard < shardCount; shard++) {
    shards.push({
      inbound: Ring.allocate(INBOUND_RING_BYTES),
      outbound: Ring.allocate(OUTBOUND_RING_BYTES),
      cdrs: Ring.allocate(CDR_RING_BYTES),
      cdrsTaken: new SharedArrayBuffer(8),
      cdrsCharged: new SharedArrayBuffer(8),
      board: RecordBoard.allocate(SHARD_CALLS_MAX, BOARD_RECORD_BYTES),
      counters: ShardCounters.allocate(),
      taken: Admission.allocateTaken(),
      storeIsFull: new SharedArrayBuffer(4),
      held: Balances.allocateHeld(),
    });
  }
  return {
    admission: Admission.allocate(),
    health: GatewayHealth.allocate(),
    quality: QualityBoard.allocate(),
    turns: Turns.allocate(),
    blackList: BlackList.allocate(),
    registration: allocateRegistration(),
    balances: Balances.allocate(),
    rollCall: RollCall.allocate(shardCount),
    doorbell: new SharedArrayBuffer(64),
    shards,
  };
}
