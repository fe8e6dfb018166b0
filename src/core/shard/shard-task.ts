// What crosses between main and a shard's worker besides datagrams and records: a short, closed list. Types only.

import type { LrnAnswer, LrnQuestion } from '../call/lrn-dips.ts';
import type { Listener } from '../routing/snapshot.ts';
import type { PackedSnapshot } from './packed-snapshot.ts';
import type { RegistrationMemory, ShardMemory } from './shared-memory.ts';

/** The never-ending task of one worker. */
export interface ShardTask {
  readonly node: string;
  readonly shardIndex: number;
  readonly shardCount: number;
  readonly listeners: readonly Listener[];
  readonly memory: ShardMemory;
  readonly admission: SharedArrayBuffer;
  readonly health: SharedArrayBuffer;
  readonly quality: SharedArrayBuffer;
  readonly turns: SharedArrayBuffer;
  readonly blackList: SharedArrayBuffer;
  readonly registration: RegistrationMemory;
  /** The key of nonces, one for all shards; hexadecimal. */
  readonly secret: string;
  readonly balances: SharedArrayBuffer;
  readonly rollCall: SharedArrayBuffer;
  readonly doorbell: SharedArrayBuffer;
  /** Three 32-bit words from the system's generator. */
  readonly seed: readonly [number, number, number];
  readonly snapshot: PackedSnapshot;
  /** Whether a predecessor died on this memory: its calls in set-up are to be settled. */
  readonly isSuccessor: boolean;
}

/** What became of the calls of an earlier life. */
export interface Inheritance {
  /** They go on. */
  readonly resumedCount: number;
  /** They were in set-up and have ended. */
  readonly settledCount: number;
  /** Torn or unreadable entries of the journal, which are lost. */
  readonly refusedCount: number;
}

/** Main to shard. Main wakes the shard's inbound ring after posting. */
export type ToShard =
  | { readonly kind: 'snapshot'; readonly snapshot: PackedSnapshot }
  /** Datagrams to these places could not be sent. */
  | { readonly kind: 'unreachable'; readonly places: readonly { readonly address: string; readonly port: number }[] }
  /** What the LRN source says to question `id`; null: nothing. */
  | { readonly kind: 'lrnAnswered'; readonly id: number; readonly answer: LrnAnswer | null }
  /** No new calls: 503 with Retry-After. */
  | { readonly kind: 'drain' }
  /**
   * End the calls in set-up and, unless answered ones are to live on in the journal, those too; put out what is left,
   * finish the task.
   */
  | { readonly kind: 'stop'; readonly keepsCalls: boolean };

/** Shard to main. */
export type FromShard =
  /** The worker's thread, for crash drills, and what became of the calls of an earlier life. */
  | ({ readonly kind: 'born'; readonly threadId: number } & Inheritance)
  | { readonly kind: 'applied'; readonly version: number }
  /** Something lies in the outbound ring and the edge was away. */
  | { readonly kind: 'poke' }
  /** Ask the LRN source; the answer comes as `lrnAnswered`. */
  | { readonly kind: 'askLrn'; readonly id: number; readonly question: LrnQuestion; readonly timeoutMs: number }
  /** Somebody at `address` has failed to prove that he is `user`. */
  | { readonly kind: 'authFailed'; readonly address: string; readonly user: string }
  | { readonly kind: 'defect'; readonly sentence: string; readonly input: string }
  /** The journal cannot be written: new calls are refused until it can. */
  | { readonly kind: 'trouble'; readonly sentence: string };
